/**
 * An interleaving on the real kernel, as plain data: calls of several tasks, while requests to the device are held in our
 * hands. The events happen one after the other; after each, everything that can still run has run until it returned or waits.
 *
 * Files and mappings are those of `sequence.ts`. Each task has a heap of its own.
 */
import type { EndState, FileSystemName } from './record.js'
import type { FileName, Operation } from './sequence.js'

export const TASKS = ['A', 'B', 'C'] as const
export type TaskName = (typeof TASKS)[number]

export type Direction = 'read' | 'write'

/** Which device I/O: of one page of a file that has a block already, or of the swap device. */
export type HeldIo =
  | { readonly of: FileName; readonly page: number; readonly direction: Direction }
  | { readonly of: 'swap'; readonly direction: Direction }

export type CaseEvent =
  /** A call that is made and returns before anything else happens. It must not need I/O that is held. */
  | { readonly event: 'run'; readonly call: Operation }
  /** The next request of this I/O will be held: the device got it, and does not answer. One request for each such event. */
  | { readonly event: 'hold'; readonly io: HeldIo }
  /** A task makes a call. Calls of one task never overlap. */
  | { readonly event: 'start'; readonly task: TaskName; readonly call: Exclude<Operation, { op: 'fork' }> }
  /** The process forks. The child is this task, with a copy of the memory as it is now; it exits when the case is over. */
  | { readonly event: 'fork'; readonly task: TaskName }
  /** The device answers a held request: it is done now, or fails with this error number (5 is EIO). */
  | { readonly event: 'release'; readonly io: HeldIo; readonly error?: number }

/** At the end everything that is held is released, in the order it came, and every call returns. */
export interface Case {
  readonly name: string
  readonly events: readonly CaseEvent[]
}

export type TaskState =
  /** Of its last call: as in `Outcome`. */
  | { readonly state: 'returned'; readonly result: number; readonly data: string }
  | { readonly state: 'blocked' }

export interface FrameState {
  /** `.` none, `p` present, `z` the zero page, `s` swapped out. */
  readonly letter: string
  /** Present, and the same frame as after the event before. */
  readonly kept: boolean
}

/** After one event. */
export interface CaseObservation {
  /** Tasks that made a call. */
  readonly tasks: Partial<Record<TaskName, TaskState>>
  /** Held requests, in the order they came: see `heldText`. */
  readonly held: readonly string[]
  readonly main: { readonly size: number; readonly cache: string }
  readonly other: { readonly size: number; readonly cache: string }
  /** The anonymous buffer, and its content where it is present. */
  readonly anon: readonly FrameState[]
  readonly anonData: string
  /** Page tables of the mappings of files, as in `MemoryState`. */
  readonly shared: string
  readonly private: string
  readonly mappedOther: string
}

export interface CaseRecord extends Case {
  readonly fs: FileSystemName
  readonly observations: readonly CaseObservation[]
  /** Tasks, when everything was released and has returned. */
  readonly last: CaseObservation
  readonly end: EndState
  /**
   * For people: what each blocked task waited in, innermost function first, by event. Not compared.
   */
  readonly waits: readonly Partial<Record<TaskName, readonly string[]>>[]
}

/** `write main 2`, `read swap`. */
export function heldText(io: HeldIo): string {
  return io.of === 'swap' ? `${io.direction} swap` : `${io.direction} ${io.of} ${io.page}`
}
