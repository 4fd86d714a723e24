import type { Progress } from '../../engine/result.js'
import type { Part, Team } from '../../engine/team.js'
import type { CheckedProgram } from '../../report/check-result.js'
import type { Job } from '../jobs/job.js'
import { UsageError, type Place } from '../usage-error.js'

/** What a worker is started with. */
export interface WorkerData {
  readonly interrupt: SharedArrayBuffer
}

/** From the main thread: do this next. `secondsUsed`: how much of the job's time is gone. */
export type Request =
  | { readonly type: 'job'; readonly job: Job; readonly secondsUsed: number }
  | {
      readonly type: 'member'
      readonly job: Job
      readonly secondsUsed: number
      readonly team: Team
      readonly member: number
      readonly seed: number
    }
  | { readonly type: 'finish'; readonly job: Job; readonly secondsUsed: number; readonly parts: readonly (readonly Part[])[] }

/** What a request is answered with, by its type. */
export interface Answers {
  readonly job: CheckedProgram
  readonly member: Part
  readonly finish: CheckedProgram
}

/** From a worker. */
export type WorkerMessage =
  | { readonly type: 'progress'; readonly progress: Progress; readonly seconds: number }
  | { readonly type: 'answer'; readonly answer: Answers[keyof Answers] }
  | { readonly type: 'usage'; readonly message: string; readonly hint: string; readonly place: Place | null }
  | { readonly type: 'fault'; readonly stack: string }

/** An error as a message: structured cloning keeps neither its class nor its fields. */
export function errorMessage(error: unknown): WorkerMessage {
  if (error instanceof UsageError) {
    return { type: 'usage', message: error.message, hint: error.hint, place: error.place ?? null }
  }
  return { type: 'fault', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
