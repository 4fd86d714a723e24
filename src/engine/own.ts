import type { Runner } from './runner.js'
import type { Value, Values } from './value.js'

/** Private memory of a task, on the stack of the call that made it: its accesses are no steps. */
export class Own<T extends Value> {
  /** Position among the private objects of the task. */
  readonly index: number
  code: number

  constructor(
    private readonly runner: Runner,
    private readonly values: Values,
    readonly name: string,
    init: T,
  ) {
    this.code = values.encode(init)
    this.index = runner.adopt(this as unknown as Own<Value>)
  }

  get(): T {
    return this.values.decode(this.code) as T
  }

  set(value: T): void {
    this.code = this.values.encode(value)
    this.runner.wrote(this as unknown as Own<Value>)
  }
}
