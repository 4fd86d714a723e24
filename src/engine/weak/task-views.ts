import { mixA, mixB } from '../hash.js'
import type { Views } from './views.js'

/** What one task has come to know. */
export interface TaskViews {
  /** The oldest message that its loads may still read. */
  readonly read: number
  /** Its stores come later in modification order than this. */
  readonly write: number
  /** Everything that it has read or stored, and what came with that. */
  readonly seen: number
  /** What it has read since its last fence for loads, and what came with that. */
  readonly loaded: number
  /** What comes with its relaxed stores. */
  readonly release: number
  /** The part of it that full fences have made known to everybody. */
  readonly strong: number
  /** What it has stored since its last fence for stores, and what came with that. */
  readonly own: number
}

export const NOTHING: TaskViews = { read: 0, write: 0, seen: 0, loaded: 0, release: 0, strong: 0, own: 0 }

/** More pairs than there can be. */
const PAIRS = 0x4000000

/** Interned; 0 is a task that knows nothing. */
export class TaskViewsTable {
  private readonly all: TaskViews[] = [NOTHING]
  /** Numbers of pairs of numbers, from which the number of all the views is made. */
  private readonly pairs = new Map<number, number>()
  private readonly byPair = new Map<number, number>()
  private readonly hashA: number[] = [0]
  private readonly hashB: number[] = [0]

  constructor(private readonly views: Views) {
    this.byPair.set(this.pair(this.pair(this.pair(0, 0), this.pair(0, 0)), this.pair(this.pair(0, 0), 0)), 0)
  }

  of(id: number): TaskViews {
    return this.all[id] as TaskViews
  }

  intern(task: TaskViews): number {
    const { read, write, seen, loaded, release, strong, own } = task
    const reading = this.pair(this.pair(read, write), this.pair(seen, loaded))
    const key = this.pair(reading, this.pair(this.pair(release, strong), own))
    let id = this.byPair.get(key)
    if (id === undefined) {
      id = this.all.length
      this.byPair.set(key, id)
      this.all.push(task)
      let a = 0x3d4d51cb
      let b = 0x6a09e667
      for (const view of [read, write, seen, loaded, release, strong, own]) {
        a = mixA(Math.imul(a, 31) ^ this.views.laneA(view))
        b = mixB(Math.imul(b, 37) ^ this.views.laneB(view))
      }
      this.hashA.push(a)
      this.hashB.push(b)
    }
    return id
  }

  private pair(x: number, y: number): number {
    const key = x * PAIRS + y
    let number = this.pairs.get(key)
    if (number === undefined) this.pairs.set(key, (number = this.pairs.size))
    return number
  }

  laneA(id: number): number {
    return this.hashA[id] as number
  }

  laneB(id: number): number {
    return this.hashB[id] as number
  }
}
