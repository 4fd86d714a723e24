import type { Progress } from '../../engine/result.js'
import { formTeam, type Part } from '../../engine/team.js'
import type { CheckedProgram } from '../../report/check-result.js'
import type { Interrupt } from '../jobs/interrupt.js'
import { seedsOf, type Job } from '../jobs/job.js'
import { unanswered } from '../jobs/unanswered.js'
import { OutOfMemoryError, Thread } from './thread.js'

/** Told about jobs while they run; `job` is the job's position in the list that was given. */
export interface JobListener {
  /** @param seconds since this job's search began */
  progress(job: number, progress: Progress, seconds: number): void
  done(job: number, checked: CheckedProgram): void
}

export interface PoolOptions {
  /** Script of the worker's entry. */
  readonly script: URL
  readonly size: number
  readonly interrupt: Interrupt
  /** Stops everything at once when the answers are no longer wanted. */
  readonly cancel?: AbortSignal
}

/**
 * Runs `pending` (positions in `jobs`) on worker threads: a job on each if there are jobs enough, else one job after the
 * other, all threads searching it together. Somebody else may take jobs out of `pending` meanwhile.
 * The threads are started, and given their first jobs, before this returns to its caller for the first time.
 * @returns when all are done, or none is running any more after an interrupt or cancellation; jobs never started stay undone
 * @throws the first error of any job; the other threads are stopped
 */
export async function runInWorkers(
  jobs: readonly Job[],
  pending: number[],
  { script, size, interrupt, cancel }: PoolOptions,
  listener: JobListener,
): Promise<void> {
  const together = pending.length < size && pending.every((index) => jobs[index]?.search.strategy === 'exhaustive')
  const crews = together ? [size] : Array.from({ length: Math.min(size, pending.length) }, () => 1)
  const hired = new Set<Thread>()
  const hire = (count: number): readonly Thread[] => {
    const threads = Array.from({ length: count }, () => new Thread(script, interrupt))
    for (const thread of threads) hired.add(thread)
    return threads
  }
  const work = async (count: number): Promise<void> => {
    let threads = hire(count)
    for (;;) {
      const index = interrupt.requested ? undefined : pending.pop()
      const job = index === undefined ? undefined : jobs[index]
      if (index === undefined || job === undefined) return
      try {
        listener.done(index, await runBy(threads, job, (...news) => listener.progress(index, ...news)))
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error
        await Promise.all(threads.map((thread) => thread.stop()))
        threads = hire(count)
        listener.done(index, unanswered(job, 'memory'))
      }
    }
  }
  try {
    const cancelled = new Promise<void>((resolve) => cancel?.addEventListener('abort', () => resolve()))
    await Promise.race([Promise.all(crews.map(work)), cancelled])
  } finally {
    // A thread whose answer is not wanted any more is not waited for.
    const stopped = Promise.all(Array.from(hired, (thread) => thread.stop()))
    if (cancel?.aborted !== true) await stopped
  }
}

function runBy(
  threads: readonly Thread[],
  job: Job,
  onProgress: (progress: Progress, seconds: number) => void,
): Promise<CheckedProgram> {
  const [only, another] = threads
  if (only === undefined) throw new Error('a job needs a thread')
  return another === undefined
    ? only.ask({ type: 'job', job, secondsUsed: 0 }, onProgress)
    : runByTeam(threads, only, job, onProgress)
}

/** Every thread explores its part; one then puts the parts together. */
async function runByTeam(
  threads: readonly Thread[],
  finisher: Thread,
  job: Job,
  onProgress: (progress: Progress, seconds: number) => void,
): Promise<CheckedProgram> {
  const started = performance.now()
  const secondsUsed = (): number => (performance.now() - started) / 1000
  const parts: (readonly Part[])[] = []
  for (const seed of seedsOf(job.search)) {
    const team = formTeam(threads.length, job.search.reduction)
    const used = secondsUsed()
    parts.push(
      await Promise.all(
        threads.map((thread, member) =>
          thread.ask({ type: 'member', job, secondsUsed: used, team, member, seed }, (...news) => {
            if (member < team.sharers) onProgress(...news)
          }),
        ),
      ),
    )
  }
  const checked = await finisher.ask({ type: 'finish', job, secondsUsed: secondsUsed(), parts }, onProgress)
  return { ...checked, seconds: secondsUsed() }
}
