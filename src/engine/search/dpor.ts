import type { Machine } from '../machine.js'
import { dependent, type Access, type Dependence, type Operation } from '../operation.js'
import type { Bound } from '../result.js'
import { judgeEnding } from './ending.js'
import type { Exploration } from './exhaustive.js'
import { lowestBit } from './bits.js'
import { Execution } from './execution.js'
import { FailureLog, move, type Move } from './failures.js'
import { POLL_STEPS, type Limits, type Pace } from './limits.js'

export interface DporOptions extends Limits {
  /** Called at every final state. */
  readonly onFinalState?: (() => void) | undefined
  /** Whether the order of two operations may matter; replaced only by tests. */
  readonly dependence?: Dependence | undefined
}

/** What is to be explored from the state before an event. */
class Point {
  mark = 0
  enabled = 0
  /** Tasks to be tried, those tried among them. */
  backtrack = 0
  /** Tasks whose turn here leads to nothing new. */
  sleep = 0
  /** The task that makes a choice here, or -1, and how many of its values are left. */
  choosing = -1
  choicesLeft = 0
  /** For a task to be tried: the tasks to follow it, so that the reversal it was added for is reached at once. */
  guides: Map<number, readonly number[]> | undefined
  /** The guide that led here, and how much of it has been followed. */
  guide: readonly number[] = NO_GUIDE
  followed = 0
}

const NO_GUIDE: readonly number[] = []

/**
 * Stateless search with source sets and sleep sets (Abdulla, Aronis, Jonsson, Sagonas, POPL 2014): explores at least one
 * execution of each equivalence class, where executions are equivalent if they order dependent operations alike.
 * For programs without cycles of states.
 */
export function* explorePartialOrders(machine: Machine, options: DporOptions = {}): Generator<Pace, Exploration> {
  const tasks = machine.tasks.length
  const isDependent = options.dependence ?? dependent
  const maxStates = options.maxStates ?? Infinity
  const maxDepth = options.maxDepth ?? Infinity
  const { state } = machine
  const failures = new FailureLog(machine.initialFailures)
  const points: Point[] = []
  const execution = new Execution(tasks, isDependent)
  const moves: Move[] = []
  let depth = 0
  let deepest = 0
  let steps = 0
  let finalStates = 0
  let bound: Bound | null = null
  let nextPoll = POLL_STEPS

  /** Scratch of `reverse`: positions of events. */
  const free: number[] = []

  /** Makes sure that the event at `position` and the next operation of `task` are also explored the other way round. */
  const reverse = (position: number, task: number, op: Operation, accesses: readonly Access[]): void => {
    const point = points[position] as Point
    // What follows the event without depending on it; its first steps are those that could come in the event's place.
    free.length = 0
    let initials = 0
    let seen = 0
    for (let at = position + 1; at < depth; at++) {
      if (execution.happensBefore(position, at)) continue
      const bit = 1 << execution.taskAt(at)
      if ((seen & bit) === 0) {
        seen |= bit
        if (!execution.anyHappensBefore(free, at)) initials |= bit
      }
      free.push(at)
    }
    const precedes = (at: number): boolean =>
      execution.happensBeforeTask(at, task) || isDependent(execution.accessesAt(at), accesses)
    if ((seen & (1 << task)) === 0 && !free.some(precedes)) initials |= 1 << task
    if (initials & (point.backtrack | point.sleep)) return
    const possible = initials & point.enabled
    if (possible === 0) {
      if (op.kind.enabled === undefined) point.backtrack |= point.enabled
      return
    }
    const chosen = lowestBit(possible)
    point.backtrack |= 1 << chosen
    const order = [...free.map((at) => execution.taskAt(at)), task]
    order.splice(order.indexOf(chosen), 1)
    point.guides ??= new Map()
    point.guides.set(chosen, order)
  }

  const findRaces = (task: number, op: Operation, accesses: readonly Access[]): void =>
    execution.races(task, accesses, op.kind.enabled !== undefined, (position) => reverse(position, task, op, accesses))

  const enter = (sleep: number, guide: readonly number[], followed: number): void => {
    const choosing = machine.choosingTask()
    const enabled = choosing >= 0 ? 1 << choosing : machine.enabledTasks()
    const point = (points[depth] ??= new Point())
    point.mark = state.mark()
    point.enabled = enabled
    point.backtrack = 0
    point.sleep = sleep
    point.choosing = choosing
    point.choicesLeft = 0
    point.guides = undefined
    point.guide = guide
    point.followed = followed
    if (choosing >= 0) {
      point.choicesLeft = (machine.local(choosing).operation as Operation).a
      return
    }
    for (let task = 0; task < tasks; task++) {
      if (enabled & (1 << task)) continue
      const op = machine.local(task).operation
      if (op === undefined) continue
      findRaces(task, op, op.accesses(machine))
    }
    if (enabled === 0) {
      if (judgeEnding(machine)) {
        finalStates++
        options.onFinalState?.()
      }
      if (machine.noticed.length > 0) failures.record(machine.noticed, () => moves.slice(0, depth))
      return
    }
    const awake = enabled & ~sleep
    if (awake === 0) return
    const next = guide[followed]
    point.backtrack = next !== undefined && awake & (1 << next) ? 1 << next : 1 << (31 - Math.clz32(awake))
  }

  enter(0, NO_GUIDE, 0)
  for (;;) {
    const point = points[depth] as Point
    let task = -1
    let choice = 0
    if (point.choosing >= 0) {
      if (point.choicesLeft > 0) {
        task = point.choosing
        choice = --point.choicesLeft
      }
    } else {
      const todo = point.backtrack & ~point.sleep
      if (todo !== 0) task = lowestBit(todo)
    }
    if (task < 0) {
      if (depth === 0) break
      depth--
      const undone = execution.pop()
      const parent = points[depth] as Point
      state.undo(parent.mark)
      if (parent.choosing < 0) parent.sleep |= 1 << undone
      continue
    }
    const local = machine.local(task)
    const op = local.operation as Operation
    const accesses = op.accesses(machine)
    if (point.choosing < 0) findRaces(task, op, accesses)
    else execution.races(task, [], false, () => undefined)
    execution.push(task, accesses)
    moves[depth] = move(task, choice)
    let sleep = 0
    if (point.choosing >= 0) sleep = point.sleep
    else {
      for (let rest = point.sleep & ~(1 << task); rest !== 0; rest &= rest - 1) {
        const other = lowestBit(rest)
        const otherAccesses = machine.local(other).operation?.accesses(machine) ?? []
        if (!isDependent(otherAccesses, accesses)) sleep |= 1 << other
      }
      steps++
    }
    const idleBefore = op.kind.startsTask === true ? idleTasks(machine) : 0
    machine.choice = choice
    machine.step(task)
    if (idleBefore !== 0) execution.starts(idleBefore & ~idleTasks(machine))
    depth++
    if (depth > deepest) deepest = depth
    if (machine.noticed.length > 0) failures.record(machine.noticed, () => moves.slice(0, depth))
    if (steps > maxStates) bound = 'max-states'
    else if (depth >= maxDepth) bound = 'max-depth'
    if (bound !== null) break
    if (point.choosing >= 0) enter(sleep, point.guide, point.followed)
    else if (point.guides?.has(task) === true) enter(sleep, point.guides.get(task) as readonly number[], 0)
    else if (point.guide[point.followed] === task) enter(sleep, point.guide, point.followed + 1)
    else enter(sleep, NO_GUIDE, 0)
    if (steps >= nextPoll) {
      nextPoll = steps + POLL_STEPS
      bound =
        options.poll?.({ phase: 'exploring', states: steps, steps, depth, queue: depth, failures: failures.size }) ??
        null
      if (bound !== null) break
      yield { states: steps, steps }
    }
  }
  state.undo(0)
  return { states: steps + 1, steps, depth: deepest, finalStates, bound, failures }
}

function idleTasks(machine: Machine): number {
  let mask = 0
  for (let task = 0; task < machine.tasks.length; task++)
    if (machine.local(task) === machine.idleState) mask |= 1 << task
  return mask
}
