import type { Conditions } from './condition.js'
import { Cell } from './cell.js'
import { ProgramError } from './errors.js'
import { hashString, mixA, mixB } from './hash.js'
import { LocalState } from './local-state.js'
import type { Machine } from './machine.js'
import type { OperationKind } from './operation.js'
import type { FailureKind } from './result.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { UNDEFINED, codeOfInt, type Value } from './value.js'

export interface TaskOptions {
  /** A task in interrupt context must not sleep. */
  readonly context?: 'task' | 'irq'
  /** False for a task that others start while the program runs. */
  readonly start?: boolean
  /** How often it can be started; 1 unless said otherwise. */
  readonly instances?: number
  /** Whether somebody waits for its end: the end is a step then. */
  readonly joinable?: boolean
}

const choose: OperationKind = {
  name: 'choose',
  invisible: 'choice',
  execute: (machine) => codeOfInt(machine.choice),
  accesses: () => [],
  detail: (machine, op) => machine.format(op.b),
}

const yieldStep: OperationKind = {
  name: 'yield',
  execute: () => UNDEFINED,
  accesses: () => [],
  detail: (machine, op) => machine.format(op.a),
}

const warn: OperationKind = {
  name: 'warn',
  invisible: 'eager',
  execute(machine, op, task) {
    machine.note(machine.values.decode(op.a) as FailureKind, machine.values.decode(op.b) as string, task)
    return UNDEFINED
  },
  accesses: () => [],
}

const mightSleep: OperationKind = {
  name: 'might_sleep',
  invisible: 'eager',
  execute(machine, op, task) {
    machine.noteIfAtomic(machine.values.decode(op.a) as string, task)
    return UNDEFINED
  },
  accesses: () => [],
}

const progress: OperationKind = {
  name: 'progress',
  invisible: 'eager',
  execute(machine) {
    machine.noteProgress()
    return UNDEFINED
  },
  accesses: () => [],
}

const lockEvent = (locks: 'takes' | 'releases' | 'awaits'): OperationKind => ({
  name: `lock ${locks}`,
  invisible: 'eager',
  locks,
  execute: () => UNDEFINED,
  accesses: () => [],
  detail: (machine, op) => machine.format(op.a),
})

const LOCK_EVENTS = { taken: lockEvent('takes'), released: lockEvent('releases'), awaited: lockEvent('awaits') }

/** Operations of tasks on themselves. */
export class TaskControl extends Tracked {
  constructor(machine: Machine) {
    super(machine, 'task control', -2, undefined)
  }

  add(
    name: string,
    body: (argument?: Value) => void,
    options: TaskOptions,
    conditions: Conditions,
    scope: Scope,
  ): TaskHandle {
    return scope.own(new TaskHandle(scope, name, body, options, conditions))
  }

  choose(n: number, label: string): number {
    return this.perform(choose, n, this.machine.values.encode(label)) >> 1
  }

  yield(label: string): void {
    this.perform(yieldStep, this.machine.values.encode(label))
  }

  noteLock(name: string, event: 'taken' | 'released' | 'awaited'): void {
    this.perform(LOCK_EVENTS[event], this.machine.values.encode(name))
  }

  progress(): void {
    this.perform(progress)
  }

  warn(kind: FailureKind, message: string): void {
    this.perform(warn, this.machine.values.encode(kind), this.machine.values.encode(message))
  }

  mightSleep(what: string): void {
    this.perform(mightSleep, this.machine.values.encode(what))
  }
}

/** A task of the program, or a task that can be started several times while it runs. */
export class TaskHandle extends Tracked {
  /** Number of its first instance among all tasks. */
  readonly first: number
  readonly instances: number
  /** Whether it starts with the program. */
  readonly startsAtOnce: boolean
  private readonly starting: OperationKind = {
    name: 'start',
    startsTask: true,
    execute: (machine, op, task) => this.startNext(machine, op.a, task),
    accesses: () => this.writeAccess(),
    detail: (machine, op) => (op.a === UNDEFINED ? '' : machine.format(op.a)),
  }
  private readonly ended: Cell<number> | undefined
  private readonly roots: Map<number, LocalState>[] = []

  constructor(
    scope: Scope,
    name: string,
    body: (argument?: Value) => void,
    options: TaskOptions,
    private readonly conditions: Conditions,
  ) {
    super(scope.machine, name, scope.slot(codeOfInt(0)), undefined)
    const { machine } = scope
    this.startsAtOnce = options.start ?? true
    this.instances = options.instances ?? 1
    this.first = machine.tasks.length
    this.ended = options.joinable === true ? scope.own(new Cell<number>(scope, `${name} ended`, 0)) : undefined
    for (let i = 0; i < this.instances; i++) {
      this.roots.push(new Map())
      machine.tasks.push({
        name: this.instances === 1 ? name : `${name}-${i + 1}`,
        context: options.context ?? 'task',
        slot: scope.slot(machine.idleState.id),
        atomicSlot: scope.slot(codeOfInt(0)),
        run: (argument) => {
          body(machine.values.decode(argument) as Value)
          this.ended?.set(1, 'release')
        },
      })
    }
  }

  /** Starts an instance with an argument, in one step. */
  start(argument?: Value): void {
    this.perform(this.starting, this.machine.values.encode(argument))
  }

  private startNext(machine: Machine, argument: number, starter: number): number {
    const started = machine.state.get(this.slot) >> 1
    if (started >= this.instances) {
      throw new ProgramError(
        `task ${this.name} is started more than ${this.instances} times`,
        'raise the option instances of world.task()',
      )
    }
    machine.state.set(this.slot, codeOfInt(started + 1))
    machine.start(this.first + started, this.rootFor(started, argument), starter)
    return codeOfInt(started)
  }

  /** Waits until the task has ended (of one that is `joinable` and has one instance). */
  join(): void {
    const { ended } = this
    if (ended === undefined || this.instances !== 1) {
      throw new ProgramError(
        `nobody can wait for the end of task ${this.name}`,
        'give it the option joinable: true, and one instance',
      )
    }
    this.conditions.until({ met: () => ended.get() === 1 }, `${this.name} to end`)
  }

  /** The log of an instance that was started with the argument `code` and has done nothing. */
  rootFor(instance: number, code: number): LocalState {
    const roots = this.roots[instance] as Map<number, LocalState>
    let root = roots.get(code)
    if (root === undefined) {
      const { values } = this.machine
      root = new LocalState(
        undefined,
        'root',
        code,
        0,
        [],
        0,
        mixA(hashString(this.name, 0x41c64e6d) ^ values.laneA(code)),
        mixB(hashString(this.name, 0x6c078965) ^ values.laneB(code)),
      )
      roots.set(code, root)
    }
    return root
  }
}
