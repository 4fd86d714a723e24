/** Lays rows out in columns the way people type them into an email: spaces only, one filled cell a row. */

/** One cell with something in it. */
export interface Row {
  /** Which column; null for a line that belongs to all. */
  readonly column: number | null
  /** Call depth. */
  readonly depth: number
  readonly text: string
  /** Stands behind the text where there is room, else below it. */
  readonly note?: string
  /** What joins the note to the text; a colon unless given. */
  readonly join?: string
}

/** What a level of calls is indented by: 1 only where that saves the columns. */
const INDENTS = [2, 1] as const
const GAP = 2
const BLOCK_INDENT = 2
/** What a column has room for, beyond its indentation, before it counts as too narrow. */
const TEXT_MIN = 12
/** Lines are not broken before this width even if the column is narrower: the next column is empty in that row. */
const RUN_ON = 40

export interface Layout {
  readonly form: 'columns' | 'blocks'
  readonly lines: readonly string[]
}

/**
 * The rows under their headers, no line longer than `width`.
 * A line longer than its column runs on under the next one, which is empty in that row, or is broken at a space.
 * If the columns can not be set even so, the rows are set in blocks, each headed `--- name ---`.
 */
export function layOut(headers: readonly string[], rows: readonly Row[], width: number): Layout {
  for (const indent of INDENTS) {
    const starts = columnStarts(headers, rows, width, indent)
    if (starts !== null) return { form: 'columns', lines: columns(headers, rows, width, indent, starts) }
  }
  return { form: 'blocks', lines: blocks(headers, rows, width) }
}

function columns(
  headers: readonly string[],
  rows: readonly Row[],
  width: number,
  indent: number,
  starts: readonly number[],
): readonly string[] {
  const heading = headers.reduce((line, header, column) => line.padEnd(starts[column] ?? 0) + header, '')
  const body = rows.flatMap((row) => {
    const start = row.column === null ? 0 : (starts[row.column] ?? 0)
    const end = row.column === null ? width : (starts[row.column + 1] ?? width + GAP) - GAP
    const breakAt = row.column === null ? width : Math.min(RUN_ON, width - start)
    return cell(row, indent, end - start, breakAt).map((line) => ' '.repeat(start) + line)
  })
  return [heading, '', ...body]
}

/** Where each column begins; null if they can not stand side by side. */
function columnStarts(headers: readonly string[], rows: readonly Row[], width: number, indent: number): readonly number[] | null {
  const wanted: number[] = []
  const least: number[] = []
  const words: number[] = []
  headers.forEach((header, column) => {
    const own = rows.filter((row) => row.column === column)
    const depth = Math.max(0, ...own.map((row) => row.depth * indent))
    wanted.push(Math.max(header.length, ...own.map((row) => row.depth * indent + oneLine(row).length)))
    words.push(Math.max(header.length, ...own.map((row) => longestLine(cell(row, indent, 1, 1)))))
    least.push(Math.max(header.length, depth + TEXT_MIN))
  })
  const last = headers.length - 1
  least[last] = Math.max(least[last] ?? 0, words[last] ?? 0)
  const room = width - GAP * last
  if (sum(least) > room) return null
  // Lines of the last column can not run on under another one, so it is served first.
  least[last] += Math.min(room - sum(least), Math.max(0, Math.min(RUN_ON, wanted[last] ?? 0) - least[last]))
  const spare = room - sum(least)
  const missing = wanted.map((most, column) => Math.max(0, most - (least[column] ?? 0)))
  const share = Math.min(1, spare / Math.max(1, sum(missing)))
  const widths = least.map((least, column) => least + Math.floor((missing[column] ?? 0) * share))
  const spread = share < 1 ? 0 : Math.min(6, Math.floor((room - sum(widths)) / Math.max(1, last)))
  const starts: number[] = [0]
  for (const columnWidth of widths.slice(0, -1)) starts.push((starts.at(-1) ?? 0) + columnWidth + GAP + spread)
  return starts.every((start, column) => start + (words[column] ?? 0) <= width) ? starts : null
}

function blocks(headers: readonly string[], rows: readonly Row[], width: number): readonly string[] {
  const lines: string[] = []
  let current: number | null = null
  for (const row of rows) {
    if (row.column !== null && row.column !== current) {
      current = row.column
      // Indented, because a line that begins with three dashes ends a commit message for git.
      lines.push(`  --- ${headers[row.column] ?? ''} ---`)
    }
    const margin = row.column === null ? 0 : BLOCK_INDENT
    lines.push(...cell(row, INDENTS[0], width - margin, 0).map((line) => ' '.repeat(margin) + line))
  }
  return lines
}

/** The lines of one cell, each with the indentation of its depth; `runOn` is the width at which lines must be broken. */
function cell(row: Row, indent: number, width: number, runOn: number): readonly string[] {
  const line = oneLine(row)
  const margin = row.depth * indent
  const breakAt = Math.max(width, runOn)
  if (row.note === undefined) return wrap(line, margin, indent, breakAt)
  if (margin + line.length <= (row.join === undefined ? width : breakAt)) return [' '.repeat(margin) + line]
  return [...wrap(row.text, margin, indent, breakAt), ...wrap(row.note, margin + indent, indent, breakAt)]
}

function oneLine(row: Row): string {
  return row.note === undefined ? row.text : `${row.text}${row.join ?? ': '}${row.note}`
}

/** Breaks at spaces, and what follows is indented further. Words are never broken. */
export function wrap(text: string, margin: number, indent: number, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  const push = (): void => void lines.push(' '.repeat(lines.length === 0 ? margin : margin + indent) + line)
  for (const word of text.split(' ')) {
    if (line !== '' && margin + (lines.length === 0 ? 0 : indent) + line.length + 1 + word.length > width) {
      push()
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  push()
  return lines
}

function longestLine(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => line.length))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
