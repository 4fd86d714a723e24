import { Worker } from 'node:worker_threads'
import type { Progress } from '../../engine/result.js'
import type { Interrupt } from '../jobs/interrupt.js'
import { UsageError } from '../usage-error.js'
import type { Answers, Request, WorkerData, WorkerMessage } from './messages.js'

/** A search that needs more memory than its thread may have. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError'
}

/** A worker thread, seen from the main thread. Asked one thing at a time. */
export class Thread {
  readonly #worker: Worker

  /** @param script the worker's entry */
  constructor(script: URL, interrupt: Interrupt) {
    const workerData: WorkerData = { interrupt: interrupt.shared }
    this.#worker = new Worker(script, { workerData })
  }

  /**
   * @throws UsageError or Error as the worker says, OutOfMemoryError if it is no more
   */
  ask<Type extends Request['type']>(
    request: Extract<Request, { type: Type }>,
    onProgress: (progress: Progress, seconds: number) => void,
  ): Promise<Answers[Type]> {
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        worker.off('message', onMessage)
        worker.off('error', onError)
        finish()
      }
      const onError = (error: Error & { code?: string }): void => {
        const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        settle(() => reject(outOfMemory ? new OutOfMemoryError(error.message) : error))
      }
      const onMessage = (message: WorkerMessage): void => {
        switch (message.type) {
          case 'progress':
            onProgress(message.progress, message.seconds)
            break
          case 'answer':
            settle(() => resolve(message.answer as Answers[Type]))
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
      worker.postMessage(request)
    })
  }

  /** Ends the thread; it does not keep the process alive any more. */
  async stop(): Promise<void> {
    this.#worker.unref()
    await this.#worker.terminate()
  }
}
