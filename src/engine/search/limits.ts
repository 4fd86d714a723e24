import type { Bound, Progress } from '../result.js'

/** How far a search may go. Every bound that is hit is reported; none looks like success. */
export interface Limits {
  /** Most states to visit. */
  readonly maxStates?: number
  /** Longest schedule to follow, in steps. */
  readonly maxDepth?: number
  /** Asked every few thousand steps with what is known so far; a bound ends the search. */
  readonly poll?: (progress: Progress) => Bound | null
}

/** How far a search has got. */
export interface Pace {
  readonly states: number
  readonly steps: number
}

/** Steps between two calls of `poll`. */
export const POLL_STEPS = 4096

/** The same for a search with persistent sets, whose steps take longer. */
export const POLL_STEPS_REDUCED = 512

/** Steps between two looks at whether somebody has nothing to do. */
export const SHARE_STEPS = 512
