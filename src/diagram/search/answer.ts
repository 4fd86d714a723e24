/** Answers the question that a diagram asks of a race. */
import { replay } from '../../engine/trace.js'
import type { Bound, Trace, TraceStep } from '../../engine/result.js'
import { runToEnd } from '../../engine/explore.js'
import type { Limits, Pace } from '../../engine/search/limits.js'
import { guards, type Guard } from '../../kernel/guards.js'
import type { Configuration, Race } from '../../races/race.js'
import type { Diagram } from '../types.js'
import type { NameMatcher } from '../names.js'
import { questionOf, type Understanding } from './question-of.js'
import { search, type Found } from './search.js'
import { obstacleOf, type Obstacle } from './why.js'

/** A place in kernel source at which a delay makes a real kernel likely to go the way of an execution. */
export interface Delay {
  readonly task: string
  /** The function, and the operations between which the task is to be delayed. */
  readonly where: string
  readonly after: string
  readonly before: string
}

export interface Answer {
  readonly answer: 'possible' | 'impossible' | 'unknown'
  readonly bound: Bound | null
  readonly understanding: Understanding
  /** Rows of the question, and how many of them the execution shown matches. */
  readonly rows: number
  readonly matched: number
  /** Program of the race in which that execution takes place. */
  readonly program: string
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
  /** Guards without any one of which it is possible, each found by exploration. */
  readonly without: readonly Guard[]
  readonly states: number
}

/** Most places at which to delay: beyond three nobody does it by hand. */
const DELAYS_MAX = 3

/** Answers `diagram` for the programs of `race`, or the one named. Yields every few thousand steps. */
export function* answer(
  diagram: Diagram,
  race: Race,
  configuration: Configuration,
  names: NameMatcher,
  options: Limits & { readonly program?: string } = {},
): Generator<Pace, Answer> {
  const understanding = questionOf(diagram, names)
  const { question } = understanding
  const programs = race.programs.filter(({ name, memories }) => {
    return options.program === undefined ? memories?.includes(configuration.memory) !== false : name === options.program
  })
  let best: { readonly name: string; readonly found: Found } | undefined
  let bound: Bound | null = null
  let states = 0
  for (const [name, found] of yield* tried(programs, configuration, question, options)) {
    states += found.states
    bound ??= found.bound
    if (best === undefined || found.rows > best.found.rows || found.verdict === 'possible') best = { name, found }
    if (found.verdict === 'possible') break
  }
  if (best === undefined) throw new RangeError(`${race.name} has no program to ask`)
  const { name, found } = best
  const program = race.programs.find((candidate) => candidate.name === name) as Race['programs'][number]
  const subject = program.build(configuration)
  const isPossible = found.verdict === 'possible'
  const trace = found.schedule === null ? null : replay(subject, found.schedule)
  const obstacle = isPossible ? null : obstacleOf(subject, question, found)
  const without = isPossible || bound !== null ? [] : yield* removable(program, configuration, question, options)
  return {
    answer: isPossible ? 'possible' : bound === null ? 'impossible' : 'unknown',
    bound: isPossible ? null : bound,
    understanding,
    rows: question.rows.length,
    matched: found.rows,
    program: name,
    columns: columnsOf(diagram, found, trace),
    schedule: found.schedule,
    trace,
    marks: trace === null ? new Map() : marksOf(trace, found, understanding),
    contextSwitches: trace?.contextSwitches ?? 0,
    delays: trace === null || !isPossible ? [] : delaysOf(trace),
    obstacle,
    blockedLine: isPossible ? null : (understanding.rowLines[found.rows] ?? null),
    without,
    states,
  }
}

/** Asks every program in turn, each first with little and then with as much as it takes; ends with one that says yes. */
function* tried(
  programs: Race['programs'],
  configuration: Configuration,
  question: Understanding['question'],
  limits: Limits,
): Generator<Pace, readonly (readonly [string, Found])[]> {
  const results = new Map<string, Found>()
  let waiting = [...programs]
  for (const maxStates of FIRST_TRIES) {
    const unfinished: typeof waiting = []
    for (const program of waiting) {
      const within = Math.min(maxStates, limits.maxStates ?? Infinity)
      const found = yield* search(program.build(configuration), question, { ...limits, maxStates: within })
      results.set(program.name, found)
      if (found.verdict === 'possible') return [[program.name, found]]
      if (found.bound === 'max-states' && within < (limits.maxStates ?? Infinity)) unfinished.push(program)
      else if (found.bound !== null) return [...results]
    }
    waiting = unfinished.sort((x, y) => rowsIn(results, y) - rowsIn(results, x))
  }
  return [...results]
}

/** The further a program has got, the sooner it is asked again. */
function rowsIn(results: ReadonlyMap<string, Found>, { name }: Race['programs'][number]): number {
  return results.get(name)?.rows ?? 0
}

const FIRST_TRIES = [1_000, 10_000, 100_000, Infinity]

/** Guards each of which alone makes the question impossible. */
function* removable(
  program: Race['programs'][number],
  configuration: Configuration,
  question: Understanding['question'],
  limits: Limits,
): Generator<Pace, readonly Guard[]> {
  const found: Guard[] = []
  for (const guard of guards) {
    const { verdict } = yield* search(program.build(configuration, [guard]), question, { ...limits, maxStates: GUARD_STATES })
    if (verdict === 'possible') found.push(guard)
  }
  return found
}

/** States that are visited at most to see what a guard is needed for. */
export const GUARD_STATES = 50_000

/** For scripts and tests that have nothing else to do meanwhile. */
export function answerNow(...args: Parameters<typeof answer>): Answer {
  return runToEnd(answer(...args))
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

/** Where tasks that could have gone on are held up, the longest time first. */
function delaysOf(trace: Trace): readonly Delay[] {
  const steps = trace.events.filter((event): event is TraceStep => event.type === 'step')
  const delays: { readonly delay: Delay; readonly length: number }[] = []
  steps.forEach((step, at) => {
    if (step.switch?.reason !== 'preempted') return
    const last = steps[at - 1] as TraceStep
    const next = steps.findIndex(({ task }, later) => later > at && task === last.task)
    const isIrq = trace.tasks[last.task]?.context === 'irq'
    delays.push({
      delay: {
        task: trace.tasks[last.task]?.name ?? '',
        where: functionOf(trace, last),
        after: operationText(last),
        before: next < 0 ? '' : operationText(steps[next] as TraceStep),
      },
      length: (isIrq ? 0 : 1) * ((next < 0 ? steps.length : next) - at),
    })
  })
  return delays
    .sort((x, y) => y.length - x.length)
    .slice(0, DELAYS_MAX)
    .map(({ delay }) => delay)
}

function operationText({ op, object, detail }: TraceStep): string {
  return [object, op, detail].filter((part) => part !== '').join(' ')
}

/** The innermost function that the step was made in. */
function functionOf(trace: Trace, step: TraceStep): string {
  const open: string[] = []
  for (const event of trace.events) {
    if (event === step) break
    if (event.task !== step.task) continue
    if (event.type === 'call') open.push(event.fn)
    if (event.type === 'return') open.pop()
  }
  return open.at(-1) ?? trace.tasks[step.task]?.name ?? ''
}
