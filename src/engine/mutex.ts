import { codeOfBoolean, type Machine } from './machine.js'
import { leftOut } from './left-out.js'
import type { Operation, OperationKind } from './operation.js'
import type { Content } from './recording.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { TRUE, UNDEFINED, codeOfInt } from './value.js'

const FREE = codeOfInt(0)
const heldBy = (task: number): number => codeOfInt(task + 2)
const holderOf = (machine: Machine, op: Operation): number => (machine.state.get(op.object.slot) >> 1) - 2
const isFree = (machine: Machine, op: Operation): boolean => machine.state.get(op.object.slot) === FREE

const lock: OperationKind = {
  name: 'mutex_lock',
  locks: 'takes',
  passes: 'acquires',
  blocksOnHolder: true,
  enabled: isFree,
  execute(machine, op, task) {
    machine.noteIfAtomic('mutex_lock', task)
    machine.state.set(op.object.slot, heldBy(task))
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  waitsFor(machine, op) {
    const holder = holderOf(machine, op)
    return { text: `${op.object.name} held by ${machine.taskName(holder)}`, holders: [holder], lost: false }
  },
}

const trylock: OperationKind = {
  name: 'mutex_trylock',
  locks: 'tries',
  passes: 'acquires',
  execute(machine, op, task) {
    const met = isFree(machine, op)
    if (met) machine.state.set(op.object.slot, heldBy(task))
    return codeOfBoolean(met)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
}

const unlock: OperationKind = {
  name: 'mutex_unlock',
  locks: 'releases',
  passes: 'releases',
  execute(machine, op, task) {
    if (holderOf(machine, op) !== task)
      machine.note('assertion', `${op.object.name} is unlocked by a task that does not hold it`, task)
    machine.state.set(op.object.slot, FREE)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
}

const LEFT_OUT = leftOut([lock, trylock, unlock])

/** A lock whose waiters sleep. */
export class Mutex extends Tracked {
  override readonly recordedAs = 'mutex'
  private readonly isLeftOut: boolean

  constructor(scope: Scope, name: string) {
    super(scope.machine, scope.name(name), scope.slot(FREE), scope.guard)
    this.isLeftOut = scope.leavesOut(name)
  }

  lock(): void {
    this.act(lock)
  }

  /** Takes the lock if it is free; whether it did. */
  trylock(): boolean {
    return this.act(trylock) === TRUE
  }

  unlock(): void {
    this.act(unlock)
  }

  private act(kind: OperationKind): number {
    return this.perform(this.isLeftOut ? (LEFT_OUT.get(kind) as OperationKind) : kind)
  }

  override holder(): number {
    return Math.max(-1, (this.machine.state.get(this.slot) >> 1) - 2)
  }

  override content(read: (slot: number) => number): Content {
    const code = read(this.slot)
    return { kind: 'lock', holders: code === FREE ? [] : [{ task: (code >> 1) - 2, mode: 'exclusive' }], queue: [] }
  }

  override parts(_slot: number, code: number): readonly (readonly [string, string])[] {
    return [[this.name, code === FREE ? 'free' : `held by ${this.machine.taskName((code >> 1) - 2)}`]]
  }
}
