/** The diagram of a trace as a picture that stands on its own: a column for each task, time running downwards. */
import type { Trace } from '../engine/result.js'
import { wrap, type Row } from './columns.js'
import { diagramCells, type DiagramOptions } from './diagram.js'
import { FAILURE_WORDS, verdictText } from './failure-text.js'
import { counted } from './numbers.js'
import { element, type Xml } from './xml.js'

/** Pixels. Text is set in a monospaced font, whose characters are at most this wide at its size. */
const CHARACTER = 7.9
const FONT_SIZE = 13
const LINE = 20
const MARGIN = 20
const PADDING = 10
const GAP = 28
const HEADER = 34
/** Lines of a column are broken beyond so many characters. */
const COLUMN_MAX = 64
const INDENT = 2

/** Colours of columns, by number: each as dark text or line on white, and as light on black; contrast above 4.5 to 1. */
const COLOURS = [
  ['#0b5cad', '#8ec5ff'],
  ['#9a3412', '#ffb488'],
  ['#166534', '#86e0a3'],
  ['#7e22ce', '#d8b4fe'],
  ['#9d174d', '#f9a8d4'],
  ['#155e75', '#7edcee'],
] as const

/** A run of rows of one column. */
interface Block {
  readonly column: number
  readonly lines: string[]
  readonly top: number
}

/** SVG with light and dark colours, a title, a description, and the text of every row as text. */
export function diagramSvg(trace: Trace, options: DiagramOptions = {}): string {
  const { headers, rows, hidden } = diagramCells(trace, options)
  const widths = headers.map((header, column) => columnWidth(header, rows, column))
  const starts = widths.map((_width, column) => MARGIN + sum(widths.slice(0, column)) + GAP * column)
  const { blocks, footers, bottom } = place(rows)
  const notes = hidden === 0 ? footers : [...footers, `(${counted(hidden, 'step')} not shown)`]
  const width = Math.ceil(Math.max(MARGIN * 2 + sum(widths) + GAP * (headers.length - 1), ...notes.map((note) => MARGIN * 2 + note.length * CHARACTER)))
  const height = bottom + notes.length * LINE + MARGIN
  const verdict = trace.failure === null ? '' : verdictText(trace.failure).short
  const content = [
    element('title', {}, titleOf(trace)),
    element('desc', {}, descriptionOf(trace, headers)),
    element('style', {}, styleSheet(headers.length)),
    element('rect', { class: 'paper', width, height }, []),
    ...headers.flatMap((header, column) => heading(header, column, starts[column] ?? 0, widths[column] ?? 0, bottom)),
    ...blocks.flatMap((block, i) => [...arrow(blocks[i - 1], block, starts, widths), ...blockBox(block, starts, widths, verdict)]),
    ...notes.map((note, i) => text(note, MARGIN, bottom + (i + 1) * LINE - 4, i < footers.length ? 'verdict' : 'note')),
  ]
  const frame = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' }
  return `${element('svg', frame, content).text}\n`
}

function titleOf(trace: Trace): string {
  return trace.failure === null ? trace.program : `${trace.program}: ${FAILURE_WORDS[trace.failure.kind].title}`
}

function descriptionOf(trace: Trace, headers: readonly string[]): string {
  const size = `${counted(trace.steps, 'step')}, ${counted(trace.contextSwitches, 'context switch', 'context switches')}`
  const outcome = trace.failure === null ? 'No failure.' : `${trace.failure.message} (${trace.failure.task}, ${trace.failure.where})`
  return `Columns from left to right: ${headers.join(', ')}. Time runs downwards. ${size}. ${outcome} Schedule ${trace.schedule}`
}

/** Puts neighbouring rows of a column into one block, below each other. */
function place(rows: readonly Row[]): { readonly blocks: readonly Block[]; readonly footers: readonly string[]; readonly bottom: number } {
  const blocks: Block[] = []
  const footers: string[] = []
  let y = MARGIN + HEADER
  for (const row of rows) {
    if (row.column === null) {
      if (row.text !== '') footers.push(row.text)
      continue
    }
    let block = blocks.at(-1)
    if (block?.column !== row.column) {
      if (block !== undefined) y += PADDING * 2
      block = { column: row.column, lines: [], top: y }
      blocks.push(block)
    }
    const lines = linesOf(row)
    block.lines.push(...lines)
    y += lines.length * LINE
  }
  return { blocks, footers, bottom: y + PADDING * 2 }
}

function linesOf(row: Row): readonly string[] {
  const line = row.note === undefined ? row.text : `${row.text}${row.join ?? ': '}${row.note}`
  return wrap(line, row.depth * INDENT, INDENT, COLUMN_MAX)
}

function columnWidth(header: string, rows: readonly Row[], column: number): number {
  const own = rows.filter((row) => row.column === column).flatMap(linesOf)
  return Math.max(header.length, ...own.map((line) => line.length)) * CHARACTER + PADDING * 2
}

function heading(name: string, column: number, x: number, width: number, bottom: number): Xml[] {
  return [
    text(name, x + PADDING, MARGIN + 12, `name c${column}`),
    element('line', { class: `rule c${column}`, x1: x, y1: MARGIN + 20, x2: x + width, y2: MARGIN + 20 }, []),
    element('line', { class: 'time', x1: x, y1: MARGIN + 20, x2: x, y2: bottom - PADDING }, []),
  ]
}

function blockBox({ column, lines, top }: Block, starts: readonly number[], widths: readonly number[], verdict: string): Xml[] {
  const kind = (line: string): string => (line.trim() === verdict ? 'verdict' : isMark(line) ? 'mark' : 'row')
  const x = starts[column] ?? 0
  const box = { x, y: top - 4, width: widths[column] ?? 0, height: lines.length * LINE + 8, rx: 4 }
  return [
    element('rect', { class: `block c${column}`, ...box }, []),
    ...lines.map((line, i) => text(line, x + PADDING, top + i * LINE + 14, kind(line))),
  ]
}

/** From the end of what one task did to the beginning of what the next does. */
function arrow(from: Block | undefined, to: Block, starts: readonly number[], widths: readonly number[]): Xml[] {
  if (from === undefined) return []
  const goesRight = to.column > from.column
  const bottom = from.top + from.lines.length * LINE + 4
  const x1 = (starts[from.column] ?? 0) + (goesRight ? (widths[from.column] ?? 0) - PADDING : PADDING)
  const x2 = (starts[to.column] ?? 0) + (goesRight ? PADDING : (widths[to.column] ?? 0) - PADDING)
  const y2 = to.top - 5
  const y = (bottom + y2) / 2
  return [
    element('path', { class: 'switch', d: `M${round(x1)} ${bottom}V${y}H${round(x2)}V${y2}` }, []),
    element('path', { class: 'head', d: `M${round(x2 - 4)} ${y2 - 5}L${round(x2)} ${y2}L${round(x2 + 4)} ${y2 - 5}` }, []),
  ]
}

function isMark(line: string): boolean {
  return /^\s*(<.*>|\.\.\. \d+ steps)$/.test(line)
}

/** Leading blanks are kept as distance, so that no viewer drops them. */
function text(line: string, x: number, y: number, kind: string): Xml {
  const bare = line.trimStart()
  return element('text', { class: kind, x: round(x + (line.length - bare.length) * CHARACTER), y }, bare)
}

function styleSheet(columns: number): string {
  const colours = COLOURS.slice(0, columns)
  const rules = (which: 0 | 1): string =>
    Array.from({ length: columns }, (_, i) => {
      const colour = (COLOURS[i % colours.length] ?? COLOURS[0])[which]
      return `.name.c${i}{fill:${colour}}.rule.c${i},.block.c${i}{stroke:${colour}}.block.c${i}{fill:${colour}}`
    }).join('')
  const theme = (paper: string, ink: string, faint: string, bad: string, which: 0 | 1): string =>
    `.paper{fill:${paper}}.row{fill:${ink}}.mark,.note{fill:${faint}}.verdict{fill:${bad}}.time,.switch,.head{stroke:${faint}}${rules(which)}`
  return [
    `text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}`,
    '.name,.verdict{font-weight:bold}.rule{stroke-width:2}.block{fill-opacity:.08;stroke-opacity:.45}',
    '.time{stroke-opacity:.35;stroke-dasharray:2 4}.switch,.head{fill:none;stroke-width:1.5}',
    theme('#ffffff', '#1b1f24', '#59636e', '#b3151d', 0),
    `@media (prefers-color-scheme:dark){${theme('#14171b', '#e6e9ed', '#9aa5b1', '#ff8f8f', 1)}}`,
  ].join('')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
