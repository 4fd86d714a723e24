import { compareExchange, get } from './cell.js'
import { codeOfBoolean, type Machine } from './machine.js'
import { ALL, type Operation, type Order } from './operation.js'
import { inEveryOrder } from './order.js'
import type { Content } from './recording.js'
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

const increase = inEveryOrder({
  name: 'inc',
  memory: 'update',
  execute(machine, op) {
    machine.state.set(op.object.slot, codeOfInt(valueOf(machine, op) + op.a))
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.access(ALL, ALL, INCREMENTS),
  detail: (_machine, op) => (op.a === 1 ? '' : String(op.a)),
})

const add = inEveryOrder({
  name: 'add',
  memory: 'update',
  execute(machine, op, task) {
    store(machine, op, valueOf(machine, op) + op.a, task)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => String(op.a),
})

const set = inEveryOrder({
  name: 'set',
  memory: 'store',
  execute(machine, op, task) {
    store(machine, op, op.a, task)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => String(op.a),
})

const addReturn = inEveryOrder({
  name: 'add_return',
  memory: 'update',
  hasResult: true,
  execute(machine, op, task) {
    store(machine, op, valueOf(machine, op) + op.a, task)
    return machine.state.get(op.object.slot)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => String(op.a),
})

const subAndTest = inEveryOrder({
  name: 'dec_and_test',
  memory: 'update',
  hasResult: true,
  execute(machine, op, task) {
    const value = valueOf(machine, op) - op.a
    store(machine, op, value, task)
    return codeOfBoolean(value === 0)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => (op.a === 1 ? '' : String(op.a)),
})

const addUnlessZero = inEveryOrder({
  name: 'inc_unless_zero',
  memory: 'update',
  storesIf: TRUE,
  hasResult: true,
  execute(machine, op) {
    const value = valueOf(machine, op)
    if (value !== 0) machine.state.set(op.object.slot, codeOfInt(value + op.a))
    return codeOfBoolean(value !== 0)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => (op.a === 1 ? '' : String(op.a)),
})

/** A reference count or another number that is counted up and down; falling below zero is the failure `refcount`. */
export class Counter extends Tracked {
  override readonly isLocation = true
  override readonly recordedAs = 'counter'

  constructor(scope: Scope, name: string, init: number) {
    super(scope.machine, scope.name(name), scope.slot(codeOfInt(init)), scope.guard)
  }

  override content(read: (slot: number) => number): Content {
    return { kind: 'counter', value: read(this.slot) >> 1 }
  }

  /** @param order where memory is weak: relaxed unless `acquire` */
  get(order?: Order): number {
    return this.perform(get[order ?? 'default']) >> 1
  }

  /** @param order where memory is weak: relaxed unless `release` */
  set(value: number, order?: Order): void {
    this.perform(set[order ?? 'default'], value)
  }

  /** Increments without looking: two increments commute. Unordered where memory is weak, unless said. */
  inc(order?: Order): void {
    this.perform(increase[order ?? 'default'], 1)
  }

  /** Unordered where memory is weak, unless said. */
  dec(order?: Order): void {
    this.perform(add[order ?? 'default'], -1)
  }

  /** Adds `n`, which may be negative, without looking at the result. Unordered where memory is weak, unless said. */
  add(n: number, order?: Order): void {
    this.perform((n > 0 ? increase : add)[order ?? 'default'], n)
  }

  /** Fully ordered where memory is weak, unless said; so are the operations below if they store something. */
  incReturn(order?: Order): number {
    return this.perform(addReturn[order ?? 'default'], 1) >> 1
  }

  decReturn(order?: Order): number {
    return this.perform(addReturn[order ?? 'default'], -1) >> 1
  }

  /** Subtracts `n` and tells whether that made the counter zero, atomically. */
  decAndTest(n = 1, order?: Order): boolean {
    return this.perform(subAndTest[order ?? 'default'], n) === TRUE
  }

  /** Adds `n` unless the counter is zero, atomically; whether it did. */
  incUnlessZero(n = 1, order?: Order): boolean {
    return this.perform(addUnlessZero[order ?? 'default'], n) === TRUE
  }

  /** Stores `next` if the counter is `expected`, atomically; whether it did. */
  compareExchange(expected: number, next: number, order?: Order): boolean {
    return this.perform(compareExchange[order ?? 'default'], codeOfInt(expected), codeOfInt(next)) === TRUE
  }
}
