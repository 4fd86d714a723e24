/** Segments grow one at a time, so that growing needs little memory besides the set itself. */
const SEGMENT_BITS = 6
const SEGMENTS = 1 << SEGMENT_BITS
const FIRST_CAPACITY = 256
/** Largest share of a segment that is filled, in eighths. */
const LOAD_EIGHTHS = 6

/** The states seen so far, by their fingerprints. */
export interface Visited {
  readonly size: number
  /** Adds a fingerprint; whether it is new. */
  add(laneA: number, laneB: number): boolean
}

/** A set of 64-bit fingerprints: 11 to 22 bytes each. */
export class VisitedSet implements Visited {
  size = 0
  private readonly tables: Int32Array[] = []
  private readonly counts = new Int32Array(SEGMENTS)

  constructor() {
    for (let i = 0; i < SEGMENTS; i++) this.tables.push(new Int32Array(2 * FIRST_CAPACITY))
  }

  add(a: number, b: number): boolean {
    if ((a | b) === 0) b = 1
    const segment = a & (SEGMENTS - 1)
    let table = this.tables[segment] as Int32Array
    let mask = table.length - 2
    let at = (b << 1) & mask
    for (;;) {
      const x = table[at] as number
      const y = table[at + 1] as number
      if ((x | y) === 0) break
      if (x === a && y === b) return false
      at = (at + 2) & mask
    }
    table[at] = a
    table[at + 1] = b
    this.size++
    const count = ++this.counts[segment]!
    if (count * 16 > table.length * LOAD_EIGHTHS) {
      table = this.grow(table)
      mask = table.length - 2
      this.tables[segment] = table
    }
    return true
  }

  private grow(table: Int32Array): Int32Array {
    const larger = new Int32Array(table.length * 2)
    const mask = larger.length - 2
    for (let from = 0; from < table.length; from += 2) {
      const a = table[from] as number
      const b = table[from + 1] as number
      if ((a | b) === 0) continue
      let at = (b << 1) & mask
      while (((larger[at] as number) | (larger[at + 1] as number)) !== 0) at = (at + 2) & mask
      larger[at] = a
      larger[at + 1] = b
    }
    return larger
  }
}
