/** A trace step by step, for `heddle replay`: every call, every step, every switch. */
import type { Trace, TraceEvent, TraceStep } from '../engine/result.js'
import { counted } from './numbers.js'
import { PLAIN, type Palette } from './palette.js'
import { splat } from './splat.js'
import { callText, changeText, isLockOperation, stepText } from './step-text.js'
import { waitedFor, waitText } from './stuck.js'

const ARGUMENTS_MAX = 40

/** Numbered steps under their calls; at every switch why it happened and which locks the task left behind holds. */
export function traceText(trace: Trace, options: { readonly palette?: Palette } = {}): string {
  const palette = options.palette ?? PLAIN
  const writer = new Listing(trace, palette)
  for (const event of trace.events) writer.event(event)
  const size = `${counted(trace.steps, 'step')}, ${counted(trace.contextSwitches, 'context switch', 'context switches')}`
  const head = `${palette.strong(trace.program)}: ${size}\n${trace.schedule}`
  const { failure } = trace
  const outcome = failure === null ? 'No failure.' : palette.bad(splat(trace, failure))
  return `${[head, writer.lines.join('\n'), ...endState(trace), outcome].join('\n\n')}\n`
}

/** Who cannot go on; not repeated where the failure itself says so. */
function endState(trace: Trace): readonly string[] {
  const kind = trace.failure?.kind
  if (trace.waiting.length === 0 || kind === 'deadlock' || kind === 'lost-wakeup') return []
  return [trace.waiting.map((wait) => `${trace.tasks[wait.task]?.name ?? ''} waits for ${waitText(wait)}`).join('\n')]
}

class Listing {
  readonly lines: string[] = []
  private running = -1
  /** Locks by name, with the task that holds each. */
  private readonly held = new Map<string, number>()
  private readonly stepWidth: number

  constructor(
    private readonly trace: Trace,
    private readonly palette: Palette,
  ) {
    this.stepWidth = Math.max(3, String(trace.steps - 1).length)
  }

  event(event: TraceEvent): void {
    if (event.task !== this.running) this.switchTo(event)
    if (event.type === 'call') {
      this.line('', event.depth, callText(event.fn, event.args, ARGUMENTS_MAX))
    } else if (event.type === 'step') {
      this.step(event)
    } else if (event.value !== '' && event.value !== 'undefined') {
      this.line('', event.depth, this.palette.faint(`${event.fn} = ${event.value}`))
    }
  }

  private step(step: TraceStep): void {
    const operation = `${step.op} ${step.object}${step.detail === '' ? '' : ` ${step.detail}`}`.trimEnd()
    const result = step.result === '' || step.result === 'undefined' ? '' : ` = ${step.result}`
    const changes = isLockOperation(step) ? [] : step.changes.map(changeText)
    const text = isLockOperation(step) ? stepText(step) : `${operation}${result}`
    this.line(String(step.index), step.depth, changes.length === 0 ? text : `${text}  ${this.palette.unsure(changes.join(', '))}`)
    if (isLockOperation(step) && step.changes.length > 0) this.note(step)
    for (const failure of step.failures) this.line('', step.depth, this.palette.bad(`${failure.kind}: ${failure.message}`))
  }

  private note(step: TraceStep): void {
    if (/unlock|^up_/.test(step.op)) this.held.delete(step.object)
    else this.held.set(step.object, step.task)
  }

  private switchTo(event: TraceEvent): void {
    const name = this.trace.tasks[event.task]?.name ?? `task ${event.task}`
    const from = this.trace.tasks[this.running]?.name
    const reason = this.reasonFor(event)
    const locks = [...this.held].filter(([, task]) => task === this.running).map(([lock]) => lock)
    const holding = locks.length === 0 ? '' : `, holding ${locks.join(', ')}`
    if (from !== undefined) this.lines.push(this.palette.faint(`${' '.repeat(this.stepWidth)}  <${from} ${reason}${holding}>`))
    this.lines.push(`${this.lines.length === 0 ? '' : '\n'}${this.palette.strong(`--- ${name} ---`)}`)
    this.running = event.task
  }

  /** The reason stands on the first step after the switch; calls may come before it. */
  private reasonFor(event: TraceEvent): string {
    const from = this.trace.events.indexOf(event)
    const step = this.trace.events.slice(from).find((later) => later.type === 'step')
    const reason = step?.type === 'step' ? step.switch : undefined
    if (reason === undefined) return 'stops'
    return reason.reason === 'blocked' ? `waits for ${waitedFor(reason.text)}` : reason.reason
  }

  private line(number: string, depth: number, text: string): void {
    this.lines.push(`${this.palette.faint(number.padStart(this.stepWidth))}  ${'  '.repeat(depth)}${text}`)
  }
}
