const FIRST_CAPACITY = 1 << 12

/** Smallest cost at which each fingerprint was reached. */
export class CostMap {
  size = 0
  private table = new Int32Array(4 * FIRST_CAPACITY)

  /** Records `cost` for a fingerprint unless it was reached at that cost or less; whether it was recorded. */
  improve(a: number, b: number, cost: number): boolean {
    const at = this.find(a, b)
    if (this.table[at + 3] !== 0) {
      if ((this.table[at + 2] as number) <= cost) return false
      this.table[at + 2] = cost
      return true
    }
    this.table[at] = a
    this.table[at + 1] = b
    this.table[at + 2] = cost
    this.table[at + 3] = 1
    this.size++
    if (this.size * 16 > this.table.length * 3) this.grow()
    return true
  }

  /** The recorded cost; Infinity if there is none. */
  get(a: number, b: number): number {
    const at = this.find(a, b)
    return this.table[at + 3] === 0 ? Infinity : (this.table[at + 2] as number)
  }

  private find(a: number, b: number): number {
    const mask = this.table.length - 4
    let at = ((a ^ (b << 7)) << 2) & mask
    while (this.table[at + 3] !== 0 && (this.table[at] !== a || this.table[at + 1] !== b)) at = (at + 4) & mask
    return at
  }

  private grow(): void {
    const old = this.table
    this.table = new Int32Array(old.length * 2)
    for (let from = 0; from < old.length; from += 4) {
      if (old[from + 3] === 0) continue
      const at = this.find(old[from] as number, old[from + 1] as number)
      this.table.set(old.subarray(from, from + 4), at)
    }
  }
}
