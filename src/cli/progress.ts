import { FAILURE_KINDS, type Failure, type Progress } from '../engine/result.js'
import type { Output } from './host.js'

const FIRST_AFTER_MS = 1000
const TERMINAL_EVERY_MS = 200
const PLAIN_EVERY_MS = 10_000
const ERASE_LINE = '\r\u001b[K'

/** Says on standard error how far a long search has got: one line that is overwritten on a terminal, else a line now and then. */
export class ProgressMeter {
  readonly #output: Output
  readonly #now: () => number
  readonly #total: number
  readonly #startedAt: number
  #nextAt: number
  #done = 0
  #shown = false

  /** @param total number of programs */
  constructor(output: Output, total: number, now: () => number = () => performance.now()) {
    this.#output = output
    this.#total = total
    this.#now = now
    this.#startedAt = now()
    this.#nextAt = this.#startedAt + FIRST_AFTER_MS
  }

  /** On a terminal, the gravest failure of one of several programs is said at once; the report comes when all are done. */
  programDone(label: string, failures: readonly Failure[]): void {
    this.#done++
    const [first] = [...failures].sort((x, y) => FAILURE_KINDS.indexOf(x.kind) - FAILURE_KINDS.indexOf(y.kind))
    if (first === undefined || this.#total === 1 || !this.#output.isTerminal) return
    this.clear()
    const more = failures.length > 1 ? ` and ${failures.length - 1} more` : ''
    this.#output.write(`${`${label}: ${first.kind} in ${first.where}${more}`.slice(0, this.#output.columns - 1)}\n`)
  }

  /** @param seconds since this program's search began */
  update(label: string, progress: Progress, seconds: number): void {
    const now = this.#now()
    if (now < this.#nextAt) return
    const { isTerminal, columns } = this.#output
    this.#nextAt = now + (isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS)
    const line = this.#line(label, progress, seconds, (now - this.#startedAt) / 1000)
    this.#output.write(isTerminal ? ERASE_LINE + line.slice(0, columns - 1) : `${line}\n`)
    this.#shown = isTerminal
  }

  /** Takes the line off the terminal again. */
  clear(): void {
    if (this.#shown) this.#output.write(ERASE_LINE)
    this.#shown = false
  }

  #line(label: string, progress: Progress, seconds: number, elapsed: number): string {
    const { states, steps, depth, queue, failures, phase } = progress
    const rate = seconds > 0 ? states / seconds : 0
    return [
      ...(this.#total > 1 ? [`${this.#done}/${this.#total} done`] : []),
      `${label}: ${phase}`,
      phase === 'random' ? `${count(steps)} steps` : `${count(states)} states (${count(rate)}/s)`,
      `depth ${count(depth)}`,
      `queue ${count(queue)}`,
      ...(failures > 0 ? [`${failures} failure${failures === 1 ? '' : 's'}`] : []),
      `${elapsed.toFixed(0)} s`,
    ].join(', ')
  }
}

/** `950`, `12.3k`, `4.56M`: three digits that matter. */
export function count(n: number): string {
  if (n < 999.5) return n.toFixed(0)
  if (n < 999_500) return `${(n / 1e3).toPrecision(3)}k`
  return n < 999_500_000 ? `${(n / 1e6).toPrecision(3)}M` : `${(n / 1e9).toFixed(2)}G`
}
