import type { Move } from './failures.js'

/** Of a node: parent, move, cost, last task, first child, next sibling, last child. */
const FIELDS = 7

/** A growing tree of paths: each node is its parent and one move. */
export class PathTree {
  size = 0
  private fields = new Int32Array(FIELDS * 1024)

  /** The empty path. */
  root(): number {
    return this.append(-1, 0, 0, -1)
  }

  /** Adds a path; it becomes the last child of `parent`. */
  add(parent: number, m: Move, cost: number, last: number): number {
    const node = this.append(parent, m, cost, last)
    const elder = this.fields[FIELDS * parent + 6] as number
    if (elder < 0) this.fields[FIELDS * parent + 4] = node
    else this.fields[FIELDS * elder + 5] = node
    this.fields[FIELDS * parent + 6] = node
    return node
  }

  move(node: number): Move {
    return this.fields[FIELDS * node + 1] as number
  }

  cost(node: number): number {
    return this.fields[FIELDS * node + 2] as number
  }

  /** The task that took the last step of the path; -1 if none did. */
  last(node: number): number {
    return this.fields[FIELDS * node + 3] as number
  }

  firstChild(node: number): number {
    return this.fields[FIELDS * node + 4] as number
  }

  nextSibling(node: number): number {
    return this.fields[FIELDS * node + 5] as number
  }

  path(node: number): Move[] {
    const moves: Move[] = []
    for (let at = node; (this.fields[FIELDS * at] as number) >= 0; at = this.fields[FIELDS * at] as number)
      moves.push(this.move(at))
    return moves.reverse()
  }

  private append(parent: number, m: Move, cost: number, last: number): number {
    const node = this.size++
    if (FIELDS * this.size > this.fields.length) {
      const larger = new Int32Array(this.fields.length * 2)
      larger.set(this.fields)
      this.fields = larger
    }
    const { fields } = this
    const at = FIELDS * node
    fields[at] = parent
    fields[at + 1] = m
    fields[at + 2] = cost
    fields[at + 3] = last
    fields[at + 4] = fields[at + 5] = fields[at + 6] = -1
    return node
  }
}
