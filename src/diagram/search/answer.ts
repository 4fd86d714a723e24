/** Answers the question that a diagram asks of a race. */
import { replay } from '../../engine/trace.js'
import type { Bound, Trace, TraceStep } from '../../engine/result.js'
import { runToEnd } from '../../engine/explore.js'
import type { Limits, Pace } from '../../engine/search/limits.js'
import { kernelFunctions } from '../../kernel/kernel.js'
import type { Configuration, Race, RaceProgram } from '../../races/race.js'
import { NameMatcher } from '../names.js'
import type { Diagram } from '../types.js'
import { candidatesFor, type Candidate } from './candidates.js'
import { delaysOf, type Delay } from './delays.js'
import { guardSets, type GuardSets } from './guard-sets.js'
import { nearestPossible, type Nearest } from './nearest.js'
import { kernelPhrases } from './phrases.js'
import { questionOf, type Understanding } from './question-of.js'
import { search, type Found } from './search.js'
import { obstacleOf, type Obstacle } from './why.js'

export interface Answer {
  readonly answer: 'possible' | 'impossible' | 'unknown'
  readonly bound: Bound | null
  readonly understanding: Understanding
  /** Rows of the question, and how many of them the execution shown matches. */
  readonly rows: number
  readonly matched: number
  /** Program of the race in which that execution takes place. */
  readonly program: string
  /** Programs that were composed of the race's building blocks, for want of one of its own that has what is asked for. */
  readonly composed: readonly string[]
  /** Headers of the columns, and the task that each was. */
  readonly columns: Readonly<Record<string, string>>
  readonly schedule: string | null
  readonly trace: Trace | null
  /** Steps of the trace in which rows are matched, with the lines of the diagram they stand on. */
  readonly marks: ReadonlyMap<number, string>
  readonly contextSwitches: number
  readonly delays: readonly Delay[]
  readonly obstacle: Obstacle | null
  /** Line of the diagram that cannot follow; null if it is possible. */
  readonly blockedLine: number | null
  /** What it is impossible because of, in `program`; null if it is not impossible. */
  readonly guards: GuardSets | null
  /** The same rows in another order that is possible in `program`; null if it is not impossible, or none was found. */
  readonly nearest: Nearest | null
  readonly states: number
}

export interface AnswerOptions extends Limits {
  /** The one program that is asked: of the race, or composed of its building blocks (`store+flusher`). All of the race unless said. */
  readonly program?: string
}

/** What the cells of diagrams may name in the kernel model. */
export function kernelNames(): NameMatcher {
  return new NameMatcher({ functions: kernelFunctions, phrases: kernelPhrases })
}

/**
 * Answers `diagram` (from `readDiagram`) for a race: the one way from a text to an answer, for the command line and for
 * browsers alike. Yields every few thousand steps, and says how far it is through `options.poll`.
 */
export function* answer(
  diagram: Diagram,
  race: Race,
  configuration: Configuration,
  names: NameMatcher,
  options: AnswerOptions = {},
): Generator<Pace, Answer> {
  const understanding = questionOf(diagram, names)
  const { question } = understanding
  const { program: only, ...limits } = options
  const candidates = candidatesFor(question, race, configuration, only)
  if (candidates.length === 0) throw new RangeError(`${race.name} has no program to ask`)
  const results = yield* asked(candidates, configuration, question, limits)
  const [program, found] = furthest(results)
  const bound = [...results.values()].find((one) => one.bound !== null)?.bound ?? null
  const isPossible = found.verdict === 'possible'
  const isImpossible = !isPossible && bound === null
  const subject = program.build(configuration)
  const obstacle = isPossible ? null : obstacleOf(subject, question, found)
  const trace = found.schedule === null ? null : replay(subject, found.schedule)
  return {
    answer: isPossible ? 'possible' : isImpossible ? 'impossible' : 'unknown',
    bound: isPossible ? null : bound,
    understanding,
    rows: question.rows.length,
    matched: found.rows,
    program: program.name,
    composed: only === undefined ? candidates.filter((one) => one.isComposed && results.has(one.program)).map((one) => one.program.name) : [],
    columns: columnsOf(diagram, found, trace),
    schedule: found.schedule,
    trace,
    marks: trace === null ? new Map() : marksOf(trace, found, understanding),
    contextSwitches: trace?.contextSwitches ?? 0,
    delays: trace === null || !isPossible ? [] : delaysOf(trace),
    obstacle,
    blockedLine: isPossible ? null : (understanding.rowLines[found.rows] ?? null),
    guards: isImpossible ? yield* guardSets(program, configuration, question, found.used, obstacle, limits) : null,
    nearest: isImpossible ? yield* nearestPossible(diagram, understanding, found.rows, names, program, configuration, limits) : null,
    states: [...results.values()].reduce((sum, one) => sum + one.states, 0),
  }
}

/** For scripts and tests that have nothing else to do meanwhile. */
export function answerNow(...args: Parameters<typeof answer>): Answer {
  return runToEnd(answer(...args))
}

/** Asks each program with little first and then with as much as it takes, likely ones before others; ends with one that says yes. */
function* asked(
  candidates: readonly Candidate[],
  configuration: Configuration,
  question: Understanding['question'],
  limits: Limits,
): Generator<Pace, ReadonlyMap<RaceProgram, Found>> {
  const most = Math.max(...candidates.map(({ covered }) => covered))
  const likely = candidates.filter(({ covered }) => covered === most)
  const near = candidates.filter(({ covered }) => covered < most && covered >= most * NEAR)
  const others = candidates.filter(({ covered }) => covered < most * NEAR)
  const results = new Map<RaceProgram, Found>()
  for (const [group, maxStates] of rounds(likely, near, others)) {
    for (const { program } of group.toSorted((x, y) => rowsIn(results, y) - rowsIn(results, x))) {
      const before = results.get(program)
      if (before !== undefined && before.bound !== 'max-states') continue
      const within = Math.min(maxStates, limits.maxStates ?? Infinity)
      if (before !== undefined && before.states >= within) continue
      const found = yield* search(program.build(configuration), question, { ...limits, maxStates: within })
      results.set(program, found)
      if (found.verdict === 'possible' || (found.bound !== null && found.bound !== 'max-states')) return results
    }
  }
  return results
}

/** Part of what the likeliest program is known to call from which on another one is near to it. */
const NEAR = 0.7

type Round = readonly [programs: readonly Candidate[], states: number]

function rounds(likely: readonly Candidate[], near: readonly Candidate[], others: readonly Candidate[]): readonly Round[] {
  const [little, more, much] = [1_000, 10_000, 100_000]
  return [
    [likely, little],
    [near, little],
    [likely, more],
    [others, little],
    [near, more],
    [likely, much],
    [[...near, ...others], more],
    [[...near, ...others], much],
    [[...likely, ...near, ...others], Infinity],
  ]
}

/** The further a program has got, the sooner it is asked again. */
function rowsIn(results: ReadonlyMap<RaceProgram, Found>, { program }: Candidate): number {
  return results.get(program)?.rows ?? 0
}

/** The one that says yes, or else the first of those that get furthest. */
function furthest(results: ReadonlyMap<RaceProgram, Found>): readonly [RaceProgram, Found] {
  return [...results].reduce((best, one) => (one[1].verdict === 'possible' || one[1].rows > best[1].rows ? one : best))
}

function columnsOf(diagram: Diagram, found: Found, trace: Trace | null): Readonly<Record<string, string>> {
  const entries = diagram.columns.map(({ header }, column) => {
    const task = found.progress?.tasks[column] ?? -1
    return [header === '' ? `column ${column + 1}` : header, trace?.tasks[task]?.name ?? ''] as const
  })
  return Object.fromEntries(entries.filter(([, task]) => task !== ''))
}

/** Marks the step in which each row is matched: for a call, the first step of its task after it is made. */
function marksOf(trace: Trace, found: Found, { cells }: Understanding): ReadonlyMap<number, string> {
  const steps = trace.events.filter((event): event is TraceStep => event.type === 'step' && event.index >= 0)
  const marks = new Map<number, string>()
  for (const { id, task, step, call } of found.met) {
    const line = cells.find(({ ids }) => ids.includes(id))?.line
    const at = call < 0 ? steps.find(({ index }) => index === step - 1) : steps.find(({ index, task: own }) => own === task && index >= step)
    if (line === undefined || at === undefined) continue
    const known = marks.get(at.index)
    marks.set(at.index, known === undefined ? `<${line}>` : known.replace('>', `,${line}>`))
  }
  return marks
}
