/** Who touched which location when: the conflicts between the steps of a trace. */
import type { TraceStep } from '../engine/result.js'
import { isLifetime } from './step-text.js'

interface Touch {
  readonly index: number
  readonly task: number
  readonly writes: boolean
}

/** Steps before a given one that it conflicts with at one location; each is the latest of its kind, -1 if there is none. */
export interface Conflict {
  /** The write, of whatever task, that this step sees. */
  readonly seen: number
  /** The write of another task that this step sees or overwrites. */
  readonly write: number
  readonly reads: boolean
  /** The read of another task that this step makes out of date. */
  readonly overtaken: number
}

/**
 * Every access to an object of a pool depends on the object being allocated. That is no conflict worth telling, but for
 * the failing steps (`telling`), so it is kept apart: see `users`.
 */
export class Conflicts {
  private readonly touches = new Map<string, Touch[]>()
  private readonly lives = new Map<string, number[]>()

  constructor(
    private readonly steps: readonly TraceStep[],
    private readonly telling: ReadonlySet<number>,
  ) {
    for (const step of steps) if (isLifetime(step)) for (const location of step.writes) this.lives.set(location, [])
    steps.forEach((step, index) => {
      const writes = new Set(step.writes)
      for (const location of new Set([...step.reads, ...step.writes])) this.lives.get(location)?.push(index)
      for (const location of this.locations(index)) {
        const known = this.touches.get(location) ?? []
        if (known.length === 0) this.touches.set(location, known)
        known.push({ index, task: step.task, writes: writes.has(location) })
      }
    })
  }

  /** True if some step of another task conflicts with this one, before or after. */
  isShared(index: number): boolean {
    const step = this.steps[index]
    if (step === undefined) return false
    return [...this.locations(index)].some((location) => {
      const writes = step.writes.includes(location)
      return (this.touches.get(location) ?? []).some((other) => other.task !== step.task && (writes || other.writes))
    })
  }

  /** Conflicts with what came before, location by location. */
  before(index: number): readonly Conflict[] {
    const step = this.steps[index]
    return step === undefined ? [] : [...this.locations(index)].map((location) => this.beforeAt(step, index, location))
  }

  /** All steps that touch what this one frees or allocates, if more than one task does; none for other steps. */
  users(index: number): readonly number[] {
    const users = this.steps[index]?.writes.flatMap((location) => this.lives.get(location) ?? []) ?? []
    const tasks = new Set(users.map((user) => this.steps[user]?.task))
    return tasks.size > 1 ? users : []
  }

  private locations(index: number): ReadonlySet<string> {
    const step = this.steps[index]
    if (step === undefined) return new Set()
    const all = [...step.reads, ...step.writes]
    return new Set(this.telling.has(index) || isLifetime(step) ? all : all.filter((location) => !this.lives.has(location)))
  }

  private beforeAt(step: TraceStep, index: number, location: string): Conflict {
    const touches = this.touches.get(location) ?? []
    const reads = step.reads.includes(location)
    let seen = -1
    let overtaken = -1
    for (let at = touches.length - 1; at >= 0; at--) {
      const touch = touches[at]
      if (touch === undefined || touch.index >= index) continue
      if (touch.writes && reads && seen < 0) seen = touch.index
      if (touch.task === step.task) continue
      if (touch.writes) return { seen, write: touch.index, reads, overtaken }
      if (overtaken < 0 && step.writes.includes(location)) overtaken = touch.index
    }
    return { seen, write: -1, reads, overtaken }
  }
}
