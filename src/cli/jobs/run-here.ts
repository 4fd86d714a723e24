import { setImmediate } from 'node:timers/promises'
import type { Progress } from '../../engine/result.js'
import { formReducer, type Part } from '../../engine/team.js'
import { runInWorkers, type JobListener, type PoolOptions } from '../workers/pool.js'
import { Thread } from '../workers/thread.js'
import type { Job } from './job.js'
import { finishTeam, runJobStepwise } from './run-job.js'
import { pollBounds, type Poll } from './watch.js'

/** How often the main thread looks up from its search: for Ctrl-C, and for what its helper has found. */
const BREATH_MS = 25
const HELPER_AFTER_MS = 500
const PROGRESS_EVERY_MS = 150
/** With more than two threads to use, a search that takes longer than this is begun anew by all of them together. */
const TEAM_AFTER_MS = 2000

/** Whether a job suits the main thread: one search that merges states, while a helper tries to leave executions out. */
export function runsHere({ search }: Job): boolean {
  return search.strategy === 'exhaustive' && search.reduction && !search.checkCollisions
}

/** Runs a job on the main thread, with a helper on another one; whichever is done first has the answer. */
export async function runHere(job: Job, pool: PoolOptions, listener: JobListener): Promise<void> {
  const begun = performance.now()
  const seconds = (): number => (performance.now() - begun) / 1000
  const poll = reporting(pollBounds({ maxSeconds: job.search.maxSeconds, interrupted: () => pool.interrupt.requested }), (progress) =>
    listener.progress(0, progress, seconds()),
  )
  const search = runJobStepwise(job, poll)
  const helper = new Helper(job, pool)
  try {
    for (let breath = begun; ; ) {
      const { done, value } = search.next()
      if (done === true) {
        listener.done(0, value)
        return
      }
      if (performance.now() - breath < BREATH_MS) continue
      await setImmediate()
      breath = performance.now()
      if (helper.found !== undefined) {
        listener.done(0, { ...finishTeam(job, [[helper.found]], poll), seconds: seconds() })
        return
      }
      if (breath - begun >= HELPER_AFTER_MS && pool.size > 1) helper.start(seconds())
      if (breath - begun >= TEAM_AFTER_MS && pool.size > 2) break
    }
  } finally {
    helper.stop()
  }
  await runInWorkers([job], [0], pool, listener)
}

/** A thread that searches the same program with reductions only. */
class Helper {
  /** Its answer, once it has one. */
  found: Part | undefined
  #thread: Thread | undefined

  constructor(
    private readonly job: Job,
    private readonly pool: PoolOptions,
  ) {}

  start(secondsUsed: number): void {
    if (this.#thread !== undefined) return
    this.#thread = new Thread(this.pool.script, this.pool.interrupt)
    const request = { type: 'member', job: this.job, secondsUsed, team: formReducer(), member: 0, seed: 0 } as const
    const settle = (part: Part): void => {
      if (part.whole) this.found = part
    }
    // Whatever is wrong with the program, the main thread finds it too.
    this.#thread.ask(request, () => undefined).then(settle, () => undefined)
  }

  stop(): void {
    void this.#thread?.stop()
  }
}

function reporting(poll: Poll, report: (progress: Progress) => void): Poll {
  let next = performance.now() + PROGRESS_EVERY_MS
  return (progress) => {
    const now = performance.now()
    if (now >= next) {
      next = now + PROGRESS_EVERY_MS
      report(progress)
    }
    return poll(progress)
  }
}
