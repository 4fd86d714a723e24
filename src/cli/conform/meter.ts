import type { Output } from '../host.js'

const FIRST_AFTER_MS = 1000
const TERMINAL_EVERY_MS = 200
const PLAIN_EVERY_MS = 10_000
const ERASE_LINE = '\r\u001b[K'

/** How far it has got. */
export interface Advance {
  readonly done: number
  readonly total: number
  readonly of: string
  readonly differing: number
}

/** Says on standard error how far a comparison has got: a line that is overwritten on a terminal, else one now and then. */
export class ConformMeter {
  #nextAt: number
  #shown = false

  constructor(
    private readonly output: Output,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#nextAt = now() + FIRST_AFTER_MS
  }

  update(what: string, { done, total, of, differing }: Advance): void {
    const now = this.now()
    if (now < this.#nextAt) return
    const { isTerminal, columns } = this.output
    this.#nextAt = now + (isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS)
    const line = `${what}: ${done} of ${total} ${of}${differing > 0 ? `, ${differing} differ` : ''}`
    this.output.write(isTerminal ? ERASE_LINE + line.slice(0, columns - 1) : `${line}\n`)
    this.#shown = isTerminal
  }

  /** Takes the line off the terminal again. */
  clear(): void {
    if (this.#shown) this.output.write(ERASE_LINE)
    this.#shown = false
  }
}
