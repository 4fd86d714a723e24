/** The rows of the trace view: steps, calls and switches in lanes, a lane a task. */
import type { Trace, TraceStep } from '../../engine/result.js'
import { shownSteps } from '../diagram.js'
import { relevance } from '../relevance.js'
import { callText, stepText } from '../step-text.js'
import { traceTree, type CallNode, type PlacedStep } from '../trace-tree.js'

interface Row {
  readonly task: number
  /** How many calls it is in. */
  readonly depth: number
  readonly text: string
  /** Numbers of the calls it is in, outermost first. */
  readonly calls: readonly number[]
  /** Position of the step, or of the first step after it; the cursor behind a step is `at + 1`. */
  readonly at: number
  /** Whether it belongs to what the diagram of the trace shows. */
  readonly essential: boolean
}

export interface StepRow extends Row {
  readonly kind: 'step'
  readonly step: TraceStep
  /** 0 is most relevant; null if it touches nothing that another task touches. */
  readonly price: number | null
}

/** A call being entered. */
export interface CallRow extends Row {
  readonly kind: 'call'
  /** Number of the call in the trace. */
  readonly call: number
  readonly fn: string
  readonly args: readonly string[]
  /** How many steps are in it, and how many of them are essential. */
  readonly steps: number
  readonly essentialSteps: number
  /** What it returned: empty if nothing; null if it has not. */
  readonly returned: string | null
}

/** Another task goes on. */
export interface SwitchRow extends Row {
  readonly kind: 'switch'
  readonly to: number
  readonly reason: 'preempted' | 'blocked' | 'finished' | 'failed'
}

export type LaneRow = StepRow | CallRow | SwitchRow

/** Every row, in order of time. Those that are essential are the steps of the race, to be shown first. */
export function lanes(trace: Trace): readonly LaneRow[] {
  const tree = traceTree(trace)
  const prices = relevance(trace, tree)
  const chosen = shownSteps(trace, tree, prices)
  const counts = countSteps(tree.steps, chosen)
  const rows: LaneRow[] = []
  /** Of each task, where in `rows` the calls are that it is in. */
  const open = new Map<number, number[]>()
  const switches = switchesBefore(trace)
  let at = 0
  let calls = 0
  for (const [position, event] of trace.events.entries()) {
    const why = switches.get(position)
    if (why !== undefined) rows.push(switchRow(why, tree.steps[at - 1], at))
    const stack = open.get(event.task) ?? []
    open.set(event.task, stack)
    const place = { task: event.task, depth: stack.length, calls: stack.flatMap((row) => callIn(rows[row])?.call ?? []), at }
    if (event.type === 'return') {
      const row = stack.pop() ?? -1
      const call = callIn(rows[row])
      if (call !== undefined) rows[row] = { ...call, returned: event.value }
    } else if (event.type === 'call') {
      const { steps, essential } = counts.get(calls) ?? { steps: 0, essential: 0 }
      stack.push(rows.length)
      rows.push({
        ...place,
        kind: 'call',
        call: calls++,
        fn: event.fn,
        args: event.args,
        text: callText(event.fn, event.args, Infinity),
        steps,
        essentialSteps: essential,
        returned: null,
        essential: essential > 0,
      })
    } else {
      const price = prices[at] ?? Infinity
      rows.push({
        ...place,
        kind: 'step',
        step: event,
        text: stepText(event),
        essential: chosen.has(at),
        price: price === Infinity ? null : price,
      })
      at++
    }
  }
  return rows
}

function callIn(row: LaneRow | undefined): CallRow | undefined {
  return row?.kind === 'call' ? row : undefined
}

/** By position of an event: the step that it leads to, the first after a switch. The calls that it is made in come before the step. */
function switchesBefore({ events }: Trace): ReadonlyMap<number, TraceStep> {
  const found = new Map<number, TraceStep>()
  for (const [position, step] of events.entries()) {
    if (step.type !== 'step' || step.switch === undefined) continue
    let first = position
    for (let before = events[first - 1]; before?.type === 'call' && before.task === step.task; before = events[first - 1]) first--
    found.set(first, step)
  }
  return found
}

/** Belongs to the lane of the task that does not go on. */
function switchRow({ task, switch: why }: TraceStep, before: PlacedStep | undefined, at: number): SwitchRow {
  const from = before?.step.task ?? task
  const path = before?.path ?? []
  const { reason, text } = why ?? { reason: 'preempted', text: '' }
  return {
    kind: 'switch',
    task: from,
    to: task,
    depth: path.length,
    calls: path.map(({ id }) => id),
    at,
    essential: true,
    reason,
    text,
  }
}

/** How many steps each call has in it. */
function countSteps(
  steps: readonly PlacedStep[],
  chosen: ReadonlySet<number>,
): ReadonlyMap<CallNode['id'], { readonly steps: number; readonly essential: number }> {
  const counts = new Map<number, { steps: number; essential: number }>()
  for (const { path, at } of steps) {
    for (const { id } of path) {
      const count = counts.get(id) ?? { steps: 0, essential: 0 }
      counts.set(id, { steps: count.steps + 1, essential: count.essential + (chosen.has(at) ? 1 : 0) })
    }
  }
  return counts
}
