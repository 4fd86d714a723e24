/** Who touched which location when: the conflicts between the steps of a trace. */
import type { TraceStep } from '../engine/result.js'

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

export class Conflicts {
  private readonly touches = new Map<string, Touch[]>()

  constructor(private readonly steps: readonly TraceStep[]) {
    steps.forEach((step, index) => {
      const writes = new Set(step.writes)
      for (const location of locations(step)) {
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
    const meets = (location: string, writes: boolean): boolean =>
      (this.touches.get(location) ?? []).some((other) => other.task !== step.task && (writes || other.writes))
    return step.reads.some((at) => meets(at, false)) || step.writes.some((at) => meets(at, true))
  }

  /** Conflicts with what came before, location by location. */
  before(index: number): readonly Conflict[] {
    const step = this.steps[index]
    return step === undefined ? [] : [...locations(step)].map((location) => this.beforeAt(step, index, location))
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

function locations(step: TraceStep): ReadonlySet<string> {
  return new Set([...step.reads, ...step.writes])
}
