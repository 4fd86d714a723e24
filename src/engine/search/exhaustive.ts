import type { Machine } from '../machine.js'
import type { Operation } from '../operation.js'
import type { Bound } from '../result.js'
import { lowestBit } from './bits.js'
import { judgeEnding } from './ending.js'
import { FailureLog, choiceOf, move, taskOf, type Move } from './failures.js'
import { POLL_STEPS, POLL_STEPS_REDUCED, SHARE_STEPS, type Limits, type Pace } from './limits.js'
import { VisitedSet, type Visited } from './visited.js'

/** Chooses which of the enabled tasks have to be tried in the present state of the machine. */
export interface Reduction {
  /**
   * @param enabled mask of the tasks that can go on, not empty.
   * @returns mask of those to be tried, not empty.
   */
  select(machine: Machine, enabled: number): number
}

export interface Exploration {
  readonly states: number
  readonly steps: number
  readonly depth: number
  readonly finalStates: number
  readonly bound: Bound | null
  readonly failures: FailureLog
}

/** Another searcher that can take over a part of the work. */
export interface Sharing {
  /** Whether somebody has nothing to do. */
  readonly wanted: boolean
  /** Hands over the states that this path leads to; false if nobody wants them any more. */
  give(path: readonly Move[]): boolean
}

export interface ExhaustiveOptions extends Limits {
  readonly reduction?: Reduction | undefined
  /** The states seen so far; a set of its own if absent. */
  readonly visited?: Visited
  /** Where failures are recorded; a log of its own if absent. */
  readonly failures?: FailureLog
  /** The path to begin from; the initial state if absent. */
  readonly from?: readonly Move[]
  /** Somebody to share the work with. */
  readonly sharing?: Sharing
  /** Called at every final state, the first time it is met. */
  readonly onFinalState?: (() => void) | undefined
}

/**
 * Depth-first search of all states, with the visited set, an explicit stack and an undo log.
 * A state's branches are the tasks that can go on, or the values of a pending `choose`. Yields every few thousand steps.
 */
export function* exploreStates(machine: Machine, options: ExhaustiveOptions = {}): Generator<Pace, Exploration> {
  const { reduction } = options
  const maxStates = options.maxStates ?? Infinity
  const maxDepth = options.maxDepth ?? Infinity
  const { state } = machine
  const visited = options.visited ?? new VisitedSet()
  const failures = options.failures ?? new FailureLog(machine.initialFailures)
  const from = options.from ?? []
  const onPath = new Map<string, number>()
  const keyOfState = (): string => `${state.fingerprintA},${state.fingerprintB}`
  /** For each depth: tasks left to try, tasks held back by the reduction, undo mark, choosing task and its values left, the move taken. */
  let left = new Int32Array(1024)
  let held = new Int32Array(1024)
  let marks = new Int32Array(1024)
  let chooser = new Int32Array(1024)
  let moves = new Int32Array(1024)
  let depth = from.length
  let deepest = depth
  let states = 0
  let steps = 0
  let finalStates = 0
  let bound: Bound | null = null
  const pollSteps = reduction === undefined ? POLL_STEPS : POLL_STEPS_REDUCED
  let nextPoll = pollSteps
  let nextShare = SHARE_STEPS

  const pathTo = (length: number): readonly Move[] => Array.from(moves.subarray(0, length))

  const grow = (): void => {
    left = doubled(left)
    held = doubled(held)
    marks = doubled(marks)
    chooser = doubled(chooser)
    moves = doubled(moves)
  }

  /** Gives the branch nearest to the root away. */
  const giveAway = (sharing: Sharing): void => {
    for (let at = from.length; at < depth; at++) {
      const remaining = left[at] as number
      if (remaining === 0) continue
      const choosing = chooser[at] as number
      const task = choosing >= 0 ? choosing : 31 - Math.clz32(remaining)
      if (!sharing.give([...pathTo(at), move(task, choosing >= 0 ? remaining - 1 : 0)])) return
      left[at] = choosing >= 0 ? remaining - 1 : remaining & ~(1 << task)
      if (choosing < 0) steps++
      return
    }
  }

  /** Looks at the present state for the first time and puts its branches on the stack. */
  const enter = (): void => {
    if (depth >= left.length) grow()
    marks[depth] = state.mark()
    held[depth] = 0
    const choosing = machine.choosingTask()
    chooser[depth] = choosing
    if (choosing >= 0) {
      left[depth] = (machine.local(choosing).operation as Operation).a
      return
    }
    const enabled = machine.enabledTasks()
    if (enabled === 0) {
      if (judgeEnding(machine)) {
        finalStates++
        options.onFinalState?.()
      }
      if (machine.noticed.length > 0) failures.record(machine.noticed, () => pathTo(depth))
      left[depth] = 0
      return
    }
    const selected = reduction === undefined ? enabled : reduction.select(machine, enabled)
    left[depth] = selected
    held[depth] = enabled & ~selected
    if (reduction !== undefined && machine.cyclic) onPath.set(keyOfState(), depth)
  }

  for (const [i, m] of from.entries()) {
    if (i >= left.length) grow()
    moves[i] = m
    machine.choice = choiceOf(m)
    machine.step(taskOf(m))
    if (i < from.length - 1) machine.noticed.length = 0
  }
  if (machine.noticed.length > 0) failures.record(machine.noticed, () => from)
  let fresh = visited.add(state.fingerprintA, state.fingerprintB)
  if (fresh) {
    states++
    enter()
  } else depth--
  while (depth >= from.length) {
    const choosing = chooser[depth] as number
    const remaining = left[depth] as number
    if (remaining === 0) {
      if (reduction !== undefined && machine.cyclic) onPath.delete(keyOfState())
      depth--
      if (depth >= from.length) state.undo(marks[depth] as number)
      continue
    }
    let task: number
    if (choosing >= 0) {
      task = choosing
      left[depth] = remaining - 1
      machine.choice = remaining - 1
      moves[depth] = move(task, remaining - 1)
    } else {
      task = lowestBit(remaining)
      left[depth] = remaining & (remaining - 1)
      moves[depth] = move(task, 0)
      steps++
    }
    machine.step(task)
    if (machine.noticed.length > 0) failures.record(machine.noticed, () => pathTo(depth + 1))
    fresh = visited.add(state.fingerprintA, state.fingerprintB)
    if (!fresh) {
      // A reduced state none of whose branches leaves the path would put the others off for ever.
      if (held[depth] !== 0 && onPath.has(keyOfState())) {
        left[depth]! |= held[depth] as number
        held[depth] = 0
      }
      state.undo(marks[depth] as number)
    } else if (++states > maxStates) {
      bound = 'max-states'
      break
    } else if (depth + 1 >= maxDepth) {
      bound = 'max-depth'
      state.undo(marks[depth] as number)
    } else {
      depth++
      if (depth > deepest) deepest = depth
      enter()
    }
    if (steps >= nextShare) {
      nextShare = steps + SHARE_STEPS
      if (options.sharing?.wanted === true) giveAway(options.sharing)
    }
    if (steps >= nextPoll) {
      nextPoll = steps + pollSteps
      const asked =
        options.poll?.({ phase: 'exploring', states, steps, depth, queue: depth, failures: failures.size }) ?? null
      if (asked !== null) {
        bound = asked
        break
      }
      yield { states, steps, share: 0 }
    }
  }
  state.undo(0)
  return { states, steps, depth: deepest, finalStates, bound, failures }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
