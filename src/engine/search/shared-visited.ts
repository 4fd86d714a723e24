import type { Visited } from './visited.js'

const SEGMENT_BITS = 4
const SEGMENTS = 1 << SEGMENT_BITS
const FIRST_CAPACITY = 1 << 14
/** Largest share of a segment that is filled, in eighths; what has not been counted yet may come on top. */
const LOAD_EIGHTHS = 6
/** New entries of a segment after which a thread adds them to the common count. */
const COUNT_EVERY = 128
/** Most fingerprints one segment can hold place for; the memory is taken only as it fills. */
const SEGMENT_CAPACITY_MAX = 1 << 23

/** 32-bit words in a line of a processor's cache: words that are written often stand apart from those that are read often. */
const LINE = 16
/** Control words: whether everybody has to stop, capacities of the segments; how many have stopped, how many search; counts. */
const GATE = 0
const CAPACITIES = 1
const PARKED = 2 * LINE
const ACTIVE = 3 * LINE
const COUNTS = 4 * LINE
const CONTROL_WORDS = COUNTS + SEGMENTS

export interface SharedVisitedMemory {
  readonly control: SharedArrayBuffer
  readonly table: SharedArrayBuffer
}

export function shareVisited(): SharedVisitedMemory {
  const control = new SharedArrayBuffer(4 * CONTROL_WORDS)
  new Int32Array(control).fill(FIRST_CAPACITY, CAPACITIES, CAPACITIES + SEGMENTS)
  return { control, table: new SharedArrayBuffer(8 * SEGMENTS * SEGMENT_CAPACITY_MAX) }
}

/**
 * A set of 64-bit fingerprints that several threads fill. An entry is claimed by an atomic exchange of its first half; the
 * second half follows. A segment grows while every other thread stands still.
 */
export class SharedVisited implements Visited {
  private readonly control: Int32Array
  private readonly table: Int32Array
  /** New entries of this thread that are not in the common counts yet. */
  private readonly uncounted = new Int32Array(SEGMENTS)

  constructor(memory: SharedVisitedMemory) {
    this.control = new Int32Array(memory.control)
    this.table = new Int32Array(memory.table)
  }

  get size(): number {
    let size = 0
    for (let segment = 0; segment < SEGMENTS; segment++) size += Atomics.load(this.control, COUNTS + segment)
    return size
  }

  /** Must be called before a thread uses the set, and `leave` when it pauses: growth waits for the active ones only. */
  join(): void {
    Atomics.add(this.control, ACTIVE, 1)
    this.standStill()
  }

  leave(): void {
    for (let segment = 0; segment < SEGMENTS; segment++) {
      Atomics.add(this.control, COUNTS + segment, this.uncounted[segment] as number)
      this.uncounted[segment] = 0
    }
    Atomics.sub(this.control, ACTIVE, 1)
  }

  add(laneA: number, laneB: number): boolean {
    const { control, table } = this
    // A plain read: a gate seen late only makes the thread that closed it wait longer.
    if (control[GATE] !== 0) this.standStill()
    const a = laneA === 0 ? 1 : laneA
    const b = laneB === 0 ? 1 : laneB
    const segment = a & (SEGMENTS - 1)
    const base = segment * SEGMENT_CAPACITY_MAX * 2
    const capacity = control[CAPACITIES + segment] as number
    const mask = capacity * 2 - 2
    let at = (b << 1) & mask
    for (;;) {
      let first = table[base + at] as number
      if (first === 0) {
        first = Atomics.compareExchange(table, base + at, 0, a)
        if (first === 0) {
          Atomics.store(table, base + at + 1, b)
          break
        }
      }
      if (first === a) {
        let second = table[base + at + 1] as number
        while (second === 0) second = Atomics.load(table, base + at + 1)
        if (second === b) return false
      }
      at = (at + 2) & mask
    }
    if (++this.uncounted[segment]! >= COUNT_EVERY) this.count(segment, capacity)
    return true
  }

  private count(segment: number, capacity: number): void {
    const uncounted = this.uncounted[segment] as number
    this.uncounted[segment] = 0
    const count = Atomics.add(this.control, COUNTS + segment, uncounted) + uncounted
    if (count * 8 > capacity * LOAD_EIGHTHS) this.grow(segment, capacity)
  }

  /** Whether the set can take no more. */
  get full(): boolean {
    for (let segment = 0; segment < SEGMENTS; segment++) {
      if ((this.control[COUNTS + segment] as number) * 8 > SEGMENT_CAPACITY_MAX * 7) return true
    }
    return false
  }

  private standStill(): void {
    const { control } = this
    // The gate may close again before we are counted out: then we are still counted as standing, and must stand.
    while (Atomics.load(control, GATE) !== 0) {
      Atomics.add(control, PARKED, 1)
      while (Atomics.load(control, GATE) !== 0) Atomics.wait(control, GATE, 1, 100)
      Atomics.sub(control, PARKED, 1)
    }
  }

  private grow(segment: number, from: number): void {
    const { control, table } = this
    while (Atomics.compareExchange(control, GATE, 0, 1) !== 0) this.standStill()
    while (Atomics.load(control, PARKED) < Atomics.load(control, ACTIVE) - 1);
    if (control[CAPACITIES + segment] === from && from < SEGMENT_CAPACITY_MAX) {
      const base = segment * SEGMENT_CAPACITY_MAX * 2
      const entries = new Int32Array(table.subarray(base, base + from * 2))
      table.fill(0, base, base + from * 2)
      const mask = from * 4 - 2
      for (let i = 0; i < entries.length; i += 2) {
        const a = entries[i] as number
        if (a === 0) continue
        const b = entries[i + 1] as number
        let at = (b << 1) & mask
        while (table[base + at] !== 0) at = (at + 2) & mask
        table[base + at] = a
        table[base + at + 1] = b
      }
      Atomics.store(control, CAPACITIES + segment, from * 2)
    }
    Atomics.store(control, GATE, 0)
    Atomics.notify(control, GATE)
  }
}
