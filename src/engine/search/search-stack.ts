import type { Move } from './failures.js'

/** The present path of a depth-first search: for each depth, a state and the branch that was taken from it. */
export class SearchStack {
  /** Tasks left to try (a mask), or how many values of a choice are left. */
  left = new Int32Array(1024)
  /** Tasks that a reduction has put off. */
  held = new Int32Array(1024)
  /** Positions in the undo log. */
  marks = new Int32Array(1024)
  /** The task that makes a choice, or -1. */
  chooser = new Int32Array(1024)
  moves = new Int32Array(1024)

  /** Makes room for a depth. */
  reach(depth: number): void {
    if (depth < this.left.length) return
    this.left = doubled(this.left)
    this.held = doubled(this.held)
    this.marks = doubled(this.marks)
    this.chooser = doubled(this.chooser)
    this.moves = doubled(this.moves)
  }

  /** The first moves of the path. */
  path(length: number): readonly Move[] {
    return Array.from(this.moves.subarray(0, length))
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
