/** Cells as they stand on lines, before their words are looked at; and which lines go on with the cell above. */
import type { Line, TabSize } from './lines.js'
import { spanOf } from './lines.js'
import { changeIn } from './results.js'
import type { Span } from './types.js'
import { isElision, isStepLike, proseWords } from './wording.js'

/** A cell on one line. */
export interface Part {
  readonly line: Line
  readonly start: number
  readonly end: number
}

/** A cell, on one line or more. */
export interface RawCell {
  /** Null for what stands in no column. */
  readonly column: number | null
  /** How far it is indented; where it begins, but for tables, whose columns are not aligned. */
  readonly indent: number
  readonly parts: readonly Part[]
}

export interface RawRow {
  readonly line: Line
  readonly isAfterGap: boolean
  readonly cells: readonly RawCell[]
}

/** The words of a cell in one line, and where each of them stands. */
export interface Joined {
  readonly text: string
  span(start: number, end: number): Span
  readonly spans: readonly Span[]
}

/** How far lines that go on are indented by the writer: further than the inside of a call. */
export const HANGING = 4

export function partText(part: Part): string {
  return part.line.text.slice(part.start, part.end)
}

export function joined(cell: RawCell, tabs: TabSize): Joined {
  let text = ''
  const offsets: number[] = []
  for (const part of cell.parts) {
    if (text !== '') text += ' '
    offsets.push(text.length)
    text += continued(partText(part), offsets.length > 1)
  }
  const span = (start: number, end: number): Span => {
    const index = Math.max(
      0,
      offsets.findLastIndex((offset) => offset <= start),
    )
    const part = cell.parts[index]!
    const offset = offsets[index] ?? 0
    const from = Math.min(part.start + start - offset, part.end - 1)
    return spanOf(part.line, from, Math.max(from + 1, Math.min(part.end, part.start + end - offset)), tabs)
  }
  return { text, span, spans: cell.parts.map((part) => spanOf(part.line, part.start, part.end, tabs)) }
}

/** A comment mark at the beginning of a line that goes on with a comment is blanked out, so that offsets stay. */
function continued(text: string, isLater: boolean): string {
  const mark = isLater ? /^(\/\/|\*(?!\/)|#)\s/.exec(text)?.[0].length : undefined
  return mark === undefined ? text : ' '.repeat(mark) + text.slice(mark)
}

/** Puts lines that go on with the cell above them in that cell; returns the rows and the lines that were taken so. */
export function joinWrapped(rows: readonly RawRow[]): { readonly rows: readonly RawRow[]; readonly wrapped: readonly Line[] } {
  const widths = widthsOf(rows)
  const result: RawRow[] = []
  const wrapped: Line[] = []
  /** For each column, where its last cell is: row and place in the row. */
  const last = new Map<number | null, { readonly row: number; readonly at: number }>()
  for (const row of rows) {
    const fresh: RawCell[] = []
    for (const cell of row.cells) {
      const place = last.get(cell.column)
      const above = place === undefined ? undefined : result[place.row]?.cells[place.at]
      const isBelow = above !== undefined && isNextLine(above, row)
      if (place !== undefined && above !== undefined && isBelow && isContinuation(above, cell, widths.get(cell.column) ?? 0)) {
        const { row: at } = place
        const cells = result[at]!.cells.map((other, index) => (index === place.at ? { ...above, parts: [...above.parts, ...cell.parts] } : other))
        result[at] = { ...result[at]!, cells }
        if (!isOpen(textOf(above))) wrapped.push(row.line)
      } else {
        fresh.push(cell)
      }
    }
    if (fresh.length === 0) continue
    fresh.forEach((cell, at) => last.set(cell.column, { row: result.length, at }))
    result.push({ ...row, cells: fresh })
  }
  return { rows: result, wrapped }
}

/** The right edge of each column's cells. */
function widthsOf(rows: readonly RawRow[]): ReadonlyMap<number | null, number> {
  const widths = new Map<number | null, number>()
  for (const row of rows) {
    for (const cell of row.cells) {
      const end = cell.parts.at(-1)?.end ?? 0
      widths.set(cell.column, Math.max(end, widths.get(cell.column) ?? 0))
    }
  }
  return widths
}

function isNextLine(above: RawCell, row: RawRow): boolean {
  const line = above.parts.at(-1)?.line.number ?? 0
  if (isOpenComment(textOf(above))) return true
  return row.line.number === line + 1
}

function textOf(cell: RawCell): string {
  return cell.parts.map(partText).join(' ')
}

/** Whether a cell goes on with the one on the line above. `width` is where the column's longest line ends. */
function isContinuation(above: RawCell, cell: RawCell, width: number): boolean {
  const before = textOf(above)
  const [part] = cell.parts
  const [first] = above.parts
  const previous = above.parts.at(-1)
  if (part === undefined || first === undefined || previous === undefined) return false
  const text = partText(part)
  if (isOpen(before)) return true
  if (isComment(before) && isComment(text) && part.start === previous.start && /^\/\/|^#/.test(text)) return true
  if (/(&&|\|\||[=+,\\])$/.test(before) && part.start > first.start && !/^[-|]/.test(text)) return true
  if (part.start >= first.start && isDangling(before)) return true
  if (part.start >= first.start && /^(and|or|but|which|because|so that)\b/.test(text) && proseWords(text) >= 2) return true
  if (
    isMoreWords(text) &&
    part.start === first.start &&
    previous.start === first.start &&
    isBrokenSentence(partText(previous), previous.end) &&
    proseWords(text) >= 2
  )
    return true
  if (/^(\.{3}|…) ?\w/.test(before)) return part.start >= first.start && !/[.!?]$/.test(before) && isMoreWords(text)
  if (/^\^+ /.test(before) && part.start >= first.start && isMoreWords(text)) return true
  const isDeeper = part.start > first.start
  if (!isDeeper || !isMoreWords(text)) return false
  // A bullet or a remark behind a dash goes on with any words below its own.
  if (/^[-*^:]+ /.test(before)) return part.start >= first.start + 2 || above.parts.length > 1
  if (/\s(-|--|\/\/|#|:) \S/.test(before) && !/[.;]$/.test(before)) return true
  if (!mayGoOn(before)) return false
  // Nothing happens inside plain words, so that what hangs below them belongs to them.
  if (isPlainWords(before) && part.start - first.start >= HANGING) return true
  const word = /^\S+/.exec(text)?.[0].length ?? 0
  return previous.end + 1 + word > width
}

/** A line that ends in the middle of a sentence. */
function isDangling(text: string): boolean {
  return (
    proseWords(text) >= 2 &&
    /\b(see|calls?|the|an?|to|and|or|of|is|by|for|with|then|we|from|that|its|this|another|while|but|because|which|sees|finds|it)$/.test(text)
  )
}

/** A long line of a sentence that was broken by a mailer. */
function isBrokenSentence(text: string, end: number): boolean {
  return end >= 66 && proseWords(text) >= 6 && /[\w,]$/.test(text)
}

/** Several words without a call among them. */
export function isPlainWords(text: string): boolean {
  return / \S/.test(text) && !/[\w\]}]\(|->/.test(text)
}

/** Words that are not at their end: neither a whole statement nor a result. */
export function mayGoOn(text: string): boolean {
  if (/[.;:{}]$/.test(text) || /(->|=|<|>) ?\S+( error)?$|\breturns \S+$/.test(text)) return false
  return !isStepLike(text) || /\s[a-z]+$/.test(text)
}

/** Words that can not begin a step of their own. */
export function isMoreWords(text: string): boolean {
  if (/^(-|\*|\||\/\/|\/\*|#|<|->|\.{2,}|\^|==|>>|`|\+|\\|:|\{|\}|if\b|while\b|for\b|else\b|return\b|BUG|WARN|VM_)/.test(text)) return false
  if (isElision(text) || changeIn(text) !== null) return false
  const [word = ''] = text.split(' ')
  return !/[\w\]}]\(/.test(word) && !/^\w+_\w+;?$/.test(text) && !/^[A-Z]/.test(word)
}

function isComment(text: string): boolean {
  return /^(\/\/|\/\*|#\s)/.test(text)
}

function isOpenComment(text: string): boolean {
  const open = text.lastIndexOf('/*')
  return open >= 0 && !text.includes('*/', open)
}

/** A parenthesis, a bracket or a comment that is not closed yet. */
export function isOpen(text: string): boolean {
  if (isOpenComment(text)) return true
  if (/^\/\/|^#\s|^[-*^] /.test(text)) return false
  const comment = text.search(/\s\/\/|\s\/\*/)
  const code = comment < 0 ? text : text.slice(0, comment)
  let depth = 0
  for (const character of code) {
    if (character === '(') depth++
    if (character === ')') depth--
  }
  if (depth > 0) return true
  return /^<[a-z]/i.test(code) && !code.includes('>')
}
