import { useState } from 'preact/hooks'
import { diagram } from '../../report/diagram.js'
import { diagramSvg, perfetto } from '../../report/explorer/index.js'
import { diagramPng, download, traceFile } from './export.js'
import type { TraceModel } from './model.js'
import '../styles/share.css'

interface SharePanelProps {
  readonly model: TraceModel
  readonly cursor: number
  /** What the trace is of, in words. */
  readonly subject: string
  /** Shows the trace again on the command line. */
  readonly command: string
  /** What files are called. */
  readonly name: string
  /** The trace for `heddle replay`; null where the command line has no such file. */
  readonly json: (() => string) | null
}

interface FileKind {
  readonly title: string
  readonly what: string
  readonly suffix: string
  readonly type: string
  readonly make: () => string | Blob | Promise<string | Blob>
}

/** The trace to take away: a link to this very step, and the trace in other forms. */
export function SharePanel({ model, cursor, subject, command, name, json }: SharePanelProps) {
  const [said, say] = useState('')
  const { trace } = model.situation.recording
  const text = diagram(trace)
  const copy = (what: string, content: string): void => {
    navigator.clipboard.writeText(content).then(
      () => say(`${what} copied.`),
      () => say('This browser does not let the page copy. Select the text below instead.'),
    )
  }
  const save = (suffix: string, type: string, make: FileKind['make']): void => {
    Promise.resolve()
      .then(make)
      .then((content) => {
        download(`${name}${suffix}`, type, content)
        say(`${name}${suffix} saved.`)
      })
      .catch((error: unknown) => say(error instanceof Error ? error.message : String(error)))
  }
  const html = (): Promise<string> => traceFile({ situation: model.situation, cursor, subject, command })
  const files: readonly FileKind[] = [
    { title: 'HTML', what: 'this view in one file, works offline', suffix: '.html', type: 'text/html', make: html },
    { title: 'SVG', what: 'the diagram, as text that scales', suffix: '.svg', type: 'image/svg+xml', make: () => diagramSvg(trace) },
    { title: 'PNG', what: 'the diagram, as a picture', suffix: '.png', type: 'image/png', make: () => diagramPng(model) },
    ...(json === null ? [] : [{ title: 'JSON', what: 'for heddle replay FILE', suffix: '.json', type: 'application/json', make: json }]),
    { title: 'Perfetto', what: 'trace events, for ui.perfetto.dev', suffix: '.perfetto.json', type: 'application/json', make: () => perfetto(trace) },
  ]
  return (
    <div class="share">
      <p>The address of this page opens this very step: program, kernel, fixes, schedule and cursor are in it.</p>
      <div class="run">
        <button class="button primary" type="button" onClick={() => copy(`Link to step ${cursor}`, location.href)}>
          Copy the link to this step
        </button>
        <button class="button" type="button" onClick={() => copy('Diagram', `${text}\n`)}>
          Copy as diagram
        </button>
        <button class="button" type="button" onClick={() => copy('Command', command)}>
          Copy the command
        </button>
      </div>
      <h2>Save</h2>
      <ul class="files">
        {files.map(({ title, what, suffix, type, make }) => (
          <li key={title}>
            <button class="button" type="button" onClick={() => save(suffix, type, make)}>
              {title}
            </button>
            <span class="muted">{what}</span>
          </li>
        ))}
      </ul>
      <p role="status">{said}</p>
      <h2>On the command line</h2>
      <pre class="snippet" tabIndex={0} aria-label="Command">
        {command}
      </pre>
      <h2>As a diagram of 72 columns</h2>
      <pre class="snippet" tabIndex={0} aria-label="Diagram">
        {text}
      </pre>
    </div>
  )
}
