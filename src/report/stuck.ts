/** Deadlocks and lost wake-ups: who waits for what, held by whom, and the circle they make. */
import type { Failure, Trace } from '../engine/result.js'
import { traceTree, type PlacedStep, type TraceTree } from './trace-tree.js'

/** One paragraph of lines for every task that can not go on, and the cycle if there is one. */
export function stuckTasks(trace: Trace, failure: Failure): readonly string[] {
  const tree = traceTree(trace)
  const name = (task: number): string => trace.tasks[task]?.name ?? `task ${task}`
  const lines = [failure.kind === 'deadlock' ? 'INFO: tasks blocked for ever: deadlock' : 'INFO: task blocked for ever: lost wake-up']
  // Of a deadlock the message says in one line what follows in several.
  if (failure.kind !== 'deadlock' || trace.waiting.length === 0) lines.push(failure.message)
  for (const wait of trace.waiting) {
    lines.push(`${name(wait.task)} waits for ${waitText(wait)}${takenText(trace, tree, wait)}`)
    const open = tree.stretches.findLast((stretch) => stretch.task === wait.task)?.openAfter ?? []
    if (open.length > 0) lines.push('Call Trace:', ...[...open].reverse().map((call) => ` ${call.fn}`))
  }
  const cycle = waitCycle(trace)
  if (cycle.length > 0) lines.push(`Cycle: ${[...cycle, cycle[0]].join(' -> ')}`)
  return lines
}

/** When the holder of what a task waits for took it. */
function takenText(trace: Trace, tree: TraceTree, wait: Trace['waiting'][number]): string {
  const taken = acquisition(trace, tree, wait)
  if (taken === null) return ''
  const fn = taken.path.at(-1)?.fn
  return `, taken at step ${taken.step.index}${fn === undefined ? '' : ` in ${fn}`}`
}

/** The last step of the holder on the object that a task waits for; null if there is none. */
export function acquisition(trace: Trace, tree: TraceTree, wait: Trace['waiting'][number]): PlacedStep | null {
  const holder = trace.tasks.findIndex((task) => task.name === wait.holder)
  const isIt = ({ step }: PlacedStep): boolean => step.task === holder && step.object !== '' && wait.text.includes(step.object)
  return tree.steps.findLast(isIt) ?? null
}

/** What a task waits for, and who has it if somebody has. */
export function waitText(wait: Trace['waiting'][number]): string {
  return wait.holder === '' || wait.text.includes(`held by ${wait.holder}`) ? wait.text : `${wait.text}, held by ${wait.holder}`
}

/** What is waited for, of a sentence such as `A waits for the page lock`. */
export function waitedFor(sentence: string): string {
  return sentence.replace(/^.*? waits for /, '')
}

/** Names of tasks each of which waits for the next, the last for the first; empty if there is no cycle. */
export function waitCycle(trace: Trace): readonly string[] {
  const holders = new Map(trace.waiting.map((wait) => [trace.tasks[wait.task]?.name ?? '', wait.holder]))
  for (const start of holders.keys()) {
    const path: string[] = []
    let at = start
    while (holders.has(at) && !path.includes(at)) {
      path.push(at)
      at = holders.get(at) ?? ''
    }
    if (at === start && path.length > 0) return path
  }
  return []
}
