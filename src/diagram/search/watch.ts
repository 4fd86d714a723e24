import { mixA, mixB } from '../../engine/hash.js'
import { Status } from '../../engine/local-state.js'
import type { Machine } from '../../engine/machine.js'
import type { Operation } from '../../engine/operation.js'
import type { Failure } from '../../engine/result.js'
import { judgeEnding } from '../../engine/search/ending.js'
import { changesSince, resultOf } from '../../engine/trace.js'
import type { CallEvent, WatchedStep, Watcher } from '../../engine/watcher.js'
import { Matcher, type Present } from './matcher.js'
import { keyOf, type Progress } from './progress.js'
import type { OperationSeen, Question } from './question.js'

/** What was matched so far, in every way, and the calls of each task since its last operation. */
interface Remembered {
  readonly calls: readonly (readonly CallEvent[])[]
  readonly all: readonly Progress[]
  /** Most rows matched in any way. */
  readonly rows: number
  /** Whether more than the calls of the next step may matter: its operation, its failures, or who waits. */
  readonly looksCloser: boolean
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
  private matcher: Matcher | undefined
  private readonly known: Remembered[] = []
  private readonly byKey = new Map<string, number>()
  private readonly hashA: number[] = []
  private readonly hashB: number[] = []
  /** What follows on a step of which only the calls matter. */
  private readonly following = new Map<string, number>()
  private readonly listNumbers = new Map<readonly CallEvent[], number>()
  private readonly hasFailures: boolean
  private readonly hasOperations: boolean

  constructor(
    private readonly question: Question,
    private readonly records = false,
  ) {
    this.hasFailures = question.rows.some((row) => row.some(({ kind }) => kind === 'failure'))
    this.hasOperations = question.rows.some((row) => row.some(({ kind }) => kind === 'operation'))
  }

  start(machine: Machine, calls: readonly (readonly CallEvent[])[]): number {
    this.matcher = new Matcher(
      this.question,
      machine.tasks.map(({ name }) => name),
      this.records,
    )
    const all = this.matcher.begin(presentOf(machine, calls))
    return this.intern(calls, all, machine)
  }

  step(machine: Machine, remembered: number, step: WatchedStep): number {
    const { task, op } = step
    const before = this.known[remembered] as Remembered
    if (op.kind.invisible !== undefined) return this.invisible(machine, before, step)
    if (this.records || before.looksCloser) return this.lookCloser(machine, before, step)
    const isQuiet = before.calls[task]?.length === 0 && [...step.calls.values()].every((list) => list.length === 0)
    if (isQuiet) return remembered
    const key = `${remembered},${task},${[...step.calls].map(([other, list]) => `${other}:${this.numberOf(list)}`).join()}`
    const known = this.following.get(key)
    if (known !== undefined) {
      const { rows } = this.known[known] as Remembered
      if (rows > before.rows) machine.noticed.push(matchedRows(rows))
      return known
    }
    const next = this.lookCloser(machine, before, step)
    this.following.set(key, next)
    return next
  }

  private lookCloser(machine: Machine, before: Remembered, step: WatchedStep): number {
    const { task, op, code, mark, local } = step
    const matcher = this.matcher as Matcher
    const seen = this.hasOperations ? describe(machine, op, code, mark, local.frames) : UNSEEN
    const failures = this.hasFailures ? machine.noticed.filter((failure) => rowsOf(failure) === undefined) : []
    const calls = before.calls.map((list, other) => step.calls.get(other) ?? (other === task ? NO_CALLS : list))
    const present = presentOf(machine, calls)
    matcher.steps++
    let all = matcher.step(before.all, task, before.calls[task] ?? [], seen, failures, present)
    if (this.hasFailures && machine.enabledTasks() === 0 && machine.choosingTask() < 0) all = matcher.end(all, endingOf(machine))
    return this.intern(calls, all, machine, before.rows)
  }

  laneA(remembered: number): number {
    return this.hashA[remembered] as number
  }

  laneB(remembered: number): number {
    return this.hashB[remembered] as number
  }

  /** The way of matching that has got furthest, as it is remembered. */
  furthest(remembered: number): Progress | undefined {
    const { all, rows } = this.known[remembered] as Remembered
    return all.find((progress) => progress.row === rows)
  }

  /** A choice, or what was performed with the step before: calls may follow. */
  private invisible(machine: Machine, before: Remembered, { calls: more }: WatchedStep): number {
    const calls = before.calls.map((list, other) => [...list, ...(more.get(other) ?? NO_CALLS)])
    const all = (this.matcher as Matcher).again(before.all, presentOf(machine, calls))
    return this.intern(calls, all, machine, before.rows)
  }

  private numberOf(list: readonly CallEvent[]): number {
    let number = this.listNumbers.get(list)
    if (number === undefined) this.listNumbers.set(list, (number = this.listNumbers.size))
    return number
  }

  private intern(calls: readonly (readonly CallEvent[])[], all: readonly Progress[], machine: Machine, rowsBefore = 0): number {
    const keys = all.map(keyOf).sort()
    const content = `${calls.map((list) => list.map(contentOf).join()).join('/')};${keys.join(';')}`
    const rows = all.reduce((most, progress) => Math.max(most, progress.row), 0)
    if (rows > rowsBefore) machine.noticed.push(matchedRows(rows))
    let id = this.records ? undefined : this.byKey.get(content)
    if (id === undefined) {
      id = this.known.length
      this.byKey.set(content, id)
      this.known.push({ calls, all, rows, looksCloser: all.some((progress) => (this.matcher as Matcher).looksCloser(progress)) })
      this.hashA.push(hash(content, 0x2545f491, mixA))
      this.hashB.push(hash(content, 0x5851f42d, mixB))
    }
    return id
  }
}

const NO_CALLS: readonly CallEvent[] = []
const UNSEEN: OperationSeen = { op: '', object: '', detail: '', result: '', changes: [], frames: [] }

function presentOf(machine: Machine, calls: readonly (readonly CallEvent[])[]): Present {
  return {
    calls,
    isWaiting(task) {
      const { operation, status } = machine.local(task)
      return status === Status.Pending && operation?.kind.blocksOnHolder !== true && !machine.canStep(task)
    },
  }
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

/** The failures that are judged when nothing can run any more. */
function endingOf(machine: Machine): Failure[] {
  const before = machine.noticed.length
  judgeEnding(machine)
  return machine.noticed.splice(before)
}

function contentOf(event: CallEvent): string {
  return event.type === 'call' ? `${event.depth}>${event.fn}` : `${event.depth}<${event.fn}`
}

function hash(content: string, seed: number, mix: (value: number) => number): number {
  let value = seed
  for (let i = 0; i < content.length; i++) value = mix(Math.imul(value, 31) ^ content.charCodeAt(i))
  return value
}
