/** Failures in words. */
import type { Failure, FailureKind } from '../engine/result.js'

/** Longer verdicts would have to be broken in most columns. */
const SHORT_MAX = 36

/** A short title for each kind of failure and what it means, for rules and legends. */
export const FAILURE_WORDS: Readonly<Record<FailureKind, { readonly title: string; readonly meaning: string }>> = {
  'bug-on': { title: 'BUG_ON', meaning: 'The kernel stopped the task because a condition it relies on does not hold.' },
  'vm-bug-on': { title: 'VM_BUG_ON', meaning: 'A condition that debugging kernels check about a page does not hold.' },
  'warn-on': { title: 'WARN_ON', meaning: 'The kernel warned about a condition that should not occur, and went on.' },
  'null-dereference': { title: 'NULL pointer dereference', meaning: 'A task followed a pointer that was NULL.' },
  'use-after-free': { title: 'use after free', meaning: 'A task used an object that it had no claim to: freed, or freed and reused.' },
  'bad-page-state': { title: 'bad page state', meaning: 'A page was freed while locked, dirty, mapped, under writeback or in a mapping.' },
  refcount: { title: 'reference count underflow', meaning: 'A reference was dropped that nobody held.' },
  'data-lost': { title: 'data lost', meaning: 'Data that were written are found nowhere any more.' },
  'data-stale': { title: 'stale data', meaning: 'A reader was given data that had been replaced.' },
  'data-foreign': { title: 'foreign data', meaning: "A reader was given another file's or freed memory's bytes." },
  'data-misplaced': { title: 'misplaced write', meaning: 'Data were written to a block that the file does not own.' },
  'data-torn': { title: 'torn data', meaning: 'A reader was given a mixture of two writes that should be seen whole.' },
  deadlock: { title: 'deadlock', meaning: 'Tasks wait for each other and none can go on.' },
  'lost-wakeup': { title: 'lost wake-up', meaning: 'A task sleeps for ever although what it waits for has happened.' },
  'sleep-in-atomic': {
    title: 'sleeping in atomic context',
    meaning: 'An operation that may sleep was called in interrupt context or under a spinlock.',
  },
  livelock: { title: 'livelock', meaning: 'Tasks run for ever and none makes progress.' },
  assertion: { title: 'assertion failed', meaning: 'A condition that the program states does not hold.' },
}

/** What a diagram ends with: a word in the column of the task, and the whole of it below if that is longer. */
export function verdictText(failure: Failure): { readonly short: string; readonly long: string } {
  if (failure.kind === 'deadlock') return both('*** DEADLOCK ***')
  if (failure.kind === 'lost-wakeup') return both(`*** LOST WAKE-UP: ${failure.task} sleeps for ever ***`)
  const { title } = FAILURE_WORDS[failure.kind]
  const told = failure.message.toLowerCase().includes(title.toLowerCase()) || /^(VM_)?(BUG|WARN)/.test(failure.message)
  const long = told ? failure.message : `${title}: ${failure.message}`
  return long.length <= SHORT_MAX || told ? both(long) : { short: title, long }
}

function both(text: string): { readonly short: string; readonly long: string } {
  return { short: text, long: text }
}

/** True if the failure is that tasks sleep and nothing will wake them: no step is at fault. */
export function isStuck(failure: Failure | null): boolean {
  return failure?.kind === 'deadlock' || failure?.kind === 'lost-wakeup'
}
