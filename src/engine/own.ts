import type { Runner } from './runner.js'
import type { Value, Values } from './value.js'

/** What the engine has to know of private memory, whatever is in it. */
export interface PrivateMemory {
  /** Position among the private objects of the task. */
  readonly index: number
  code: number
}

/** Private memory of a task, on the stack of the call that made it: its accesses are no steps. */
export class Own<T extends Value> implements PrivateMemory {
  readonly index: number
  code: number

  constructor(
    private readonly runner: Runner,
    private readonly values: Values,
    readonly name: string,
    init: T,
  ) {
    this.code = values.encode(init)
    this.index = runner.adopt(this)
  }

  get(): T {
    return this.values.decode(this.code) as T
  }

  set(value: T): void {
    this.code = this.values.encode(value)
    this.runner.wrote(this)
  }
}
