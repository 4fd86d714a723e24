/** Cuts the lines of a body into rows of cells. */
import { isLateHeader } from './actors.js'
import { isFooter } from './extent.js'
import { blockActor, type Header } from './headers.js'
import type { Line } from './lines.js'
import { cutLine, type Hint, type Positions, positionsOf } from './positions.js'
import type { Part, RawCell, RawRow } from './raw-cells.js'
import { barsOf, between, isBlank, isRuler, type Segment, segmentsOf, startOf } from './segments.js'
import type { SkippedLine, WarningCode } from './types.js'
import { changeOf, isElision, isEvent, verdictOf } from './wording.js'

export interface RawColumn {
  readonly header: string
  /** Where the header stands. */
  readonly places: Part[]
  readonly position: number
}

export interface Body {
  readonly columns: readonly RawColumn[]
  readonly rows: readonly RawRow[]
  readonly skipped: readonly SkippedLine[]
  readonly doubts: readonly { readonly code: WarningCode; readonly line: number; readonly message: string }[]
}

const DRIFT = 2

/** Where the bars between `columns` columns stand; null if there are not enough of them. */
export function barsBetween(header: Header | null, lines: readonly Line[], columns: number): readonly number[] | null {
  if (columns < 2) return null
  const filled = lines.filter((line) => !isBlank(line) && !isRuler(line.text))
  const counts = new Map<number, number>()
  for (const line of filled) for (const bar of barsOf(line.text)) counts.set(bar, (counts.get(bar) ?? 0) + 1)
  const near = (at: number): number => [-1, 0, 1].reduce((sum, off) => sum + (counts.get(at + off) ?? 0), 0)
  const bars: number[] = []
  for (let column = 1; column < columns; column++) {
    const from = header === null ? (bars.at(-1) ?? -1) + 1 : (header.tokens[column - 1]?.start ?? 0) + 1
    const to = header === null ? Infinity : (header.tokens[column]?.start ?? 0) + 8
    const candidates = [...counts.keys()]
      .filter((at) => at > Math.max(0, from) && at < to)
      .sort((a, b) => near(b) - near(a) || (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a - b)
    const [best] = candidates
    if (best === undefined || near(best) < Math.max(2, filled.length * 0.3)) return null
    bars.push(best)
  }
  return bars.every((bar, index) => index === 0 || bar > (bars[index - 1] ?? 0)) ? bars : null
}

/** True for lines of a Markdown or org table. */
export function isTableLine(line: Line): boolean {
  const text = line.text.trim()
  return text.length > 2 && text.startsWith('|') && text.endsWith('|') && !/^\|[-_]{1,2}[^|]*$/.test(text.slice(0, -1))
}

/** The cells of a line between the bars of a table. */
export function tableCells(line: Line): readonly (Part & { readonly bar: number })[] {
  const bars = barsOf(line.text)
  const inner = bars.slice(1, -1)
  const parts = between(line, bars).slice(1, -1)
  return parts.map((part, index) => ({ line, ...withoutTicks(part), bar: index === 0 ? (bars[0] ?? 0) : (inner[index - 1] ?? 0) }))
}

/** Markdown's marks for code. */
function withoutTicks({ start, end, text }: Segment): { readonly start: number; readonly end: number } {
  const before = /^`+/.exec(text)?.[0].length ?? 0
  const after = /`+$/.exec(text)?.[0].length ?? 0
  return before + after < text.length ? { start: start + before, end: end - after } : { start, end }
}

/** Rows of a diagram whose columns stand side by side. */
export class BodyReader {
  private readonly columns: RawColumn[]
  private readonly rows: RawRow[] = []
  private readonly skipped: SkippedLine[] = []
  private readonly doubts: Body['doubts'][number][] = []
  /** Which actor stands in each place from left to right now. */
  private readonly actors: number[]
  private isAfterGap = false

  constructor(
    columns: readonly RawColumn[],
    private readonly lines: readonly Line[],
  ) {
    this.columns = [...columns]
    this.actors = columns.map((_, index) => index)
  }

  byPosition(positions: Positions): Body {
    const isWhole = positions.starts.length === 1
    return this.read((line) => {
      const cells = isWhole
        ? [{ column: 0, segment: { start: startOf(line), end: line.text.length, text: line.text.trim() } }]
        : cutLine(line, positions)
      return cells
        .filter(({ segment }) => !/^[|\s]+$/.test(segment.text))
        .map(({ column, segment }) => this.cell(column, segment.start, { line, start: segment.start, end: segment.end }))
    })
  }

  byBars(bars: readonly number[], positions: Positions): Body {
    return this.read((line) => {
      const found = bars.map((bar) => barsOf(line.text).find((at) => Math.abs(at - bar) <= DRIFT) ?? null)
      if (found.every((bar) => bar !== null)) {
        return between(line, found)
          .map((part, column) =>
            this.cell(column, part.start + (bars[column - 1] ?? 0) - (found[column - 1] ?? 0), { line, start: part.start, end: part.end }),
          )
          .filter((cell) => partLength(cell) > 0)
      }
      const cells: RawCell[] = []
      for (const { start, end } of segmentsOf(line)) {
        const column = bars.filter((bar) => start >= bar - 1).length
        const last = cells.at(-1)
        const isOwn = last === undefined || (column > (last.column ?? 0) && start > (bars[column - 1] ?? 0) - 2)
        const text = line.text.slice(start, end)
        if (isOwn) cells.push(this.cell(column, start, { line, start, end }))
        else if (text !== '|') cells[cells.length - 1] = { ...last, parts: [{ line, start: last.parts[0]?.start ?? 0, end }] }
      }
      if (cells.length > 0 && barsOf(line.text).length < bars.length && positions.starts.length > 2) {
        this.doubts.push({ code: 'column-guessed', line: line.number, message: `bars are missing: cut by position: ${quoted(line.text)}` })
      }
      return cells.map((cell) => withoutBar(cell)).filter((cell) => partLength(cell) > 0)
    })
  }

  byTable(): Body {
    return this.read((line) => {
      if (!isTableLine(line)) return [this.cell(0, startOf(line), { line, start: startOf(line), end: line.text.length })]
      const cells = tableCells(line)
      if (cells.length !== this.columns.length) {
        this.doubts.push({
          code: 'column-guessed',
          line: line.number,
          message: `${cells.length} cells in a table of ${this.columns.length} columns: ${quoted(line.text)}`,
        })
      }
      return cells
        .slice(0, this.columns.length)
        .map((part, column) => this.cell(column, part.start - part.bar, part))
        .filter((cell) => partLength(cell) > 0)
    })
  }

  private read(cut: (line: Line) => readonly RawCell[]): Body {
    for (const line of this.lines) {
      const reason = skippedReason(line)
      if (isBlank(line)) this.isAfterGap = true
      else if (reason !== null) this.skip(line, reason)
      else this.row(line, cut(line))
    }
    return { columns: this.columns, rows: this.rows, skipped: this.skipped, doubts: this.doubts }
  }

  private row(line: Line, cells: readonly RawCell[]): void {
    const [only] = cells
    const text = line.text.trim()
    if (cells.length === 1 && only !== undefined && isLateHeader(text)) {
      this.newActor(only, text)
      return
    }
    const above = this.rows.at(-1)?.cells[0]
    const goesOn = !this.isAfterGap && above?.column === null && /^(\.{3}|…)/.test(above.parts.map(partWords).join(' ')) && /^[a-z]/.test(text)
    const isAlone = cells.length === 1 && (goesOn || isOutside(text, this.isAfterGap, this.columns.length))
    const placed = isAlone ? cells.map((cell) => ({ ...cell, column: null })) : cells
    if (placed.length > 0) this.rows.push({ line, isAfterGap: this.isAfterGap && this.rows.length > 0, cells: placed })
    this.isAfterGap = false
  }

  /** A header below the first: another actor takes the place from here on, or one that was there before. */
  private newActor(cell: RawCell, text: string): void {
    const place = this.actors.indexOf(cell.column ?? 0)
    const header = text.replace(/:$/, '')
    const known = this.columns.findIndex((column) => column.header === header)
    if (known >= 0) {
      this.actors[Math.max(0, place)] = known
      return
    }
    this.actors[Math.max(0, place)] = this.columns.length
    this.columns.push({ header, places: [...cell.parts], position: this.columns[cell.column ?? 0]?.position ?? 0 })
    this.isAfterGap = false
  }

  private cell(place: number, indent: number, part: Part): RawCell {
    return { column: this.actors[place] ?? place, indent, parts: [part] }
  }

  private skip(line: Line, reason: string): void {
    this.skipped.push({ line: line.number, text: line.text.trim(), reason })
  }
}

/** Rows of a diagram that shows one actor at a time, each block headed by its name. */
export function readBlocks(lines: readonly Line[]): Body {
  const columns: RawColumn[] = []
  const rows: RawRow[] = []
  const skipped: SkippedLine[] = []
  let current: number | null = null
  let isAfterGap = false
  for (const line of lines) {
    const text = line.text.trim()
    const actor = blockActor(text)
    if (isBlank(line)) {
      isAfterGap = true
      continue
    }
    const part: Part = { line, start: startOf(line), end: line.text.length }
    if (actor !== null) {
      const known = columns.findIndex((column) => sameName(column.header, actor.name))
      current = known < 0 ? columns.length : known
      if (known < 0) columns.push({ header: actor.name, places: [part], position: 0 })
      else columns[known]?.places.push(part)
      isAfterGap = false
      continue
    }
    const reason = skippedReason(line)
    if (reason !== null) {
      skipped.push({ line: line.number, text, reason })
      continue
    }
    const isOutcome = isAfterGap && (/^(\.{3}|…) ?\w/.test(text) || verdictOf(text) !== null || isEvent(text))
    const above = rows.at(-1)
    const goesOn = !isAfterGap && above?.cells[0]?.column === null && /^[a-z]/.test(text)
    const column = goesOn || (isOutcome && changeOf(text) === null) ? null : current
    rows.push({ line, isAfterGap: isAfterGap && rows.length > 0, cells: [{ column, indent: part.start, parts: [part] }] })
    isAfterGap = false
  }
  return { columns, rows, skipped, doubts: [] }
}

/** What the positions of headers and rulers suggest. */
export function hintsOf(header: Header): readonly Hint[] {
  return header.tokens.map((token, index) => {
    // Names one blank apart say how many columns there are, and nothing about where.
    const isSqueezed = index > 0 && token.start - (header.tokens[index - 1]?.end ?? 0) < 2
    return { header: isSqueezed ? null : token.start, stroke: header.strokes?.[index] ?? null }
  })
}

/** The best cut with the hints of a header, and whether every cell has its place. */
export function positionsUnder(header: Header, lines: readonly Line[]): Positions {
  const cells = lines.filter((line) => !isBlank(line) && skippedReason(line) === null && !isCentred(line))
  return positionsOf(cells, hintsOf(header))
}

/** Events in the middle tell nothing about columns. */
function isCentred(line: Line): boolean {
  const segments = segmentsOf(line)
  const text = line.text.trim()
  return segments.length === 1 && startOf(line) > 0 && isEvent(text) && changeOf(text) === null
}

/** Events and verdicts for all: marked as such, on a line of their own. */
function isOutside(text: string, isAfterGap: boolean, columns: number): boolean {
  if (changeOf(text) !== null || isElision(text)) return false
  if (isEvent(text) || (isAfterGap && /^(\.{3}|…) ?\w/.test(text))) return true
  return verdictOf(text) !== null && (isAfterGap || columns === 1) && !/^(->|-->|BUG_ON\(|VM_BUG_ON|WARN_ON)/.test(text)
}

/** Why a line is no part of the diagram; null if it is. */
function skippedReason(line: Line): string | null {
  const text = line.text.trim()
  if (isRuler(text)) return 'a ruler'
  if (/^[|:\s]+$/.test(text)) return 'only bars: time passes'
  if (/^[}\s|]+;?$/.test(text)) return 'a closing brace'
  if (isFooter(text)) return 'how much is not shown'
  return isPicture(text) ? 'a picture' : null
}

/** Mostly strokes: `|-----A-----|----B----|`, `[====xxxx----]`, `^          ^`. */
function isPicture(text: string): boolean {
  if (isElision(text) || text.length < 5) return false
  const strokes = text.replace(/[\w\s]/g, '')
  const letters = text.replace(/[^A-Za-z]/g, '').length
  if (/^[\^\s|v]+$/.test(text)) return true
  const drawn = (text.match(/[-=+|_*~#.^]{3,}/g) ?? []).join('').length
  return drawn >= 6 && drawn + strokes.length > letters * 2 && !/\w\(/.test(text) && verdictOf(text) === null && !isEvent(text)
}

function partWords(part: Part): string {
  return part.line.text.slice(part.start, part.end)
}

function partLength(cell: RawCell): number {
  return cell.parts.reduce((length, part) => length + part.end - part.start, 0)
}

function withoutBar(cell: RawCell): RawCell {
  const [part] = cell.parts
  if (part === undefined) return cell
  const text = part.line.text.slice(part.start, part.end)
  const mark = /^\| +(?=\S)/.exec(text)?.[0].length ?? (text === '|' ? 1 : 0)
  const trail = / +\|$/.exec(text)?.[0].length ?? 0
  const start = part.start + mark
  return { ...cell, indent: cell.indent + mark, parts: [{ ...part, start, end: Math.max(start, part.end - trail) }] }
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase().replace(/[\s:#]/g, '') === b.toLowerCase().replace(/[\s:#]/g, '')
}

function quoted(text: string): string {
  const trimmed = text.trim()
  return `"${trimmed.length > 60 ? `${trimmed.slice(0, 57)}...` : trimmed}"`
}
