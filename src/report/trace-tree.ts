/** A trace, seen as what each task was doing: every step with the calls it is in and the stretch it belongs to. */
import type { Trace, TraceStep } from '../engine/result.js'

/** One call of a table function in a trace. */
export interface CallNode {
  /** Position among the calls of the trace, in order of entry. */
  readonly id: number
  readonly task: number
  readonly fn: string
  readonly args: readonly string[]
  /** The call it was made from; null for what the task's own body calls. */
  readonly parent: CallNode | null
}

/** One step and where it stands. */
export interface PlacedStep {
  readonly step: TraceStep
  /** Position among `TraceTree.steps`: unlike `step.index` it counts choices too. */
  readonly at: number
  /** Open calls, outermost first. */
  readonly path: readonly CallNode[]
  /** Number of the stretch, counted from 0, that the step belongs to. */
  readonly stretch: number
}

/** Neighbouring steps of one task: what lies between two context switches. */
export interface Stretch {
  /** Position among the stretches of the trace. */
  readonly number: number
  readonly task: number
  readonly steps: readonly PlacedStep[]
  /** Calls open when the task goes on, or at the end of the trace if it never does; outermost first. */
  readonly openAfter: readonly CallNode[]
}

export interface TraceTree {
  readonly steps: readonly PlacedStep[]
  readonly stretches: readonly Stretch[]
}

/** Reads the events of a trace once. A `return` without a matching `call` is ignored. */
export function traceTree(trace: Trace): TraceTree {
  const open = new Map<number, CallNode[]>()
  const steps: PlacedStep[] = []
  const stretches: { number: number; task: number; steps: PlacedStep[]; openAfter: readonly CallNode[] }[] = []
  const latest = new Map<number, { openAfter: readonly CallNode[] }>()
  let calls = 0
  for (const event of trace.events) {
    const stack = open.get(event.task) ?? []
    open.set(event.task, stack)
    if (event.type === 'call') {
      stack.push({ id: calls++, task: event.task, fn: event.fn, args: event.args, parent: stack.at(-1) ?? null })
    } else if (event.type === 'return') {
      stack.pop()
    } else {
      let stretch = stretches.at(-1)
      if (stretch?.task !== event.task) {
        const before = latest.get(event.task)
        if (before !== undefined) before.openAfter = [...stack]
        stretch = { number: stretches.length, task: event.task, steps: [], openAfter: [] }
        stretches.push(stretch)
        latest.set(event.task, stretch)
      }
      const placed = { step: event, at: steps.length, path: [...stack], stretch: stretch.number }
      stretch.steps.push(placed)
      steps.push(placed)
    }
  }
  for (const [task, stretch] of latest) stretch.openAfter = [...(open.get(task) ?? [])]
  return { steps, stretches }
}

/** Where in `tree.steps` the failure of the trace was noticed; -1 if it was noticed at no step. */
export function failingStep(trace: Trace, tree: TraceTree): number {
  const { failure } = trace
  if (failure === null) return -1
  return tree.steps.findLastIndex(({ step }) =>
    step.failures.some(
      (seen) => seen.kind === failure.kind && seen.where === failure.where && seen.message === failure.message,
    ),
  )
}
