/** The one exploration that goes on at a time: several configurations, one after another. */
import { signal } from '@preact/signals'
import type { Configuration, Race } from '../../races/race.js'
import { explore } from '../engine/checks.js'

export const LIMITS = [100_000, 1_000_000, 10_000_000] as const

/** Most states a program may have before its search is given up, and its verdict is unknown. */
export const maxStates = signal<number>(10_000_000)

const running = signal<{ readonly what: string; readonly controller: AbortController } | null>(null)

/** What is being explored: `check` or `matrix`; null if nothing is. */
export function exploringWhat(): string | null {
  return running.value?.what ?? null
}

/** Explores configurations in turn until all are done or `stopExploring` is called. */
export async function startExploring(what: string, race: Race, configurations: readonly Configuration[]): Promise<void> {
  stopExploring()
  const controller = new AbortController()
  running.value = { what, controller }
  const options = { maxStates: maxStates.peek(), signal: controller.signal }
  // All are queued at once: a core that is done with one row goes on with the next.
  await Promise.all(configurations.map((configuration) => explore(race, configuration, options)))
  if (running.peek()?.controller === controller) running.value = null
}

export function stopExploring(): void {
  running.peek()?.controller.abort()
  running.value = null
}
