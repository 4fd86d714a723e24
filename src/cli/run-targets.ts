import { checkResult, type CheckResult } from '../report/check-result.js'
import type { Host } from './host.js'
import { Interrupt } from './jobs/interrupt.js'
import type { SearchOptions } from './jobs/job.js'
import { runJobs } from './jobs/run-jobs.js'
import { ProgressMeter } from './progress.js'
import { jobsOf, type Target } from './selection.js'

/** Two interrupts that come closer together than this are one. */
const SAME_REQUEST_MS = 300

/**
 * Checks all targets, on as many threads as asked for, with progress on standard error.
 * Ctrl-C ends the searches with what is known so far; a second one ends the process.
 */
export async function runTargets(
  targets: readonly Target[],
  search: SearchOptions,
  workers: number,
  host: Host,
): Promise<readonly CheckResult[]> {
  const jobs = targets.flatMap((target) => jobsOf(target, search))
  const meter = new ProgressMeter(host.stderr, jobs.length)
  const interrupt = new Interrupt()
  let requestedAt = 0
  const stopListening = host.onInterrupt(() => {
    const now = performance.now()
    // One Ctrl-C may arrive twice: from the terminal, and passed on by a parent process.
    if (interrupt.requested) {
      if (now - requestedAt > SAME_REQUEST_MS) process.exit(130)
      return
    }
    requestedAt = now
    interrupt.request()
    meter.clear()
    host.stderr.write('heddle: interrupted, finishing with what is known so far\n')
  })
  try {
    const outcomes = await runJobs(jobs, {
      workers,
      workerScript: host.workerScript,
      interrupt,
      onProgress: (job, progress, seconds) => meter.update(jobs[job]?.label ?? '', progress, seconds),
      onDone: (job, checked) => meter.programDone(jobs[job]?.label ?? '', checked.result.failures),
    })
    const peakMemoryMiB = Math.round(process.resourceUsage().maxRSS / 1024)
    let next = 0
    return targets.map(({ subject, sources }) => {
      const own = outcomes.slice(next, (next += sources.length))
      // Programs of several targets are searched side by side: only of a single one the time from begin to end says something.
      const searched = own.reduce((total, one) => total + one.checked.seconds, 0)
      const elapsed = (Math.max(...own.map((one) => one.endedAt)) - Math.min(...own.map((one) => one.startedAt))) / 1000
      const seconds = targets.length === 1 ? elapsed : searched
      return checkResult(
        subject,
        own.map((one) => one.checked),
        { seconds, peakMemoryMiB },
      )
    })
  } finally {
    stopListening()
    meter.clear()
  }
}
