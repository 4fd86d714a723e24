import { mixA, mixB } from '../hash.js'

/** Locations, and positions, up to which a changed view is remembered. */
const LOCATIONS = 4096
const POSITIONS = 64

/**
 * Views: for each location a position in its history. Interned, so that a view is a small integer and 0 is the view that
 * is at the oldest message everywhere.
 */
export class Views {
  /** Location and position by turns, in the order of locations; positions are above 0. */
  private readonly entries: (readonly number[])[] = [[]]
  private readonly byKey = new Map<string, number>([['', 0]])
  private readonly hashA: number[] = [0]
  private readonly hashB: number[] = [0]
  private readonly joins = new Map<number, number>()
  private readonly placed = new Map<number, number>()

  /** Position of `view` at `location`. */
  at(view: number, location: number): number {
    if (view === 0) return 0
    const entries = this.of(view)
    for (let i = 0; i < entries.length; i += 2) if (entries[i] === location) return entries[i + 1] as number
    return 0
  }

  /** At each location the later of two positions. */
  join(x: number, y: number): number {
    if (x === y || y === 0) return x
    if (x === 0) return y
    const key = x * 0x4000000 + y
    let joined = this.joins.get(key)
    if (joined === undefined) {
      joined = this.intern(merge(this.of(x), this.of(y)))
      this.joins.set(key, joined)
    }
    return joined
  }

  /** `view`, at `position` of `location` or later. */
  raise(view: number, location: number, position: number): number {
    return position <= this.at(view, location) ? view : this.place(view, location, position)
  }

  /** `view`, but at `position` of `location`. */
  private place(view: number, location: number, position: number): number {
    const key = (view * LOCATIONS + location) * POSITIONS + position
    let placed = this.placed.get(key)
    if (placed === undefined) {
      placed = this.placeAnew(view, location, position)
      if (location < LOCATIONS && position < POSITIONS) this.placed.set(key, placed)
    }
    return placed
  }

  private placeAnew(view: number, location: number, position: number): number {
    const entries = [...this.of(view)]
    let i = 0
    while (i < entries.length && (entries[i] as number) < location) i += 2
    const known = entries[i] === location ? 2 : 0
    entries.splice(i, known, ...(position === 0 ? [] : [location, position]))
    return this.intern(entries)
  }

  /** The part of `view` that is about `locations`. */
  restrict(view: number, locations: readonly number[]): number {
    if (view === 0) return 0
    const entries = this.of(view)
    const kept: number[] = []
    for (let i = 0; i < entries.length; i += 2)
      if (locations.includes(entries[i] as number)) kept.push(entries[i] as number, entries[i + 1] as number)
    return this.intern(kept)
  }

  /** `view` after the messages of `location` from position `from` on have moved by `by`. */
  shift(view: number, location: number, from: number, by: number): number {
    const position = view === 0 ? 0 : this.at(view, location)
    return position === 0 || position < from ? view : this.place(view, location, Math.max(0, position + by))
  }

  laneA(view: number): number {
    return this.hashA[view] as number
  }

  laneB(view: number): number {
    return this.hashB[view] as number
  }

  private of(view: number): readonly number[] {
    return this.entries[view] as readonly number[]
  }

  private intern(entries: readonly number[]): number {
    const key = entries.join()
    let view = this.byKey.get(key)
    if (view === undefined) {
      view = this.entries.length
      this.byKey.set(key, view)
      this.entries.push(entries)
      let a = 0x2f6b1d37
      let b = 0x7a3c91e5
      for (const entry of entries) {
        a = mixA(Math.imul(a, 31) ^ entry)
        b = mixB(Math.imul(b, 37) ^ entry)
      }
      this.hashA.push(a)
      this.hashB.push(b)
    }
    return view
  }
}

function merge(x: readonly number[], y: readonly number[]): number[] {
  const merged: number[] = []
  let i = 0
  let j = 0
  while (i < x.length || j < y.length) {
    const p = x[i] ?? Infinity
    const q = y[j] ?? Infinity
    const position = Math.max(p <= q ? (x[i + 1] as number) : 0, q <= p ? (y[j + 1] as number) : 0)
    if (position !== 0) merged.push(Math.min(p, q), position)
    if (p <= q) i += 2
    if (q <= p) j += 2
  }
  return merged
}
