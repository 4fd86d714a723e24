import { ProgramError } from './errors.js'
import { falseMergeProbability } from './hash.js'
import type { Machine } from './machine.js'
import type { Access } from './operation.js'
import { load, type Program } from './program.js'
import type { Bound, Failure, FoundFailure, Result } from './result.js'
import { encodeSchedule } from './schedule.js'
import { explorePartialOrders } from './search/dpor.js'
import { exploreStates, type ExhaustiveOptions, type Exploration } from './search/exhaustive.js'
import { choiceOf, failureKey, taskOf, type FailureLog, type Move } from './search/failures.js'
import type { Limits } from './search/limits.js'
import { findShortest } from './search/shortest.js'
import { PersistentSets } from './search/persistent.js'
import { walk } from './search/walk.js'

export interface ExploreOptions extends Limits {
  /** Whether steps that commute may be tried in one order only. Default true. */
  readonly reduction?: boolean
  /** The one search method to use, rather than what suits the program. */
  readonly method?: 'plain' | 'reduced' | 'dpor'
  /** Whether the order of two operations may matter; replaced only to test the tests. */
  readonly dependence?: (x: readonly Access[], y: readonly Access[]) => boolean
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
  const { method, search } = options.method === undefined ? exploreAny(subject, machine, options) : { method: options.method, search: run(searchBy(options.method, machine, options)) }
  return finish(subject, machine, search, method, options)
}

/** A search that can be interrupted: it yields now and then. */
type Search = Generator<void, Exploration>

/** Plain search while it is small, then whichever kind of reduction finishes first, by turns. */
function exploreAny(subject: Program, machine: Machine, options: ExploreOptions): { method: Result['method']; search: Exploration } {
  const limit = options.maxStates ?? Infinity
  if (options.reduction === false || limit <= PLAIN_STATES) return { method: 'plain', search: run(searchBy('plain', machine, options)) }
  const plain = run(searchBy('plain', machine, { ...options, maxStates: PLAIN_STATES }))
  if (plain.bound !== 'max-states') return { method: 'plain', search: plain }
  const methods = machine.cyclic ? (['reduced'] as const) : (['reduced', 'dpor'] as const)
  const racing = methods.map((method, i) => ({ method, search: searchBy(method, i === 0 ? machine : load(subject, options.seed), options) }))
  for (;;) {
    for (const { method, search } of racing) {
      const { done, value } = search.next()
      if (done === true) return { method, search: value }
    }
  }
}

function run(search: Search): Exploration {
  for (;;) {
    const { done, value } = search.next()
    if (done === true) return value
  }
}

function searchBy(method: 'plain' | 'reduced' | 'dpor', machine: Machine, options: ExploreOptions): Search {
  const { onFinalState } = options
  const own = { ...limitsOf(options), onFinalState: onFinalState && ((): void => onFinalState(() => describeState(machine))) }
  switch (method) {
    case 'plain':
      return exploreStates(machine, own)
    case 'reduced':
      return exploreReduced(machine, own)
    case 'dpor':
      return explorePartialOrders(machine, { ...own, dependence: options.dependence })
  }
}

/** Searches with persistent sets, again and again until nothing new was learned on the way. */
function* exploreReduced(machine: Machine, options: ExhaustiveOptions): Search {
  for (;;) {
    const { cyclic } = machine
    const reduction = new PersistentSets(machine)
    const search = yield* exploreStates(machine, { ...options, reduction })
    if ((reduction.complete && cyclic === machine.cyclic) || search.bound !== null) return search
  }
}

function limitsOf({ maxStates, maxDepth, poll }: Limits): Limits {
  return { ...(maxStates !== undefined && { maxStates }), ...(maxDepth !== undefined && { maxDepth }), ...(poll && { poll }) }
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
  const best = options.shortest === false || bound === 'interrupted' ? undefined : findShortest(machine, wanted, limitsOf(options))
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
