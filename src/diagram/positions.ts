/**
 * Where the columns of a diagram begin.
 *
 * Cells tell better than headers, which are often centred or shifted: the positions at which cells begin fall into groups,
 * one for each column, the members of a group a few cells apart (the depth of calls). Of all ways to cut the positions
 * into as many groups as there are headers, the one with the widest cuts, the best support and the nearest headers is taken.
 */
import type { Line } from './lines.js'
import { isOpen } from './raw-cells.js'
import { segmentsOf, startOf, type Segment } from './segments.js'

export interface Positions {
  /** Where each column begins. */
  readonly starts: readonly number[]
  /** Positions at which a line begins, ascending: only near one of these can a line be cut. */
  readonly leads: readonly number[]
  /** Higher is better. */
  readonly score: number
  /** Columns that no cell was found in. */
  readonly empty: readonly number[]
  /** Columns whose cells begin far from the header, or close to those of the column to the left. */
  readonly doubtful: readonly number[]
}

/** Where a header or the stroke below it begins, for each column but the first. */
export interface Hint {
  readonly header: number | null
  readonly stroke: number | null
}

const GAP_WORTH_MAX = 16
const EMPTY_WORTH = -14
const FAR = 14
const NARROW = 6

/** Cuts the starts of cells into `hints.length` groups. Lines are those of the body. */
export function positionsOf(lines: readonly Line[], hints: readonly Hint[]): Positions {
  const leads = new Map<number, number>()
  const others = new Map<number, number>()
  for (const line of lines) {
    segmentsOf(line).forEach((segment, index) => {
      // Behind a step, comments, results and the rest of its arguments begin anywhere.
      if (index > 0 && (/^(\/\/|\/\*|#|\(|<-|->|-->|==)/.test(segment.text) || isOpen(line.text.slice(0, segment.start).trim()))) return
      const counts = index === 0 ? leads : others
      counts.set(segment.start, (counts.get(segment.start) ?? 0) + 1)
    })
  }
  const starts = [...new Set([...leads.keys(), ...others.keys()])].sort((a, b) => a - b)
  const worth = (at: number, hint: Hint): number => {
    const start = starts[at] ?? 0
    const gap = at === 0 ? EMPTY_WORTH : Math.min(GAP_WORTH_MAX, start - (starts[at - 1] ?? 0))
    const support = Math.min(4, leads.get(start) ?? 0) + Math.min(3, others.get(start) ?? 0)
    return gap + support + nearness(start, hint)
  }
  const { chosen, score } = bestCuts(starts.length, hints, worth)
  const found = chosen.map((at, column) => (at === null ? (hints[column]?.header ?? 0) : (starts[at] ?? 0)))
  const first = leads.size === 0 ? (hints[0]?.header ?? 0) : Math.min(...leads.keys())
  found[0] = chosen[1] === 0 ? Math.min(hints[0]?.header ?? 0, found[1] ?? 0) : Math.min(first, found[1] ?? first)
  return {
    starts: found,
    leads: [...leads.keys()].sort((a, b) => a - b),
    score: score - starts.length / 2,
    empty: chosen.flatMap((at, column) => (column > 0 && at === null ? [column] : [])),
    doubtful: chosen.flatMap((at, column) => (column > 0 && at !== null && isDoubtful(starts, at, hints[column]) ? [column] : [])),
  }
}

/** How many columns the lines have if nothing names them, as hints: a column for each wide cut between starts. */
export function guessedHints(lines: readonly Line[]): readonly Hint[] {
  const counts = new Map<number, number>()
  for (const line of lines) if (line.text !== '') counts.set(startOf(line), (counts.get(startOf(line)) ?? 0) + 1)
  const starts = [...counts.keys()].sort((a, b) => a - b)
  const hints: Hint[] = [{ header: starts[0] ?? 0, stroke: null }]
  starts.forEach((start, at) => {
    if (at > 0 && start - (starts[at - 1] ?? 0) >= FAR) hints.push({ header: start, stroke: null })
  })
  return hints
}

/** The column a cell belongs to that begins at a position. */
export function columnAt(positions: Positions, start: number): number {
  let column = 0
  positions.starts.forEach((from, index) => {
    if (index > 0 && start >= from - 1) column = index
  })
  return column
}

/** The parts of a line, each with its column; parts that begin near no column belong to the cell on their left. */
export function cutLine(line: Line, positions: Positions): readonly { readonly column: number; readonly segment: Segment }[] {
  const cells: { readonly column: number; readonly segment: Segment }[] = []
  for (const segment of segmentsOf(line)) {
    const column = columnAt(positions, segment.start)
    const last = cells.at(-1)
    if (last === undefined || (column > last.column && isNear(positions, column, segment.start))) {
      cells.push({ column, segment })
    } else {
      const { start } = last.segment
      cells[cells.length - 1] = { column: last.column, segment: { start, end: segment.end, text: line.text.slice(start, segment.end) } }
    }
  }
  return cells
}

function isNear(positions: Positions, column: number, start: number): boolean {
  const from = positions.starts[column] ?? 0
  if (Math.abs(start - from) <= 2) return true
  const to = positions.starts[column + 1] ?? Infinity
  return positions.leads.some((lead) => lead >= from && lead < to && Math.abs(lead - start) <= 1)
}

function nearness(start: number, hint: Hint): number {
  const worths = [hint.header, hint.stroke].map((at) => {
    if (at === null) return -Infinity
    const off = start - at
    if (off === 0) return 14
    if (Math.abs(off) <= 2) return 7
    return Math.abs(off) > 30 ? -40 : off < 0 ? off / 2 : -off * 0.8
  })
  const best = Math.max(...worths)
  return best === -Infinity ? 0 : best
}

function isDoubtful(starts: readonly number[], at: number, hint: Hint | undefined): boolean {
  const start = starts[at] ?? 0
  const off = Math.min(...[hint?.header, hint?.stroke].map((from) => (typeof from === 'number' ? Math.abs(start - from) : Infinity)))
  if (off === 0) return false
  return off > FAR || (at > 0 && start - (starts[at - 1] ?? 0) < NARROW)
}

/** The best increasing choice of a start for each column but the first; null for a column without cells. */
function bestCuts(
  count: number,
  hints: readonly Hint[],
  worth: (at: number, hint: Hint) => number,
): { readonly chosen: readonly (number | null)[]; readonly score: number } {
  interface Way {
    readonly chosen: readonly (number | null)[]
    readonly next: number
    readonly score: number
  }
  let ways: Way[] = [{ chosen: [null], next: 0, score: 0 }]
  for (const hint of hints.slice(1)) {
    // Of all ways that leave the same starts for the columns to come, only the best one matters.
    const best = new Map<number, Way>()
    const offer = (way: Way): void => {
      if (way.score > (best.get(way.next)?.score ?? -Infinity)) best.set(way.next, way)
    }
    for (const way of ways) {
      offer({ chosen: [...way.chosen, null], next: way.next, score: way.score + EMPTY_WORTH })
      for (let at = way.next; at < count; at++) {
        offer({ chosen: [...way.chosen, at], next: at + 1, score: way.score + worth(at, hint) })
      }
    }
    ways = [...best.values()]
  }
  const [first, ...rest] = ways
  const top = rest.reduce((a, b) => (b.score > a.score ? b : a), first ?? { chosen: [null], next: 0, score: 0 })
  return { chosen: top.chosen, score: top.score }
}
