/** Entry of a worker thread: answers one request after another and says how it gets on. */
import { parentPort, workerData } from 'node:worker_threads'
import { Interrupt } from '../jobs/interrupt.js'
import { finishTeam, runJob, runMember } from '../jobs/run-job.js'
import { pollBounds, type Poll } from '../jobs/watch.js'
import { errorMessage, type Answers, type Request, type WorkerData, type WorkerMessage } from './messages.js'

const PROGRESS_EVERY_MS = 150

const port = parentPort
if (port === null) throw new Error('worker.js is no program of its own')
const interrupt = new Interrupt((workerData as WorkerData).interrupt)
const send = (message: WorkerMessage): void => port.postMessage(message)

port.on('message', (request: Request) => {
  try {
    send({ type: 'answer', answer: answer(request) })
  } catch (error) {
    send(errorMessage(error))
  }
})

function answer(request: Request): Answers[Request['type']] {
  const { job, secondsUsed } = request
  const maxSeconds = job.search.maxSeconds === null ? null : job.search.maxSeconds - secondsUsed
  const poll = withProgress(pollBounds({ maxSeconds, interrupted: () => interrupt.requested }), secondsUsed)
  switch (request.type) {
    case 'job':
      return runJob(job, poll)
    case 'member':
      return runMember(job, request.team, request.member, request.seed, poll)
    case 'finish':
      return finishTeam(job, request.parts, poll)
  }
}

function withProgress(poll: Poll, secondsUsed: number): Poll {
  const started = performance.now()
  let next = started + PROGRESS_EVERY_MS
  return (progress) => {
    const now = performance.now()
    if (now >= next) {
      next = now + PROGRESS_EVERY_MS
      send({ type: 'progress', progress, seconds: secondsUsed + (now - started) / 1000 })
    }
    return poll(progress)
  }
}
