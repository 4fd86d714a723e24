/** Which guards make a question impossible: found by leaving them out and asking again. */
import type { Pace } from '../../engine/search/limits.js'
import { guards, type Guard } from '../../kernel/guards.js'
import type { Configuration, RaceProgram } from '../../races/race.js'
import type { Limits } from '../../engine/search/limits.js'
import type { Question } from './question.js'
import { search, type Found } from './search.js'
import type { Used } from './watch.js'
import type { Obstacle } from './why.js'

/** What was tried of the sets of one size. */
export interface SetsTried {
  readonly size: number
  readonly tried: number
  /** How many sets of guards that are used in the program there are. */
  readonly of: number
  /** For how many of those tried every state was explored. */
  readonly exhausted: number
  /** States that were visited at most for each. */
  readonly states: number
}

export interface GuardSets {
  /** The smallest sets without which it is possible, all of the same size; none if no set that was tried is enough. */
  readonly sets: readonly (readonly Guard[])[]
  /** From single guards on, up to the size at which something was found. */
  readonly tried: readonly SetsTried[]
}

/** For sets of one, two and three guards: states visited at most for one set, and for all of them together. */
const SIZES = [
  { states: 8_000, all: 100_000 },
  { states: 4_000, all: 40_000 },
  { states: 40_000, all: 40_000 },
] as const
/** Rank up to which a guard is likely to be to blame. */
const LIKELY = 1
/** A set costs as much as so many states however few it has: its program is set up anew. */
const SET_STATES = 500

/**
 * Looks for the smallest sets of guards without which `program` does what `question` asks.
 * @param uses what it was seen to use, every state having been explored: other guards make no difference
 * @param obstacle what stops the furthest execution: guards that may be to blame for it are tried first
 */
export function* guardSets(
  program: RaceProgram,
  configuration: Configuration,
  question: Question,
  uses: Used,
  obstacle: Obstacle | null,
  limits: Limits,
): Generator<Pace, GuardSets> {
  const rank = rankBy(question, obstacle)
  const used = guards.filter((guard) => isUsed(guard, configuration, uses)).toSorted((x, y) => rank(x) - rank(y))
  const tried: SetsTried[] = []
  for (const [at, { states, all: most }] of SIZES.entries()) {
    const size = at + 1
    // There are too many sets of three: only guards that are likely to be to blame are put together.
    const all = subsets(size < SIZES.length ? used : used.filter((guard) => rank(guard) <= LIKELY), size)
    if (all.length === 0) break
    let left: number = most
    const found: (readonly Guard[])[] = []
    let exhausted = 0
    let count = 0
    for (const set of all) {
      if (left <= 0) break
      const subject = program.build(configuration, set)
      let verdict: Found['verdict'] = 'unknown'
      for (const interruptsFirst of [false, true]) {
        if (verdict !== 'unknown') break
        const found: Found = yield* search(subject, question, { ...limits, maxStates: states / 2, shortest: false, interruptsFirst })
        verdict = found.verdict
        left -= found.states + SET_STATES
      }
      count++
      if (verdict === 'possible') found.push(set)
      if (verdict === 'impossible') exhausted++
    }
    tried.push({ size, tried: count, of: subsets(used, size).length, exhausted, states })
    if (found.length > 0) return { sets: found, tried }
  }
  return { sets: [], tried }
}

function isUsed({ locks: pattern, within, isBarrier }: Guard, { memory }: Configuration, { locks, functions }: Used): boolean {
  if (pattern !== undefined) return [...locks].some((lock) => pattern.test(lock))
  if (within?.some((fn) => functions.has(fn)) === false) return false
  return isBarrier !== true || memory === 'weak'
}

/**
 * The guard of what is waited for first; second looks in calls around the row that can not follow; then second looks before locks
 * if nothing is waited for, and locks before them if something is.
 */
function rankBy(question: Question, obstacle: Obstacle | null): (guard: Guard) => number {
  const awaited = obstacle?.object ?? ''
  const around = callsAround(question, obstacle?.id)
  return ({ locks, within }) => {
    if (awaited !== '' && locks?.test(awaited) === true) return 0
    if (within?.some((fn) => around.has(fn)) === true) return LIKELY
    return (locks === undefined) === (awaited === '') ? 2 : 3
  }
}

/** Functions of the expectation and of the calls that it lies in. */
function callsAround({ rows }: Question, id: number | undefined): ReadonlySet<string> {
  const byId = new Map(rows.flat().map((expectation) => [expectation.id, expectation]))
  const functions = new Set<string>()
  for (let at = id === undefined ? undefined : byId.get(id); at !== undefined; at = at.parent === null ? undefined : byId.get(at.parent)) {
    if (at.kind === 'call') for (const fn of at.functions) functions.add(fn)
  }
  return functions
}

/** All subsets of a size, the first members first. */
function subsets<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  let found: readonly { readonly chosen: readonly T[]; readonly next: number }[] = [{ chosen: [], next: 0 }]
  for (let taken = 0; taken < size; taken++) {
    found = found.flatMap(({ chosen, next }) => all.slice(next).map((one, at) => ({ chosen: [...chosen, one], next: next + at + 1 })))
  }
  return found.map(({ chosen }) => chosen)
}
