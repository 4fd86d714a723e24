/** Makes a diagram of its rows: depth, contents, names of actors, warnings. */
import { actorNames, placeOf } from './actors.js'
import type { Body } from './body.js'
import { contentOf, type Content } from './content.js'
import { depthsOf, treeMark } from './depth.js'
import type { TabSize } from './lines.js'
import { spanOf } from './lines.js'
import { joined, joinWrapped, type Joined, type RawCell, type RawRow } from './raw-cells.js'
import { remarkValue } from './results.js'
import type { ActorName, Cell, Column, Confidence, Diagram, DiagramForm, Row, SkippedLine, Warning } from './types.js'

export interface Assembly {
  readonly text: string
  readonly form: DiagramForm
  readonly tabs: TabSize
  readonly prelude: readonly RawRow[]
  readonly body: Body
  readonly skipped: readonly SkippedLine[]
  readonly warnings: readonly Warning[]
  readonly confidence: Confidence
  readonly firstLine: number
  readonly lastLine: number
}

/** A cell whose words have been read, before its depth is known. */
interface ReadCell {
  readonly row: number
  readonly raw: RawCell
  readonly joined: Joined
  readonly content: Content
  readonly indent: number
  /** Levels below the cell it shares a line with. */
  readonly below: number
  /** Offset of its words in the joined text, where it shares a line. */
  readonly start: number
}

/** Null if no row is left. */
export function assemble(parts: Assembly): Diagram | null {
  const { rows, wrapped } = joinWrapped(parts.body.rows)
  const warnings: Warning[] = [...parts.warnings, ...parts.body.doubts]
  for (const line of wrapped) {
    warnings.push({ code: 'wrapped-cell', line: line.number, message: `taken as going on with the line above: ${quoted(line.text)}` })
  }
  const cells = readCells(rows, parts.tabs)
  remarkOnSteps(cells)
  const depths = depthOf(cells, warnings)
  const finished = cells.map((cell, at) => finish(cell, depths[at] ?? 0, isEntered(cells, depths, at)))
  const built = buildRows(rows, cells, finished, warnings)
  if (!built.some((row) => row.cells.some(isStep))) return null
  const columns = columnsOf(parts, finished)
  warnings.push(...namingWarnings(columns, parts.firstLine))
  return {
    text: parts.text,
    firstLine: parts.firstLine,
    lastLine: parts.lastLine,
    form: parts.form,
    confidence: parts.confidence,
    columns,
    prelude: preludeOf(parts),
    rows: built,
    warnings: warnings.sort((a, b) => a.line - b.line),
    skipped: [...parts.skipped, ...parts.body.skipped].sort((a, b) => a.line - b.line),
  }
}

/** A step of the program, or of the machine. */
export function isStep(cell: Cell): boolean {
  return cell.kind === 'call' || cell.kind === 'statement'
}

function readCells(rows: readonly RawRow[], tabs: TabSize): ReadCell[] {
  const cells: ReadCell[] = []
  const seen = new Set<number | null>()
  const steps = new Set<number | null>()
  rows.forEach((row, at) => {
    for (const raw of row.cells) {
      const text = joined(raw, tabs)
      const { length, indent } = treeMark(text.text, raw.indent)
      const around = {
        isFirst: !seen.has(raw.column),
        hasStepAbove: steps.has(raw.column),
        place: (start: number, end: number) => text.span(start, end),
      }
      const read = contentOf(text.text.slice(length), length, around)
      // `|  words`: a remark beside the trunk of a tree.
      const isBeside = /^\| +[^-\s]/.test(text.text) && read.kind === 'statement'
      const content: Content = isBeside ? { ...read, kind: 'note', results: [], inside: [] } : read
      // What happens to all is nobody's, wherever it stands.
      const owner = content.kind === 'event' && row.cells.length === 1 ? { ...raw, column: null } : raw
      cells.push({ row: at, raw: owner, joined: text, content, indent, below: 0, start: 0 })
      content.inside.forEach(({ start, content: inner }, index) => {
        cells.push({ row: at, raw, joined: text, content: inner, indent, below: index + 1, start: start + length })
      })
      seen.add(raw.column)
      if (isAStep(content)) steps.add(raw.column)
    }
  })
  return cells
}

/** A remark such as `- fails as somebody holds a reference` says what the step above it gave. */
function remarkOnSteps(cells: ReadCell[]): void {
  const above = new Map<number | null, number>()
  cells.forEach((cell, at) => {
    const step = above.get(cell.raw.column)
    const value = cell.content.kind === 'note' ? remarkValue(cell.content.text) : null
    if (isAStep(cell.content)) above.set(cell.raw.column, at)
    const target = step === undefined ? undefined : cells[step]
    if (value === null || step === undefined || target === undefined) return
    const about = target.content.calls.length === 0 ? null : target.content.calls.length - 1
    const results = [...target.content.results, { ...value, call: about, text: '', origin: 'stated' as const }]
    cells[step] = { ...target, content: { ...target.content, results } }
  })
}

function isAStep(content: Content): boolean {
  return content.kind === 'call' || content.kind === 'statement'
}

function depthOf(cells: readonly ReadCell[], warnings: Warning[]): readonly number[] {
  const depths = cells.map(() => 0)
  const columns = new Set(cells.map((cell) => cell.raw.column))
  for (const column of columns) {
    if (column === null) continue
    const own = cells.map((cell, at) => ({ cell, at })).filter(({ cell }) => cell.raw.column === column)
    const indents = arrowsInside(own.map(({ cell }) => cell))
    const found = depthsOf(own.map(({ cell }, index) => ({ indent: indents[index] ?? 0, below: cell.below, isStep: hasDepth(cell.content) })))
    own.forEach(({ cell, at }, index) => {
      depths[at] = found.depths[index] ?? 0
      if (found.rounded[index] === true) {
        warnings.push({
          code: 'depth-guessed',
          line: lineOf(cell),
          message: `indented by a blank more or less than the lines beside it: ${quoted(cell.joined.text)}`,
        })
      }
    })
  }
  return depths
}

/** `->f()` below `g()` at the same indentation is inside `g` where all lines below it are written so. */
function arrowsInside(cells: readonly ReadCell[]): readonly number[] {
  const isArrow = (cell: ReadCell): boolean => /^->\w/.test(cell.joined.text)
  const first = cells.findIndex(isArrow)
  if (first <= 0 || cells[first - 1]?.indent !== cells[first]?.indent) return cells.map((cell) => cell.indent)
  const parent = cells[first]?.indent ?? 0
  const isTree =
    cells.slice(first).every((cell) => isArrow(cell) || (cell.indent >= parent && !isAStep(cell.content))) && cells.filter(isArrow).length > 1
  return cells.map((cell, at) => (isTree && at >= first && isArrow(cell) ? cell.indent + 2 : cell.indent))
}

function hasDepth(content: Content): boolean {
  return content.kind !== 'note' && content.kind !== 'label'
}

function isEntered(cells: readonly ReadCell[], depths: readonly number[], at: number): boolean {
  const cell = cells[at]
  if (cell === undefined || !hasDepth(cell.content) || cell.raw.column === null) return false
  const next = cells.findIndex((other, index) => index > at && other.raw.column === cell.raw.column && hasDepth(other.content))
  return next >= 0 && (depths[next] ?? 0) > (depths[at] ?? 0)
}

function finish(cell: ReadCell, depth: number, isEntered: boolean): Cell {
  const { content } = cell
  const whole = cell.joined.spans
  const isPart = cell.below > 0 || content.inside.length > 0
  const innerStart = content.inside[0]?.start ?? cell.joined.text.length
  const spans = !isPart ? whole : cell.below > 0 ? [cell.joined.span(cell.start, cell.joined.text.length)] : [cell.joined.span(0, innerStart)]
  const implied = isEntered && content.isCondition && content.calls.length === 1
  const results = implied
    ? [...content.results, { kind: 'truth' as const, value: content.calls[0]?.isNegated !== true, call: 0, text: '', origin: 'implied' as const }]
    : content.results
  return {
    kind: content.kind,
    column: cell.raw.column,
    depth,
    text: content.text,
    spans,
    calls: content.calls,
    isEntered,
    isCondition: content.isCondition,
    results,
    remarks: content.remarks,
    ...(content.change === undefined ? {} : { change: content.change }),
    ...(content.verdict === undefined ? {} : { verdict: content.verdict }),
  }
}

/** One row for each row of cells; what shares a line with the call it happens in has a row of its own. */
function buildRows(rows: readonly RawRow[], cells: readonly ReadCell[], finished: readonly Cell[], warnings: Warning[]): readonly Row[] {
  return rows.flatMap((raw, at) => {
    const own = cells.map((cell, index) => ({ cell, finished: finished[index]! })).filter(({ cell }) => cell.row === at)
    const levels = [...new Set(own.map(({ cell }) => cell.below))].sort((a, b) => a - b)
    return levels.map((level, index): Row => {
      const here = own.filter(({ cell }) => cell.below === level).map(({ finished: cell }) => cell)
      const isUnordered = here.filter(isStep).length > 1
      if (isUnordered) {
        const words = here
          .filter(isStep)
          .map((cell) => quoted(cell.text))
          .join(' and ')
        warnings.push({ code: 'unordered-row', line: raw.line.number, message: `side by side, taken as in any order: ${words}` })
      }
      return { line: raw.line.number, cells: here, isUnordered, isAfterGap: raw.isAfterGap && index === 0 }
    })
  })
}

function columnsOf(parts: Assembly, cells: readonly Cell[]): readonly Column[] {
  return parts.body.columns.map((column, index) => {
    const spans = column.places.map((place) => spanOf(place.line, place.start, place.end, parts.tabs))
    const [first] = spans
    const labels = cells.filter((cell) => cell.column === index && cell.kind === 'label')
    const named = first === undefined || column.header === '' ? [] : actorNames(column.header, first)
    const roles: ActorName[] = labels.map((cell) => ({ kind: 'role', text: cell.text }))
    return { header: column.header, names: [...roles, ...named], spans, position: column.position }
  })
}

/** Names of one kind that are spelled in different ways, or twice. */
function namingWarnings(columns: readonly Column[], line: number): readonly Warning[] {
  const places = columns.map((column) => placeOf(column.header))
  const spellings = new Map<string, Set<string>>()
  columns.forEach((_, index) => {
    const place = places[index] ?? null
    if (place !== null) spellings.set(place.kind, (spellings.get(place.kind) ?? new Set()).add(place.spelling))
  })
  const warnings: Warning[] = []
  for (const [kind, ways] of spellings) {
    if (ways.size > 1)
      warnings.push({
        code: 'header-naming',
        line,
        message: `the ${kind}s are spelled in different ways: ${columns.map((column) => column.header).join(', ')}`,
      })
  }
  const canonical = places.flatMap((place) => (place === null ? [] : [place.canonical]))
  const twice = canonical.find((name, index) => canonical.indexOf(name) < index)
  if (twice !== undefined) warnings.push({ code: 'header-naming', line, message: `two columns are named ${twice}` })
  return warnings
}

function preludeOf(parts: Assembly): readonly Cell[] {
  const { rows } = joinWrapped(parts.prelude)
  return readCells(rows, parts.tabs).map((cell) => ({ ...finish(cell, 0, false), column: null }))
}

function lineOf(cell: ReadCell): number {
  return cell.raw.parts[0]?.line.number ?? 0
}

function quoted(text: string): string {
  const words = text.trim().replace(/\s+/g, ' ')
  return `"${words.length > 50 ? `${words.slice(0, 47)}...` : words}"`
}
