/** A case that was made of a schedule of one kernel, without what v6.18 does not do in it. */
import { heldText, type Case, type CaseEvent } from '../../case.js'
import type { FileSystemName } from '../../record.js'
import { modelCase, type CaseModel, type RestState } from '../held/case-model.js'

export interface Fitted {
  readonly which: Case
  /** Null if it has too many states. */
  readonly model: CaseModel | null
  /** What was taken out, and why. */
  readonly notes: readonly string[]
}

/** Takes out one thing after the other that the model of v6.18 can not follow. */
export function fitCase(fs: FileSystemName, wanted: Case): Fitted {
  const notes: string[] = []
  let which = wanted
  for (;;) {
    const model = modelCase(fs, which)
    const wrong = model === null ? null : unfit(which, model)
    if (wrong === null) return { which, model, notes }
    notes.push(wrong.why)
    which = { ...which, events: which.events.filter((event) => !wrong.events.includes(event)) }
  }
}

interface Unfit {
  readonly events: readonly CaseEvent[]
  readonly why: string
}

function unfit({ events }: Case, model: CaseModel): Unfit | null {
  for (const [i, event] of events.entries()) {
    const before: readonly RestState[] = i === 0 ? [] : (model.layers[i - 1] ?? [])
    if (event.event === 'start') {
      const waits = before.some(({ seen }) => seen.observation.tasks[event.task]?.state === 'blocked')
      if (waits) {
        return { events: [event], why: `${event.task}: ${event.call.op}: left out, because on v6.18 the task still waits in its call before` }
      }
    }
    if (event.event === 'release') {
      const name = heldText(event.io)
      if (before.every(({ seen }) => seen.observation.held.includes(name))) continue
      const hold = lastHold(events.slice(0, i), name)
      return { events: hold === null ? [event] : [event, hold], why: `${name}: not held, because v6.18 makes no such request there` }
    }
  }
  return null
}

function lastHold(events: readonly CaseEvent[], name: string): CaseEvent | null {
  return [...events].reverse().find((event) => event.event === 'hold' && heldText(event.io) === name) ?? null
}
