/** Where a schedule has led to, and what can be done from there: what the explorer asks its worker for. Plain data. */
import type { Program } from '../../engine/index.js'
import type { Recording } from '../../engine/recording.js'
import type { KernelLayout } from '../../kernel/layout.js'

/** A schedule that was run, with every state on its way. */
export interface Situation {
  readonly recording: Recording
  /** What belongs together in the kernel's machine; null for a program without one. */
  readonly layout: KernelLayout | null
}

/**
 * Runs a schedule, which may be empty (`h1:`) or stop anywhere.
 * @throws ProgramError if the token is malformed or does not fit the program
 */
export declare function situation(program: Program, token: string): Situation

/**
 * Lets a schedule run on: the task that ran last goes on until it can not, then the lowest that can; the first answer of every
 * choice; until a failure, the end, or `stepsMax` further steps (default 2,000).
 * @returns the extended token
 */
export declare function runOn(program: Program, token: string, stepsMax?: number): string

/** The schedule that leads up to step `cursor` of a situation: its first `cursor` steps. */
export declare function tokenAt(situation: Situation, cursor: number): string
