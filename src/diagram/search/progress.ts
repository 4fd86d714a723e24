/** How far an execution has matched a question in one way of matching it. */

/** A call that was matched and has not returned. */
export interface OpenCall {
  /** Id of the expectation. */
  readonly id: number
  readonly task: number
  /** How many calls were open around it. */
  readonly depth: number
  /** Its row is not complete before it has returned. */
  readonly isWhole: boolean
}

/** Where in an execution an expectation was met. */
export interface Met {
  readonly id: number
  readonly task: number
  /** Steps taken before. */
  readonly step: number
  /** For a call: which of the task's calls since its last operation; -1 otherwise. */
  readonly call: number
}

export interface Progress {
  /** Rows matched. */
  readonly row: number
  /** Expectations of the present row that were met. */
  readonly met: readonly number[]
  readonly open: readonly OpenCall[]
  /** Task of each column; -1 while it is not known. */
  readonly tasks: readonly number[]
  /** How many of the calls after its last operation each task has made. */
  readonly made: readonly number[]
  /** How it came to this, if that is recorded: no part of what distinguishes two of these. */
  readonly history: readonly Met[]
}

export function keyOf({ row, met, open, tasks, made }: Progress): string {
  const calls = open.map(({ id, task, depth, isWhole }) => `${id}.${task}.${depth}.${isWhole ? 1 : 0}`)
  return `${row}|${met.join()}|${calls.join()}|${tasks.join()}|${made.join()}`
}
