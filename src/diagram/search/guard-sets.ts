/** Which guards make a question impossible: found by leaving them out and asking again. */
import type { Pace } from '../../engine/search/limits.js'
import { guards, type Guard } from '../../kernel/guards.js'
import type { Configuration, RaceProgram } from '../../races/race.js'
import type { Limits } from '../../engine/search/limits.js'
import type { Question } from './question.js'
import { search } from './search.js'

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

/** For sets of one, two and three guards: states visited at most for each, and sets tried at most. */
const SIZES = [
  { states: 10_000, sets: 20 },
  { states: 3_000, sets: 40 },
  { states: 2_000, sets: 20 },
] as const

/**
 * Looks for the smallest sets of guards without which `program` does what `question` asks.
 * @param locks names of the locks that it was seen to take: guards that are none of these make no difference
 */
export function* guardSets(
  program: RaceProgram,
  configuration: Configuration,
  question: Question,
  locks: ReadonlySet<string>,
  limits: Limits,
): Generator<Pace, GuardSets> {
  const used = guards.filter((guard) => isUsed(guard, configuration, locks))
  const tried: SetsTried[] = []
  for (const [at, { states, sets: most }] of SIZES.entries()) {
    const size = at + 1
    const all = subsets(used, size)
    // The search for larger sets is cheap only while there are few of them.
    if (size === SIZES.length && all.length > most) break
    const found: (readonly Guard[])[] = []
    let exhausted = 0
    for (const set of all.slice(0, most)) {
      const { verdict } = yield* search(program.build(configuration, set), question, { ...limits, maxStates: states, shortest: false })
      if (verdict === 'possible') found.push(set)
      if (verdict === 'impossible') exhausted++
    }
    tried.push({ size, tried: Math.min(most, all.length), of: all.length, exhausted, states })
    if (found.length > 0) return { sets: found, tried }
  }
  return { sets: [], tried }
}

function isUsed({ locks: pattern, isBarrier }: Guard, { memory }: Configuration, locks: ReadonlySet<string>): boolean {
  if (pattern !== undefined) return [...locks].some((lock) => pattern.test(lock))
  return isBarrier !== true || memory === 'weak'
}

/** All subsets of a size, in order. */
function subsets<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  let found: readonly { readonly chosen: readonly T[]; readonly next: number }[] = [{ chosen: [], next: 0 }]
  for (let taken = 0; taken < size; taken++) {
    found = found.flatMap(({ chosen, next }) => all.slice(next).map((one, at) => ({ chosen: [...chosen, one], next: next + at + 1 })))
  }
  return found.map(({ chosen }) => chosen)
}
