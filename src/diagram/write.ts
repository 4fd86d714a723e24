/** Writes diagrams as people type them into an email: spaces only, 72 columns, so that the reader reads the same again. */
import { isRole, placeOf } from './actors.js'
import { HANGING, isMoreWords, isOpen, isPlainWords, mayGoOn } from './raw-cells.js'
import type { Draft, DraftCell } from './types.js'
import { changeOf, isElision, isEvent, isProse, verdictOf } from './wording.js'

export interface WriteOptions {
  /** No line is longer, but for words that can not be broken. Default 72: what survives an email and a few rounds of quoting. */
  readonly width?: number
}

const INDENT = 2
const GAP = 3
/** What a column has room for, beyond its indentation, before it counts as too narrow. */
const TEXT_MIN = 14

/** The diagram as text: lines separated by newlines, no trailing blanks, none at the end. */
export function writeDiagram(draft: Draft, options: WriteOptions = {}): string {
  const width = options.width ?? 72
  const headers = draft.columns.map(({ header }, index) => (header === '' ? `Task ${index + 1}` : header))
  const starts = columnStarts(draft, headers, width)
  const prelude = (draft.prelude ?? []).flatMap((cell) => broken(cellText(cell), 0, width))
  const above = prelude.length === 0 ? [] : [...prelude, '']
  const lines = starts === null ? blocks(draft, headers, width) : sideBySide(draft, headers, starts, width)
  return [...above, ...lines].map((line) => line.trimEnd()).join('\n')
}

/** What a cell says, with its result, verdict and remarks behind it. */
export function cellText(cell: DraftCell): string {
  const { text } = cell
  const results = (cell.results ?? []).filter((result) => result.origin === 'stated' && result.text !== '' && !text.includes(result.text))
  const said = results.map((result) => (/^[-=<>!]{1,3} |^[a-z]+s\b/.test(result.text) ? ` ${result.text}` : ` -> ${result.text}`))
  const verdict = cell.verdict !== undefined && cell.kind !== 'verdict' && cell.kind !== 'event' ? ` <-- ${cell.verdict.text}` : ''
  const remarks = (cell.remarks ?? []).map((remark) => ` /* ${remark} */`)
  return (cell.column === null && cell.kind === 'note' ? `... ${text}` : marked(cell.kind, text)) + said.join('') + verdict + remarks.join('')
}

/** The marks by which the reader knows what a text is. */
function marked(kind: DraftCell['kind'], text: string): string {
  switch (kind) {
    case 'note':
      return `/* ${text} */`
    case 'label':
      return `${text}:`
    case 'verdict':
      return verdictOf(text)?.text === text ? text : `==> ${text}`
    case 'event':
      return isEvent(text) ? text : `<${text}>`
    case 'context':
      return changeOf(text) === null ? `<${text}>` : text
    case 'elision':
      return isElision(text) ? text : '...'
    case 'call':
    case 'statement':
      return text
  }
}

/** Where each column begins; null if they can not stand side by side. */
function columnStarts(draft: Draft, headers: readonly string[], width: number): readonly number[] | null {
  const cells = draft.rows.flatMap((row) => row.cells)
  const needs = headers.map((header, column) => {
    const own = cells.filter((cell) => cell.column === column)
    return Math.max(header.length, ...own.map((cell) => cell.depth * INDENT + cellText(cell).length))
  })
  const least = headers.map((header, column) => {
    const depth = Math.max(0, ...cells.filter((cell) => cell.column === column).map((cell) => cell.depth))
    return Math.max(header.length, depth * INDENT + TEXT_MIN)
  })
  const pieces = headers.map((header, column) => {
    const own = cells.filter((cell) => cell.column === column)
    return Math.max(header.length, ...own.flatMap((cell) => broken(cellText(cell), cell.depth * INDENT, 1).map((line) => line.length)))
  })
  const last = headers.length - 1
  least[last] = Math.max(least[last] ?? 0, pieces[last] ?? 0)
  const room = width - GAP * (headers.length - 1)
  if (sum(least) > room) return null
  const spare = room - sum(least)
  const missing = needs.map((need, column) => Math.max(0, need - (least[column] ?? 0)))
  const share = Math.min(1, spare / Math.max(1, sum(missing)))
  const starts = [0]
  least.slice(0, -1).forEach((from, column) => {
    starts.push((starts.at(-1) ?? 0) + from + Math.floor((missing[column] ?? 0) * share) + GAP)
  })
  return starts.every((start, column) => start + (pieces[column] ?? 0) <= width) ? starts : null
}

function sideBySide(draft: Draft, headers: readonly string[], starts: readonly number[], width: number): readonly string[] {
  const lines = [joinParts(headers.map((header, column) => ({ at: starts[column] ?? 0, text: header })))]
  const isPlain = headers.some((header) => placeOf(header) !== null) && headers.every((header) => placeOf(header) !== null || isRole(header))
  lines.push(isPlain ? '' : joinParts(headers.map((header, column) => ({ at: starts[column] ?? 0, text: '-'.repeat(Math.max(2, header.length)) }))))
  draft.rows.forEach((row, index) => {
    const isOutside = row.cells.every((cell) => cell.column === null && cell.kind !== 'event')
    // A sentence below an empty line would be taken for one of the mail.
    const mayGap = row.isAfterGap === true && !row.cells.some((cell) => cell.column !== null && isProse(cellText(cell)))
    if (index > 0 && (mayGap || isOutside)) lines.push('')
    const isAlone = row.cells.length === 1
    const cells = row.cells.map((cell) => {
      const at = cell.column === null ? 0 : (starts[cell.column] ?? 0)
      const next = cell.column === null || isAlone ? width : (starts[cell.column + 1] ?? width + GAP) - GAP
      return { at, lines: broken(cellText(cell), cell.depth * INDENT, next - at) }
    })
    const height = Math.max(...cells.map((cell) => cell.lines.length))
    for (let line = 0; line < height; line++) lines.push(joinParts(cells.map((cell) => ({ at: cell.at, text: cell.lines[line] ?? '' }))))
  })
  return lines
}

/** One actor at a time; the dashes are indented, because git takes three at the beginning of a line for the end of a message. */
function blocks(draft: Draft, headers: readonly string[], width: number): readonly string[] {
  const lines: string[] = []
  let current: number | null = null
  for (const row of draft.rows) {
    for (const cell of row.cells) {
      if (cell.column === null) lines.push('')
      else if (cell.column !== current) lines.push(`  --- ${headers[cell.column] ?? ''} ---`)
      if (cell.column !== null) current = cell.column
      lines.push(...broken(cellText(cell), cell.depth * INDENT, width - INDENT).map((line) => ' '.repeat(INDENT) + line))
    }
  }
  return lines
}

/** Lines of a cell, none wider than `width` where the reader would put the parts together again. */
function broken(text: string, margin: number, width: number): readonly string[] {
  const lines: string[] = []
  let rest = text
  let indent = margin
  while (indent + rest.length > width) {
    const at = breakAt(text.slice(0, text.length - rest.length), rest, width - indent)
    if (at <= 0) break
    lines.push(' '.repeat(indent) + rest.slice(0, at))
    rest = rest.slice(at).trimStart()
    indent = margin + HANGING
  }
  lines.push(' '.repeat(indent) + rest)
  return lines
}

/** The last blank within `room` at which the text may be broken, else the first one behind it; 0 if there is none. */
function breakAt(before: string, rest: string, room: number): number {
  for (let at = rest.lastIndexOf(' ', room); at > 0; at = rest.lastIndexOf(' ', at - 1)) {
    if (mayBreak(before, rest, at, room)) return at
  }
  for (let at = rest.indexOf(' ', Math.max(1, room + 1)); at > 0; at = rest.indexOf(' ', at + 1)) {
    if (mayBreak(before, rest, at, room)) return at
  }
  return 0
}

/** Whether the reader takes what stands behind a blank for more of the same cell. */
function mayBreak(before: string, rest: string, at: number, room: number): boolean {
  const above = before + rest.slice(0, at)
  const below = rest.slice(at).trimStart()
  if (isOpen(above)) return true
  const word = /^\S+/.exec(below)?.[0].length ?? 0
  return mayGoOn(above) && isMoreWords(below) && (isPlainWords(above) || at + 1 + word > room)
}

function joinParts(parts: readonly { readonly at: number; readonly text: string }[]): string {
  return parts.reduce((line, part) => (part.text === '' ? line : line.padEnd(part.at) + part.text), '')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
