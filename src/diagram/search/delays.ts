/** Where to delay a real kernel so that it is likely to go the way of an execution. */
import type { Trace, TraceStep } from '../../engine/result.js'

/** A place in kernel source at which a delay makes a real kernel likely to go the way of an execution. */
export interface Delay {
  readonly task: string
  /** The function, and what stands on both sides of the delay there: calls, or operations. `before` is empty if nothing follows. */
  readonly where: string
  readonly after: string
  readonly before: string
}

/** Most places at which to delay: beyond three nobody does it by hand. */
const DELAYS_MAX = 3

/**
 * Where tasks that could have gone on are held up, the longest time first. A task that is held up to the end is delayed only where
 * no other is: what it would have done is not known to matter.
 */
export function delaysOf(trace: Trace): readonly Delay[] {
  const steps = stepsWithCalls(trace)
  const delays: { readonly delay: Delay; readonly length: number }[] = []
  steps.forEach(({ step }, at) => {
    if (step.switch?.reason !== 'preempted') return
    const last = steps[at - 1] as StepInCalls
    const next = steps.findIndex(({ step: { task } }, later) => later > at && task === last.step.task)
    const task = trace.tasks[last.step.task]?.name ?? ''
    delays.push({ delay: { task, ...placeBetween(last, steps[next]) }, length: next < 0 ? 0 : next - at })
  })
  const resumed = delays.filter(({ length }) => length > 0)
  return (resumed.length > 0 ? resumed : delays)
    .sort((x, y) => y.length - x.length)
    .slice(0, DELAYS_MAX)
    .map(({ delay }) => delay)
}

interface StepInCalls {
  readonly step: TraceStep
  /** Open calls of its task, outermost first: functions, and what tells one call from another. */
  readonly calls: readonly { readonly fn: string; readonly nth: number }[]
}

function stepsWithCalls({ events }: Trace): readonly StepInCalls[] {
  const open = new Map<number, StepInCalls['calls']>()
  return events.flatMap((event, nth) => {
    const calls = open.get(event.task) ?? []
    if (event.type === 'step') return [{ step: event, calls }]
    open.set(event.task, event.type === 'call' ? [...calls, { fn: event.fn, nth }] : calls.slice(0, -1))
    return []
  })
}

/** The innermost function that is open all the time from one step of a task to the next, and what it does before and after. */
function placeBetween(last: StepInCalls, next: StepInCalls | undefined): Omit<Delay, 'task'> {
  let common = 0
  while (common < last.calls.length && (next === undefined || last.calls[common]?.nth === next.calls[common]?.nth)) common++
  if (next === undefined) common = last.calls.length
  const said = ({ step, calls }: StepInCalls): string => (calls.length > common ? `${calls[common]?.fn ?? ''}()` : operationText(step))
  return { where: last.calls[common - 1]?.fn ?? '', after: said(last), before: next === undefined ? '' : said(next) }
}

/** As one would say it of a line of source. */
function operationText({ op, object, detail }: TraceStep): string {
  const what = object.includes('.flags') || detail.startsWith('PG_') ? `${detail} of ${object.replace(/\.flags$/, '')}` : object
  if (op === 'get' || op === 'read') return `reading ${what}`
  if (op === 'set' || op === 'assign') return `setting ${what}`
  if (op === 'test') return `testing ${what}`
  if (op === 'start') return `starting ${what}`
  return /^(inc|dec|add|clear|test_|compare_)/.test(op) ? `${op} of ${what}` : `${op}(${what})`
}
