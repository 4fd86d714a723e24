/** Relations between at most 32 events: row i has bit j if i is related to j. */
export type Relation = Int32Array

export const EVENTS_MAX = 32

export function empty(size: number): Relation {
  if (size > EVENTS_MAX) throw new RangeError(`${size} events are more than ${EVENTS_MAX}`)
  return new Int32Array(size)
}

export function relation(size: number, holds: (from: number, to: number) => boolean): Relation {
  const made = empty(size)
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) if (holds(i, j)) add(made, i, j)
  return made
}

export function add(to: Relation, i: number, j: number): void {
  to[i] = (to[i] ?? 0) | (1 << j)
}

export function has(of: Relation, i: number, j: number): boolean {
  return (((of[i] ?? 0) >>> j) & 1) === 1
}

export function union(first: Relation, ...rest: readonly Relation[]): Relation {
  return first.map((row, i) => rest.reduce((sum, one) => sum | (one[i] ?? 0), row))
}

export function intersection(a: Relation, b: Relation): Relation {
  return a.map((row, i) => row & (b[i] ?? 0))
}

export function inverse(r: Relation): Relation {
  return relation(r.length, (i, j) => has(r, j, i))
}

export function identity(size: number): Relation {
  return empty(size).map((_, i) => 1 << i)
}

/** First `a`, then `b`; of more than two, one after the other. */
export function sequence(a: Relation, ...rest: readonly Relation[]): Relation {
  let result = a
  for (const b of rest) {
    result = result.map((row) => {
      let reached = 0
      for (let left = row; left !== 0; left &= left - 1) reached |= b[31 - Math.clz32(left & -left)] ?? 0
      return reached
    })
  }
  return result
}

/** `r` or nothing. */
export function optional(r: Relation): Relation {
  return union(r, identity(r.length))
}

/** `r` once or more often. */
export function closure(r: Relation): Relation {
  const closed = r.slice()
  for (let k = 0; k < closed.length; k++) {
    for (let i = 0; i < closed.length; i++) if (has(closed, i, k)) closed[i] = (closed[i] ?? 0) | (closed[k] ?? 0)
  }
  return closed
}

/** `r` as often as one likes. */
export function star(r: Relation): Relation {
  return optional(closure(r))
}

export function isAcyclic(r: Relation): boolean {
  return closure(r).every((row, i) => ((row >>> i) & 1) === 0)
}
