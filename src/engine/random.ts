/** A seeded generator of 32-bit integers (xorshift). */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = Math.imul(seed ^ 0x5deece66, 0x9e3779b1) | 1
    for (let i = 0; i < 8; i++) this.next()
  }

  /** A number from 0 to n - 1. */
  below(n: number): number {
    return (this.next() >>> 0) % n
  }

  private next(): number {
    let x = this.state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.state = x
    return x
  }
}
