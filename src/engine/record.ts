import { Status } from './local-state.js'
import type { Machine } from './machine.js'
import type { Operation } from './operation.js'
import { nextMoves } from './next-moves.js'
import type { Program } from './program.js'
import type { NextMove, NumberOf, OlderContents, OpenCall, PlainValue, RecordedObject, RecordedStep, Recording, TaskMoment } from './recording.js'
import type { Failure } from './result.js'
import { readSchedule } from './schedule.js'
import type { Move } from './search/failures.js'
import { traceOf, type ReplayObserver } from './trace.js'
import type { Tracked } from './tracked.js'
import { UNDEFINED } from './value.js'
import type { WeakMemory } from './weak/weak-memory.js'

/** A recording, and what the program said about how its objects belong together. */
export interface Recorded {
  readonly recording: Recording
  /** By name; see `World.present`. */
  readonly presented: ReadonlyMap<string, unknown>
}

/**
 * Runs a schedule, which may be empty or stop anywhere, and keeps every state on its way.
 * @throws ProgramError if the token is malformed or does not fit the program.
 */
export function record(subject: Program, token: string): Recorded {
  const { path, isChoice } = readSchedule(token)
  const recorder = new Recorder(path, isChoice)
  const trace = traceOf(subject, token, path, undefined, recorder)
  return { recording: { trace, ...recorder.recorded() }, presented: recorder.presented }
}

class Recorder implements ReplayObserver {
  readonly presented = new Map<string, unknown>()
  private readonly objects: RecordedObject[] = []
  /** By slot: the number of the object. */
  private readonly numbers: number[] = []
  private readonly tracked: Tracked[] = []
  private readonly steps: RecordedStep[] = []
  private readonly failures: Recording['failures'][number][] = []
  private firstMoments: readonly TaskMoment[] = []
  private moves: readonly NextMove[] = []
  private hasEnded = false
  /** Of each task: what tells its present moment from others. */
  private readonly keys: string[] = []
  private mark = 0
  private calls: (task: number) => readonly OpenCall[] = () => []

  constructor(
    private readonly path: readonly Move[],
    private readonly isChoice: readonly boolean[],
  ) {}

  recorded(): Omit<Recording, 'trace'> {
    const { objects, steps, failures, firstMoments, moves, hasEnded } = this
    return { objects, moments: firstMoments, steps, ended: hasEnded, moves, failures }
  }

  started(machine: Machine, calls: (task: number) => readonly OpenCall[]): void {
    this.calls = calls
    const read = (slot: number): number => machine.state.get(slot)
    for (let slot = 0; slot < machine.slots; slot++) {
      const object = machine.objectAt(slot)
      const kind = object?.recordedAs
      if (object === undefined || kind === undefined || object.isLedger) continue
      if (object.slot === slot) {
        this.objects.push({ name: object.name, kind, initial: object.content(read) })
        this.tracked.push(object)
      }
      this.numbers[slot] = this.objects.length - 1
    }
    const numberOf: NumberOf = ({ slot }) => this.numbers[slot] ?? -1
    for (const [name, make] of machine.presentations) this.presented.set(name, make(numberOf))
    this.firstMoments = machine.tasks.map((_task, task) => {
      this.keys[task] = keyOf(machine, task)
      return this.momentOf(machine, task)
    })
    this.note(machine.initialFailures)
    this.mark = machine.state.mark()
  }

  stepped(machine: Machine, task: number, moves: number, failures: readonly Failure[]): void {
    const read = (slot: number): number => machine.state.get(slot)
    const changed = new Set<number>()
    for (const { slot } of machine.state.changesSince(this.mark)) {
      const number = this.numbers[slot]
      if (number !== undefined) changed.add(number)
    }
    this.mark = machine.state.mark()
    const moments: { task: number; moment: TaskMoment }[] = []
    for (let other = 0; other < machine.tasks.length; other++) {
      const key = keyOf(machine, other)
      if (key === this.keys[other]) continue
      this.keys[other] = key
      moments.push({ task: other, moment: this.momentOf(machine, other) })
    }
    this.steps.push({
      task,
      moves,
      changes: [...changed].map((object) => ({ object, content: (this.tracked[object] as Tracked).content(read) })),
      moments,
      ...(machine.weak !== undefined && { older: this.older(machine.weak) }),
    })
    this.note(failures)
  }

  ended(machine: Machine, ended: boolean, failures: readonly Failure[]): void {
    this.hasEnded = ended
    this.note(failures)
    machine.runner.listener = undefined
    this.moves = nextMoves(machine, this.path, this.isChoice)
  }

  private older(weak: WeakMemory): OlderContents[] {
    return weak.older().flatMap(({ slot, values, readers }) => {
      const object = this.numbers[slot]
      if (object === undefined) return []
      return [{ object, contents: values.map((code) => (this.tracked[object] as Tracked).content(() => code)), readers }]
    })
  }

  private note(failures: readonly Failure[]): void {
    for (const failure of failures) this.failures.push({ step: this.steps.length, failure })
  }

  private momentOf(machine: Machine, task: number): TaskMoment {
    const local = machine.local(task)
    const calls = this.calls(task)
    if (local === machine.idleState) return { status: 'idle', calls: [] }
    if (local.status === Status.Done) return { status: 'finished', calls: [] }
    if (local.status === Status.Failed) return { status: 'failed', calls }
    const op = local.operation as Operation
    const next = { op: op.kind.name, object: op.object.slot < 0 ? '' : op.object.name, detail: op.kind.detail?.(machine, op) ?? '' }
    const argument = argumentOf(machine, task)
    const moment = { calls, next, ...(argument !== undefined && { argument }) }
    if (op.kind.invisible === 'choice') return { status: 'choosing', choices: op.a, ...moment }
    if (machine.canStep(task)) return { status: 'ready', ...moment }
    const { text, holders } = waitOf(machine, op, task)
    return { status: 'waiting', wait: { text, holders }, ...moment }
  }
}

/** Two moments of a task with the same key are the same. */
function keyOf(machine: Machine, task: number): string {
  const local = machine.local(task)
  if (local.status !== Status.Pending || machine.canStep(task)) return String(local.id)
  const { text, holders } = waitOf(machine, local.operation as Operation, task)
  return `${local.id} ${text} ${holders.join()}`
}

function waitOf(machine: Machine, op: Operation, task: number): { readonly text: string; readonly holders: readonly number[] } {
  return op.kind.waitsFor?.(machine, op, task) ?? { text: machine.describe(op), holders: [] }
}

/** What a task was started with. */
function argumentOf(machine: Machine, task: number): PlainValue {
  let log = machine.local(task)
  while (log.parent !== undefined) log = log.parent
  return log.code === UNDEFINED ? undefined : machine.plain(log.code)
}
