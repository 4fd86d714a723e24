import type { Bound, Progress } from '../../engine/result.js'

/** Asked by a search again and again: how far it may go on, and where it has got. */
export type Poll = (progress: Progress) => Bound | null

/** The memory a search may fill, in bytes: most of what the machine, or its container, has. */
export function memoryMax(total: number, constrained: number | undefined): number {
  const available = constrained !== undefined && constrained > 0 && constrained < total ? constrained : total
  return Math.floor(available * 0.8)
}

/** The bounds that need a clock or the operating system, which the engine does not have. */
export function pollBounds(limits: {
  readonly maxSeconds: number | null
  readonly memoryMax: number
  readonly interrupted: () => boolean
  readonly rss: () => number
  readonly now: () => number
}): Poll {
  const deadline = limits.maxSeconds === null ? Infinity : limits.now() + limits.maxSeconds * 1000
  let memoryCheckAt = 0
  return () => {
    if (limits.interrupted()) return 'interrupted'
    const now = limits.now()
    if (now >= deadline) return 'max-seconds'
    if (now < memoryCheckAt) return null
    memoryCheckAt = now + 200
    return limits.rss() > limits.memoryMax ? 'memory' : null
  }
}
