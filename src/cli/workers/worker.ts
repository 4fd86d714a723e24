/** Entry of a worker thread: runs one job after another and says how it gets on. */
import { parentPort, workerData } from 'node:worker_threads'
import { Interrupt } from '../jobs/interrupt.js'
import { runJob } from '../jobs/run-job.js'
import type { Poll } from '../jobs/watch.js'
import { errorMessage, type RunMessage, type WorkerData, type WorkerMessage } from './messages.js'

const PROGRESS_EVERY_MS = 150

const port = parentPort
if (port === null) throw new Error('worker.js is no program of its own')
const interrupt = new Interrupt((workerData as WorkerData).interrupt)
const send = (message: WorkerMessage): void => port.postMessage(message)

port.on('message', ({ job }: RunMessage) => {
  try {
    send({ type: 'done', checked: runJob(job, () => interrupt.requested, reportProgress()) })
  } catch (error) {
    send(errorMessage(error))
  }
})

function reportProgress(): Poll {
  const started = performance.now()
  let next = started + PROGRESS_EVERY_MS
  return (progress) => {
    const now = performance.now()
    if (now >= next) {
      next = now + PROGRESS_EVERY_MS
      send({ type: 'progress', progress, seconds: (now - started) / 1000 })
    }
    return null
  }
}
