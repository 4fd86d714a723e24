import type { Move } from './failures.js'
import type { Sharing } from './exhaustive.js'

/** Longest path that can be handed over, in moves. */
const PATH_MAX = 8192
/** Words before the mailboxes: how many members wait for work, and whether all is over. */
const IDLE = 0
const OVER = 1
const HEADER = 2
/** A mailbox: its state, the length of the path in it, the path. */
const BOX = 2 + PATH_MAX

/** States of a mailbox. */
const BUSY = 0
const WAITING = 1
const BEING_FILLED = 2
const FULL = 3

export function shareMailboxes(members: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (HEADER + members * BOX))
}

/** How the members of a team hand work to each other: one mailbox each, in shared memory. */
export class Mailboxes implements Sharing {
  private readonly words: Int32Array
  private readonly members: number

  constructor(
    memory: SharedArrayBuffer,
    private readonly own: number,
  ) {
    this.words = new Int32Array(memory)
    this.members = (this.words.length - HEADER) / BOX
  }

  get wanted(): boolean {
    return Atomics.load(this.words, IDLE) > 0
  }

  give(path: readonly Move[]): boolean {
    if (path.length > PATH_MAX) return false
    for (let member = 0; member < this.members; member++) {
      const box = this.box(member)
      if (Atomics.compareExchange(this.words, box, WAITING, BEING_FILLED) !== WAITING) continue
      this.words[box + 1] = path.length
      this.words.set(path, box + 2)
      Atomics.sub(this.words, IDLE, 1)
      Atomics.store(this.words, box, FULL)
      Atomics.notify(this.words, box)
      return true
    }
    return false
  }

  /** Waits for work; undefined when there is none left anywhere. */
  take(): readonly Move[] | undefined {
    const { words } = this
    const box = this.box(this.own)
    Atomics.store(words, box, WAITING)
    if (Atomics.add(words, IDLE, 1) + 1 === this.members) this.end()
    for (;;) {
      const state = Atomics.load(words, box)
      if (state === FULL) break
      if (this.over) return undefined
      Atomics.wait(words, box, state, 50)
    }
    Atomics.store(words, box, BUSY)
    return Array.from(words.subarray(box + 2, box + 2 + (words[box + 1] as number)))
  }

  get over(): boolean {
    return Atomics.load(this.words, OVER) !== 0
  }

  /** Tells every member to stop. */
  end(): void {
    Atomics.store(this.words, OVER, 1)
    for (let member = 0; member < this.members; member++) Atomics.notify(this.words, this.box(member))
  }

  private box(member: number): number {
    return HEADER + member * BOX
  }
}
