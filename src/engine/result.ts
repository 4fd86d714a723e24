/** What an exploration answers: plain data, made by the engine, formatted elsewhere. */
import type { LockOrder } from './lock-order.js'

export type { LockOrder } from './lock-order.js'

/** Kinds of failure; the closed list of the JSON contract. */
export const FAILURE_KINDS = [
  'bug-on',
  'vm-bug-on',
  'warn-on',
  'null-dereference',
  'use-after-free',
  'bad-page-state',
  'refcount',
  'data-lost',
  'data-stale',
  'data-foreign',
  'data-misplaced',
  'data-torn',
  'deadlock',
  'lost-wakeup',
  'sleep-in-atomic',
  'livelock',
  'assertion',
] as const

export type FailureKind = (typeof FAILURE_KINDS)[number]

/** Something that must not happen and did. Two failures are the same if kind, where and message are. */
export interface Failure {
  readonly kind: FailureKind
  /** The table function that was executing; the task's name when none was. */
  readonly where: string
  readonly message: string
  /** The task in which it was noticed. */
  readonly task: string
}

/** `race`: a failure is reachable. `holds`: every state was explored and none is. `unknown`: a bound was hit first. */
export type Verdict = 'race' | 'holds' | 'unknown'

/** Which bound ended the search before it was complete. */
export type Bound = 'max-states' | 'max-seconds' | 'max-depth' | 'memory' | 'interrupted' | 'runs'

/** How far a running search has got. */
export interface Progress {
  readonly phase: 'exploring' | 'shortest' | 'random'
  readonly states: number
  readonly steps: number
  readonly depth: number
  /** States known but not yet expanded (for a depth-first search: open branches on its stack). */
  readonly queue: number
  readonly failures: number
}

/** A failure with the schedule that reaches it. */
export interface FoundFailure extends Failure {
  /** Replayable token, `h1:…`. */
  readonly schedule: string
  readonly contextSwitches: number
  readonly steps: number
  /** True if no schedule has fewer context switches, nor as many and fewer steps. */
  readonly shortest: boolean
}

export interface Result {
  readonly program: string
  readonly verdict: Verdict
  readonly bound: Bound | null
  readonly failures: readonly FoundFailure[]
  readonly states: number
  readonly steps: number
  /** Longest schedule met, in steps. */
  readonly depth: number
  /** Probability that two different states were taken for one, given the width of the fingerprint. */
  readonly falseMergeProbability: number
  /** How the verdict was reached: `plain`, `reduced` (persistent sets over merged states), `dpor` (stateless), `random`. */
  readonly method: 'plain' | 'reduced' | 'dpor' | 'random'
  /** Number of distinct final states (nothing left to run), when the method counts them. */
  readonly finalStates: number
  /** The orders in which locks were seen to be taken. */
  readonly lockOrders: readonly LockOrder[]
}

/** One event of a trace, in order. `depth` is the number of open table functions of the task. */
export type TraceEvent =
  | {
      readonly type: 'call'
      readonly task: number
      readonly depth: number
      readonly fn: string
      readonly args: readonly string[]
    }
  | {
      readonly type: 'return'
      readonly task: number
      readonly depth: number
      readonly fn: string
      readonly value: string
    }
  | TraceStep

/** What one step changed, in words: `PG_writeback` `1` `0`, or `refcount` `2` `1`. */
export interface Change {
  /** Name of the tracked object, e.g. `page0.flags`. */
  readonly object: string
  /** The part of it that changed, e.g. `PG_writeback`; the object's name when it has no parts. */
  readonly part: string
  readonly before: string
  readonly after: string
}

export interface TraceStep {
  readonly type: 'step'
  readonly task: number
  readonly depth: number
  /** 0-based position among the steps of the trace. */
  readonly index: number
  /** Name of the operation, e.g. `test_and_clear`. */
  readonly op: string
  /** Tracked object operated on, e.g. `page0.flags`; empty for `choose`. */
  readonly object: string
  /** The operation's arguments in words, e.g. `PG_writeback`. */
  readonly detail: string
  /** The operation's result in words; empty if it has none. */
  readonly result: string
  /** Where memory is weak: how the access differs from one to the present content, e.g. `stale, now 1`. */
  readonly late?: string
  readonly changes: readonly Change[]
  /** Locations read and written, for slicing: two steps conflict if one writes what the other reads or writes. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Why the task that ran before this step does not run now; only on the first step after a context switch. */
  readonly switch?: { readonly reason: 'preempted' | 'blocked' | 'finished' | 'failed'; readonly text: string }
  /** Failures noticed during or right after this step. */
  readonly failures: readonly Failure[]
}

/** A schedule with everything that happened in it. */
export interface Trace {
  readonly program: string
  readonly schedule: string
  readonly tasks: readonly { readonly name: string; readonly context: 'task' | 'irq' }[]
  readonly events: readonly TraceEvent[]
  readonly steps: number
  readonly contextSwitches: number
  /** The failure at the end of the trace; null if the schedule reaches none. */
  readonly failure: Failure | null
  /** Open table functions of the failing task, innermost first, when it failed. */
  readonly stack: readonly string[]
  /** For tasks that can not go on at the end of the trace: what each waits for. */
  readonly waiting: readonly { readonly task: number; readonly text: string; readonly holder: string }[]
}
