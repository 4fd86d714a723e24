/** What a recording of a schedule is made of: the content of every tracked object and where every task stands, state by state. Plain data. */
import type { Change, Failure, Trace } from './result.js'

/**
 * A value of a program: a primitive, a list, or something with an identity of its own. `use` counts the uses of an object
 * of a pool from 1 on; it is absent for anything else.
 */
export type PlainValue = undefined | null | boolean | number | string | Reference | readonly PlainValue[]

export interface Reference {
  readonly name: string
  readonly use?: number
}

/** Who holds a lock, or waits for it in its queue. */
export interface Claim {
  /** Number of the task; -1 for set-up. */
  readonly task: number
  readonly mode: 'exclusive' | 'shared'
}

/** What is in a tracked object. */
export type Content =
  | { readonly kind: 'cell'; readonly value: PlainValue }
  | { readonly kind: 'counter'; readonly value: number }
  /** Names of the bits that are set, of `bits`. */
  | { readonly kind: 'flags'; readonly bits: readonly string[]; readonly set: readonly string[] }
  | { readonly kind: 'list'; readonly entries: readonly PlainValue[] }
  | { readonly kind: 'lock'; readonly holders: readonly Claim[]; readonly queue: readonly Claim[] }
  /** Of each object of the pool: whether it is allocated, and how often it has been. */
  | { readonly kind: 'pool'; readonly members: readonly { readonly live: boolean; readonly uses: number }[] }

export type ObjectKind = 'cell' | 'counter' | 'flags' | 'list' | 'queue' | 'spinlock' | 'mutex' | 'rwsem' | 'pool'

/** A tracked object. Its number is its position in `Recording.objects`. */
export interface RecordedObject {
  readonly name: string
  readonly kind: ObjectKind
  readonly initial: Content
}

/** Number of a tracked object in a recording; -1 of one that is not in it. */
export type NumberOf = (object: { readonly slot: number }) => number

/** A call that is open. */
export interface OpenCall {
  readonly fn: string
  readonly args: readonly string[]
}

/** What a task is about to do. */
export interface PendingStep {
  readonly op: string
  /** Name of the object; empty if there is none. */
  readonly object: string
  readonly detail: string
}

/** Where a task stands between two steps. */
export interface TaskMoment {
  /** `idle`: not started yet. `choosing`: it answers a question before anybody does anything else. */
  readonly status: 'idle' | 'ready' | 'waiting' | 'choosing' | 'finished' | 'failed'
  /** Open calls, outermost first. */
  readonly calls: readonly OpenCall[]
  /** Absent if it will do nothing any more, or nothing yet. */
  readonly next?: PendingStep
  /** How many answers there are, while it is choosing. */
  readonly choices?: number
  /** What it waits for, and which tasks hold that. */
  readonly wait?: { readonly text: string; readonly holders: readonly number[] }
  /** What it was started with, if it was started by another task and with something. */
  readonly argument?: PlainValue
}

/** Where memory is weak: an object of which a task may still read a content that is not the newest. */
export interface OlderContents {
  readonly object: number
  /** In the order in which they came, the newest last. */
  readonly contents: readonly Content[]
  /** Position of the oldest that a task may still read. */
  readonly readers: readonly { readonly task: number; readonly from: number }[]
}

/** What one step of a trace did. */
export interface RecordedStep {
  readonly task: number
  /** How many moves of the schedule lead up to the end of this step. */
  readonly moves: number
  readonly changes: readonly { readonly object: number; readonly content: Content }[]
  /** Tasks that stand elsewhere than before, or in another way. */
  readonly moments: readonly { readonly task: number; readonly moment: TaskMoment }[]
  /** Where memory is weak: what may still be read after it. */
  readonly older?: readonly OlderContents[]
}

/** Everything that a schedule did, with what is needed to show any state on the way. */
export interface Recording {
  readonly trace: Trace
  readonly objects: readonly RecordedObject[]
  /** Where the tasks stand before the first step, by number. */
  readonly moments: readonly TaskMoment[]
  /** One for each `step` event of the trace, in order; choices too. */
  readonly steps: readonly RecordedStep[]
  /** Whether nothing can run any more. */
  readonly ended: boolean
  /** What can be done next. */
  readonly moves: readonly NextMove[]
  /** Every failure met, in order; `step` is how many steps had been taken. */
  readonly failures: readonly { readonly step: number; readonly failure: Failure }[]
}

/** One way to go on. */
export interface NextMove {
  readonly task: number
  /** The answer, of a task that is choosing; else 0. */
  readonly choice: number
  /** The schedule extended by this move. */
  readonly token: string
  /** What it would change, what it would answer, and what would fail. */
  readonly preview: {
    readonly result: string
    /** Where memory is weak: how the answer differs from an access to what is there now. */
    readonly late?: string
    readonly changes: readonly Change[]
    readonly failures: readonly Failure[]
  }
}
