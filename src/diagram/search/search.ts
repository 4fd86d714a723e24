import { ProgramError } from '../../engine/errors.js'
import { limitsOf } from '../../engine/explore.js'
import type { Machine } from '../../engine/machine.js'
import { load, type Program } from '../../engine/program.js'
import type { Bound } from '../../engine/result.js'
import { encodeSchedule } from '../../engine/schedule.js'
import { exploreStates } from '../../engine/search/exhaustive.js'
import { FailureLog, choiceOf, failureKey, taskOf, type Move } from '../../engine/search/failures.js'
import type { Limits, Pace } from '../../engine/search/limits.js'
import { findShortest } from '../../engine/search/shortest.js'
import type { Met, Progress } from './progress.js'
import type { Question } from './question.js'
import { DiagramWatch, matchedRows, rowsOf, type Used } from './watch.js'

/** How far a question can be matched, and by which execution. */
export interface Found {
  readonly verdict: 'possible' | 'impossible' | 'unknown'
  readonly bound: Bound | null
  /** Rows matched by `schedule`: all of them if it is possible, else the most that any execution matches. */
  readonly rows: number
  /** The execution with the fewest context switches, then steps; null if not even the first row can be matched. */
  readonly schedule: string | null
  readonly path: readonly Move[]
  /** Where in it each expectation was met. */
  readonly met: readonly Met[]
  /** How it was matched, as far as it was. */
  readonly progress: Progress | null
  readonly states: number
  readonly used: Used
}

/** States that are visited at most to find the shortest way, where the first way was found with fewer. */
const SHORTEST_STATES = 100_000

export interface SearchLimits extends Limits {
  /** Whether to look for the shortest way. Default true. */
  readonly shortest?: boolean
  /** Whether interrupts are tried before anybody else, as if devices were fast; else whoever can bring the rows on. */
  readonly interruptsFirst?: boolean
}

/** Looks for an execution of `subject` that matches `question`. Yields every few thousand steps. */
export function* search(subject: Program, question: Question, limits: SearchLimits = {}): Generator<Pace, Found> {
  if (question.rows.length === 0) throw new ProgramError('a question without rows', 'give it a diagram that says something')
  const watch = new DiagramWatch(question)
  const machine = load(subject, 0, (made) => made.watch(watch))
  const interrupts = limits.interruptsFirst === true ? interruptsOf(machine) : 0
  const failures = new FailureLog(machine.noticed.splice(0))
  const all = matchedRows(question.rows.length)
  const explored = yield* exploreStates(machine, {
    ...limitsOf(limits),
    failures,
    prefer: (tasks) => watch.prefer(machine.remembered, (tasks & interrupts) === 0 ? tasks : tasks & interrupts),
    poll: (progress) => (failures.has(all) ? 'interrupted' : (limits.poll?.(progress) ?? null)),
  })
  const rows = Math.max(0, ...[...failures].map(({ failure }) => rowsOf(failure) ?? 0))
  const verdict = rows === question.rows.length ? 'possible' : explored.bound === null ? 'impossible' : 'unknown'
  const bound = verdict === 'unknown' ? explored.bound : null
  const { states } = explored
  const { used } = watch
  if (rows === 0) return { verdict, bound, rows, schedule: null, path: [], met: [], progress: null, states, used }
  const wanted = failureKey(matchedRows(rows))
  // What is possible is worth a longer search for the shortest way than it took to find one.
  const maxStates = verdict === 'possible' ? Math.max(limits.maxStates ?? Infinity, SHORTEST_STATES) : limits.maxStates
  const known = [...failures].find(({ failure }) => failureKey(failure) === wanted)
  if (limits.shortest === false) return { verdict, bound, rows, path: known?.path ?? [], states, used, ...retrace(subject, question, known?.path ?? []) }
  const shortest = yield* findShortest(machine, new Set([wanted]), limitsOf({ ...limits, ...(maxStates !== undefined && { maxStates }) }))
  const path = shortest.found.get(wanted)?.path ?? known?.path ?? []
  return { verdict, bound, rows, path, states, used, ...retrace(subject, question, path) }
}

function interruptsOf({ tasks }: Machine): number {
  return tasks.reduce((mask, { context }, task) => (context === 'irq' ? mask | (1 << task) : mask), 0)
}

/** Takes the path once more, and notes where the expectations are met. */
function retrace(subject: Program, question: Question, path: readonly Move[]): Pick<Found, 'schedule' | 'met' | 'progress'> {
  const watch = new DiagramWatch(question, true)
  const machine = load(subject, 0, (made) => made.watch(watch))
  const isChoice: boolean[] = []
  for (const m of path) {
    const task = taskOf(m)
    isChoice.push(machine.local(task).operation?.kind.invisible === 'choice')
    machine.choice = choiceOf(m)
    machine.step(task)
  }
  const progress = watch.furthest(machine.remembered) ?? null
  return { schedule: encodeSchedule(path, isChoice), met: progress?.history ?? [], progress }
}
