import { ProgramError } from './errors.js'
import { choiceOf, move, taskOf, type Move } from './search/failures.js'

const PREFIX = 'h1:'
const SEGMENT = /^([0-9a-z]+)([-.])([0-9a-z]+)?$/

/**
 * A schedule as a token: `h1:` and segments, in base 36. `2-5` lets task 2 go five steps (`2-` one), `2.1` answers its
 * choice with 1.
 */
export function encodeSchedule(path: readonly Move[], isChoice: readonly boolean[]): string {
  const segments: string[] = []
  for (let i = 0; i < path.length;) {
    const m = path[i] as Move
    const task = taskOf(m).toString(36)
    if (isChoice[i] === true) {
      segments.push(`${task}.${choiceOf(m).toString(36)}`)
      i++
      continue
    }
    let run = 1
    while (i + run < path.length && path[i + run] === m && isChoice[i + run] !== true) run++
    segments.push(run === 1 ? `${task}-` : `${task}-${run.toString(36)}`)
    i += run
  }
  return PREFIX + segments.join('_')
}

/** @throws ProgramError if the token is malformed. */
export function decodeSchedule(token: string): Move[] {
  return readSchedule(token).path
}

/** A schedule, and which of its moves answer a choice. @throws ProgramError if the token is malformed. */
export function readSchedule(token: string): { readonly path: Move[]; readonly isChoice: boolean[] } {
  if (!token.startsWith(PREFIX))
    throw new ProgramError(`a schedule begins with ${PREFIX}`, 'copy the whole token from a report')
  const path: Move[] = []
  const isChoice: boolean[] = []
  const rest = token.slice(PREFIX.length)
  if (rest === '') return { path, isChoice }
  for (const segment of rest.split('_')) {
    const match = SEGMENT.exec(segment)
    if (match === null)
      throw new ProgramError(
        `the schedule has a part that cannot be read: ${segment}`,
        'copy the whole token from a report',
      )
    const task = parseInt(match[1] as string, 36)
    const number = match[3] === undefined ? 1 : parseInt(match[3], 36)
    const chosen = match[2] === '.'
    for (let i = 0; i < (chosen ? 1 : number); i++) {
      path.push(move(task, chosen ? number : 0))
      isChoice.push(chosen)
    }
  }
  return { path, isChoice }
}
