import type { Machine } from './machine.js'
import type { OperationKind } from './operation.js'
import { Tracked } from './tracked.js'
import type { Value } from './value.js'

/** Functions whose calls are one step each, whatever they touch: what hardware does at once. */
export class Atomics extends Tracked {
  constructor(machine: Machine) {
    super(machine, '', -3, undefined)
  }

  /** Makes such a function. Its arguments and its result are values; it must not have to wait, nor fail. */
  define<A extends readonly Value[], R>(name: string, body: (...args: A) => R, invisible?: 'eager'): (...args: A) => R {
    const { machine } = this
    const { values } = machine
    const kind: OperationKind = {
      name,
      opaque: true,
      ...(invisible !== undefined && { invisible }),
      execute(_machine, op, task) {
        const args = values.decode(op.a) as A
        return values.encode(machine.runner.atomically(task, name, () => body(...args)) as Value)
      },
      accesses: () => [],
      detail: (_machine, op) => (values.decode(op.a) as A).map((argument) => machine.formatValue(argument)).join(', '),
    }
    return (...args) => values.decode(this.perform(kind, values.encode(args))) as R
  }
}
