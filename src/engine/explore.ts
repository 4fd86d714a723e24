import { ProgramError } from './errors.js'
import { falseMergeProbability } from './hash.js'
import { togetherInOrder, type LockOrder } from './lock-order.js'
import type { Machine } from './machine.js'
import { dependent, type Dependence } from './operation.js'
import { load, type Program } from './program.js'
import type { Bound, Failure, FoundFailure, Result } from './result.js'
import { encodeSchedule } from './schedule.js'
import { explorePartialOrders } from './search/dpor.js'
import { bitCount } from './search/bits.js'
import { exploreStates, type ExhaustiveOptions, type Exploration } from './search/exhaustive.js'
import { choiceOf, failureKey, taskOf, type FailureLog, type Move } from './search/failures.js'
import { findLivelocks } from './search/livelock.js'
import type { Limits, Pace } from './search/limits.js'
import { findShortest } from './search/shortest.js'
import { PersistentSets } from './search/persistent.js'
import { walk } from './search/walk.js'

export interface ExploreOptions extends Limits {
  /** Whether steps that commute may be tried in one order only. Default true. */
  readonly reduction?: boolean
  /** The one search method to use, rather than what suits the program. */
  readonly method?: Method
  /** Whether the order of two operations may matter; replaced only to test the tests. */
  readonly dependence?: Dependence
  /** Whether to look for the shortest trace of each failure. Default true. */
  readonly shortest?: boolean
  /** Selects the fingerprint function; two runs with different seeds give the same answer unless states were merged falsely. */
  readonly seed?: number
  /** Called at every final state; `describe` gives the value of every tracked object by name. */
  readonly onFinalState?: (describe: () => Record<string, string>) => void
}

/** Tasks from which on a program is wide: merging states helps it less than leaving out equivalent executions. */
const WIDE_TASKS = 8
/** States of the first search after which partial orders join if the program is wide, or is not; then persistent sets. */
const PARTIAL_ORDERS_EARLY = 2_000
const PARTIAL_ORDERS_LATE = 1_000_000
const PERSISTENT_SETS = 1_500_000
/** Steps up to which partial orders have most of the time in a wide program, and after which they are given up in another. */
const PARTIAL_ORDERS_FIRST = 1_500_000
const PARTIAL_ORDERS_GIVEN_UP = 2_000_000
/** Turns in a round: about the same time for each method, and most of it for partial orders that go first. */
const TURNS: Readonly<Record<Method, number>> = { plain: 4, dpor: 1, reduced: 1 }
const TURNS_FIRST = 8

/** Runs `subject` under every interleaving, or says which bound stopped it. */
export function explore(subject: Program, options: ExploreOptions = {}): Result {
  return runToEnd(exploreStepwise(subject, options))
}

/** `explore` for those who have something else to do meanwhile: yields every few milliseconds. */
export function* exploreStepwise(subject: Program, options: ExploreOptions = {}): Generator<Pace, Result> {
  const machine = load(subject, options.seed)
  const explored = yield* exploreBy(methodsOf(options, machine), subject, machine, options)
  if (explored === undefined) {
    throw new ProgramError(
      'a program that repeats itself, or has atomic functions, has no partial orders to exhaust',
      'use another method',
    )
  }
  const { method, search, lockOrders } = explored
  return yield* finish(subject, machine, search, method, lockOrders, options)
}

/** Runs a search that yields to its end. */
export function runToEnd<T>(search: Generator<Pace, T>): T {
  for (;;) {
    const { done, value } = search.next()
    if (done === true) return value
  }
}

type Method = 'plain' | 'reduced' | 'dpor'

function methodsOf(options: ExploreOptions, machine: Machine): readonly Method[] {
  if (options.method !== undefined) return [options.method]
  return options.reduction === false || machine.opaque ? ['plain'] : ['plain', 'dpor', 'reduced']
}

/** A search that can be interrupted: it yields now and then, with how far it has got. */
type Search = Generator<Pace, Exploration>

interface Contestant {
  readonly method: Method
  readonly machine: Machine
  readonly search: Search
  pace: Pace
}

/** Lets several searches go on by turns until the first of them is done; undefined if all have given up. */
export function* exploreBy(
  methods: readonly Method[],
  subject: Program,
  machine: Machine,
  options: ExploreOptions,
): Generator<Pace, { method: Method; search: Exploration; lockOrders: readonly LockOrder[] } | undefined> {
  const waiting = [...methods]
  const wide = bitCount(machine.enabledTasks()) >= WIDE_TASKS
  let racing: Contestant[] = []
  let joined = 0
  for (;;) {
    const [next] = waiting
    if (next !== undefined && (racing[0] === undefined || mayJoin(next, racing, wide))) {
      waiting.shift()
      const own = joined === 0 ? machine : load(subject, options.seed)
      racing.push({ method: next, machine: own, search: searchBy(next, own, options), pace: { states: 0, steps: 0 } })
      joined++
    }
    for (const contestant of racing) {
      const turns = turnsOf(contestant, wide && racing.some(goesFirst))
      for (let turn = 0; turn < turns; turn++) {
        const { done, value } = contestant.search.next()
        if (done === true) {
          if (contestant.method === 'dpor' && contestant.machine.opaque) break
          // Another search may have stopped half-way on the machine that the caller goes on with.
          machine.state.undo(0)
          machine.noticed.length = 0
          const orders = [...racing, contestant].map((one) => one.machine.lockOrders.all)
          return { method: contestant.method, search: value, lockOrders: togetherInOrder(orders) }
        }
        contestant.pace = value
        yield value
      }
    }
    racing = racing.filter((contestant) => !isHopeless(contestant, methods, wide))
    if (racing.length === 0 && waiting.length === 0) return undefined
  }
}

/** Whether the first search has got so far that another method is worth its share of the time. */
function mayJoin(method: Method, racing: readonly Contestant[], wide: boolean): boolean {
  const states = racing[0]?.pace.states ?? 0
  if (method === 'reduced') return states >= PERSISTENT_SETS && !(wide && racing.some(goesFirst))
  return states >= (wide ? PARTIAL_ORDERS_EARLY : PARTIAL_ORDERS_LATE)
}

/** Turns in a round; `others` wait for partial orders that go first. */
function turnsOf(contestant: Contestant, othersWait: boolean): number {
  if (!othersWait) return TURNS[contestant.method]
  return goesFirst(contestant) ? TURNS_FIRST : 1
}

function goesFirst({ method, pace }: Contestant): boolean {
  return method === 'dpor' && pace.steps < PARTIAL_ORDERS_FIRST
}

/** Whether a search cannot leave anything out, or by partial orders will not end, or not soon while others are trying too. */
function isHopeless({ method, machine, pace }: Contestant, methods: readonly Method[], wide: boolean): boolean {
  if (method === 'plain') return false
  if (method === 'reduced') return machine.opaque && methods.length > 1
  return machine.cyclic || machine.opaque || (methods.includes('plain') && !wide && pace.steps > PARTIAL_ORDERS_GIVEN_UP)
}

function searchBy(method: Method, machine: Machine, options: ExploreOptions): Search {
  const { onFinalState } = options
  const own = {
    ...limitsOf(options),
    onFinalState: onFinalState && ((): void => onFinalState(() => describeState(machine))),
  }
  switch (method) {
    case 'plain':
      return exploreStates(machine, own)
    case 'reduced':
      return exploreReduced(machine, own, options.dependence ?? dependent)
    case 'dpor':
      return explorePartialOrders(machine, { ...own, dependence: options.dependence })
  }
}

/** Searches with persistent sets, again and again until nothing new was learned on the way. */
function* exploreReduced(machine: Machine, options: ExhaustiveOptions, dependence: Dependence): Search {
  for (;;) {
    const { cyclic, opaque } = machine
    const reduction = new PersistentSets(machine, dependence)
    const search = yield* exploreStates(machine, { ...options, reduction })
    if ((reduction.complete && cyclic === machine.cyclic && opaque === machine.opaque) || search.bound !== null) return search
  }
}

export function limitsOf({ maxStates, maxDepth, poll }: Limits): Limits {
  return {
    ...(maxStates !== undefined && { maxStates }),
    ...(maxDepth !== undefined && { maxDepth }),
    ...(poll && { poll }),
  }
}

/** The answer of a search: its failures get their shortest traces. */
export function* finish(
  subject: Program,
  machine: Machine,
  search: Exploration,
  method: Result['method'],
  lockOrders: readonly LockOrder[],
  options: ExploreOptions,
): Generator<Pace, Result> {
  const found = yield* settleFailures(machine, search.failures, search.bound, options)
  const cycles =
    machine.asksForProgress && search.bound === null
      ? findLivelocks(machine, limitsOf(options))
      : { livelocks: [], bound: null }
  const failures = [
    ...found,
    ...cycles.livelocks.map(({ failure, path }) => foundFailure(machine, failure, path, false)),
  ]
  const bound = search.bound ?? cycles.bound
  return {
    program: subject.name,
    verdict: failures.length > 0 ? 'race' : bound === null ? 'holds' : 'unknown',
    bound,
    failures,
    states: search.states,
    steps: search.steps,
    depth: search.depth,
    falseMergeProbability: falseMergeProbability(search.states),
    method,
    finalStates: search.finalStates,
    lockOrders,
  }
}

/** Replaces the paths that a search happened upon by the shortest ones. */
function* settleFailures(
  machine: Machine,
  log: FailureLog,
  bound: Bound | null,
  options: ExploreOptions,
): Generator<Pace, FoundFailure[]> {
  const met = [...log]
  if (met.length === 0) return []
  const wanted = new Set(met.map(({ failure }) => failureKey(failure)))
  const best =
    options.shortest === false || bound === 'interrupted'
      ? undefined
      : yield* findShortest(machine, wanted, limitsOf(options))
  return met
    .map(({ failure, path }) => {
      const short = best?.found.get(failureKey(failure))
      const isShortest = short !== undefined && short.contextSwitches <= (best?.complete ?? -1)
      return foundFailure(machine, short?.failure ?? failure, short?.path ?? path, isShortest)
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
    lockOrders: machine.lockOrders.all,
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
