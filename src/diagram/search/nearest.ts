/** The possible diagram that is nearest to an impossible one: the same rows in another order. */
import type { Limits, Pace } from '../../engine/search/limits.js'
import type { Configuration, RaceProgram } from '../../races/race.js'
import type { NameMatcher } from '../names.js'
import type { Cell, Diagram } from '../types.js'
import { questionOf, type Understanding } from './question-of.js'
import { keptIn, permutations, type Order } from './orders.js'
import { search, type Found } from './search.js'

/** One step that stands elsewhere now. */
export interface Moved {
  readonly cell: Cell
  /** The step that it stands below now; null if it is the first. */
  readonly below: Cell | null
}

export interface Nearest {
  readonly diagram: Diagram
  readonly moved: readonly Moved[]
  readonly schedule: string
  /** Orders that were tried before, and for how many of these every state was explored. */
  readonly tried: number
  readonly exhausted: number
}

/** States visited at most for one order, and for all together. */
const ORDER_STATES = 5_000
const ALL_STATES = 40_000

/** A diagram with more rows has too many orders to think of. */
const UNITS_MAX = 30

/** Rows of a diagram that stay together: one that is asked, and what is said below it. */
interface Unit {
  readonly rows: Diagram['rows']
  /** Column of the row that is asked; null if it is of several, or of none: such a unit is not moved. */
  readonly column: number | null
  /** The cell that is asked. */
  readonly cell: Cell
  /** Rows of the question before it and in it. */
  readonly asked: number
}

/**
 * Looks for an order of the rows of `diagram` that `program` can follow: those with the fewest rows moved first, and among them
 * those first in which every column keeps its own order. Calls stay inside the calls that they are drawn in.
 * @param matched how many rows of the question can be matched as it is drawn, every state having been explored
 */
export function* nearestPossible(
  diagram: Diagram,
  understanding: Understanding,
  matched: number,
  names: NameMatcher,
  program: RaceProgram,
  configuration: Configuration,
  limits: Limits,
): Generator<Pace, Nearest | null> {
  const [head, units] = unitsOf(diagram, understanding)
  if (units.length > UNITS_MAX) return null
  const subject = program.build(configuration)
  // No order that begins with these units can be followed.
  const impossible = new Set([prefix(units.map((_, at) => at), units, matched)])
  let left = ALL_STATES
  let tried = 0
  let exhausted = 0
  for (const order of permutations(units.map(({ column }) => column))) {
    if (left <= 0) return null
    if (beginsWithAny(order, impossible)) continue
    const arranged = { ...diagram, rows: [...head, ...order.flatMap((at) => (units[at] as Unit).rows)] }
    if (!keepsCalls(diagram, arranged)) continue
    const { question } = questionOf(arranged, names)
    const maxStates = Math.min(ORDER_STATES, left)
    const found: Found = yield* search(subject, question, { ...limits, maxStates, shortest: false })
    if (found.verdict === 'possible') {
      return { diagram: arranged, moved: movedIn(order, units), schedule: found.schedule ?? '', tried, exhausted }
    }
    left -= found.states
    tried++
    if (found.verdict !== 'impossible') continue
    exhausted++
    impossible.add(prefix(order, units, found.rows))
  }
  return null
}

function unitsOf(diagram: Diagram, { cells }: Understanding): readonly [head: Diagram['rows'], units: readonly Unit[]] {
  const ids = new Map(cells.map((understood) => [understood.cell, understood.ids]))
  const head: Diagram['rows'][number][] = []
  const units: Unit[] = []
  let asked = 0
  for (const row of diagram.rows) {
    const own = row.cells.filter((cell) => (ids.get(cell)?.length ?? 0) > 0)
    const [first] = own
    const last = units.at(-1)
    if (first !== undefined) {
      // What stands side by side is one row of the question, with what else a cell says below.
      asked += 1 + own.reduce((count, cell) => count + (ids.get(cell)?.length ?? 0) - 1, 0)
      const isFixed = own.length > 1 || first.verdict !== undefined
      units.push({ rows: [row], column: isFixed ? null : first.column, cell: first, asked })
    } else if (last === undefined) head.push(row)
    else units[units.length - 1] = { ...last, rows: [...last.rows, row] }
  }
  return [head, units]
}

/** The units up to the one that could not be matched any more, as a text. */
function prefix(order: Order, units: readonly Unit[], matched: number): string {
  const sizes = units.map(({ asked }, at) => asked - (units[at - 1]?.asked ?? 0))
  let rows = 0
  let count = 0
  while (count < order.length && rows <= matched) rows += sizes[order[count++] as number] as number
  return order.slice(0, count).join()
}

function beginsWithAny(order: Order, prefixes: ReadonlySet<string>): boolean {
  for (let count = 1; count <= order.length; count++) if (prefixes.has(order.slice(0, count).join())) return true
  return false
}

/** Whether every step lies in the same call as before. */
function keepsCalls(before: Diagram, after: Diagram): boolean {
  const inside = callsAround(before)
  return [...callsAround(after)].every(([cell, around]) => inside.get(cell) === around)
}

function callsAround({ rows }: Diagram): ReadonlyMap<Cell, Cell | undefined> {
  const open = new Map<number | null, Cell[]>()
  const around = new Map<Cell, Cell | undefined>()
  for (const cell of rows.flatMap((row) => row.cells)) {
    const outer = (open.get(cell.column) ?? []).filter(({ depth }) => depth < cell.depth)
    around.set(cell, outer.at(-1))
    open.set(cell.column, [...outer, cell])
  }
  return around
}

/** The units outside the longest part of the order that is as it was. */
function movedIn(order: Order, units: readonly Unit[]): readonly Moved[] {
  const kept = new Set(keptIn(order))
  return order.flatMap((unit, at) => {
    const above = order[at - 1]
    return kept.has(unit) ? [] : [{ cell: (units[unit] as Unit).cell, below: above === undefined ? null : (units[above] as Unit).cell }]
  })
}
