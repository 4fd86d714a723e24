import { Status } from '../local-state.js'
import type { Machine } from '../machine.js'
import type { Operation, Wait } from '../operation.js'
import type { Failure } from '../result.js'

/** A task that cannot go on, and what it waits for. */
export interface Waiting {
  readonly task: number
  readonly wait: Wait
}

/** The tasks that have something left to do and cannot, in a state in which nothing can run. */
export function waitingTasks(machine: Machine): Waiting[] {
  const waiting: Waiting[] = []
  for (let task = 0; task < machine.tasks.length; task++) {
    const local = machine.local(task)
    if (local.status !== Status.Pending) continue
    const op = local.operation as Operation
    if (op.kind.enabled === undefined || op.kind.enabled(machine, op, task)) continue
    waiting.push({
      task,
      wait: op.kind.waitsFor?.(machine, op, task) ?? { text: machine.describe(op), holders: [], lost: false },
    })
  }
  return waiting
}

/**
 * Judges a state in which nothing can run: notes a lost wake-up or a deadlock, or runs the final checks.
 * Nothing is judged when a task has failed, for the others may wait for it.
 * @returns whether it is a final state: every task has finished and none has failed.
 */
export function judgeEnding(machine: Machine): boolean {
  for (let task = 0; task < machine.tasks.length; task++) if (machine.local(task).status === Status.Failed) return false
  const waiting = waitingTasks(machine)
  if (waiting.length === 0) {
    machine.checkFinal()
    return true
  }
  const lost = waiting.filter(({ wait }) => wait.lost)
  for (const { task, wait } of lost)
    machine.noticed.push(
      failureOf(
        machine,
        'lost-wakeup',
        task,
        `${machine.taskName(task)} sleeps for ever although what it waits for has happened: ${wait.text}`,
      ),
    )
  if (lost.length === 0) machine.noticed.push(deadlock(machine, waiting))
  return false
}

function deadlock(machine: Machine, waiting: readonly Waiting[]): Failure {
  const cycle = findCycle(waiting)
  const shown = cycle ?? waiting
  const text = shown.map(({ task, wait }) => `${machine.taskName(task)} waits for ${wait.text}`).join('; ')
  return failureOf(machine, 'deadlock', (shown[0] as Waiting).task, text)
}

/** A cycle of tasks that wait for each other, beginning with the lowest task; undefined if there is none. */
function findCycle(waiting: readonly Waiting[]): Waiting[] | undefined {
  const byTask = new Map(waiting.map((one) => [one.task, one]))
  for (const start of waiting) {
    const path: Waiting[] = []
    const tried = new Set<number>()
    const stack: { one: Waiting; depth: number }[] = [{ one: start, depth: 0 }]
    while (stack.length > 0) {
      const { one, depth } = stack.pop() as { one: Waiting; depth: number }
      path.length = depth
      path.push(one)
      for (const holder of one.wait.holders) {
        if (holder === start.task) return path
        const next = byTask.get(holder)
        if (next !== undefined && !tried.has(holder)) {
          tried.add(holder)
          stack.push({ one: next, depth: depth + 1 })
        }
      }
    }
  }
  return undefined
}

function failureOf(machine: Machine, kind: Failure['kind'], task: number, message: string): Failure {
  return {
    kind,
    message,
    where: machine.local(task).frames.at(-1) ?? machine.taskName(task),
    task: machine.taskName(task),
  }
}
