/** A small integer generator: the same sequence for a seed on every machine (an LCG step, then the mixing of splitmix32). */
export class Prng {
  private state: number

  constructor(seed: number) {
    this.state = (seed ^ 0x5bd1e995) | 0
  }

  /** Next 32 unsigned bits. */
  next(): number {
    this.state = (this.state + 0x9e3779b9) | 0
    let z = this.state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }

  /** An integer in 0 … n-1. */
  below(n: number): number {
    return this.next() % n
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  /** Picks by weight: `[[3, 'often'], [1, 'rarely']]`. */
  weighted<T>(items: readonly (readonly [number, T])[]): T {
    let rest = this.below(items.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, item] of items) {
      rest -= weight
      if (rest < 0) return item
    }
    throw new RangeError('nothing to pick from')
  }
}
