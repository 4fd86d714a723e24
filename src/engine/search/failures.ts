import type { Failure } from '../result.js'

/** Two failures are the same if kind, where and message are. */
export function failureKey(failure: Failure): string {
  return `${failure.kind}\n${failure.where}\n${failure.message}`
}

/** One transition of a schedule: which task, and what its `choose` answers if it makes one. */
export type Move = number

/** Bits of a move that hold the task. */
const TASK_BITS = 5

export function move(task: number, choice: number): Move {
  return task | (choice << TASK_BITS)
}

export function taskOf(m: Move): number {
  return m & ((1 << TASK_BITS) - 1)
}

export function choiceOf(m: Move): number {
  return m >> TASK_BITS
}

/** The distinct failures met so far, each with the first path that led to it. */
export class FailureLog {
  private readonly found = new Map<string, { readonly failure: Failure; readonly path: readonly Move[] }>()

  /** @param initial failures met before the first step. */
  constructor(initial: readonly Failure[]) {
    this.record([...initial], () => [])
  }

  get size(): number {
    return this.found.size
  }

  /** Takes over what was noticed; `path` is called only for a failure that is new. */
  record(noticed: Failure[], path: () => readonly Move[]): void {
    for (const failure of noticed) {
      const key = failureKey(failure)
      if (!this.found.has(key)) this.found.set(key, { failure, path: path() })
    }
    noticed.length = 0
  }

  has(failure: Failure): boolean {
    return this.found.has(failureKey(failure))
  }

  [Symbol.iterator](): Iterator<{ readonly failure: Failure; readonly path: readonly Move[] }> {
    return this.found.values()
  }
}
