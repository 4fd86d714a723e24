import type { Verdict } from '../engine/result.js'

/** Exit statuses, part of the contract with scripts. */
export const EXIT = {
  /** No failure is reachable, or the question was answered. */
  holds: 0,
  /** A race was found. */
  race: 1,
  /** The call or its input is wrong. */
  usage: 2,
  /** A bound was hit first. */
  unknown: 3,
  /** A fault of Heddle's own. */
  fault: 4,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export function exitCodeOf(verdict: Verdict): ExitCode {
  return EXIT[verdict]
}
