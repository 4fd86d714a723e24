import { Worker } from 'node:worker_threads'
import type { Progress } from '../../engine/result.js'
import type { CheckedProgram } from '../../report/check-result.js'
import type { Interrupt } from '../jobs/interrupt.js'
import type { Job } from '../jobs/job.js'
import { UsageError } from '../usage-error.js'
import type { RunMessage, WorkerData, WorkerMessage } from './messages.js'

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
}

/**
 * Runs `pending` (positions in `jobs`) on worker threads, each taking the next as it becomes free.
 * @returns when all are done, or none is running any more after an interrupt; jobs never started stay undone
 * @throws the first error of any job; the other threads are stopped
 */
export async function runInWorkers(
  jobs: readonly Job[],
  pending: readonly number[],
  options: PoolOptions,
  listener: JobListener,
): Promise<void> {
  const queue = [...pending]
  const workers = Array.from({ length: Math.min(options.size, queue.length) }, () => startWorker(options))
  const serve = async (worker: Worker): Promise<void> => {
    for (;;) {
      const index = options.interrupt.requested ? undefined : queue.shift()
      const job = index === undefined ? undefined : jobs[index]
      if (index === undefined || job === undefined) return
      listener.done(index, await runOn(worker, job, (...news) => listener.progress(index, ...news)))
    }
  }
  try {
    await Promise.all(workers.map(serve))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function startWorker({ script, interrupt }: PoolOptions): Worker {
  const workerData: WorkerData = { interrupt: interrupt.shared }
  return new Worker(script, { workerData })
}

function runOn(
  worker: Worker,
  job: Job,
  onProgress: (progress: Progress, seconds: number) => void,
): Promise<CheckedProgram> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      finish()
    }
    const onError = (error: Error): void => settle(() => reject(error))
    const onMessage = (message: WorkerMessage): void => {
      switch (message.type) {
        case 'progress':
          onProgress(message.progress, message.seconds)
          break
        case 'done':
          settle(() => resolve(message.checked))
          break
        case 'usage':
          settle(() => reject(new UsageError(message.message, message.hint, message.place ?? undefined)))
          break
        case 'fault':
          settle(() => reject(new Error(`in a worker thread: ${message.stack}`)))
          break
      }
    }
    worker.on('message', onMessage)
    worker.on('error', onError)
    const message: RunMessage = { job }
    worker.postMessage(message)
  })
}
