import { totalmem } from 'node:os'
import type { Bound, Progress } from '../../engine/result.js'

/** Asked by a search again and again: how far it may go on, and where it has got. */
export type Poll = (progress: Progress) => Bound | null

export interface Watched {
  readonly maxSeconds: number | null
  readonly interrupted: () => boolean
}

const MEMORY_CHECK_EVERY_MS = 200

/** The bounds that need a clock or the operating system, which the engine does not have. The clock starts now. */
export function pollBounds({ maxSeconds, interrupted }: Watched, memoryMax = mostMemory()): Poll {
  const started = performance.now()
  const deadline = maxSeconds === null ? Infinity : started + maxSeconds * 1000
  let memoryCheckAt = started
  return () => {
    if (interrupted()) return 'interrupted'
    const now = performance.now()
    if (now >= deadline) return 'max-seconds'
    if (now < memoryCheckAt) return null
    memoryCheckAt = now + MEMORY_CHECK_EVERY_MS
    return process.memoryUsage.rss() > memoryMax ? 'memory' : null
  }
}

/** Most of the memory that the machine, or the container, has, in bytes. */
function mostMemory(): number {
  const constrained = process.constrainedMemory()
  const total = totalmem()
  return Math.floor((constrained > 0 && constrained < total ? constrained : total) * 0.8)
}
