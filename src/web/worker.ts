/** Entry of a worker: answers one request after another, says how it gets on, and hears of being cancelled meanwhile. */
import { answer, complaint } from './engine/answer.js'
import type { FromWorker, Request, ToWorker } from './engine/requests.js'

/** How long a search goes on without looking up. */
const BREATH_MS = 20
const PROGRESS_EVERY_MS = 100

/** What a worker has of the global object; the DOM's types speak of a page's. */
const scope = self as unknown as {
  postMessage(message: FromWorker): void
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void
}

const cancelled = new Set<number>()

scope.addEventListener('message', ({ data }) => {
  if (data.type === 'cancel') cancelled.add(data.id)
  else void run(data.id, data.request)
})

async function run(id: number, request: Request): Promise<void> {
  const started = performance.now()
  let report = started + PROGRESS_EVERY_MS
  const steps = answer(request, {
    cancelled: () => cancelled.has(id),
    progress: (progress) => {
      const now = performance.now()
      if (now < report) return
      report = now + PROGRESS_EVERY_MS
      scope.postMessage({ type: 'progress', id, progress, seconds: (now - started) / 1000 })
    },
  })
  try {
    for (let breath = started; ; ) {
      const { done, value } = steps.next()
      if (done === true) {
        scope.postMessage({ type: 'answer', id, answer: value })
        return
      }
      if (performance.now() - breath < BREATH_MS) continue
      await new Promise((resolve) => setTimeout(resolve))
      breath = performance.now()
    }
  } catch (error) {
    scope.postMessage({ type: 'error', id, error: complaint(error) })
  } finally {
    cancelled.delete(id)
  }
}
