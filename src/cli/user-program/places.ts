import { replay, type Failure, type Program, type Trace, type World } from '../../engine/index.js'
import type { ShownFailure } from '../../report/check-result.js'
import type { Bundle } from './bundle.js'
import { placeOf } from './load.js'

type Location = NonNullable<ShownFailure['location']>

/**
 * Replays the schedule of a failure and notes where in the user's file it was reported, if the program itself did: by
 * `assert`, `fail` or `warn`.
 */
export function replayWithPlace(
  subject: Program,
  bundle: Bundle,
  schedule: string,
  failure: Failure,
): { readonly trace: Trace; readonly location?: Location } {
  const noted: { last?: Location } = {}
  const note = (kind: string, message: string): void => {
    if (kind !== failure.kind || message !== failure.message) return
    const place = placeOf(bundle, new Error())
    if (place?.line !== undefined) noted.last = { file: place.file, line: place.line }
  }
  const listening = { ...subject, setup: (world: World) => subject.setup(listenedTo(world, note)) }
  const trace = replay(listening, schedule, failure)
  return { trace, ...(noted.last !== undefined && { location: noted.last }) }
}

/** The same world; `note` hears of what is reported through it. */
function listenedTo(world: World, note: (kind: string, message: string) => void): World {
  const listened: World = Object.create(world) as World
  listened.fail = (kind, message): never => {
    note(kind, message)
    return world.fail(kind, message)
  }
  listened.warn = (kind, message) => {
    note(kind, message)
    world.warn(kind, message)
  }
  return listened
}
