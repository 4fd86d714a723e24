import { ProgramError, invariant } from './errors.js'
import { hashString } from './hash.js'
import { LocalState, Status } from './local-state.js'
import { LockOrders } from './lock-order.js'
import type { Operation } from './operation.js'
import type { Program } from './program.js'
import type { NumberOf, PlainValue } from './recording.js'
import type { Failure, FailureKind } from './result.js'
import { Runner } from './runner.js'
import { State } from './state.js'
import type { Task } from './task.js'
import { Tracked } from './tracked.js'
import { Watching, type Watcher } from './watcher.js'
import { FALSE, TRUE, UNDEFINED, Values, codeOfInt } from './value.js'
import { WeakMemory } from './weak/weak-memory.js'

/** Most tasks one program may have, dynamic ones included: sets of tasks are masks of 32-bit integers. */
export const TASKS_MAX = 30

/**
 * The stepping interface over a program: which tasks can go on, let one take a step, take it back.
 * A step is one operation on shared state and the task's own code up to its next operation.
 */
export class Machine {
  readonly values = new Values()
  readonly state: State
  readonly runner: Runner
  readonly tasks: Task[] = []
  readonly doneState = specialState('done', Status.Done)
  readonly idleState = specialState('idle', Status.Done)
  /** Failures noticed during the last step, in order. To be emptied by whoever steps. */
  readonly noticed: Failure[] = []
  /** Value that a pending `choose` will answer. */
  choice = 0
  /** Number of local states, of their transitions learned so far: grows while the program is being explored. */
  learned = 0
  /** True once an iteration of `repeat` was forgotten: the state graph may have cycles. */
  cyclic = false
  /** True once an operation was met of which is not known what it touches: nothing may be left out of the search. */
  opaque = false
  /** Bodies of final checks. */
  readonly finals: (() => void)[] = []
  /** Every object with slots, by slot. */
  private readonly bySlot: Tracked[] = []
  private readonly locals: LocalState[] = []
  private progressed = false
  private offersChoices = false
  private readonly failedStates = new Map<string, LocalState>()

  /** Whether a lock is one that is not taken. */
  readonly leavesOut: (lock: string) => boolean
  readonly lockOrders = new LockOrders(this)
  /** Absent where memory is sequentially consistent. */
  readonly weak: WeakMemory | undefined

  constructor(
    readonly seed: number,
    { memory = 'sc', leavesOut = () => false }: Pick<Program, 'memory' | 'leavesOut'>,
  ) {
    this.leavesOut = leavesOut
    this.state = new State(this.values, seed)
    this.runner = new Runner(this)
    this.weak = memory === 'weak' ? new WeakMemory(this) : undefined
    this.opaque = this.weak !== undefined
    this.identify(this.idleState)
    this.identify(this.doneState)
  }

  /** Reserves a slot of the state for `owner`. */
  slotFor(owner: Tracked, slot: number): void {
    this.bySlot[slot] = owner
  }

  objectAt(slot: number): Tracked | undefined {
    return this.bySlot[slot]
  }

  get slots(): number {
    return this.state.size
  }

  taskName(task: number): string {
    return this.tasks[task]?.name ?? (task < 0 ? 'set-up' : `task ${task}`)
  }

  local(task: number): LocalState {
    return this.locals[this.state.get((this.tasks[task] as Task).slot)] as LocalState
  }

  localById(id: number): LocalState | undefined {
    return this.locals[id]
  }

  /** Puts `task` into a local state, as part of the present step. */
  setLocal(task: number, local: LocalState): void {
    this.state.setContent((this.tasks[task] as Task).slot, this.identify(local), local.hashA, local.hashB)
  }

  /** Whether `task` has an operation that can happen now. */
  canStep(task: number): boolean {
    const local = this.local(task)
    if (local.status !== Status.Pending) return false
    const op = local.operation as Operation
    return op.kind.enabled === undefined || op.kind.enabled(this, op, task)
  }

  /** Mask of the tasks that can go on. */
  enabledTasks(): number {
    let mask = 0
    for (let task = 0; task < this.tasks.length; task++) if (this.canStep(task)) mask |= 1 << task
    return mask
  }

  /** The first task whose next operation is a `choose`, or -1. */
  choosingTask(): number {
    if (!this.offersChoices) return -1
    for (let task = 0; task < this.tasks.length; task++) {
      if (this.local(task).operation?.kind.invisible === 'choice') return task
    }
    return -1
  }

  /** Lets `task` perform its pending operation and go on to its next one; the code of the operation's result. */
  step(task: number): number {
    const local = this.local(task)
    const op = local.operation as Operation
    const { weak, watching } = this
    const mark = this.state.mark()
    if (op.object.checksGuard && op.kind.invisible === undefined) op.object.checkGuard(task)
    const code = weak === undefined ? op.kind.execute(this, op, task) : weak.execute(op, task)
    this.answer(task, local, code)
    weak?.settle()
    watching?.stepped(task, local, op, code, mark)
    return code
  }

  /** Starts a task with its log `log` (its root, or the root and its argument). */
  start(task: number, log: LocalState, starter = -1): void {
    if (starter >= 0) this.weak?.begin(task, starter)
    const first = this.watching?.begin(task, log)
    this.settle(task, first ?? (log.id === -1 ? this.runner.advance(task, log) : log))
    if (starter >= 0 && !this.local(starter).started.has(this.local(task))) {
      this.local(starter).started.add(this.local(task))
      this.learned++
    }
  }

  /** Lets `watcher` see everything from the first call on. To be called once, before any task is started. */
  watch(watcher: Watcher): void {
    this.watching = new Watching(this, watcher)
  }

  /** What the watcher remembers now. */
  get remembered(): number {
    return this.watching?.remembered ?? -1
  }

  private watching: Watching | undefined

  private answer(task: number, local: LocalState, code: number): void {
    let next = local.successor(code)
    if (this.watching !== undefined) {
      const log = local.withResult(code, this.values.laneA(code), this.values.laneB(code))
      const advanced = this.watching.follow(task, local, code, log)
      if (next === undefined && advanced !== undefined) local.learn(code, (next = advanced))
    }
    if (next === undefined) {
      const log = local.withResult(code, this.values.laneA(code), this.values.laneB(code))
      next = this.runner.advance(task, log)
      local.learn(code, next)
      this.learned++
      this.lockOrders.follow(task, local, local.operation as Operation, code, next)
    } else if (this.runner.listener !== undefined) {
      const log = local.withResult(code, this.values.laneA(code), this.values.laneB(code))
      const again = this.runner.advance(task, log)
      if (again !== next)
        throw new ProgramError(
          `the program is not deterministic: task ${this.taskName(task)} went another way when its schedule was run again`,
          'keep shared data in tracked objects',
        )
    }
    this.settle(task, next)
  }

  /** Stops `task` in `local`, after performing what is no step. */
  private settle(task: number, local: LocalState): void {
    this.setLocal(task, local)
    if (local.status === Status.Failed) {
      this.noticed.push({ ...(local.failure as Failure), task: this.taskName(task) })
      return
    }
    const op = local.operation
    if (op?.kind.invisible === 'eager') this.answer(task, local, op.kind.execute(this, op, task))
  }

  /** Runs the final checks if every task has finished. */
  checkFinal(): void {
    for (const body of this.finals) {
      const met = this.runner.check(body)
      if (met !== undefined) this.noticed.push({ ...met, where: 'finally', task: 'finally' })
    }
  }

  /** Records a failure that does not stop its task. */
  note(kind: FailureKind, message: string, task: number): void {
    if (task < 0) return
    const failure = {
      kind,
      message,
      where: this.local(task).frames.at(-1) ?? this.taskName(task),
      task: this.taskName(task),
    }
    this.noticed.push(failure)
  }

  /** Counts the spinlocks that `task` holds. */
  changeAtomicDepth(task: number, by: 1 | -1): void {
    const slot = this.tasks[task]?.atomicSlot
    if (slot !== undefined) this.state.set(slot, this.state.get(slot) + 2 * by)
  }

  /** Notes a failure if `task` must not sleep now. */
  noteIfAtomic(what: string, task: number): void {
    const running = this.tasks[task]
    if (running === undefined) return
    if (running.context === 'irq') this.note('sleep-in-atomic', `${what} in interrupt context`, task)
    else if (this.state.get(running.atomicSlot) !== codeOfInt(0))
      this.note('sleep-in-atomic', `${what} under a spinlock`, task)
  }

  /** Notes that a task gets on in this step. */
  noteProgress(): void {
    this.progressed = true
  }

  /** Whether a task got on since this was last asked. */
  takeProgress(): boolean {
    const { progressed } = this
    this.progressed = false
    return progressed
  }

  noteCycle(): void {
    this.cyclic = true
  }

  /** The local state of a task that has failed. */
  failedState(failure: Failure, frames: readonly string[]): LocalState {
    const key = `${failure.kind}\n${failure.where}\n${failure.message}\n${failure.task}`
    let state = this.failedStates.get(key)
    if (state === undefined) {
      state = specialState(key, Status.Failed)
      state.failure = failure
      state.frames = frames
      this.failedStates.set(key, state)
    }
    return state
  }

  format(code: number): string {
    return this.formatValue(this.values.decode(code))
  }

  /** In words; arguments of calls that are no values may have a `label`. */
  formatValue(value: unknown): string {
    if (value instanceof Tracked) return value.name
    if (Array.isArray(value)) return `[${value.map((element) => this.formatValue(element)).join(', ')}]`
    if (typeof value === 'string') return value
    if (typeof value === 'object' && value !== null) return this.names.get(value) ?? ('label' in value ? String(value.label) : 'object')
    return String(value)
  }

  /** A value as plain data. */
  plain(code: number): PlainValue {
    let plain = this.plains.get(code)
    if (plain === undefined && code !== UNDEFINED) this.plains.set(code, (plain = this.plainOf(this.values.decode(code))))
    return plain
  }

  private plainOf(value: unknown): PlainValue {
    if (Array.isArray(value)) return value.map((element) => this.plainOf(element))
    if (typeof value !== 'object' || value === null) return value as PlainValue
    const use = this.uses.get(value)
    return { name: this.formatValue(value), ...(use !== undefined && { use }) }
  }

  private readonly plains = new Map<number, PlainValue>()

  /** Names of structs and of incarnations of pool objects. */
  readonly names = new Map<object, string>()
  /** Of incarnations of pool objects: how many uses of their memory there have been with theirs. */
  readonly uses = new Map<object, number>()
  /** How tracked objects belong together, by the name of whom that is for. */
  readonly presentations = new Map<string, (numberOf: NumberOf) => unknown>()

  describe(op: Operation): string {
    const detail = op.kind.detail?.(this, op) ?? ''
    return `${op.object.name === '' ? '' : `${op.object.name}.`}${op.kind.name}(${detail})`
  }

  private identify(local: LocalState): number {
    if (local.id === -1) {
      if (local.operation?.kind.invisible === 'choice') this.offersChoices = true
      if (local.operation?.kind.opaque === true) this.opaque = true
      local.id = this.locals.length
      this.locals.push(local)
      this.learned++
    }
    return local.id
  }

  /** Whether the program asks for cycles without progress to be found. */
  asksForProgress = false
  /** Failures met before the first step. */
  initialFailures: readonly Failure[] = []
  /** Whether some task runs in interrupt context. */
  hasInterrupts = false
  /** Objects that one task at a time can hold. */
  readonly locks: Tracked[] = []

  /** Slots of the fields of the pool objects that a value refers to. */
  fieldsOf(value: unknown): readonly number[] {
    if (Array.isArray(value)) return value.flatMap((element) => this.fieldsOf(element))
    return typeof value === 'object' && value !== null ? (this.fields.get(value) ?? []) : []
  }

  /** Slots of the fields of each object of a pool. */
  readonly fields = new Map<object, readonly number[]>()

  /** Forgets how the initial state was set up. To be called once, after set-up. */
  seal(): void {
    invariant(this.tasks.length <= TASKS_MAX, `at most ${TASKS_MAX} tasks`)
    this.weak?.seal()
    this.watching?.seal()
    this.state.forgetHistory()
    this.initialFailures = this.noticed.splice(0)
    this.hasInterrupts = this.tasks.some((task) => task.context === 'irq')
  }
}

function specialState(content: string, status: Status): LocalState {
  const local = new LocalState(
    undefined,
    'root',
    0,
    0,
    [],
    0,
    hashString(content, 0x243f6a88),
    hashString(content, 0x13198a2e),
  )
  local.status = status
  return local
}

export function codeOfBoolean(value: boolean): number {
  return value ? TRUE : FALSE
}
