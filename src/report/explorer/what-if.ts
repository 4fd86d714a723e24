/** The same schedule on another program: where the two part. */
import type { Program } from '../../engine/index.js'

/** Where and why a schedule can not be followed to the letter. */
export interface Parting {
  /** Position of the step among those of the original schedule. */
  readonly at: number
  readonly task: number
  readonly reason: 'waits' | 'finished' | 'failed' | 'not started' | 'other step'
  /** In words: `A waits for page0's lock, held by B`, `A does get_page where it did test_and_clear`. */
  readonly text: string
}

export interface WhatIf {
  /** The other program's schedule, as far as it follows: replay it for its states. */
  readonly token: string
  /** The first step that is not the same; null if all are. */
  readonly parts: Parting | null
  /** Where it can not be followed at all any more; null if it could to the end, but for the steps counted below. */
  readonly stops: Parting | null
  /** Steps the other program made besides, and steps of the original that it does not make. */
  readonly added: number
  readonly dropped: number
  /** For each step of the original, by position, the position of the same step in the other schedule; -1 if it has none. */
  readonly counterparts: readonly number[]
}

/** Runs the schedule of `program` on `other`: every task does what it did, with the steps in between that the other program needs. */
export declare function whatIf(program: Program, other: Program, token: string): WhatIf
