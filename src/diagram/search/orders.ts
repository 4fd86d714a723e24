/** Orders near to the one that is there. */

/** A permutation: which of the old places stands at each new one. */
export type Order = readonly number[]

/** Most orders that are thought of. */
const ORDERS_MAX = 2_000

/**
 * Orders that are made by moving one run of neighbours of one column to another place, then by two such moves. Those with fewer
 * moved first, then those in which columns keep their own order, then those that move less far.
 * @param columns of each place; null for what is not to be moved, nor crossed
 */
export function permutations(columns: readonly (number | null)[]): readonly Order[] {
  const start = columns.map((_, at) => at)
  const known = new Set([start.join()])
  const once = fresh(moves(start, columns), known)
  const twice: Order[] = []
  for (const order of ranked(once, columns)) {
    if (known.size >= ORDERS_MAX) break
    twice.push(...fresh(moves(order, columns), known))
  }
  return ranked([...once, ...twice], columns)
}

function moves(order: Order, columns: readonly (number | null)[]): readonly Order[] {
  const found: Order[] = []
  for (let from = 0; from < order.length; from++) {
    for (let end = from + 1; end <= order.length; end++) {
      const run = order.slice(from, end)
      const column = columns[run[0] as number]
      if (column === null || run.some((unit) => columns[unit] !== column)) break
      const rest = [...order.slice(0, from), ...order.slice(end)]
      for (let to = 0; to <= rest.length; to++) {
        const crossed = to < from ? rest.slice(to, from) : rest.slice(from, to)
        if (to !== from && crossed.every((unit) => columns[unit] !== null)) found.push([...rest.slice(0, to), ...run, ...rest.slice(to)])
      }
    }
  }
  return found
}

function fresh(orders: readonly Order[], known: Set<string>): readonly Order[] {
  return orders.filter((order) => {
    const key = order.join()
    const isNew = !known.has(key)
    known.add(key)
    return isNew
  })
}

function ranked(orders: readonly Order[], columns: readonly (number | null)[]): readonly Order[] {
  return orders
    .map((order) => ({ order, rank: [order.length - keptIn(order).length, mixesColumns(order, columns) ? 1 : 0, distance(order)] as const }))
    .sort((x, y) => x.rank[0] - y.rank[0] || x.rank[1] - y.rank[1] || x.rank[2] - y.rank[2])
    .map(({ order }) => order)
}

/** Whether some column's steps are not in their old order. */
function mixesColumns(order: Order, columns: readonly (number | null)[]): boolean {
  return order.some((unit, at) => order.slice(at + 1).some((later) => later < unit && columns[later] === columns[unit]))
}

function distance(order: Order): number {
  return order.reduce((sum, unit, at) => sum + Math.abs(unit - at), 0)
}

/** The longest part of an order that is as it was; what is not in it was moved. */
export function keptIn(order: Order): Order {
  const best: Order[] = []
  for (const unit of order) {
    const before = best.filter((run) => (run.at(-1) as number) < unit)
    best.push([...longest(before), unit])
  }
  return longest(best)
}

function longest(runs: readonly Order[]): Order {
  return runs.reduce<Order>((long, run) => (run.length > long.length ? run : long), [])
}
