import { ProgramError } from './errors.js'
import { Flags } from './flags.js'
import { Status, type LocalState } from './local-state.js'
import type { Machine } from './machine.js'
import type { Access, Operation } from './operation.js'
import { load, type Program } from './program.js'
import type { Change, Failure, Trace, TraceEvent, TraceStep } from './result.js'
import type { OpenCall } from './recording.js'
import type { CallListener } from './runner.js'
import { decodeSchedule } from './schedule.js'
import { judgeEnding, waitingTasks } from './search/ending.js'
import { livelockMessage } from './search/livelock.js'
import { choiceOf, failureKey, taskOf, type Move } from './search/failures.js'
import { UNDEFINED } from './value.js'

type CallEvent = Extract<TraceEvent, { type: 'call' | 'return' }>

/** Collects the calls of one task between two of its steps. */
class CallRecorder implements CallListener {
  private readonly events: CallEvent[][] = []
  private readonly open: (readonly OpenCall[])[] = []

  constructor(private readonly machine: Machine) {}

  call(depth: number, fn: string, args: readonly unknown[]): void {
    const task = this.current()
    const said = args.map((argument) => this.say(argument))
    this.eventsOf(task).push({ type: 'call', task, depth, fn, args: said })
    this.open[task] = [...this.openCalls(task).slice(0, depth), { fn, args: said }]
  }

  return(depth: number, fn: string, value: unknown): void {
    const task = this.current()
    this.eventsOf(task).push({ type: 'return', task, depth, fn, value: value === undefined ? '' : this.say(value) })
    this.open[task] = this.openCalls(task).slice(0, depth)
  }

  /** The calls a task is in, outermost first. */
  openCalls(task: number): readonly OpenCall[] {
    return this.open[task] ?? []
  }

  /** What has happened in `task` up to its last return; the calls it has entered since are kept for its next step. */
  takeReturned(task: number): CallEvent[] {
    const all = this.eventsOf(task)
    const last = all.map((event) => event.type).lastIndexOf('return')
    this.events[task] = all.slice(last + 1)
    return all.slice(0, last + 1)
  }

  takeAll(task: number): CallEvent[] {
    const all = this.eventsOf(task)
    this.events[task] = []
    return all
  }

  private eventsOf(task: number): CallEvent[] {
    return (this.events[task] ??= [])
  }

  private current(): number {
    return this.machine.runner.currentTask
  }

  private say(value: unknown): string {
    return typeof value === 'function' ? 'function' : this.machine.formatValue(value)
  }
}

/** Watches a schedule being run. */
export interface ReplayObserver {
  /** Before the first step. @param calls the calls a task is in, outermost first */
  started(machine: Machine, calls: (task: number) => readonly OpenCall[]): void
  /** After each `step` event of the trace; `moves` of the schedule have been made. */
  stepped(machine: Machine, task: number, moves: number, failures: readonly Failure[]): void
  /** After the last move, with the failures that the end was judged to be. */
  ended(machine: Machine, ended: boolean, failures: readonly Failure[]): void
}

/**
 * Runs a schedule again and tells everything that happened in it.
 * @param wanted the failure that the trace is about, if several are met at its end; the last one unless said.
 * @throws ProgramError if the token is malformed or does not fit the program.
 */
export function replay(subject: Program, token: string, wanted?: Failure): Trace {
  return traceOf(subject, token, decodeSchedule(token), wanted)
}

/**
 * The operation that a move of a schedule performs.
 * @throws ProgramError if it can not be made now
 */
export function nextOf(machine: Machine, m: Move, steps: number): Operation {
  const task = taskOf(m)
  const hint = 'use it with the race, kernel and fixes it was printed for'
  if (task >= machine.tasks.length || !machine.canStep(task)) {
    throw new ProgramError(`the schedule does not fit the program: ${machine.taskName(task)} cannot go on at step ${steps + 1}`, hint)
  }
  const op = machine.local(task).operation as Operation
  if (op.kind.invisible === 'choice' && choiceOf(m) >= op.a) {
    throw new ProgramError(`the schedule does not fit the program: ${machine.taskName(task)} has ${op.a} answers at step ${steps + 1}`, hint)
  }
  return op
}

/** `replay`, of a token that is read already, watched by somebody. */
export function traceOf(
  subject: Program,
  token: string,
  path: readonly Move[],
  wanted?: Failure,
  observer?: ReplayObserver,
): Trace {
  const machine = load(subject, 0, (made) => (made.runner.listener = new CallRecorder(made)))
  const recorder = machine.runner.listener as CallRecorder
  const events: TraceEvent[] = []
  const failures: Failure[] = [...machine.initialFailures]
  let steps = 0
  let contextSwitches = 0
  let last = -1
  const framesBefore: (readonly string[])[] = []
  /** An access that can go in several ways, up to the choice between them. */
  let undecided: DescribedStep | undefined
  const visits: Visit[] = [{ state: stateKey(machine), task: -1, progress: false }]
  machine.takeProgress()
  observer?.started(machine, (task) => recorder.openCalls(task))
  for (const [made, m] of path.entries()) {
    const task = taskOf(m)
    const op = nextOf(machine, m, steps)
    const local = machine.local(task)
    machine.choice = choiceOf(m)
    const switched =
      last >= 0 && last !== task && op.kind.invisible === undefined ? { switch: whySwitched(machine, last) } : {}
    events.push(...recorder.takeAll(task))
    const step: DescribedStep = undecided ?? { ...describeStep(machine, op, task, local, steps), ...switched }
    const late = op.kind.late?.(machine, op, task) ?? ''
    const mark = machine.state.mark()
    const before = machine.noticed.length
    const code = machine.step(task)
    const result = resultOf(machine, op, code)
    undecided = machine.weak !== undefined && machine.weak.severalOf(code) > 0 ? step : undefined
    const noticed = machine.noticed.splice(before)
    framesBefore[task] = local.frames
    visits.push({ state: stateKey(machine), task, progress: machine.takeProgress() })
    failures.push(...noticed)
    const changes = changesSince(machine, mark)
    if (undecided === undefined) {
      const touched = op.kind.opaque === true ? { writes: changes.map((change) => locationOf(machine, change)) } : {}
      events.push({ ...step, ...touched, result, ...(late !== '' && { late }), changes, failures: noticed })
      observer?.stepped(machine, task, made + 1, noticed)
    }
    events.push(...recorder.takeReturned(task))
    if (op.kind.invisible === undefined) {
      steps++
      if (last >= 0 && last !== task) contextSwitches++
      last = task
    }
  }
  const ended = machine.enabledTasks() === 0 && machine.choosingTask() < 0
  const judged: Failure[] = []
  if (ended) {
    judgeEnding(machine)
    judged.push(...machine.noticed.splice(0))
  }
  if (machine.asksForProgress && failures.length + judged.length === 0) judged.push(...lasso(machine, visits))
  failures.push(...judged)
  observer?.ended(machine, ended, judged)
  const failure = (wanted && failures.find((met) => failureKey(met) === failureKey(wanted))) ?? failures.at(-1) ?? null
  const failed = failure === null ? -1 : machine.tasks.findIndex((task) => task.name === failure.task)
  const waiting = waitingTasks(machine)
  for (const task of new Set([...waiting.map((one) => one.task), ...(failed >= 0 ? [failed] : [])]))
    events.push(...recorder.takeAll(task))
  return {
    program: subject.name,
    schedule: token,
    tasks: machine.tasks.map(({ name, context }) => ({ name, context })),
    events,
    steps,
    contextSwitches,
    failure,
    stack: failed < 0 ? [] : stackOf(machine.local(failed), framesBefore[failed]),
    waiting: waiting.map(({ task, wait }) => ({
      task,
      text: wait.text,
      holder: wait.holders.map((holder) => machine.taskName(holder)).join(', '),
    })),
  }
}

/** A state on the way of a schedule, and the step that led there. */
interface Visit {
  readonly state: string
  readonly task: number
  readonly progress: boolean
}

function stateKey({ state }: Machine): string {
  return `${state.fingerprintA},${state.fingerprintB}`
}

/** The livelock of a schedule that ends in a state it has been in before, without anybody getting on in between. */
function lasso(machine: Machine, visits: readonly Visit[]): Failure[] {
  const start = visits.findIndex((visit) => visit.state === visits.at(-1)?.state)
  const cycle = visits.slice(start + 1)
  if (cycle.length === 0 || cycle.some((visit) => visit.progress)) return []
  const tasks = [...new Set(cycle.map((visit) => visit.task))].sort((x, y) => x - y)
  const first = tasks[0] as number
  const where = machine.local(first).frames.at(-1) ?? machine.taskName(first)
  const message = livelockMessage(tasks.map((task) => machine.taskName(task)))
  return [{ kind: 'livelock', where, message, task: machine.taskName(first) }]
}

/** Open calls, innermost first: of a task that failed or waits where it is, of one that went on where it was. */
function stackOf(local: LocalState, before: readonly string[] | undefined): string[] {
  const stopped = local.status === Status.Failed || before === undefined
  return [...(stopped ? local.frames : before)].reverse()
}

type DescribedStep = Omit<TraceStep, 'result' | 'changes' | 'failures'>

function describeStep(
  machine: Machine,
  op: Operation,
  task: number,
  local: LocalState,
  index: number,
): DescribedStep {
  const accesses = op.accesses(machine)
  return {
    type: 'step',
    task,
    depth: local.frames.length,
    index,
    op: op.kind.name,
    object: op.object.name,
    detail: op.kind.detail?.(machine, op) ?? '',
    reads: locations(machine, accesses, 'reads'),
    writes: locations(machine, accesses, 'writes'),
  }
}

/** Where a change took place: a whole object, or one bit of a word of flags. */
function locationOf(machine: Machine, { object, part }: Change): string {
  for (let slot = 0; slot < machine.slots; slot++) {
    const tracked = machine.objectAt(slot)
    if (tracked?.name === object) return tracked instanceof Flags ? `${object}:${part}` : object
  }
  return object
}

function locations(machine: Machine, accesses: readonly Access[], which: 'reads' | 'writes'): string[] {
  return accesses.flatMap((access) => {
    const mask = access[which]
    const object = machine.objectAt(access.location)
    if (mask === 0 || object === undefined) return []
    if (object instanceof Flags) return object.bitsOf(mask).map((bit) => `${object.name}:${bit}`)
    return [object.name]
  })
}

/** What an operation answered, in words. */
export function resultOf(machine: Machine, op: Operation, code: number): string {
  return op.kind.result?.(machine, op, code) ?? (code === UNDEFINED ? '' : machine.format(code))
}

/** What has changed in shared objects since a position in the undo log. */
export function changesSince(machine: Machine, mark: number): Change[] {
  return machine.state.changesSince(mark).flatMap(({ slot, before }) => {
    const object = machine.objectAt(slot)
    if (object === undefined || object.isLedger) return []
    const after = object.parts(slot, machine.state.get(slot))
    return object.parts(slot, before).flatMap(([part, was], i) => {
      const now = after[i]?.[1] ?? ''
      return now === was ? [] : [{ object: object.name, part, before: was, after: now }]
    })
  })
}

function whySwitched(machine: Machine, last: number): NonNullable<TraceStep['switch']> {
  const name = machine.taskName(last)
  const local = machine.local(last)
  if (local.status === Status.Done) return { reason: 'finished', text: `${name} has finished` }
  if (local.status === Status.Failed) return { reason: 'failed', text: `${name} has failed` }
  if (machine.canStep(last)) return { reason: 'preempted', text: `${name} is preempted` }
  const wait = waitingTasks(machine).find(({ task }) => task === last)?.wait
  return { reason: 'blocked', text: `${name} waits for ${wait?.text ?? 'something'}` }
}
