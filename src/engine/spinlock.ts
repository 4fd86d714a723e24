import { codeOfBoolean, type Machine } from './machine.js'
import { leftOut } from './left-out.js'
import type { Operation, OperationKind, Wait } from './operation.js'
import type { Content } from './recording.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { FALSE, TRUE, UNDEFINED, codeOfInt } from './value.js'

/** A lock word: 0 when free, else the holder (shifted so that set-up, task -1, is not 0) and one bit for its interrupts. */
const FREE = codeOfInt(0)
const INTERRUPTS_OFF = 1

const holderOf = (machine: Machine, op: Operation): number => (machine.state.get(op.object.slot) >> 2) - 2
const heldBy = (task: number, interruptsOff: boolean): number =>
  codeOfInt(((task + 2) << 1) | (interruptsOff ? INTERRUPTS_OFF : 0))
const isFree = (machine: Machine, op: Operation): boolean => machine.state.get(op.object.slot) === FREE
const inInterrupt = (machine: Machine, task: number): boolean => machine.tasks[task]?.context === 'irq'

/** An interrupt that finds the lock held by a task that can be interrupted while holding it would wait for itself. */
function wouldSelfDeadlock(machine: Machine, op: Operation, task: number): boolean {
  if (!inInterrupt(machine, task) || isFree(machine, op)) return false
  const holder = holderOf(machine, op)
  return !inInterrupt(machine, holder) && ((machine.state.get(op.object.slot) >> 1) & INTERRUPTS_OFF) === 0
}

function take(machine: Machine, op: Operation, task: number): void {
  machine.state.set(op.object.slot, heldBy(task, op.a === INTERRUPTS_OFF))
  machine.changeAtomicDepth(task, 1)
}

const lock = (name: string): OperationKind => ({
  name,
  locks: 'takes',
  blocksOnHolder: true,
  passes: 'acquires',
  enabled: (machine, op, task) => isFree(machine, op) || wouldSelfDeadlock(machine, op, task),
  execute(machine, op, task) {
    if (!isFree(machine, op)) return FALSE
    take(machine, op, task)
    return TRUE
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  result: () => '',
  waitsFor(machine, op): Wait {
    const holder = holderOf(machine, op)
    return { text: `${op.object.name} held by ${machine.taskName(holder)}`, holders: [holder], lost: false }
  },
})

const spinLock = lock('spin_lock')
const spinLockIrqsave = lock('spin_lock_irqsave')

const unlock = (name: string): OperationKind => ({
  name,
  locks: 'releases',
  passes: 'releases',
  execute(machine, op, task) {
    if (holderOf(machine, op) !== task)
      machine.note('assertion', `${op.object.name} is unlocked by a task that does not hold it`, task)
    machine.state.set(op.object.slot, FREE)
    machine.changeAtomicDepth(task, -1)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
})

const spinUnlock = unlock('spin_unlock')
const spinUnlockIrqrestore = unlock('spin_unlock_irqrestore')

const spinTrylock: OperationKind = {
  name: 'spin_trylock',
  locks: 'tries',
  passes: 'acquires',
  execute(machine, op, task) {
    const met = isFree(machine, op)
    if (met) take(machine, op, task)
    return codeOfBoolean(met)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
}

const isLocked: OperationKind = {
  name: 'spin_is_locked',
  execute: (machine, op) => codeOfBoolean(!isFree(machine, op)),
  accesses: (_machine, op) => op.object.readAccess(),
}

const LEFT_OUT = leftOut([spinLock, spinLockIrqsave, spinUnlock, spinUnlockIrqrestore, spinTrylock])

/** A lock whose waiters spin. Its holder must not sleep. */
export class Spinlock extends Tracked {
  override readonly recordedAs = 'spinlock'
  private readonly isLeftOut: boolean

  constructor(scope: Scope, name: string) {
    super(scope.machine, scope.name(name), scope.slot(FREE), scope.guard)
    this.isLeftOut = scope.leavesOut(name)
  }

  lock(): void {
    this.acquire(spinLock, 0)
  }

  unlock(): void {
    this.act(spinUnlock)
  }

  /** Takes the lock with interrupts off, as every lock must be that an interrupt takes too. */
  lockIrqsave(): void {
    this.acquire(spinLockIrqsave, INTERRUPTS_OFF)
  }

  unlockIrqrestore(): void {
    this.act(spinUnlockIrqrestore)
  }

  /** Takes the lock if it is free; whether it did. */
  trylock(): boolean {
    return this.act(spinTrylock) === TRUE
  }

  isLocked(): boolean {
    return this.perform(isLocked) === TRUE
  }

  private act(kind: OperationKind, flags = 0): number {
    return this.perform(this.isLeftOut ? (LEFT_OUT.get(kind) as OperationKind) : kind, flags)
  }

  private acquire(kind: OperationKind, flags: number): void {
    if (this.act(kind, flags) === FALSE) {
      this.machine.runner.fail(
        'deadlock',
        `${this.name} is held with interrupts on: an interrupt on the holder's CPU waits for it for ever`,
      )
    }
  }

  /** The holder that keeps everybody out; -1 if an interrupt could still find the lock held and never get it. */
  override holder(): number {
    const word = this.machine.state.get(this.slot) >> 1
    if (word === 0) return -1
    const holder = (word >> 1) - 2
    return (word & INTERRUPTS_OFF) === 0 && this.machine.hasInterrupts ? -1 : Math.max(-1, holder)
  }

  override content(read: (slot: number) => number): Content {
    const code = read(this.slot)
    return { kind: 'lock', holders: code === FREE ? [] : [{ task: (code >> 2) - 2, mode: 'exclusive' }], queue: [] }
  }

  override parts(_slot: number, code: number): readonly (readonly [string, string])[] {
    return [[this.name, code === FREE ? 'free' : `held by ${this.machine.taskName((code >> 2) - 2)}`]]
  }
}
