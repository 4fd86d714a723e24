import { ProgramError, invariant } from './errors.js'
import { LocalState, Status, type Effect } from './local-state.js'
import type { Machine } from './machine.js'
import type { PrivateMemory } from './own.js'
import { Operation, type Condition, type OperationKind } from './operation.js'
import type { Failure, FailureKind } from './result.js'
import type { Tracked } from './tracked.js'
import { UNDEFINED, type Value } from './value.js'

/** The private signal that suspends a task at its next operation. */
const SUSPEND = new Error('the engine suspends the task here')

/** Name of the frame of an iteration of repeat(). */
const LOOP = ''

/** Thrown to stop a task that has failed. */
class TaskFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
  ) {
    super(message)
  }
}

interface Frame {
  readonly name: string
  /** The log at the call. */
  readonly start: LocalState
  /** Number of private objects that existed at the call. */
  readonly owns: number
  /** Private objects older than the call that were written in it. */
  readonly written: Set<PrivateMemory>
}

/** Hears of calls and returns as they happen for the first time in a run. */
export interface CallListener {
  call(depth: number, fn: string, args: readonly unknown[]): void
  return(depth: number, fn: string, value: unknown): void
}

/**
 * Runs tasks by replay: a task's function is called from the start and its operations are answered from the log until the
 * log is used up; the next operation suspends it.
 */
export class Runner {
  listener: CallListener | undefined
  private running = false
  private suspended = false
  private path: LocalState[] = []
  private cursor = 0
  private position: LocalState
  private frames: Frame[] = []
  private owns: PrivateMemory[] = []
  private task = -1
  /** The task whose atomic step is being performed, or -1. */
  private atomicTask = -1
  /** Objects read by the condition that is being evaluated. */
  private reads: Set<Tracked> | undefined
  private readonly lanes: (code: number) => readonly [number, number]

  constructor(private readonly machine: Machine) {
    this.position = new LocalState(undefined, 'root', 0, 0, [], 0, 0, 0)
    this.lanes = (code) => [machine.values.laneA(code), machine.values.laneB(code)]
  }

  /** True while a task's own code runs (and not set-up, a condition or a final check). */
  get inTask(): boolean {
    return this.running && this.reads === undefined
  }

  get currentTask(): number {
    return this.task
  }

  /**
   * Runs `task` against `log` and returns the local state it stops in.
   * The log may end in entries that the task has not seen yet.
   */
  advance(task: number, log: LocalState): LocalState {
    const stop = this.run(task, log)
    if (stop.status === Status.Pending && stop.id === -1) {
      const operation = stop.operation
      const listener = this.listener
      this.listener = undefined
      const again = this.run(task, log)
      this.listener = listener
      if (again !== stop || again.operation !== operation)
        throw this.nondeterminism(operation, again.operation, 'on two runs with the same history')
    }
    return stop
  }

  private run(task: number, log: LocalState): LocalState {
    let length = log.depth
    this.path.length = length
    let at: LocalState = log
    while (at.parent !== undefined) {
      this.path[--length] = at
      at = at.parent
    }
    this.position = at
    this.cursor = 0
    this.frames.length = 0
    this.owns.length = 0
    this.suspended = false
    this.running = true
    this.task = task
    try {
      this.machine.tasks[task]?.run(at.code)
    } catch (thrown) {
      return this.stopped(thrown)
    } finally {
      this.running = false
      this.task = -1
      this.reads = undefined
    }
    this.refuseSwallowed()
    if (this.cursor < this.path.length)
      throw this.nondeterminism(this.position.operation, undefined, 'the task ended early')
    return this.machine.doneState
  }

  private stopped(thrown: unknown): LocalState {
    if (thrown === SUSPEND) return this.position
    if (thrown instanceof ProgramError) throw thrown
    this.refuseSwallowed()
    const failure = this.failureOf(thrown)
    if (failure === undefined) throw thrown
    return this.machine.failedState(
      { ...failure, where: this.where(), task: this.machine.taskName(this.task) },
      this.openCalls(),
    )
  }

  private failureOf(thrown: unknown): Pick<Failure, 'kind' | 'message'> | undefined {
    if (thrown instanceof TaskFailure) return { kind: thrown.kind, message: thrown.message }
    if (thrown instanceof TypeError && /of (null|undefined) \(|as it is (null|undefined)/.test(thrown.message)) {
      return { kind: 'null-dereference', message: thrown.message.replace(/^Cannot/, 'cannot') }
    }
    return undefined
  }

  /** Name of the innermost open call, or of the task. */
  where(): string {
    return this.openCalls().at(-1) ?? this.machine.taskName(this.task)
  }

  /** Names of the open table functions, outermost first. */
  private openCalls(): readonly string[] {
    return this.frames.filter((frame) => frame.name !== LOOP).map((frame) => frame.name)
  }

  /** An operation of the running task, or a direct access at set-up, in a condition or in a final check. */
  perform(kind: OperationKind, object: Tracked, a: number, b: number, condition: Condition | undefined): number {
    if (!this.inTask) {
      if (this.reads !== undefined) this.reads.add(object)
      const op = new Operation(kind, object, a, b, condition)
      return this.atomicTask < 0 ? kind.execute(this.machine, op, -1) : this.performAtomically(op)
    }
    if (this.suspended) this.refuseSwallowed()
    const at = this.position
    const pending = at.operation
    if (pending === undefined) {
      if (this.cursor < this.path.length)
        throw this.nondeterminism(undefined, new Operation(kind, object, a, b, condition), 'a call was logged here')
      at.operation = new Operation(kind, object, a, b, condition)
      at.status = Status.Pending
      at.frames = this.openCalls()
    } else if (pending.kind !== kind || pending.object !== object || pending.a !== a || pending.b !== b) {
      throw this.nondeterminism(pending, new Operation(kind, object, a, b, condition), 'the same history')
    }
    const answer = this.path[this.cursor]
    if (answer === undefined) {
      this.suspended = true
      throw SUSPEND
    }
    if (answer.entry !== 'result') throw this.nondeterminism(pending, undefined, 'a call was logged here')
    this.cursor++
    this.position = answer
    return answer.code
  }

  /** Runs a remembered call: from the log if it has returned before, else its body. */
  call(name: string, args: readonly unknown[], body: () => unknown): unknown {
    if (!this.inTask) return body()
    if (this.suspended) this.refuseSwallowed()
    const answer = this.path[this.cursor]
    const level = this.frames.length
    if (answer?.entry === 'return' && answer.level === level) {
      this.consume(answer)
      return this.machine.values.decode(answer.code)
    }
    const depth = this.openCalls().length
    const live = answer === undefined
    const start = this.position
    this.frames.push({ name, start, owns: this.owns.length, written: new Set() })
    if (live) this.listener?.call(depth, name, args)
    const value = body()
    if (this.suspended) this.refuseSwallowed()
    const code = this.machine.values.encode(value as Value)
    this.position = start.withReturn('return', code, level, this.closeFrame(), this.lanes)
    this.listener?.return(depth, name, value)
    return value
  }

  /** Performs several operations and remembers only the code that comes of them. */
  remember(body: () => number): number {
    if (!this.inTask) return body()
    const answer = this.path[this.cursor]
    const level = this.frames.length
    if (answer?.entry === 'return' && answer.level === level) {
      this.consume(answer)
      return answer.code
    }
    const start = this.position
    this.frames.push({ name: LOOP, start, owns: this.owns.length, written: new Set() })
    const code = body()
    if (this.suspended) this.refuseSwallowed()
    this.position = start.withReturn('return', code, level, this.closeFrame(), this.lanes)
    return code
  }

  /** Runs `body` until it returns something; forgets the log of each iteration that did not. */
  repeat<R extends Value>(body: () => R | undefined): R {
    if (!this.inTask) throw new ProgramError('repeat() outside a task', 'call it in the function of a task')
    const start = this.position
    const level = this.frames.length
    let forgotten: readonly Effect[] = []
    const answer = this.path[this.cursor]
    if (answer?.entry === 'return' && answer.level === level) {
      this.consume(answer)
      return this.machine.values.decode(answer.code) as R
    }
    if (answer?.entry === 'effects' && answer.level === level) {
      forgotten = answer.effects
      this.consume(answer)
    }
    for (;;) {
      this.frames.push({ name: LOOP, start: this.position, owns: this.owns.length, written: new Set() })
      const value = body()
      if (this.suspended) this.refuseSwallowed()
      const effects = merge(forgotten, this.closeFrame())
      if (value !== undefined) {
        this.position = start.withReturn('return', this.machine.values.encode(value), level, effects, this.lanes)
        return value
      }
      this.machine.noteCycle()
      this.position = effects.length === 0 ? start : start.withReturn('effects', UNDEFINED, level, effects, this.lanes)
      forgotten = effects
    }
  }

  /** Ends the innermost frame; what it wrote to older private memory. */
  private closeFrame(): readonly Effect[] {
    const frame = this.frames.pop()
    invariant(frame !== undefined, 'a frame was closed that was never opened')
    if (this.cursor < this.path.length)
      throw this.nondeterminism(undefined, undefined, `${this.where()} ended earlier than before`)
    const effects: Effect[] = []
    for (const own of frame.written) if (own.index < frame.owns) effects.push({ own: own.index, code: own.code })
    const outer = this.frames.at(-1)
    if (outer !== undefined) for (const own of frame.written) if (own.index < outer.owns) outer.written.add(own)
    this.owns.length = frame.owns
    return effects.sort((x, y) => x.own - y.own)
  }

  private consume(answer: LocalState): void {
    this.cursor++
    this.position = answer
    for (const effect of answer.effects) {
      const own = this.owns[effect.own]
      if (own === undefined) throw this.nondeterminism(undefined, undefined, 'private memory is missing')
      own.code = effect.code
      this.wrote(own)
    }
  }

  /** Registers private memory of the running task. */
  adopt(own: PrivateMemory): number {
    this.owns.push(own)
    return this.owns.length - 1
  }

  wrote(own: PrivateMemory): void {
    const frame = this.frames.at(-1)
    if (frame !== undefined && own.index < frame.owns) frame.written.add(own)
  }

  /** Evaluates a condition directly on the state and tells which objects it read. */
  evaluate(condition: () => unknown, reads: Set<Tracked>): boolean {
    const outerReads = this.reads
    const mark = this.machine.state.mark()
    this.reads = reads
    try {
      const met = condition() === true
      if (this.machine.state.mark() !== mark)
        throw new ProgramError('a condition changed shared state', 'conditions may only read')
      return met
    } finally {
      this.reads = outerReads
    }
  }

  /** Performs all of `body` for `task`, which stands before this step. */
  atomically<T>(task: number, name: string, body: () => T): T {
    if (task < 0) return body()
    const outer = this.atomicTask
    this.atomicTask = task
    this.task = task
    try {
      return body()
    } catch (thrown) {
      const failure = this.failureOf(thrown)
      if (failure === undefined) throw thrown
      throw new ProgramError(`atomic function ${name} failed: ${failure.message}`, 'return a value, and fail outside')
    } finally {
      this.atomicTask = outer
      this.task = outer
    }
  }

  private performAtomically(op: Operation): number {
    const { machine, atomicTask } = this
    if (op.kind.enabled?.(machine, op, atomicTask) === false)
      throw new ProgramError(`${machine.describe(op)} has to wait in an atomic function`, 'wait before it')
    if (op.object.checksGuard) op.object.checkGuard(atomicTask)
    return machine.weak?.executeAtLatest(op, atomicTask) ?? op.kind.execute(machine, op, atomicTask)
  }

  /** Stops the running task with a failure. */
  fail(kind: FailureKind, message: string): never {
    if (this.inTask && this.suspended) this.refuseSwallowed()
    throw new TaskFailure(kind, message)
  }

  /** Runs a final check directly on the state; the failure it met, or undefined. */
  check(body: () => void): Pick<Failure, 'kind' | 'message'> | undefined {
    try {
      body()
    } catch (thrown) {
      const failure = this.failureOf(thrown)
      if (failure === undefined) throw thrown
      return failure
    }
    return undefined
  }

  private refuseSwallowed(): void {
    if (!this.suspended) return
    this.suspended = false
    throw new ProgramError(
      `task ${this.machine.taskName(this.task)} caught the signal by which the engine suspends it (in ${this.where()})`,
      'a catch block or a finally block in task code must not swallow what it did not throw: test the error and throw it again',
    )
  }

  private nondeterminism(expected: Operation | undefined, found: Operation | undefined, when: string): ProgramError {
    const say = (op: Operation | undefined): string => (op === undefined ? 'something else' : this.machine.describe(op))
    return new ProgramError(
      `the program is not deterministic: task ${this.machine.taskName(this.task)} was expected to do ${say(expected)} and did ${say(found)} (${when})`,
      'likely cause: a variable outside the task that is written while tasks run, a Map or array shared between tasks, ' +
        'Math.random or Date; keep shared data in world.cell() and its like, and what a call changes for its caller ' +
        'in its return value or in world.own()',
    )
  }
}

function merge(earlier: readonly Effect[], later: readonly Effect[]): readonly Effect[] {
  if (earlier.length === 0) return later
  const merged = new Map(earlier.map((effect) => [effect.own, effect.code]))
  for (const effect of later) merged.set(effect.own, effect.code)
  return [...merged].map(([own, code]) => ({ own, code })).sort((x, y) => x.own - y.own)
}
