/** Words for single steps and calls, shared by diagrams and listings. */
import type { Change, TraceStep } from '../engine/result.js'

const LIST_MAX = 16

/** What a step did: its changes, else what it read, else its operation. Locks are taken and released by operation. */
export function stepText(step: TraceStep): string {
  const text = presentText(step)
  return step.late === undefined ? text : `${text} (${step.late})`
}

function presentText(step: TraceStep): string {
  if (isLifetime(step)) return step.changes.map(({ part, after }) => `${part} is ${after === 'free' ? 'freed' : 'allocated'}`).join(', ')
  if (isLockOperation(step)) return `${step.op}(${step.object})${step.result === '' ? '' : ` = ${step.result}`}`
  const changes = step.changes.map(changeText)
  if (changes.length > 0) return changes.join(', ')
  const subject = partText(step.object, step.detail === '' ? step.object : shortened(step.detail))
  const result = step.result === '' || step.result === 'undefined' ? '' : ` = ${resultText(step)}`
  if (/^(get|test|read|first)$/.test(step.op) && result !== '') return `${subject}${result}`
  const unchanged = step.writes.length > 0 && result === '' ? ' (unchanged)' : ''
  return `${step.op} ${subject}`.trimEnd() + result + unchanged
}

/** What an operation returned; for a bit in the words used for its changes. */
function resultText(step: TraceStep): string {
  const isBit = step.detail !== '' && /^(test|clear)/.test(step.op)
  if (isBit && (step.result === 'true' || step.result === 'false')) return step.result === 'true' ? '1' : '0'
  return shortened(step.result)
}

/** What one entry a list gained or lost; null if the change is another one. */
function entryText({ before, after }: Change): string | null {
  const old = entriesOf(before)
  const now = entriesOf(after)
  if (old === null || now === null || Math.abs(old.length - now.length) !== 1) return null
  const [less, more, sign] = old.length < now.length ? [old, now, '+'] : [now, old, '-']
  const at = more.findIndex((entry, index) => entry !== less[index])
  const rest = more.filter((_, index) => index !== at)
  if (rest.some((entry, index) => entry !== less[index])) return null
  return `${sign} ${nameOf(more[at] ?? '')}`
}

/** The entries of a list as it is written out; null if the text is none. */
function entriesOf(text: string): readonly string[] | null {
  if (!text.startsWith('[') || !text.endsWith(']')) return null
  const entries: string[] = []
  let depth = 0
  let from = 1
  for (let at = 1; at < text.length; at++) {
    const ends = depth === 0 && (text.startsWith(', ', at) || at === text.length - 1)
    if (ends && at > from) entries.push(text.slice(from, at))
    if (ends) from = at + 2
    if (text[at] === '[') depth++
    if (text[at] === ']') depth--
  }
  return entries
}

/** An entry that is itself a list is known by its first member. */
function nameOf(entry: string): string {
  return entriesOf(entry)?.[0] ?? entry
}

function valueText(value: string): string {
  return value === '' ? "''" : shortened(value)
}

/** Lists with more in them than fits a diagram, without what is in them. */
function shortened(value: string): string {
  return value.startsWith('[') && value.length > LIST_MAX ? '[...]' : value
}

/** `page0 PG_writeback 1->0`, `page0.refcount 2->1`, `lru + page0`. ASCII, so that it survives any mailer. */
export function changeText(change: Change): string {
  const entry = entryText(change)
  if (entry !== null) return `${partText(change.object, change.part)} ${entry}`
  return `${partText(change.object, change.part)} ${valueText(change.before)}->${valueText(change.after)}`
}

/** `end_page_writeback(page0)`; arguments are left out when they would take more than `room` characters. */
export function callText(fn: string, args: readonly string[], room: number): string {
  const listed = args.join(', ')
  return listed.length <= room ? `${fn}(${listed})` : `${fn}()`
}

/** True for the operations of the engine's own locks. A page lock is a flag and none of these. */
export function isLockOperation(step: TraceStep): boolean {
  return /^(spin|mutex|down|up|rwsem)_/.test(step.op)
}

/** True if the step frees or allocates memory. */
export function isLifetime(step: TraceStep): boolean {
  return (step.op === 'alloc' || step.op === 'free') && step.changes.length > 0
}

/** A part of an object: the word `flags` adds nothing to the name of a flag. */
function partText(object: string, part: string): string {
  if (part === object || object === '' || part.startsWith(`${object}.`)) return part
  const owner = object === 'flags' ? '' : object.replace(/\.flags$/, '')
  return owner === '' ? part : `${owner} ${part}`
}
