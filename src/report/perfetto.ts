/** A trace in the trace-event format that ui.perfetto.dev and chrome://tracing open. */
import type { Trace, TraceStep } from '../engine/result.js'
import { changeText, stepText } from './step-text.js'
import { waitedFor, waitText } from './stuck.js'

const PROCESS = 1

/** Of the format: times are microseconds; `ph` says what kind of event it is. Begin and end of one slice share a thread. */
type TraceEventJson =
  | { readonly ph: 'M'; readonly name: string; readonly pid: number; readonly tid?: number; readonly args: object }
  | { readonly ph: 'B'; readonly name: string; readonly cat: string; readonly ts: number; readonly pid: number; readonly tid: number; readonly args?: object }
  | { readonly ph: 'E'; readonly ts: number; readonly pid: number; readonly tid: number; readonly args?: object }
  | {
      readonly ph: 'X'
      readonly name: string
      readonly cat: string
      readonly ts: number
      readonly dur: number
      readonly pid: number
      readonly tid: number
      readonly args?: object
    }
  | { readonly ph: 'i'; readonly name: string; readonly cat: string; readonly ts: number; readonly s: 'g'; readonly pid: number; readonly tid: number }
  | {
      readonly ph: 's' | 'f'
      readonly id: number
      readonly name: string
      readonly cat: string
      readonly ts: number
      readonly bp?: 'e'
      readonly pid: number
      readonly tid: number
    }

/**
 * A track for each task, a slice for each call, in it one of a microsecond for each step, and one for each wait; an arrow for each
 * context switch; an instant for each failure. Steps have no duration: a microsecond stands for one.
 * @returns JSON text
 */
export function perfetto(trace: Trace): string {
  const writer = new Writer(trace)
  for (const event of trace.events) {
    if (event.type === 'call') writer.begin(event.task, event.fn, event.args)
    else if (event.type === 'return') writer.end(event.task, event.value)
    else writer.step(event)
  }
  writer.close()
  const otherData = { program: trace.program, schedule: trace.schedule, steps: trace.steps, contextSwitches: trace.contextSwitches }
  return `{"displayTimeUnit":"ns","otherData":${JSON.stringify(otherData)},"traceEvents":[\n${writer.lines.join(',\n')}\n]}\n`
}

class Writer {
  readonly lines: string[] = []
  /** Steps taken, choices counted: the time. */
  private now = 0
  private switches = 0
  private last: TraceStep | undefined
  /** How many slices of a task are open. */
  private readonly open: number[] = []
  /** Tasks that wait, and since when and for what. */
  private readonly waits = new Map<number, { readonly since: number; readonly what: string }>()

  constructor(private readonly trace: Trace) {
    this.write({ ph: 'M', name: 'process_name', pid: PROCESS, args: { name: trace.program } })
    for (const [task, { name, context }] of trace.tasks.entries()) {
      const tid = tidOf(task)
      this.write({ ph: 'M', name: 'thread_name', pid: PROCESS, tid, args: { name: context === 'irq' ? `${name} (irq)` : name } })
      this.write({ ph: 'M', name: 'thread_sort_index', pid: PROCESS, tid, args: { sort_index: task } })
    }
  }

  begin(task: number, fn: string, args: readonly string[]): void {
    this.goesOn(task)
    this.open[task] = (this.open[task] ?? 0) + 1
    this.write({ ph: 'B', name: fn, cat: 'call', ts: this.now, pid: PROCESS, tid: tidOf(task), ...(args.length > 0 && { args: { arguments: args } }) })
  }

  end(task: number, value: string): void {
    const open = this.open[task] ?? 0
    if (open === 0) return
    this.open[task] = open - 1
    this.write({ ph: 'E', ts: this.now, pid: PROCESS, tid: tidOf(task), ...(value !== '' && { args: { returns: value } }) })
  }

  step(step: TraceStep): void {
    const { task } = step
    this.goesOn(task)
    if (step.switch !== undefined && this.last !== undefined) this.arrow(this.last.task, task, step.switch)
    const { op, object, detail, result, late, changes } = step
    this.write({
      ph: 'X',
      name: stepText(step),
      cat: 'step',
      ts: this.now,
      dur: 1,
      pid: PROCESS,
      tid: tidOf(task),
      args: { step: step.index, op, object, detail, result, ...(late !== undefined && { late }), changes: changes.map(changeText) },
    })
    for (const failure of step.failures) this.failure(`${failure.kind}: ${failure.message}`, task)
    this.last = step
    this.now++
  }

  /** Ends what is still open, and says what ended the trace. */
  close(): void {
    const { failure, tasks, waiting } = this.trace
    for (const wait of waiting) if (!this.waits.has(wait.task)) this.waits.set(wait.task, { since: this.now, what: waitText(wait) })
    const task = tasks.findIndex(({ name }) => name === failure?.task)
    const isTold = failure === null || this.last?.failures.some(({ kind, message }) => kind === failure.kind && message === failure.message) === true
    if (!isTold) this.failure(`${failure.kind}: ${failure.message}`, Math.max(0, task))
    this.now++
    for (const waiter of this.waits.keys()) this.goesOn(waiter)
    for (const [task, open] of this.open.entries()) for (let i = 0; i < open; i++) this.end(task, '')
  }

  private arrow(from: number, to: number, why: NonNullable<TraceStep['switch']>): void {
    const id = ++this.switches
    // In the middle of the two steps, so that the arrow is tied to them.
    this.write({ ph: 's', id, name: why.text, cat: 'switch', ts: this.now - 0.5, pid: PROCESS, tid: tidOf(from) })
    this.write({ ph: 'f', id, name: why.text, cat: 'switch', ts: this.now + 0.5, bp: 'e', pid: PROCESS, tid: tidOf(to) })
    if (why.reason === 'blocked') this.waits.set(from, { since: this.now, what: waitedFor(why.text) })
  }

  private goesOn(task: number): void {
    const wait = this.waits.get(task)
    if (wait === undefined) return
    this.waits.delete(task)
    const { since, what } = wait
    this.write({ ph: 'X', name: `waits for ${what}`, cat: 'wait', ts: since, dur: this.now - since, pid: PROCESS, tid: tidOf(task) })
  }

  private failure(name: string, task: number): void {
    this.write({ ph: 'i', name, cat: 'failure', ts: this.now + 0.5, s: 'g', pid: PROCESS, tid: tidOf(task) })
  }

  private write(event: TraceEventJson): void {
    this.lines.push(JSON.stringify(event))
  }
}

/** Threads are counted from 1: 0 is the idle thread to some viewers. */
function tidOf(task: number): number {
  return task + 1
}
