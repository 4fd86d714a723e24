import { mixA, mixB } from '../../engine/hash.js'
import { Status } from '../../engine/local-state.js'
import type { Machine } from '../../engine/machine.js'
import type { Operation } from '../../engine/operation.js'
import type { Failure } from '../../engine/result.js'
import { judgeEnding } from '../../engine/search/ending.js'
import { changesSince, resultOf } from '../../engine/trace.js'
import type { CallEvent, WatchedStep, Watcher } from '../../engine/watcher.js'
import { Matcher, type Present } from './matcher.js'
import { NO_CALLS, RelevantCalls } from './relevant-calls.js'
import { keyOf, type Progress } from './progress.js'
import type { Expectation, OperationSeen, Question } from './question.js'

/** What the tasks have used in the states visited. */
export interface Used {
  /** Names of the locks that were taken, or tried. */
  readonly locks: ReadonlySet<string>
  /** Names of the functions that were called after the tasks' first operations. */
  readonly functions: ReadonlySet<string>
}

/** What was matched so far, in every way, and the calls of each task since its last operation. */
interface Remembered {
  readonly calls: readonly (readonly CallEvent[])[]
  readonly all: readonly Progress[]
  /** Most rows matched in any way. */
  readonly rows: number
  /** Whether it may matter who waits after the next step. */
  readonly minds: boolean
  /** Operations that are wanted in some way of matching, and whether failures are. */
  readonly operations: readonly Extract<Expectation, { kind: 'operation' }>[]
  readonly wantsFailure: boolean
  /** Mask of the tasks that can bring the furthest way on. */
  readonly needed: number
}

/** What came with a step, beside calls. */
interface Happened {
  readonly seen: OperationSeen
  readonly failures: readonly Failure[]
  /** Judged when nothing can run any more. */
  readonly ending: readonly Failure[]
}

/** Kind and place of the failures by which a search is told how far a question was matched; no program has such a place. */
const PLACE = '(diagram)'

/** The failure by which a search is told that `rows` rows were matched. */
export function matchedRows(rows: number): Failure {
  return { kind: 'assertion', where: PLACE, message: String(rows), task: PLACE }
}

/** How many rows the failure says were matched; undefined for a failure of the program. */
export function rowsOf({ where, message }: Failure): number | undefined {
  return where === PLACE ? Number(message) : undefined
}

/** Lets a question watch an exploration: what it remembers is the set of all ways in which the execution matches it. */
export class DiagramWatch implements Watcher {
  readonly used: Used & { readonly locks: Set<string>; readonly functions: Set<string> } = { locks: new Set(), functions: new Set() }
  private readonly noted = new Set<readonly CallEvent[]>()
  private matcher: Matcher | undefined
  private readonly known: Remembered[] = []
  private readonly byKey = new Map<string, number>()
  private readonly hashA: number[] = []
  private readonly hashB: number[] = []
  /** What follows on a step of which only the calls matter. */
  private readonly following = new Map<string, { readonly next: number; readonly notice: Failure | undefined }>()
  private readonly calls: RelevantCalls
  private readonly failures: readonly Extract<Expectation, { kind: 'failure' }>[]
  private readonly hasFailures: boolean
  /** Whether a task may still be waiting in some call when the next row comes. */
  private readonly hasWaits: boolean

  constructor(
    private readonly question: Question,
    private readonly records = false,
  ) {
    this.failures = question.rows.flat().filter((expectation) => expectation.kind === 'failure')
    this.hasFailures = this.failures.length > 0
    this.calls = new RelevantCalls(question)
    this.hasWaits = question.rows.flat().some((expectation) => expectation.kind === 'call' && expectation.mayWait)
  }

  start(machine: Machine, made: readonly (readonly CallEvent[])[]): number {
    for (const call of made.flat()) this.used.functions.add(call.fn)
    const calls = made.map((list) => this.calls.of(list))
    this.matcher = new Matcher(
      this.question,
      machine.tasks.map(({ name }) => name),
      this.records,
    )
    const all = this.matcher.begin(presentOf(machine, calls))
    return this.intern(calls, all, machine)
  }

  step(machine: Machine, remembered: number, step: WatchedStep): number {
    const { task, op, code, mark, local } = step
    this.note(step)
    const before = this.known[remembered] as Remembered
    if (op.kind.invisible !== undefined) return this.invisible(machine, before, step)
    const mayBeMet = before.operations.some(({ ops }) => ops?.has(op.kind.name) !== false)
    const isQuiet = before.calls[task]?.length === 0 && this.calls.areNone(step.calls)
    if (isQuiet && !this.records && !before.minds && !before.wantsFailure && !mayBeMet) return remembered
    const seen = mayBeMet ? describe(machine, op, code, mark, local.frames) : UNSEEN
    const failures = this.hasFailures ? machine.noticed.filter((failure) => rowsOf(failure) === undefined) : NO_FAILURES
    const ending = this.hasFailures && machine.enabledTasks() === 0 && machine.choosingTask() < 0 ? endingOf(machine) : NO_FAILURES
    const happened: Happened = { seen, failures, ending }
    if (this.records) return this.follow(machine, before, step, happened)
    const waiting = before.minds || (this.hasWaits && !isQuiet) ? waitingKey(machine) : ''
    const key = `${remembered},${task},${this.listsOf(step)};${waiting};${this.closerKey(before, happened)}`
    const known = this.following.get(key)
    if (known === undefined) {
      const noticed = machine.noticed.length
      const next = this.follow(machine, before, step, happened)
      this.following.set(key, { next, notice: machine.noticed[noticed] })
      return next
    }
    if (known.notice !== undefined) machine.noticed.push(known.notice)
    return known.next
  }

  private note({ op, calls }: WatchedStep): void {
    if (op.kind.locks === 'takes' || op.kind.locks === 'tries') this.used.locks.add(op.object.name)
    for (const list of calls.values()) {
      if (this.noted.has(list)) continue
      this.noted.add(list)
      for (const call of list) if (call.type === 'call') this.used.functions.add(call.fn)
    }
  }

  private listsOf({ calls }: WatchedStep): string {
    let key = ''
    for (const [other, list] of calls) key += `${other}:${this.calls.numberOf(this.calls.of(list))},`
    return key
  }

  /** Everything beside calls and waits that the matching may depend on. */
  private closerKey({ operations }: Remembered, { seen, failures, ending }: Happened): string {
    const failed = [...failures, ...ending]
    if (seen === UNSEEN && failed.length === 0) return ''
    let key = ''
    for (const { id, matches } of operations) if (seen !== UNSEEN && matches(seen)) key += `;${id}`
    for (const { id, matches } of this.failures) if (failed.some(matches)) key += `;${id}`
    return `${key};${seen.frames.length};${failures.length};${failed.map((failure) => failure.task).join()}`
  }

  private follow(machine: Machine, before: Remembered, step: WatchedStep, { seen, failures, ending }: Happened): number {
    const { task } = step
    const matcher = this.matcher as Matcher
    const calls = before.calls.map((list, other) => {
      const made = step.calls.get(other)
      return made === undefined ? (other === task ? NO_CALLS : list) : this.calls.of(made)
    })
    matcher.steps++
    const all = matcher.step(before.all, task, before.calls[task] ?? [], seen, failures, presentOf(machine, calls))
    return this.intern(calls, matcher.end(all, ending), machine, before.rows)
  }

  laneA(remembered: number): number {
    return this.hashA[remembered] as number
  }

  laneB(remembered: number): number {
    return this.hashB[remembered] as number
  }

  /** Of `tasks`, a mask, those that can bring the furthest way of matching on; all of them if none can. */
  prefer(remembered: number, tasks: number): number {
    const { needed } = this.known[remembered] as Remembered
    return (needed & tasks) === 0 ? tasks : needed & tasks
  }

  /** The way of matching that has got furthest, as it is remembered. */
  furthest(remembered: number): Progress | undefined {
    const { all, rows } = this.known[remembered] as Remembered
    return all.find((progress) => progress.row === rows)
  }

  /** A choice, or what was performed with the step before: calls may follow. */
  private invisible(machine: Machine, before: Remembered, { calls: more }: WatchedStep): number {
    if (this.calls.areNone(more)) return this.intern(before.calls, before.all, machine, before.rows)
    const calls = before.calls.map((list, other) => this.calls.of([...list, ...(more.get(other) ?? NO_CALLS)]))
    const all = (this.matcher as Matcher).again(before.all, presentOf(machine, calls))
    return this.intern(calls, all, machine, before.rows)
  }

  private intern(calls: readonly (readonly CallEvent[])[], all: readonly Progress[], machine: Machine, rowsBefore = 0): number {
    const rows = all.reduce((most, progress) => Math.max(most, progress.row), 0)
    if (rows > rowsBefore) machine.noticed.push(matchedRows(rows))
    const matcher = this.matcher as Matcher
    const keys = all.map(keyOf).sort()
    const content = `${calls.map((list) => this.calls.numberOf(list)).join('/')};${keys.join(';')}`
    let id = this.records ? undefined : this.byKey.get(content)
    if (id === undefined) {
      id = this.known.length
      this.byKey.set(content, id)
      const furthest = all.find((progress) => progress.row === rows)
      const needed = furthest === undefined ? 0 : matcher.neededTasks(furthest)
      const wanted = [...new Set(all.flatMap((progress) => matcher.wantedNext(progress, calls)))]
      this.known.push({
        calls,
        all,
        rows,
        minds: all.some((progress) => matcher.minds(progress)),
        operations: wanted.filter((expectation) => expectation.kind === 'operation'),
        wantsFailure: wanted.some(({ kind }) => kind === 'failure'),
        needed,
      })
      this.hashA.push(hash(content, 0x2545f491, mixA))
      this.hashB.push(hash(content, 0x5851f42d, mixB))
    }
    return id
  }
}

const NO_FAILURES: readonly Failure[] = []
const UNSEEN: OperationSeen = { op: '', object: '', detail: '', result: '', changes: [], frames: [] }

function presentOf(machine: Machine, calls: readonly (readonly CallEvent[])[]): Present {
  return {
    calls,
    isWaiting: (task) => isWaiting(machine, task),
  }
}

function isWaiting(machine: Machine, task: number): boolean {
  const { operation, status } = machine.local(task)
  return status === Status.Pending && operation?.kind.blocksOnHolder !== true && !machine.canStep(task)
}

function describe(machine: Machine, op: Operation, code: number, mark: number, frames: readonly string[]): OperationSeen {
  return {
    op: op.kind.name,
    object: op.object.name,
    detail: op.kind.detail?.(machine, op) ?? '',
    result: resultOf(machine, op, code),
    changes: changesSince(machine, mark),
    frames,
  }
}

/** The tasks that wait, as a text. */
function waitingKey(machine: Machine): string {
  let key = ''
  for (let task = 0; task < machine.tasks.length; task++) if (isWaiting(machine, task)) key += `${task},`
  return key
}

/** The failures that are judged when nothing can run any more. */
function endingOf(machine: Machine): Failure[] {
  const before = machine.noticed.length
  judgeEnding(machine)
  return machine.noticed.splice(before)
}

function hash(content: string, seed: number, mix: (value: number) => number): number {
  let value = seed
  for (let i = 0; i < content.length; i++) value = mix(Math.imul(value, 31) ^ content.charCodeAt(i))
  return value
}
