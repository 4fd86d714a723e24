/** A failure as the kernel would print it: what, where, in which task, and how it got there. */
import type { Failure, FailureKind, Trace } from '../engine/result.js'
import { FAILURE_WORDS, isStuck } from './failure-text.js'
import { filled } from './paragraph.js'
import { stuckTasks } from './stuck.js'
import { failingStep, traceTree } from './trace-tree.js'

const CUT_HERE = '------------[ cut here ]------------'

/** First lines the kernel has for some kinds; `%s` stands for the function. The rest use the title of their kind. */
const OPENINGS: Partial<Record<FailureKind, string>> = {
  'bug-on': 'kernel BUG in %s!',
  'vm-bug-on': 'kernel BUG in %s!',
  'warn-on': 'WARNING: %s',
  'null-dereference': 'BUG: kernel NULL pointer dereference in %s',
  'use-after-free': 'BUG: use-after-free in %s',
  'bad-page-state': 'BUG: Bad page state in %s',
  refcount: 'WARNING: refcount underflow in %s',
  'sleep-in-atomic': 'BUG: sleeping function called from invalid context in %s',
}

/** Lines joined by newlines. No line numbers: the model has none to give. */
export function splat(trace: Trace, failure: Failure): string {
  if (isStuck(failure)) return [CUT_HERE, ...stuckTasks(trace, failure)].join('\n')
  const opening = (OPENINGS[failure.kind] ?? `${FAILURE_WORDS[failure.kind].title} in %s`).replace('%s', failure.where)
  const task = trace.tasks.find((known) => known.name === failure.task)
  const lines = [CUT_HERE, opening, failure.message]
  if (task !== undefined) lines.push(`Task: ${task.name}  Context: ${task.context === 'irq' ? 'interrupt' : 'process'}`)
  if (trace.stack.length > 0) lines.push('Call Trace:', ...trace.stack.map((fn) => ` ${fn}`))
  return [...lines, ...involvedObjects(trace)].join('\n')
}

/** The last known state of the objects that the failing step touched. */
function involvedObjects(trace: Trace): readonly string[] {
  const tree = traceTree(trace)
  const failing = tree.steps[failingStep(trace, tree)]?.step
  if (failing === undefined) return []
  const owner = ownerOf(failing.object)
  if (owner === '') return []
  const known = new Map<string, string>()
  for (const { step } of tree.steps) {
    for (const change of step.changes) {
      if (ownerOf(change.object) !== owner) continue
      const part = change.part.startsWith(`${owner}.`) ? change.part.slice(owner.length + 1) : change.part
      known.set(part, part === owner ? change.after : `${part}=${change.after}`)
    }
  }
  return known.size === 0 ? [] : [filled(`${owner}: ${[...known.values()].join(' ')}`, 72, 2)]
}

/** `page0` of `page0.flags`. */
function ownerOf(object: string): string {
  return object.split('.', 1)[0] ?? ''
}
