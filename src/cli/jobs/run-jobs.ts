import { setImmediate } from 'node:timers/promises'
import type { Progress } from '../../engine/result.js'
import type { CheckedProgram } from '../../report/check-result.js'
import { runInWorkers, type JobListener, type PoolOptions } from '../workers/pool.js'
import type { Interrupt } from './interrupt.js'
import type { Job } from './job.js'
import { runHere, runsHere } from './run-here.js'
import { runJob } from './run-job.js'
import { unanswered } from './unanswered.js'
import { pollBounds } from './watch.js'

/**
 * Most programs are done before a thread would have started, so each is first tried on the main thread. There nothing
 * hears Ctrl-C, so it may not take long; and what is not done in time starts again on a thread, so it should not take long.
 * Threads join in when there turns out to be more to do.
 */
const TRY_MS = 250
const THREADS_AFTER_MS = 60
/** A single program that the threads are to share is tried for longer, for they start on it anew. */
const SINGLE_TRY_MS = 200
const SINGLE_THREADS_AFTER_MS = 120

export interface RunOptions {
  readonly workers: number
  readonly workerScript: URL
  readonly interrupt: Interrupt
  /** Told about jobs that take long. */
  readonly onProgress: (job: number, progress: Progress, seconds: number) => void
  readonly onDone: (job: number, checked: CheckedProgram) => void
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
  const listener: JobListener = {
    progress: options.onProgress,
    done(index, checked) {
      const endedAt = performance.now()
      outcomes.set(index, { checked, startedAt: endedAt - checked.seconds * 1000, endedAt })
      options.onDone(index, checked)
    },
  }
  const pool: PoolOptions = { script: options.workerScript, size: options.workers, interrupt: options.interrupt }
  const [single, another] = jobs
  if (single !== undefined && another === undefined) await (runsHere(single) ? runHere : runSingle)(single, pool, listener)
  else await runMany(jobs, pool, listener)
  const now = performance.now()
  return jobs.map((job, index) => outcomes.get(index) ?? { checked: unanswered(job, 'interrupted'), startedAt: now, endedAt: now })
}

async function runSingle(job: Job, pool: PoolOptions, listener: JobListener): Promise<void> {
  const cancel = new AbortController()
  let threads: Promise<void> | undefined
  const threadsAt = performance.now() + SINGLE_THREADS_AFTER_MS
  const checked = tryBriefly(job, SINGLE_TRY_MS, () => {
    if (threads !== undefined || performance.now() < threadsAt) return
    threads = heardLater(runInWorkers([job], [0], { ...pool, cancel: cancel.signal }, listener))
  })
  if (checked === null) {
    await (threads ?? runInWorkers([job], [0], pool, listener))
  } else {
    cancel.abort()
    listener.done(0, checked)
    await threads
  }
}

/** The main thread takes jobs from the front, the others from the back; what takes the main thread too long comes last. */
async function runMany(jobs: readonly Job[], pool: PoolOptions, listener: JobListener): Promise<void> {
  const threadsAt = performance.now() + THREADS_AFTER_MS
  const pending = jobs.map((_job, index) => index)
  const long: number[] = []
  let threads: Promise<void> | undefined
  while (!pool.interrupt.requested) {
    const index = pending.shift()
    const job = index === undefined ? undefined : jobs[index]
    if (index === undefined || job === undefined) break
    const checked = tryBriefly(job, TRY_MS)
    if (checked === null) long.push(index)
    else listener.done(index, checked)
    if (threads === undefined && performance.now() >= threadsAt && pool.size > 1 && pending.length > 1) {
      threads = heardLater(runInWorkers(jobs, pending, { ...pool, size: pool.size - 1 }, listener))
    }
    // Lets answers of the threads and a pending Ctrl-C through.
    await setImmediate()
  }
  await threads
  if (long.length > 0) await runInWorkers(jobs, long.reverse(), pool, listener)
}

/** The same promise, whose error is not an unhandled one until somebody waits for it. */
function heardLater(threads: Promise<void>): Promise<void> {
  threads.catch(() => undefined)
  return threads
}

/** Thrown out of a search on the main thread whose time is over: there is nothing to be finished. */
class TimeIsOver extends Error {}

/**
 * @param meanwhile called at every poll
 * @returns null if the job was not done in time
 */
function tryBriefly(job: Job, milliseconds: number, meanwhile?: () => void): CheckedProgram | null {
  const deadline = performance.now() + milliseconds
  const bounds = pollBounds({ maxSeconds: job.search.maxSeconds, interrupted: () => false })
  try {
    return runJob(job, (progress) => {
      if (performance.now() >= deadline) throw new TimeIsOver()
      meanwhile?.()
      return bounds(progress)
    })
  } catch (error) {
    if (error instanceof TimeIsOver) return null
    throw error
  }
}
