import { encodeSchedule, readSchedule } from '../../engine/schedule.js'
import type { Situation } from './situation.js'

/** The schedule that leads up to `cursor`: the first `cursor` steps of a situation, choices counted. */
export function tokenAt({ recording }: Pick<Situation, 'recording'>, cursor: number): string {
  const { path, isChoice } = readSchedule(recording.trace.schedule)
  const moves = cursor >= recording.steps.length ? path.length : (recording.steps[cursor - 1]?.moves ?? 0)
  return encodeSchedule(path.slice(0, moves), isChoice.slice(0, moves))
}
