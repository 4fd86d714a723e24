import type { Configuration, Memory } from '../../races/race.js'
import type { Bundle } from '../user-program/bundle.js'

/** Where a program comes from; plain data, so that any thread can build the same program from it. */
export type Source =
  | { readonly from: 'catalogue'; readonly race: string; readonly program: string; readonly configuration: Configuration }
  | { readonly from: 'file'; readonly bundle: Bundle; readonly memory: Memory }

/** How a program is searched. */
export interface SearchOptions {
  readonly strategy: 'exhaustive' | 'uniform' | 'pct'
  /** Exhaustive only. */
  readonly reduction: boolean
  /** Exhaustive only: search again with other fingerprints and compare. */
  readonly checkCollisions: boolean
  /** Random only: number of schedules. */
  readonly runs: number
  /** Random only: seed of the first schedule. */
  readonly seed: number
  readonly maxStates: number | null
  readonly maxDepth: number | null
  readonly maxSeconds: number | null
}

/** One program in one configuration: the unit of work that is given to a thread. */
export interface Job {
  /** As progress names it: `writeback-wakeup/reuse`. */
  readonly label: string
  readonly source: Source
  readonly search: SearchOptions
}

/** Any number but the first search's, for the second search of `--check-collisions`. */
const SECOND_SEED = 0x5eed

/** Seeds of the fingerprints, one for each search that is to be made. */
export function seedsOf(search: SearchOptions): readonly number[] {
  return search.checkCollisions ? [0, SECOND_SEED] : [0]
}
