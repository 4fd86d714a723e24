import { setImmediate } from 'node:timers/promises'
import type { Progress } from '../../engine/result.js'
import type { CheckedProgram } from '../../report/check-result.js'
import { runInWorkers } from '../workers/pool.js'
import type { Interrupt } from './interrupt.js'
import type { Job } from './job.js'
import { runJob } from './run-job.js'
import { unanswered } from './unanswered.js'
import { pollBounds } from './watch.js'

/**
 * Most programs are done before a thread would have started. So each is first tried on the main thread, for at most
 * this long, and all of them together for at most `IN_PROCESS_MS_MAX`; what is not done by then starts again on a thread.
 */
const TRY_MS_MAX = 200
const IN_PROCESS_MS_MAX = 500

export interface RunOptions {
  readonly workers: number
  readonly workerScript: URL
  readonly interrupt: Interrupt
  /** Told about jobs that take long. */
  readonly onProgress: (job: number, progress: Progress, seconds: number) => void
  readonly onDone: (job: number) => void
}

/** A job with its answer and when it ran, in milliseconds of `performance.now()`. */
export interface Outcome {
  readonly checked: CheckedProgram
  readonly startedAt: number
  readonly endedAt: number
}

/** Runs every job; answers are in the order of the jobs and do not depend on the number of workers. */
export async function runJobs(jobs: readonly Job[], options: RunOptions): Promise<readonly Outcome[]> {
  const outcomes = new Map<number, Outcome>()
  const begun = performance.now()
  const done = (index: number, checked: CheckedProgram): void => {
    const endedAt = performance.now()
    outcomes.set(index, { checked, startedAt: endedAt - checked.seconds * 1000, endedAt })
    options.onDone(index)
  }
  const long: number[] = []
  for (const [index, job] of jobs.entries()) {
    const left = IN_PROCESS_MS_MAX - (performance.now() - begun)
    const checked = left <= 0 || options.interrupt.requested ? null : tryBriefly(job, Math.min(left, TRY_MS_MAX))
    if (checked === null) long.push(index)
    else done(index, checked)
    // Lets a pending Ctrl-C through.
    await setImmediate()
  }
  if (long.length > 0 && !options.interrupt.requested) {
    const pool = { script: options.workerScript, size: options.workers, interrupt: options.interrupt }
    await runInWorkers(jobs, long, pool, { progress: options.onProgress, done })
  }
  const now = performance.now()
  return jobs.map((job, index) => outcomes.get(index) ?? { checked: unanswered(job, 'interrupted'), startedAt: now, endedAt: now })
}

/** @returns null if the job was not done in time */
function tryBriefly(job: Job, milliseconds: number): CheckedProgram | null {
  const deadline = performance.now() + milliseconds
  const gaveUp = { yet: false }
  const bounds = pollBounds({ maxSeconds: job.search.maxSeconds, interrupted: () => false })
  const checked = runJob(job, (progress) => {
    gaveUp.yet ||= performance.now() >= deadline
    return gaveUp.yet ? 'interrupted' : bounds(progress)
  })
  return gaveUp.yet ? null : checked
}
