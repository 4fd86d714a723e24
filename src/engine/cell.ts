import { codeOfBoolean } from './machine.js'
import type { OperationKind } from './operation.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { TRUE, UNDEFINED, type Value } from './value.js'

/** Reads the whole of an object that is one slot. */
export const get: OperationKind = {
  name: 'get',
  execute: (machine, op) => machine.state.get(op.object.slot),
  accesses: (_machine, op) => op.object.readAccess(),
}

const set: OperationKind = {
  name: 'set',
  execute(machine, op) {
    machine.state.set(op.object.slot, op.a)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (machine, op) => machine.format(op.a),
}

const swap: OperationKind = {
  name: 'swap',
  execute(machine, op) {
    const before = machine.state.get(op.object.slot)
    machine.state.set(op.object.slot, op.a)
    return before
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (machine, op) => machine.format(op.a),
}

export const compareExchange: OperationKind = {
  name: 'compare_exchange',
  execute(machine, op) {
    const met = machine.state.get(op.object.slot) === op.a
    if (met) machine.state.set(op.object.slot, op.b)
    return codeOfBoolean(met)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (machine, op) => `${machine.format(op.a)}, ${machine.format(op.b)}`,
}

/** One shared variable. Every access is one step. */
export class Cell<T extends Value> extends Tracked {
  constructor(scope: Scope, name: string, init: T) {
    super(scope.machine, scope.name(name), scope.slot(scope.machine.values.encode(init)), scope.guard)
  }

  get(): T {
    return this.machine.values.decode(this.perform(get)) as T
  }

  set(value: T): void {
    this.perform(set, this.machine.values.encode(value))
  }

  /** Stores `value` and returns what was there, atomically. */
  swap(value: T): T {
    return this.machine.values.decode(this.perform(swap, this.machine.values.encode(value))) as T
  }

  /** Stores `next` if the cell holds `expected`, atomically; whether it did. */
  compareExchange(expected: T, next: T): boolean {
    const { values } = this.machine
    return this.perform(compareExchange, values.encode(expected), values.encode(next)) === TRUE
  }
}
