/** Why the next row of a question cannot follow. */
import { Status } from '../../engine/local-state.js'
import type { Machine } from '../../engine/machine.js'
import type { Operation } from '../../engine/operation.js'
import { load, type Program } from '../../engine/program.js'
import { choiceOf, taskOf, type Move } from '../../engine/search/failures.js'
import type { CallEvent, WatchedStep } from '../../engine/watcher.js'
import type { Expectation, Question } from './question.js'
import type { Found } from './search.js'
import { DiagramWatch } from './watch.js'

/** What keeps a row from following. */
export interface Obstacle {
  /** Id of the expectation that cannot be met. */
  readonly id: number
  /** The task that would have to meet it; null if none of the program can. */
  readonly task: string | null
  /** `waits`: for what another task holds, or for something to happen. `never`: no such call. `earlier`: only before. `late`: not any more. */
  readonly kind: 'waits' | 'never' | 'earlier' | 'ends'
  /** In words. */
  readonly reason: string
  /** Name of what it waits for; empty if for nothing. */
  readonly object: string
  /** Who holds that; empty if nobody. */
  readonly holder: string
  /** Where the holder has taken it: function; empty if not known. */
  readonly since: string
}

/** Longest way that a task is followed alone. */
const ALONE_MAX = 5_000

/** Finds out what stops the task that is to meet the next row, when it runs on alone after the furthest match. */
export function obstacleOf(subject: Program, question: Question, found: Found): Obstacle | null {
  const row = question.rows[found.rows]
  const expectation = row?.find(({ id }) => found.progress?.met.includes(id) !== true) ?? row?.[0]
  if (expectation === undefined) return null
  const recorder = new Recorder(question)
  const machine = load(subject, 0, (made) => made.watch(recorder))
  follow(machine, found.path)
  const bound = expectation.column === null ? -1 : (found.progress?.tasks[expectation.column] ?? -1)
  const candidates = bound >= 0 ? [bound] : tasksFor(machine, question, expectation)
  const obstacles = candidates.flatMap((task) => {
    const obstacle = alone(subject, question, found.path, expectation, task)
    return obstacle === null ? [] : [obstacle]
  })
  return obstacles.find(({ kind }) => kind === 'waits') ?? obstacles.find(({ kind }) => kind === 'earlier') ?? obstacles[0] ?? nobody(expectation)
}

function nobody({ id }: Expectation): Obstacle {
  return { id, task: null, kind: 'never', reason: 'no task of the program can do it', object: '', holder: '', since: '' }
}

function tasksFor(machine: Machine, question: Question, { column }: Expectation): readonly number[] {
  const names = machine.tasks.map(({ name }) => name)
  return names.flatMap((name, task) => (column === null || question.mayBe(column, name, names) ? [task] : []))
}

/** Lets `task` run alone from the end of `path`, and says where that ends. */
function alone(subject: Program, question: Question, path: readonly Move[], expectation: Expectation, task: number): Obstacle | null {
  const recorder = new Recorder(question)
  const machine = load(subject, 0, (made) => made.watch(recorder))
  follow(machine, path)
  const name = machine.taskName(task)
  const about = { id: expectation.id, task: name, object: '', holder: '', since: '' }
  const called = expectation.kind === 'call' && [...expectation.functions].some((fn) => recorder.called.get(task)?.has(fn) === true)
  for (let steps = 0; steps < ALONE_MAX; steps++) {
    const { status, operation } = machine.local(task)
    if (status === Status.Done || status === Status.Failed || operation === undefined) {
      if (called) return { ...about, kind: 'earlier', reason: `${name} does that before, and not again` }
      const ended = status === Status.Failed ? 'has failed' : machine.local(task) === machine.idleState ? 'is never started' : 'has ended'
      return { ...about, kind: 'ends', reason: `${name} ${ended} without doing that` }
    }
    if (!machine.canStep(task)) return { ...about, ...waitOf(machine, operation, task, recorder) }
    machine.choice = 0
    machine.step(task)
    machine.noticed.length = 0
  }
  return { ...about, kind: 'never', reason: `${name} goes on without doing that` }
}

function waitOf(machine: Machine, op: Operation, task: number, recorder: Recorder): Pick<Obstacle, 'kind' | 'reason' | 'object' | 'holder' | 'since'> {
  const wait = op.kind.waitsFor?.(machine, op, task)
  const holder = wait?.holders[0]
  const object = op.object.name
  const name = machine.taskName(task)
  return {
    kind: 'waits',
    reason: `${name} waits for ${wait?.text ?? machine.describe(op)}`,
    object,
    holder: holder === undefined ? '' : machine.taskName(holder),
    since: holder === undefined ? '' : (recorder.taken.get(`${holder} ${object}`) ?? ''),
  }
}

/** Remembers which functions each task has called, and where each has taken what it holds. */
class Recorder extends DiagramWatch {
  readonly called = new Map<number, Set<string>>()
  readonly taken = new Map<string, string>()

  override start(machine: Machine, calls: readonly (readonly CallEvent[])[]): number {
    calls.forEach((list, task) => this.remember(task, list))
    return super.start(machine, calls)
  }

  override step(machine: Machine, remembered: number, step: WatchedStep): number {
    for (const [task, list] of step.calls) this.remember(task, list)
    if (step.op.kind.passes === 'acquires') this.taken.set(`${step.task} ${step.op.object.name}`, step.local.frames.at(-1) ?? '')
    return super.step(machine, remembered, step)
  }

  private remember(task: number, calls: readonly CallEvent[]): void {
    const known = this.called.get(task) ?? new Set<string>()
    for (const call of calls) if (call.type === 'call') known.add(call.fn)
    this.called.set(task, known)
  }
}

function follow(machine: Machine, path: readonly Move[]): void {
  for (const m of path) {
    machine.choice = choiceOf(m)
    machine.step(taskOf(m))
    machine.noticed.length = 0
  }
}
