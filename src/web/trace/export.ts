/** The trace in forms to take away. */
import { diagramSvg, traceHtml, type TraceFile } from '../../report/explorer/index.js'
import type { TraceModel } from './model.js'

/** Offers a file to be saved. */
export function download(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Dots for every pixel: a picture in a mail is looked at closely. */
const SCALE = 2

/** The diagram of a trace as a picture. @throws Error if the browser can not draw it */
export async function diagramPng(model: TraceModel): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(diagramSvg(model.situation.recording.trace))}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth * SCALE
  canvas.height = image.naturalHeight * SCALE
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('the browser can not draw the diagram')) : resolve(blob)), 'image/png')
  })
}

/** One file that shows the trace by itself. @throws Error if its parts can not be loaded */
export async function traceFile(file: TraceFile): Promise<string> {
  const [code, style] = await Promise.all([load('trace-file.js'), load('trace-file.css')])
  return traceHtml(file, { code, style })
}

async function load(name: string): Promise<string> {
  const answer = await fetch(new URL(name, document.baseURI))
  if (!answer.ok) throw new Error(`${name} can not be loaded: ${answer.status}`)
  return await answer.text()
}
