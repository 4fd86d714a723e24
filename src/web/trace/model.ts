/** A trace with everything that the view shows of it, worked out once. */
import { lanes, Scenes, type LaneRow, type Situation } from '../../report/explorer/index.js'
import type { Failure, TraceStep } from '../../engine/result.js'

export interface TraceModel {
  readonly situation: Situation
  readonly scenes: Scenes
  readonly rows: readonly LaneRow[]
  /** Steps of the trace, choices included: position `at` leads to cursor `at + 1`. */
  readonly steps: readonly TraceStep[]
  readonly stretches: readonly Stretch[]
  /** What the trace ends with. */
  readonly failure: Failure | null
}

/** Neighbouring steps of one task, from cursor `from` to cursor `to`. */
export interface Stretch {
  readonly task: number
  readonly from: number
  readonly to: number
}

export function traceModel(situation: Situation): TraceModel {
  const { trace } = situation.recording
  const steps = trace.events.filter((event) => event.type === 'step')
  return {
    situation,
    scenes: new Scenes(situation),
    rows: lanes(trace),
    steps,
    stretches: stretchesOf(steps),
    failure: trace.failure,
  }
}

function stretchesOf(steps: readonly TraceStep[]): readonly Stretch[] {
  const found: Stretch[] = []
  for (const [at, { task }] of steps.entries()) {
    const last = found.at(-1)
    if (last?.task === task) found[found.length - 1] = { ...last, to: at + 1 }
    else found.push({ task, from: at, to: at + 1 })
  }
  return found
}

/** The letter by which a lane is known where colours are not seen. */
export function laneLetter(task: number): string {
  return String.fromCodePoint('A'.codePointAt(0)! + (task % 26))
}

/** Class of a lane's colour and line pattern. */
export function laneClass(task: number): string {
  return `lane-${task % 8}`
}

export function taskName(model: TraceModel, task: number): string {
  const known = model.situation.recording.trace.tasks[task]
  if (known === undefined) return task < 0 ? 'set-up' : `task ${task}`
  return known.context === 'irq' ? `${known.name} (irq)` : known.name
}

/** Where a function is from: `mm/page-writeback.c, v5.10-rc5`; empty if it is no function of the kernel. */
export function sourceText({ situation: { sources } }: TraceModel, fn: string): string {
  const source = sources[fn]
  if (source === undefined) return ''
  const place = source.file === null ? "the model's own" : `${source.file}, ${source.version}`
  return source.patches.length === 0 ? place : `${place}, changed by ${source.patches.join(', ')}`
}

/** The function that a step is in; null if the task's own body takes it. */
export function functionOf(model: TraceModel, at: number): string | null {
  const row = model.rows.find((one) => one.kind === 'step' && one.at === at)
  const innermost = row?.calls.at(-1)
  const call = model.rows.find((one) => one.kind === 'call' && one.call === innermost)
  return call?.kind === 'call' ? call.fn : null
}
