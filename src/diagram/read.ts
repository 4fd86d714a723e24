/** Finds the diagrams in a text, and reads them. */
import { assemble } from './assemble.js'
import { barsBetween, BodyReader, isTableLine, positionsUnder, readBlocks, tableCells, type Body, type RawColumn } from './body.js'
import { DiagramError } from './diagram-error.js'
import { bodyEnd, preludeStart } from './extent.js'
import { blockActor, headerAt, type Header } from './headers.js'
import { COLUMNS_MAX, DIAGRAMS_MAX, LINE_MAX, TRIALS_MAX } from './limits.js'
import { linesOf, stretchesOf, withTabs, type Line, type Stretch, type TabSize } from './lines.js'
import { guessedHints, positionsOf, type Positions } from './positions.js'
import type { RawRow } from './raw-cells.js'
import { isBlank, startOf } from './segments.js'
import type { Confidence, Diagram, Reading, SkippedLine, Warning } from './types.js'
import { isProse, isStepLike } from './wording.js'

/** All diagrams of a text, such as the body of a mail or the comment of a source file. Throws if it is no text. */
export function findDiagrams(text: string): Reading {
  const finder = new Finder(text)
  for (const stretch of stretchesOf(linesOf(text))) finder.search(stretch)
  const last = finder.diagrams.at(-1)
  if (finder.diagrams.length === DIAGRAMS_MAX && last !== undefined) {
    finder.rejected.push({ line: last.lastLine + 1, text: '', reason: `more than ${DIAGRAMS_MAX} diagrams: the rest of the text was not searched` })
  }
  return { text, diagrams: finder.diagrams, rejected: finder.rejected }
}

/**
 * The one diagram of a text. A text without headers is taken as a diagram, with a warning. Throws if there is none; if there
 * are several, the one that begins nearest above or at `line`, or else the first.
 */
export function readDiagram(text: string, line = 1): Diagram {
  const { diagrams, rejected } = findDiagrams(text)
  const chosen = diagrams.find((diagram) => diagram.lastLine >= line) ?? diagrams[0] ?? withoutHeader(text)
  if (chosen !== null) return chosen
  const [first] = rejected
  throw new DiagramError({
    message: first === undefined ? 'no diagram was found in the text' : first.reason,
    line: first?.line ?? null,
    hint: 'two columns or more under a line that names them, such as "CPU1          CPU2", steps below, at least two blanks between columns',
  })
}

class Finder {
  readonly diagrams: Diagram[] = []
  readonly rejected: SkippedLine[] = []
  private trials = 0

  constructor(private readonly text: string) {}

  search(lines: Stretch): void {
    let at = 0
    let floor = 0
    while (at < lines.length && this.diagrams.length < DIAGRAMS_MAX) {
      if (isBlank(lines[at]!)) {
        at++
        continue
      }
      const end = this.tableAt(lines, at) ?? this.blocksAt(lines, at, floor) ?? this.columnsAt(lines, at, floor)
      if (end !== null) floor = end
      at = end ?? at + 1
    }
  }

  /** Reads a diagram whose header is the line at `at`; the index behind it, or null. */
  private columnsAt(lines: Stretch, at: number, floor: number): number | null {
    const line = lines[at]
    if (line === undefined || isBlank(line)) return null
    this.rejectLostBreaks(line)
    const header = headerAt(lines, at)
    if (header === null) return null
    if (header.tokens.length > COLUMNS_MAX) {
      this.rejected.push({
        line: line.number,
        text: line.text.slice(0, 80),
        reason: `${header.tokens.length} columns, and ${COLUMNS_MAX} are the most`,
      })
      return null
    }
    if (header.certainty === 'possible' && (++this.trials > TRIALS_MAX || !mayHead(lines, at))) return null
    const right = rightOf(header)
    const end = bodyEnd(lines, header.below, right)
    if (end <= header.below) return null
    const read = readColumns(header, lines.slice(at, end))
    if (read === null || (header.certainty !== 'named' && !isConvincing(read, header.certainty === 'ruled' ? 1 : 3))) return null
    return this.add(lines, { from: at, end, floor, isBlocks: false }, read)
  }

  private blocksAt(lines: Stretch, at: number, floor: number): number | null {
    if (blockActor(lines[at]?.text.trim() ?? '') === null) return null
    const end = bodyEnd(lines, at, Infinity)
    const own = lines.slice(at, end)
    const heads = own.flatMap((line) => blockActor(line.text.trim()) ?? [])
    if (heads.length < 2) return null
    const body = readBlocks(own)
    if (body.columns.length < 2 || body.columns.length > COLUMNS_MAX || body.rows.length < 2) return null
    const first = lines[at]?.number ?? 1
    const warnings: Warning[] = []
    if (heads.length === body.columns.length) {
      warnings.push({ code: 'meaning-guessed', line: first, message: 'every actor has one block only: read as one happening after the other' })
    }
    return this.add(
      lines,
      { from: at, end, floor, isBlocks: true },
      { body, form: 'blocks', tabs: 8, confidence: heads.length === body.columns.length ? 'likely' : 'sure', warnings },
    )
  }

  private tableAt(lines: Stretch, at: number): number | null {
    const line = lines[at]
    if (line === undefined || !isTableLine(line)) return null
    let end = at
    while (end < lines.length && (isTableLine(lines[end]!) || /^\s*[|+][-+|:= ]+$/.test(lines[end]?.text ?? ''))) end++
    const head = lines.slice(at, end).findIndex((row) => /\w/.test(row.text))
    const header = lines[at + head]
    if (header === undefined || head < 0 || end - at < 3) return null
    const cells = tableCells(header)
    if (cells.length < 1 || cells.length > COLUMNS_MAX) return null
    const columns = cells.map((cell) => ({ header: header.text.slice(cell.start, cell.end), places: [cell], position: cell.start }))
    const body = new BodyReader(columns, lines.slice(at + head + 1, end)).byTable()
    const read: Read = { body, form: 'bars', tabs: 8, confidence: 'sure', warnings: [] }
    return isConvincing(read, 2) ? this.add(lines, { from: at + head, end, floor: at + head, isBlocks: false }, read) : null
  }

  private add(
    lines: Stretch,
    place: { readonly from: number; readonly end: number; readonly floor: number; readonly isBlocks: boolean },
    read: Read,
  ): number | null {
    const above = Math.max(place.floor, preludeStart(lines, place.from, place.isBlocks))
    const prelude = lines.slice(above, place.from).filter((line) => !isBlank(line))
    const diagram = assemble({
      ...read,
      text: this.text,
      prelude: prelude.map((line) => rowOf(line)),
      skipped: [],
      firstLine: (prelude[0] ?? lines[place.from])?.number ?? 1,
      lastLine: lines[place.end - 1]?.number ?? 1,
    })
    if (diagram === null) return null
    this.diagrams.push(diagram)
    return place.end
  }

  private rejectLostBreaks(line: Line): void {
    if (line.text.length <= LINE_MAX || !/\b(CPU ?\d|TASK ?\d|Thread [A-D1-4])\W+(CPU ?\d|TASK ?\d|Thread [A-D1-4])\b/i.test(line.text)) return
    const length = `line ${line.number} has ${line.text.length} characters`
    const reason = `the line breaks of the text are lost: ${length}, and which column a step stands in can not be told`
    this.rejected.push({ line: line.number, text: line.text.slice(0, 80), reason })
  }
}

interface Read {
  readonly body: Body
  readonly form: Diagram['form']
  readonly tabs: TabSize
  readonly confidence: Confidence
  readonly warnings: readonly Warning[]
}

/** Reads the lines under a header that is the first of them. */
function readColumns(header: Header, lines: readonly Line[]): Read | null {
  const below = header.below - header.at
  const [first] = lines
  if (first === undefined) return null
  const body = lines.slice(below)
  const columnCount = header.tokens.length
  const bars = barsBetween(header, body, columnCount)
  const wide = positionsUnder(header, body)
  const hasTabs = body.some((line) => line.afterTab.size > 0)
  const narrowLines = hasTabs ? withTabs(lines, 4) : lines
  const narrowHeader = hasTabs ? headerAt(narrowLines, 0) : null
  const narrow = narrowHeader?.tokens.length === columnCount ? positionsUnder(narrowHeader, narrowLines.slice(below)) : null
  const isNarrow = bars === null && narrow !== null && narrow.score > wide.score + 12
  const positions = isNarrow ? narrow : wide
  const used = isNarrow && narrowHeader !== null ? narrowHeader : header
  const line = (isNarrow ? narrowLines : lines)[0] ?? first
  const columns = used.tokens.map((token, index): RawColumn => ({
    header: token.text.replace(/[:|\s]+$/, '').replace(/^[-=*\s]+(?=\w)/, ''),
    places: [{ line, start: token.start, end: token.end }],
    position: positions.starts[index] ?? token.start,
  }))
  const reader = new BodyReader(columns, (isNarrow ? narrowLines : lines).slice(below))
  const found = bars === null ? reader.byPosition(positions) : reader.byBars(bars, positions)
  const warnings = bars === null ? doubts(positions, columns, first.number, isNarrow) : []
  const isGuess = positions.doubtful.length > 0 && bars === null
  return {
    body: found,
    form: bars !== null ? 'bars' : columnCount === 1 ? 'single' : 'columns',
    tabs: isNarrow ? 4 : 8,
    confidence: isGuess ? 'guess' : warnings.length > 0 ? 'likely' : 'sure',
    warnings,
  }
}

function doubts(positions: Positions, columns: readonly RawColumn[], line: number, isNarrow: boolean): readonly Warning[] {
  const warnings: Warning[] = []
  if (isNarrow) warnings.push({ code: 'tabs', line, message: 'tabs are taken as 4 blanks: with 8 the columns do not fit' })
  for (const column of positions.empty) {
    warnings.push({ code: 'header-guessed', line, message: `nothing stands under "${columns[column]?.header ?? ''}"` })
  }
  for (const column of positions.doubtful) {
    const { header = '' } = columns[column] ?? {}
    warnings.push({
      code: 'column-guessed',
      line,
      message: `the column of "${header}" is taken to begin at position ${(positions.starts[column] ?? 0) + 1}`,
    })
  }
  return warnings
}

/** A diagram of a text that has no header: by position, or one column. */
function withoutHeader(text: string): Diagram | null {
  const lines = linesOf(text)
  const stretch =
    stretchesOf(lines)
      .filter((some) => some.some((line) => !isBlank(line)))
      .sort((a, b) => b.length - a.length)[0] ?? []
  const from = stretch.findIndex((line) => !isBlank(line) && isStepLike(line.text.trim()))
  if (from < 0) return null
  const hints = guessedHints(stretch.slice(from).filter((line) => !isProse(line.text.trim())))
  const end = bodyEnd(stretch, from, hints.length > 1 ? (hints[1]?.header ?? 0) - 4 : Infinity)
  const body = stretch.slice(from, end)
  if (body.filter((line) => !isBlank(line)).length < 2 || hints.length > COLUMNS_MAX) return null
  const positions = positionsOf(
    body.filter((line) => !isBlank(line)),
    hints,
  )
  const columns = positions.starts.map((position): RawColumn => ({ header: '', places: [], position }))
  const read = new BodyReader(columns, body).byPosition(positions)
  const line = body[0]?.number ?? 1
  const message = columns.length > 1 ? `no line names the ${columns.length} columns` : 'one column, and nothing names it'
  return assemble({
    text,
    body: read,
    form: columns.length > 1 ? 'columns' : 'single',
    tabs: 8,
    prelude: [],
    skipped: [],
    warnings: [{ code: 'header-guessed', line, message }],
    confidence: 'guess',
    firstLine: line,
    lastLine: body.at(-1)?.number ?? line,
  })
}

/** From where on nothing can belong to the first column. */
function rightOf(header: Header): number {
  const [first, second] = header.tokens
  if (first === undefined || second === undefined) return Infinity
  return Math.max(first.start + 6, second.start - 14)
}

/** Whether lines below have something in a column on the right. Cheap: most lines that look like headers are none. */
function mayHead(lines: Stretch, at: number): boolean {
  if (at > 0 && !isBlank(lines[at - 1]!)) return false
  return lines.slice(at + 1, at + 12).some((line) => startOf(line) >= 12 && !isBlank(line))
}

/** Looks like a program and not like a table of numbers: in two columns there are steps, most cells are some. */
function isConvincing(read: Read, rowsMin: number): boolean {
  const cells = read.body.rows.flatMap((row) => row.cells)
  const texts = cells.map((cell) => cell.parts.map((part) => part.line.text.slice(part.start, part.end)).join(' '))
  const steps = texts.filter((text) => isStepLike(text)).length
  const filled = new Set(cells.map((cell) => cell.column)).size
  const isWide = read.body.columns.length < 2 || filled >= 2
  return read.body.rows.length >= rowsMin && isWide && (steps * 2 >= texts.length || (rowsMin === 1 && steps > 0))
}

function rowOf(line: Line): RawRow {
  const start = startOf(line)
  return { line, isAfterGap: false, cells: [{ column: null, indent: start, parts: [{ line, start, end: line.text.length }] }] }
}
