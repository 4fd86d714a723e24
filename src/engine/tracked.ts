import type { Machine } from './machine.js'
import { ALL, type Access, type Condition, type OperationKind } from './operation.js'
import type { Content, ObjectKind } from './recording.js'

/** Where a tracked object lives if it is part of a pool: accesses are checked against the incarnation. */
export interface Guard {
  /** Reports a use after free unless the incarnation that the handle stands for is alive. */
  check(machine: Machine, task: number): void
  readonly access: Access
}

/** Base of every object that tasks share: a slot of the state, a name, and operations. */
export abstract class Tracked {
  /** Whether accesses have to be checked against an incarnation. */
  readonly checksGuard: boolean

  constructor(
    protected readonly machine: Machine,
    readonly name: string,
    /** First slot of the object; also the identity of its location. -1 if it has none. */
    readonly slot: number,
    protected readonly guard: Guard | undefined,
  ) {
    this.checksGuard = guard !== undefined
    if (guard === undefined) machine.values.register(this, name)
  }

  /** Whole-object access that only reads. */
  readAccess(): readonly Access[] {
    return this.access(ALL, 0)
  }

  /** Whole-object access that writes. */
  writeAccess(): readonly Access[] {
    return this.access(ALL, ALL)
  }

  access(reads: number, writes: number, commutes = 0): readonly Access[] {
    const own = { location: this.slot, reads, writes, commutes }
    return this.guard === undefined ? [own] : [own, this.guard.access]
  }

  /** The task that holds this object exclusively, or -1: of a lock. */
  holder(): number {
    return -1
  }

  /** Formats the content of one slot of this object, split into named parts where it has parts. */
  parts(_slot: number, code: number): readonly (readonly [string, string])[] {
    return [[this.name, this.machine.format(code)]]
  }

  /** What recordings call the object; undefined for what is not part of the state that a program made. */
  readonly recordedAs: ObjectKind | undefined = undefined

  /** What is in it, as plain data. @param read the code in a slot */
  content(read: (slot: number) => number): Content {
    return { kind: 'cell', value: this.machine.plain(read(this.slot)) }
  }

  /** Says a word argument of one of this object's operations. */
  sayWord(word: number): string {
    return String(word)
  }

  checkGuard(task: number): void {
    this.guard?.check(this.machine, task)
  }

  /** Whether the object is one location of memory, accesses to which may come late where memory is weak. */
  readonly isLocation: boolean = false
  /** Whether it belongs to a check: traces do not show what becomes of it. */
  isLedger = false

  protected perform(kind: OperationKind, a = 0, b = 0): number {
    const { weak, runner } = this.machine
    return weak === undefined || kind.memory === undefined || !runner.inTask
      ? runner.perform(kind, this, a, b, undefined)
      : weak.perform(kind, this, a, b)
  }

  protected performWith(kind: OperationKind, condition: Condition, a = 0, b = 0): number {
    return this.machine.runner.perform(kind, this, a, b, condition)
  }
}
