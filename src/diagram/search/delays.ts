/** Where to delay a real kernel so that it is likely to go the way of an execution. */
import type { Trace, TraceStep } from '../../engine/result.js'

/** A place in kernel source at which a delay makes a real kernel likely to go the way of an execution. */
export interface Delay {
  readonly task: string
  /** The function, and the operations between which the task is to be delayed. */
  readonly where: string
  readonly after: string
  readonly before: string
}

/** Most places at which to delay: beyond three nobody does it by hand. */
const DELAYS_MAX = 3

/** Where tasks that could have gone on are held up, the longest time first. */
export function delaysOf(trace: Trace): readonly Delay[] {
  const steps = trace.events.filter((event): event is TraceStep => event.type === 'step')
  const delays: { readonly delay: Delay; readonly length: number }[] = []
  steps.forEach((step, at) => {
    if (step.switch?.reason !== 'preempted') return
    const last = steps[at - 1] as TraceStep
    const next = steps.findIndex(({ task }, later) => later > at && task === last.task)
    const isIrq = trace.tasks[last.task]?.context === 'irq'
    delays.push({
      delay: {
        task: trace.tasks[last.task]?.name ?? '',
        where: functionOf(trace, last),
        after: operationText(last),
        before: next < 0 ? '' : operationText(steps[next] as TraceStep),
      },
      length: (isIrq ? 0 : 1) * ((next < 0 ? steps.length : next) - at),
    })
  })
  return delays
    .sort((x, y) => y.length - x.length)
    .slice(0, DELAYS_MAX)
    .map(({ delay }) => delay)
}

function operationText({ op, object, detail }: TraceStep): string {
  return [object, op, detail].filter((part) => part !== '').join(' ')
}

/** The innermost function that the step was made in. */
function functionOf(trace: Trace, step: TraceStep): string {
  const open: string[] = []
  for (const event of trace.events) {
    if (event === step) break
    if (event.task !== step.task) continue
    if (event.type === 'call') open.push(event.fn)
    if (event.type === 'return') open.pop()
  }
  return open.at(-1) ?? trace.tasks[step.task]?.name ?? ''
}
