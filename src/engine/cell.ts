import { codeOfBoolean } from './machine.js'
import type { Order } from './operation.js'
import { inEveryOrder } from './order.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { TRUE, UNDEFINED, type Value } from './value.js'

/** Reads the whole of an object that is one slot. */
export const get = inEveryOrder({
  name: 'get',
  memory: 'load',
  execute: (machine, op) => machine.state.get(op.object.slot),
  accesses: (_machine, op) => op.object.readAccess(),
})

const set = inEveryOrder({
  name: 'set',
  memory: 'store',
  execute(machine, op) {
    machine.state.set(op.object.slot, op.a)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (machine, op) => machine.format(op.a),
})

const swap = inEveryOrder({
  name: 'swap',
  memory: 'update',
  hasResult: true,
  execute(machine, op) {
    const before = machine.state.get(op.object.slot)
    machine.state.set(op.object.slot, op.a)
    return before
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (machine, op) => machine.format(op.a),
})

export const compareExchange = inEveryOrder({
  name: 'compare_exchange',
  memory: 'update',
  storesIf: TRUE,
  hasResult: true,
  execute(machine, op) {
    const met = machine.state.get(op.object.slot) === op.a
    if (met) machine.state.set(op.object.slot, op.b)
    return codeOfBoolean(met)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (machine, op) => `${machine.format(op.a)}, ${machine.format(op.b)}`,
})

/** One shared variable. Every access is one step. */
export class Cell<T extends Value> extends Tracked {
  override readonly isLocation = true
  override readonly recordedAs = 'cell'

  constructor(scope: Scope, name: string, init: T) {
    super(scope.machine, scope.name(name), scope.slot(scope.machine.values.encode(init)), scope.guard)
  }

  /** @param order where memory is weak: relaxed unless `acquire` */
  get(order?: Order): T {
    return this.machine.values.decode(this.perform(get[order ?? 'default'])) as T
  }

  /** @param order where memory is weak: relaxed unless `release` */
  set(value: T, order?: Order): void {
    this.perform(set[order ?? 'default'], this.machine.values.encode(value))
  }

  /** Stores `value` and returns what was there, atomically. @param order where memory is weak: full unless said */
  swap(value: T, order?: Order): T {
    return this.machine.values.decode(this.perform(swap[order ?? 'default'], this.machine.values.encode(value))) as T
  }

  /**
   * Stores `next` if the cell holds `expected`, atomically; whether it did.
   * @param order where memory is weak: full unless said; none if it stores nothing
   */
  compareExchange(expected: T, next: T, order?: Order): boolean {
    const { values } = this.machine
    return this.perform(compareExchange[order ?? 'default'], values.encode(expected), values.encode(next)) === TRUE
  }
}
