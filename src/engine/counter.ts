import { compareExchange, get } from './cell.js'
import { codeOfBoolean, type Machine } from './machine.js'
import { ALL, type Operation, type OperationKind } from './operation.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { TRUE, UNDEFINED, codeOfInt } from './value.js'

/** Class of the increments: they commute with each other. */
const INCREMENTS = 1

function valueOf(machine: Machine, op: Operation): number {
  return machine.state.get(op.object.slot) >> 1
}

function store(machine: Machine, op: Operation, value: number, task: number): void {
  if (value < 0) machine.note('refcount', `${op.object.name} fell below zero`, task)
  machine.state.set(op.object.slot, codeOfInt(value))
}

const increase: OperationKind = {
  name: 'inc',
  execute(machine, op) {
    machine.state.set(op.object.slot, codeOfInt(valueOf(machine, op) + op.a))
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.access(ALL, ALL, INCREMENTS),
  detail: (_machine, op) => (op.a === 1 ? '' : String(op.a)),
}

const add: OperationKind = {
  name: 'add',
  execute(machine, op, task) {
    store(machine, op, valueOf(machine, op) + op.a, task)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => String(op.a),
}

const set: OperationKind = {
  name: 'set',
  execute(machine, op, task) {
    store(machine, op, op.a, task)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => String(op.a),
}

const addReturn: OperationKind = {
  name: 'add_return',
  execute(machine, op, task) {
    store(machine, op, valueOf(machine, op) + op.a, task)
    return machine.state.get(op.object.slot)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => String(op.a),
}

const subAndTest: OperationKind = {
  name: 'dec_and_test',
  execute(machine, op, task) {
    const value = valueOf(machine, op) - op.a
    store(machine, op, value, task)
    return codeOfBoolean(value === 0)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => (op.a === 1 ? '' : String(op.a)),
}

const addUnlessZero: OperationKind = {
  name: 'inc_unless_zero',
  execute(machine, op) {
    const value = valueOf(machine, op)
    if (value !== 0) machine.state.set(op.object.slot, codeOfInt(value + op.a))
    return codeOfBoolean(value !== 0)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => (op.a === 1 ? '' : String(op.a)),
}

/** A reference count or another number that is counted up and down; falling below zero is the failure `refcount`. */
export class Counter extends Tracked {
  constructor(scope: Scope, name: string, init: number) {
    super(scope.machine, scope.name(name), scope.slot(codeOfInt(init)), scope.guard)
  }

  get(): number {
    return this.perform(get) >> 1
  }

  set(value: number): void {
    this.perform(set, value)
  }

  /** Increments without looking: two increments commute. */
  inc(): void {
    this.perform(increase, 1)
  }

  dec(): void {
    this.perform(add, -1)
  }

  /** Adds `n`, which may be negative, without looking at the result. */
  add(n: number): void {
    this.perform(n > 0 ? increase : add, n)
  }

  incReturn(): number {
    return this.perform(addReturn, 1) >> 1
  }

  decReturn(): number {
    return this.perform(addReturn, -1) >> 1
  }

  /** Subtracts `n` and tells whether that made the counter zero, atomically. */
  decAndTest(n = 1): boolean {
    return this.perform(subAndTest, n) === TRUE
  }

  /** Adds `n` unless the counter is zero, atomically; whether it did. */
  incUnlessZero(n = 1): boolean {
    return this.perform(addUnlessZero, n) === TRUE
  }

  /** Stores `next` if the counter is `expected`, atomically; whether it did. */
  compareExchange(expected: number, next: number): boolean {
    return this.perform(compareExchange, codeOfInt(expected), codeOfInt(next)) === TRUE
  }
}
