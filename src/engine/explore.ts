import { ProgramError } from './errors.js'
import { falseMergeProbability } from './hash.js'
import type { Machine } from './machine.js'
import { load, type Program } from './program.js'
import type { Bound, Failure, FoundFailure, Result } from './result.js'
import { encodeSchedule } from './schedule.js'
import { exhaust, type ExhaustiveOptions, type Exploration } from './search/exhaustive.js'
import { choiceOf, failureKey, taskOf, type FailureLog, type Move } from './search/failures.js'
import type { Limits } from './search/limits.js'
import { findShortest } from './search/shortest.js'
import { PersistentSets } from './search/persistent.js'
import { walk } from './search/walk.js'

export interface ExploreOptions extends Limits {
  /** Whether steps that commute may be tried in one order only. Default true. */
  readonly reduction?: boolean
  /** States to visit without reduction before trying with it. */
  readonly plainStates?: number
  /** Whether to look for the shortest trace of each failure. Default true. */
  readonly shortest?: boolean
  /** Selects the fingerprint function; two runs with different seeds give the same answer unless states were merged falsely. */
  readonly seed?: number
  /** Called at every final state; `describe` gives the value of every tracked object by name. */
  readonly onFinalState?: (describe: () => Record<string, string>) => void
}

/** States up to which a search without reduction is quicker than learning what can be left out. */
const PLAIN_STATES = 20_000

/** Runs `subject` under every interleaving, or says which bound stopped it. */
export function explore(subject: Program, options: ExploreOptions = {}): Result {
  const machine = load(subject, options.seed)
  const { onFinalState, ...limits } = options
  const atFinalState = onFinalState && ((): void => onFinalState(() => describeState(machine)))
  const search: ExhaustiveOptions = { ...limits, onFinalState: atFinalState }
  if (options.reduction === false) return finish(subject, machine, exhaust(machine, search), 'plain', options)
  const budget = options.plainStates ?? PLAIN_STATES
  const plain = exhaust(machine, { ...search, maxStates: Math.min(budget, options.maxStates ?? Infinity) })
  if (plain.bound !== 'max-states' || budget >= (options.maxStates ?? Infinity)) return finish(subject, machine, plain, 'plain', options)
  return finish(subject, machine, exhaustReduced(machine, search), 'reduced', options)
}

/** Searches with persistent sets, again and again until nothing new was learned on the way. */
function exhaustReduced(machine: Machine, options: ExhaustiveOptions): Exploration {
  for (;;) {
    const reduction = new PersistentSets(machine)
    const { cyclic } = machine
    const search = exhaust(machine, { ...options, reduction })
    if ((reduction.complete && cyclic === machine.cyclic) || search.bound !== null) return search
  }
}

function finish(subject: Program, machine: Machine, search: Exploration, method: Result['method'], options: ExploreOptions): Result {
  const failures = settleFailures(machine, search.failures, search.bound, options)
  return {
    program: subject.name,
    verdict: failures.length > 0 ? 'race' : search.bound === null ? 'holds' : 'unknown',
    bound: search.bound,
    failures,
    states: search.states,
    steps: search.steps,
    depth: search.depth,
    falseMergeProbability: falseMergeProbability(search.states),
    method,
    finalStates: search.finalStates,
  }
}

/** Replaces the paths that a search happened upon by the shortest ones. */
function settleFailures(machine: Machine, log: FailureLog, bound: Bound | null, options: ExploreOptions): FoundFailure[] {
  const met = [...log]
  if (met.length === 0) return []
  const wanted = new Set(met.map(({ failure }) => failureKey(failure)))
  const best = options.shortest === false || bound === 'interrupted' ? undefined : findShortest(machine, wanted, options)
  return met
    .map(({ failure, path }) => {
      const short = best?.found.get(failureKey(failure))
      return foundFailure(machine, short?.failure ?? failure, short?.path ?? path, short !== undefined)
    })
    .sort((x, y) => x.contextSwitches - y.contextSwitches || x.steps - y.steps || compare(failureKey(x), failureKey(y)))
}

function compare(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}

/** Measures a path by taking it once more. */
function foundFailure(machine: Machine, failure: Failure, path: readonly Move[], shortest: boolean): FoundFailure {
  const isChoice: boolean[] = []
  let steps = 0
  let contextSwitches = 0
  let last = -1
  for (const m of path) {
    const task = taskOf(m)
    const choice = machine.local(task).operation?.kind.invisible === 'choice'
    isChoice.push(choice)
    machine.choice = choiceOf(m)
    machine.step(task)
    if (choice) continue
    steps++
    if (last >= 0 && last !== task) contextSwitches++
    last = task
  }
  machine.noticed.length = 0
  machine.state.undo(0)
  return { ...failure, schedule: encodeSchedule(path, isChoice), contextSwitches, steps, shortest }
}

export interface WalkProgramOptions extends Limits {
  readonly strategy: 'uniform' | 'pct'
  readonly runs: number
  readonly seed: number
  /** Stop at the first failure rather than after all runs. Default true. */
  readonly stopAtFailure?: boolean
}

/** Runs `subject` under random schedules, for programs too large to exhaust. The verdict is never `holds`. */
export function randomWalks(subject: Program, options: WalkProgramOptions): Result {
  if (options.runs < 1) throw new ProgramError('no runs were asked for', 'give a number of runs of at least 1')
  const machine = load(subject)
  const walks = walk(machine, { ...options, stopAtFailure: options.stopAtFailure ?? true })
  const failures = [...walks.failures].map(({ failure, path }) => foundFailure(machine, failure, path, false))
  return {
    program: subject.name,
    verdict: failures.length > 0 ? 'race' : 'unknown',
    bound: walks.bound,
    failures,
    states: walks.runs,
    steps: walks.steps,
    depth: walks.depth,
    falseMergeProbability: 0,
    method: 'random',
    finalStates: 0,
  }
}

/** The value of every tracked object, by name. */
function describeState(machine: Machine): Record<string, string> {
  const described: Record<string, string> = {}
  for (let slot = 0; slot < machine.slots; slot++) {
    const object = machine.objectAt(slot)
    if (object === undefined) continue
    for (const [part, value] of object.parts(slot, machine.state.get(slot))) {
      described[part === object.name || part.startsWith(object.name) ? part : `${object.name}.${part}`] = value
    }
  }
  return described
}
