import type { Progress } from '../../engine/result.js'
import type { CheckedProgram } from '../../report/check-result.js'
import type { Job } from '../jobs/job.js'
import { UsageError, type Place } from '../usage-error.js'

/** What a worker is started with. */
export interface WorkerData {
  readonly interrupt: SharedArrayBuffer
}

/** From the main thread: do this next. */
export interface RunMessage {
  readonly job: Job
}

/** From a worker. */
export type WorkerMessage =
  | { readonly type: 'progress'; readonly progress: Progress; readonly seconds: number }
  | { readonly type: 'done'; readonly checked: CheckedProgram }
  | { readonly type: 'usage'; readonly message: string; readonly hint: string; readonly place: Place | null }
  | { readonly type: 'fault'; readonly stack: string }

/** An error as a message: structured cloning keeps neither its class nor its fields. */
export function errorMessage(error: unknown): WorkerMessage {
  if (error instanceof UsageError) {
    return { type: 'usage', message: error.message, hint: error.hint, place: error.place ?? null }
  }
  return { type: 'fault', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
