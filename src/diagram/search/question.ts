/** What a diagram asks of an execution: rows of expectations, to be met in order. */
import type { Failure, TraceStep } from '../../engine/result.js'

/** One operation of a task, as it happened. */
export interface OperationSeen extends Pick<TraceStep, 'op' | 'object' | 'detail' | 'result' | 'changes'> {
  /** Open functions, outermost first. */
  readonly frames: readonly string[]
}

/** What one cell stands for. */
export type Expectation = {
  /** Names the cell in reports. */
  readonly id: number
  /** The column whose task does it; null for any task. */
  readonly column: number | null
  /** Id of the expectation in whose call this one lies; null if in none. */
  readonly parent: number | null
} & (
  | {
      readonly kind: 'call'
      readonly functions: ReadonlySet<string>
      /** The call is entered here and its inside shown; otherwise it takes place wholly in its row. */
      readonly isEntered: boolean
      /** Whether the call may have returned this. */
      readonly accepts: (value: unknown) => boolean
      /** The task may still be waiting in the call when the next row comes. */
      readonly mayWait: boolean
    }
  | {
      readonly kind: 'operation'
      readonly matches: (seen: OperationSeen) => boolean
      /** Names that the operation may have; null for any. */
      readonly ops: ReadonlySet<string> | null
    }
  | { readonly kind: 'failure'; readonly matches: (failure: Failure) => boolean }
)

export interface Question {
  /** Rows, each of one expectation or more in any order. Never empty. */
  readonly rows: readonly (readonly Expectation[])[]
  readonly columns: number
  /** Whether a column may stand for a task, which is one of `tasks`. */
  readonly mayBe: (column: number, task: string, tasks: readonly string[]) => boolean
}
