/** Who a header may stand for. */
import { anyOf } from './any-of.js'
import { callsIn, namedCall } from './calls.js'
import type { ActorName, Span } from './types.js'
import { changeOf, isEvent } from './wording.js'

const PLACES: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  vcpu: 'CPU',
  core: 'CPU',
  processor: 'CPU',
  thread: 'Thread',
  thr: 'Thread',
  task: 'Task',
  t: 'Task',
  process: 'Process',
  proc: 'Process',
  p: 'Process',
}

/** Words that name a part somebody plays, where no place is named. */
const ROLES = anyOf(
  [
    'kswapd|flusher|writeback|writer|reader|reclaim|reclaimer|kworker|worker|io completion|completion|irq|softirq|hardirq|interrupt',
    'memory|mem|device|disk|dma|user|kernel|truncate|truncator|waiter|waker|fsync|journal|jbd2|kjournald|khugepaged|kcompactd|oom|gup',
    String.raw`dio|direct i\/?o|driver|umount|mount|main|parent|child|producer|consumer|bio`,
  ].map((words) => String.raw`^(?:${words})(?:\d+|s)?(?:[ -][\w -]*)?$`),
)

/** What is both the name of a system call and of whoever makes it. */
const OPERATIONS = /^(truncate|fsync|umount|mount)\b/i

const DECORATION = /^[\s<[*_=`#"'-]+|[\s>\]*_=`#"'-]+$/g

/** A neutral name, and what follows it. */
export interface Place {
  readonly kind: string
  /** Number or letter, upper case. */
  readonly which: string
  readonly canonical: string
  /** How the name is written, without number or letter: `CPU `, `Thread`. */
  readonly spelling: string
  /** What follows, without the punctuation in front of it. */
  readonly rest: string
}

/** Reads `CPU1`, `CPU#0:`, `Thread A`, `Task 1 - flusher`, `CPU0/Process A`, `P1(drop cache)`; null for anything else. */
export function placeOf(text: string): Place | null {
  const bare = text.trim().replace(DECORATION, '')
  const match = /^(cpu|vcpu|core|processor|thread|thr|task|process|proc|t|p)([ _]?[#-]? ?)(\d{1,3}|[a-z])(?![\w'])\s*(.*)$/i.exec(bare)
  if (match === null) return null
  const [, word = '', separator = '', which = '', after = ''] = match
  const isLetter = /[a-z]/i.test(which)
  const rest = after.trim()
  const isPlain = rest === '' || /^([:,/(]|- |-$|[a-z_]\w*\()/i.test(rest)
  if (!isPlain) return null
  // `T` and `P` are names only with a number, or a capital letter, close to them; `process a` goes on as a sentence.
  if (word.length === 1 && (separator !== '' || word !== word.toUpperCase() || isLetter)) return null
  if (isLetter && separator === '' && which !== which.toUpperCase()) return null
  if (isLetter && separator === '' && word === word.toUpperCase() && word !== 'CPU') return null
  const kind = PLACES[word.toLowerCase()] ?? word
  const canonical = kind === 'CPU' ? `CPU${which.toUpperCase()}` : `${kind} ${which.toUpperCase()}`
  return { kind, which: which.toUpperCase(), canonical, spelling: word + separator, rest: rest.replace(/^[:,/-]\s*|^-\s*/, '') }
}

export function isRole(text: string): boolean {
  return ROLES.test(text.trim().replace(DECORATION, '').replace(/:$/, ''))
}

/** A line of its own that names another actor below the header: `FLUSHER`, `CPU2`, `THREAD C:`. */
export function isLateHeader(text: string): boolean {
  if (isEvent(text) || changeOf(text) !== null) return false
  if (placeOf(text)?.rest === '') return true
  return isRole(text) && text === text.toUpperCase()
}

/** Everything a header may stand for, the most telling first: operations, roles, places. `span` is where it stands. */
export function actorNames(header: string, span: Span): readonly ActorName[] {
  const names: ActorName[] = []
  let rest = header.trim().replace(DECORATION, '')
  const places: ActorName[] = []
  for (let place = placeOf(rest); place !== null; place = placeOf(rest)) {
    places.push({ kind: 'place', text: place.canonical })
    rest = place.rest
  }
  for (const part of partsOf(rest)) {
    const [call] = callsIn(part, (start, end) => ({ ...span, start: span.start + start, end: span.start + end }))
    if (call !== undefined) names.push({ kind: 'operation', text: part, call })
    else if (isRole(part) && !OPERATIONS.test(part)) names.push({ kind: 'role', text: part })
    else names.push({ kind: 'operation', text: part, ...(/^[a-z_]\w*$/.test(part) ? { call: namedCall(part, span) } : {}) })
  }
  return [...names, ...places]
}

/** `(writeback)` and `- flusher` without their marks; alternatives of `read / fault / ..` apart. */
function partsOf(text: string): readonly string[] {
  const isWrapped = /^\(.*\)$/.test(text)
  const inner = isWrapped ? text.slice(1, -1) : text
  const parts = inner.includes(' / ') ? inner.split(' / ') : [inner]
  return parts
    .map((part) =>
      part
        .trim()
        .replace(/^[-:,]\s*/, '')
        .replace(/[:,;]$/, '')
        .trim(),
    )
    .filter((part) => /\w/.test(part))
}
