import { readFileSync } from 'node:fs'
import type { Outcome } from '../record.js'
import type { Actor } from './actor.js'
import type { Calls } from './calls.js'
import type { Libc } from './libc.js'

/** A task of a case: an actor, and the call that it is in. */
export class Task {
  #outcome: Outcome | null = null
  #running = false
  #done: Promise<void> = Promise.resolve()

  constructor(
    readonly actor: Actor,
    private readonly libc: Libc,
  ) {}

  get running(): boolean {
    return this.#running
  }

  /** Of the last call that returned; null if none was made yet. */
  get outcome(): Outcome | null {
    return this.#outcome
  }

  start(calls: Calls): void {
    if (this.#running) throw new Error('the task is in a call already')
    this.#running = true
    this.#outcome = null
    this.#done = this.#drive(calls)
  }

  /** When the call that was started has returned. */
  finished(): Promise<void> {
    return this.#done
  }

  /** What it waits in, innermost first; null if it is not asleep in the kernel. */
  waitsIn(): readonly string[] | null {
    try {
      const state = /\) (\w)/.exec(readFileSync(`/proc/${this.actor.tid}/stat`, 'latin1'))?.[1]
      return state === 'D' || state === 'S' ? this.actor.stack() : null
    } catch {
      return null
    }
  }

  async #drive(calls: Calls): Promise<void> {
    let next = calls.next()
    while (next.done !== true) {
      const { name, args, aside } = next.value
      next = calls.next(aside ? this.libc.call(name, ...args) : await this.actor.call(name, ...args))
    }
    this.#outcome = next.value
    this.#running = false
  }
}
