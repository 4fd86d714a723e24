import { Atomics } from './atomic.js'
import { Cell } from './cell.js'
import { Conditions } from './condition.js'
import { Counter } from './counter.js'
import { ProgramError } from './errors.js'
import { Flags } from './flags.js'
import { List } from './list.js'
import type { Machine } from './machine.js'
import { Mutex } from './mutex.js'
import { Own } from './own.js'
import { Pool } from './pool.js'
import type { NumberOf } from './recording.js'
import type { FailureKind } from './result.js'
import { Rwsem } from './rwsem.js'
import { Scope } from './scope.js'
import { Spinlock } from './spinlock.js'
import { TaskControl, type TaskHandle, type TaskOptions } from './task-control.js'
import type { Value, Widened } from './value.js'
import { WaitQueue } from './wait-queue.js'

/** Makes tracked objects: at set-up time, and for the fields of a pool object. */
export class Objects {
  protected readonly machine: Machine

  constructor(
    protected readonly scope: Scope,
    protected readonly conditions: Conditions,
  ) {
    this.machine = scope.machine
  }

  /** One shared variable. */
  cell<T extends Value>(name: string, init: T): Cell<Widened<T>> {
    return this.scope.own(new Cell<Widened<T>>(this.scope, name, init as Widened<T>))
  }

  /** A variable of a check, which what is modelled cannot see: traces do not show what becomes of it. */
  ledger<T extends Value>(name: string, init: T): Cell<Widened<T>> {
    const cell = this.cell(name, init)
    cell.isLedger = true
    return cell
  }

  /** A shared variable that holds a tracked object or null. */
  ref<T extends object>(name: string, init: T | null = null): Cell<T | null> {
    return this.scope.own(new Cell<T | null>(this.scope, name, init))
  }

  /** A word of named bits. */
  flags(name: string, bits: readonly string[], init: readonly string[] = []): Flags {
    return this.scope.own(new Flags(this.scope, name, bits, init))
  }

  counter(name: string, init = 0): Counter {
    return this.scope.own(new Counter(this.scope, name, init))
  }

  list<T extends Value>(name: string, init: readonly T[] = []): List<Widened<T>> {
    return this.scope.own(new List<Widened<T>>(this.scope, name, init as readonly Widened<T>[]))
  }

  spinlock(name: string): Spinlock {
    return this.scope.ownLock(new Spinlock(this.scope, name))
  }

  mutex(name: string): Mutex {
    return this.scope.ownLock(new Mutex(this.scope, name))
  }

  /** @param stolen whether who comes while it is free may take it before a writer that was woken for it, as rwsems of Linux v6.14 have it */
  rwsem(name: string, stolen = false): Rwsem {
    return this.scope.ownLock(new Rwsem(this.scope, name, stolen), 2)
  }

  waitQueue(name: string): WaitQueue {
    return new WaitQueue(this.scope, name, this.conditions)
  }
}

export interface PoolOptions {
  /** Whether each incarnation is told from every other (default), or only live from freed: fewer states. */
  readonly generations?: boolean
}

/** Everything a program is made of. Given to its set-up function; tasks use it too. */
export class World extends Objects {
  private readonly control: TaskControl
  private readonly atomics: Atomics

  constructor(machine: Machine) {
    super(new Scope(machine, '', undefined, undefined, []), new Conditions(machine))
    this.control = new TaskControl(machine)
    this.atomics = new Atomics(machine)
  }

  /** Gives a plain object an identity, so that it can be kept in cells and lists. */
  struct<T extends object>(name: string, fields: T): T {
    this.setUpOnly('struct')
    this.machine.values.register(fields, name)
    this.machine.names.set(fields, name)
    return fields
  }

  /** `size` objects to be allocated and freed while the program runs. */
  pool<T extends object>(
    name: string,
    size: number,
    fields: (make: Objects, index: number) => T,
    options: PoolOptions = {},
  ): Pool<T> {
    this.setUpOnly('pool')
    const make = (scope: Scope, index: number): T => fields(new Objects(scope, this.conditions), index)
    return this.scope.own(new Pool<T>(this.scope, name, size, make, options.generations ?? true), size)
  }

  /** A task; it starts at once unless told otherwise. */
  task(name: string, body: (argument?: never) => void, options: TaskOptions = {}): TaskHandle {
    this.setUpOnly('task')
    return this.control.add(name, body as (argument?: Value) => void, options, this.conditions, this.scope)
  }

  /** A number from 0 to n - 1: every one is explored. */
  choose(n: number, label = ''): number {
    if (!Number.isInteger(n) || n < 1)
      throw new ProgramError(`choose(${n})`, 'the number of choices must be a positive integer')
    return this.control.choose(n, label)
  }

  /** A call that is remembered by its value once it has returned. */
  fn<A extends readonly unknown[], R>(name: string, body: (...args: A) => R): (...args: A) => R {
    return (...args) => this.machine.runner.call(name, args, () => body(...args)) as R
  }

  /** `fn` for every member of a table. */
  functions<T extends Record<string, (...args: never[]) => unknown>>(table: T): T {
    return Object.fromEntries(
      Object.entries(table).map(([name, body]) => [name, this.fn(name, body as (...args: unknown[]) => unknown)]),
    ) as unknown as T
  }

  /**
   * Says that the task is about to wait for something that serves as a lock, has taken it, or gives it up: for the report
   * of lock orders. No step.
   */
  noteLock(name: string, event: 'taken' | 'released' | 'awaited'): void {
    this.control.noteLock(name, event)
  }

  /**
   * A function whose calls are one step each, whatever they touch: an instruction of hardware, or a check that sees many
   * objects at one moment. It must not wait and not fail; programs that call one are searched without reduction.
   */
  atomic<A extends readonly Value[], R>(name: string, body: (...args: A) => R): (...args: A) => R {
    this.setUpOnly('atomic')
    return this.atomics.define(name, body)
  }

  /**
   * An atomic function whose calls are no steps: each takes place together with the step before it. For checks that must not
   * make for more interleavings; what is modelled has no part in it.
   */
  observation<A extends readonly Value[], R>(name: string, body: (...args: A) => R): (...args: A) => R {
    this.setUpOnly('observation')
    return this.atomics.define(name, body, 'eager')
  }

  /** Runs `body` until it returns something; iterations that did not are forgotten. */
  repeat<R extends Value>(body: () => R | undefined): R {
    return this.machine.runner.repeat(body)
  }

  /**
   * Waits for a condition over tracked objects; `what` says for what. When nothing can run any more and `lostIf` holds,
   * whoever still waits here has missed a wake-up.
   */
  until(condition: () => boolean, what: string, options: { readonly lostIf?: () => boolean } = {}): void {
    this.conditions.until(
      options.lostIf === undefined ? { met: condition } : { met: condition, lost: options.lostIf },
      what,
    )
  }

  /** Private memory of the running task, on the stack of the current call. */
  own<T extends Value>(name: string, init: T): Own<Widened<T>> {
    return new Own<Widened<T>>(this.machine.runner, this.machine.values, name, init as Widened<T>)
  }

  /**
   * Orders what the task has done before against what it does after: everything, its loads, or its stores. Says nothing
   * where memory is sequentially consistent.
   */
  fence(kind: 'full' | 'read' | 'write'): void {
    this.machine.weak?.fences.fence(kind)
  }

  /** A step that touches nothing. */
  yield(label: string): void {
    this.control.yield(label)
  }

  /** Fails with kind `assertion` unless `condition` holds. */
  assert(condition: boolean, message: string): void {
    if (!condition) this.fail('assertion', message)
  }

  /** Stops the running task with a failure. */
  fail(kind: FailureKind, message: string): never {
    this.machine.runner.fail(kind, message)
  }

  /** Reports a failure; the running task goes on. */
  warn(kind: FailureKind, message: string): void {
    this.control.warn(kind, message)
  }

  /** Says that the running task may sleep here: a failure in interrupt context or under a spinlock. */
  mightSleep(what: string): void {
    this.control.mightSleep(what)
  }

  /** Name of the running task. */
  currentTask(): string {
    return this.machine.taskName(this.machine.runner.currentTask)
  }

  inIrq(): boolean {
    return this.machine.tasks[this.machine.runner.currentTask]?.context === 'irq'
  }

  /** Asks for livelocks to be found: cycles of states in which tasks run and none of them calls `progress`. */
  findLivelocks(): void {
    this.setUpOnly('findLivelocks')
    this.machine.asksForProgress = true
  }

  /** Says that the running task gets on. */
  progress(): void {
    this.control.progress()
  }

  /**
   * Says how tracked objects belong together, for whoever draws the state of the program.
   * @param make called once set-up is over; it is given the number of each object in recordings (-1 of one that is not in them)
   */
  present(name: string, make: (numberOf: NumberOf) => unknown): void {
    this.setUpOnly('present')
    this.machine.presentations.set(name, make)
  }

  /** A check of the state in which every task has finished. */
  finally(check: () => void): void {
    this.setUpOnly('finally')
    this.machine.finals.push(check)
  }

  private setUpOnly(what: string): void {
    if (this.machine.runner.inTask)
      throw new ProgramError(`world.${what}() was called in a task`, 'create it in the set-up function of the program')
  }
}
