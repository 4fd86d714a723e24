/** Words for single steps and calls, shared by diagrams and listings. */
import type { Change, TraceStep } from '../engine/result.js'

/** What a step did: its changes, else what it read, else its operation. */
export function stepText(step: TraceStep): string {
  const changes = step.changes.map(changeText)
  if (changes.length > 0) return changes.join(', ')
  const subject = subjectText(step)
  if (subject === '') return step.result === '' ? step.op : `${step.op} = ${step.result}`
  if (step.result === '') return `${step.op} ${subject}`
  return step.writes.length === 0 ? `${subject} = ${step.result}` : `${step.op} ${subject} = ${step.result}`
}

/** `page0 PG_writeback 1->0`, `page0.refcount 2->1`. */
export function changeText(change: Change): string {
  return `${partText(change.object, change.part)} ${change.before}->${change.after}`
}

/** `page_alloc(page0)`; arguments are left out when they would take more than `room` characters. */
export function callText(fn: string, args: readonly string[], room: number): string {
  const listed = args.join(', ')
  return listed.length <= room ? `${fn}(${listed})` : `${fn}()`
}

function subjectText(step: TraceStep): string {
  return step.detail === '' ? step.object : partText(step.object, step.detail)
}

/** A part of an object: the word `flags` adds nothing to the name of a flag. */
function partText(object: string, part: string): string {
  if (part === object || object === '') return part
  const owner = object.endsWith('.flags') ? object.slice(0, -'.flags'.length) : object
  return owner === 'flags' || owner === '' ? part : `${owner} ${part}`
}
