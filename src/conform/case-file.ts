import type { Case, CaseEvent } from './case.js'
import { TASKS } from './case.js'
import { FILES, OPERATION_NAMES } from './sequence.js'

const EVENTS: Record<CaseEvent['event'], readonly string[]> = {
  run: ['call'],
  hold: ['io'],
  start: ['task', 'call'],
  fork: ['task'],
  release: ['io'],
}

/** Where a text is no case, and why. */
export class CaseFormatError extends Error {
  override readonly name = 'CaseFormatError'
}

/**
 * A case that somebody wrote as JSON.
 * @throws CaseFormatError naming the event that is wrong
 */
export function readCase(text: string): Case {
  const read = parse(text)
  if (!isObject(read) || typeof read.name !== 'string') throw new CaseFormatError('a case is an object with a "name" and "events"')
  if (!Array.isArray(read.events)) throw new CaseFormatError('"events" must be a list')
  for (const [index, event] of read.events.entries()) {
    const wrong = wrongWith(event)
    if (wrong !== null) throw new CaseFormatError(`event ${index + 1}: ${wrong}`)
  }
  return read as unknown as Case
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CaseFormatError(error instanceof Error ? error.message : String(error))
  }
}

function wrongWith(event: unknown): string | null {
  if (!isObject(event)) return 'it is no object'
  const fields = EVENTS[event.event as CaseEvent['event']] as readonly string[] | undefined
  if (fields === undefined) return `"event" must be one of ${Object.keys(EVENTS).join(', ')}`
  const missing = fields.find((field) => event[field] === undefined)
  if (missing !== undefined) return `${String(event.event)} needs "${missing}"`
  if (fields.includes('task') && !TASKS.includes(event.task as never)) return `"task" must be one of ${TASKS.join(', ')}`
  if (fields.includes('call')) {
    const name = isObject(event.call) ? event.call.op : undefined
    if (!OPERATION_NAMES.includes(name as never)) return `"op" of the call must be one of ${OPERATION_NAMES.join(', ')}`
  }
  if (fields.includes('io')) return wrongIo(event.io)
  return null
}

function wrongIo(io: unknown): string | null {
  if (!isObject(io) || !['read', 'write'].includes(io.direction as string)) return '"io" needs a "direction": read or write'
  if (io.of === 'swap') return null
  if (!FILES.includes(io.of as never)) return `"of" must be ${FILES.join(', ')} or swap`
  return Number.isInteger(io.page) ? null : '"io" of a file needs a "page"'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
