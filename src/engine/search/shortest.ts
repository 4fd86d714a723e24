import { mixA, mixB } from '../hash.js'
import type { Machine } from '../machine.js'
import type { Operation } from '../operation.js'
import type { Bound, Failure } from '../result.js'
import { lowestBit } from './bits.js'
import { CostMap } from './cost-map.js'
import { judgeEnding } from './ending.js'
import { choiceOf, failureKey, move, taskOf, type Move } from './failures.js'
import { POLL_STEPS, type Limits, type Pace } from './limits.js'
import { PathTree } from './path-tree.js'

/** Steps of one level: costs are context switches times this, plus steps. */
const LEVEL = 1 << 20
/** Most context switches that are tried. */
const SWITCHES_MAX = 200

export interface Shortest {
  readonly failure: Failure
  readonly path: readonly Move[]
  readonly contextSwitches: number
  readonly steps: number
}

export interface ShortestSearch {
  /** By failure key. */
  readonly found: ReadonlyMap<string, Shortest>
  /** Paths of fewer context switches than this, or as many, are the shortest; longer ones may not be. */
  readonly complete: number
  readonly states: number
  readonly steps: number
  readonly bound: Bound | null
}

/**
 * For each failure the path with the fewest context switches, then the fewest steps; among equals the first in the order of
 * tasks and choices, so that the answer never varies.
 *
 * Paths are grouped by their number of context switches. The paths found so far are a tree; one pass over the tree lets
 * every other task take over at every point, and run alone as far as it can.
 * Yields every few thousand steps.
 * @param wanted keys of the failures to look for; undefined to look for whatever there is.
 */
export function* findShortest(
  machine: Machine,
  wanted: ReadonlySet<string> | undefined,
  limits: Limits = {},
): Generator<Pace, ShortestSearch> {
  const { state } = machine
  const maxStates = limits.maxStates ?? Infinity
  const tree = new PathTree()
  const costs = new CostMap()
  const found = new Map<string, Shortest>()
  let steps = 0
  let bound: Bound | null = null
  let nextPoll = POLL_STEPS
  let level = 0
  /** Paths of this cost or more are of no use any more: everything wanted was found for less. */
  let useless = Infinity

  const keyA = (last: number): number => state.fingerprintA ^ mixA(last + 0x632be59b)
  const keyB = (last: number): number => state.fingerprintB ^ mixB(last + 0x2f7e0b69)

  const record = (node: number): void => {
    for (const failure of machine.noticed) {
      const key = failureKey(failure)
      const cost = tree.cost(node)
      const known = found.get(key)
      if (known !== undefined && costOf(known) <= cost) continue
      found.set(key, { failure, path: tree.path(node), contextSwitches: Math.floor(cost / LEVEL), steps: cost % LEVEL })
    }
    machine.noticed.length = 0
    if (wanted !== undefined && [...wanted].every((key) => found.has(key))) {
      useless = Math.max(...[...wanted].map((key) => costOf(found.get(key))))
    }
  }

  // One frame for each node of the path that is being walked.
  const nodes: number[] = []
  const marks: number[] = []
  const children: number[] = []
  const tasksLeft: number[] = []
  const choicesLeft: number[] = []

  const push = (node: number, child: number, tasks: number, choices: number): void => {
    nodes.push(node)
    marks.push(state.mark())
    children.push(child)
    tasksLeft.push(tasks)
    choicesLeft.push(choices)
  }

  /** Enters a node that was just reached for the first time: its task runs on, or chooses. */
  const enterNew = (node: number, last: number): void => {
    const choosing = machine.choosingTask()
    if (choosing >= 0) {
      push(node, -1, 0, (machine.local(choosing).operation as Operation).a)
      return
    }
    const enabled = machine.enabledTasks()
    if (enabled === 0) {
      judgeEnding(machine)
      if (machine.noticed.length > 0) record(node)
    }
    push(node, -1, last < 0 ? enabled : enabled & (1 << last), 0)
  }

  /** Enters a node of an earlier pass again: its subtree, and the other tasks if it is of the last level. */
  const enterOld = (node: number, level: number): void => {
    const last = tree.last(node)
    if (costs.get(keyA(last), keyB(last)) < tree.cost(node)) {
      push(node, -1, 0, 0)
      return
    }
    const others = Math.floor(tree.cost(node) / LEVEL) === level - 1 && machine.choosingTask() < 0 && last >= 0
    push(node, tree.firstChild(node), others ? machine.enabledTasks() & ~(1 << last) : 0, 0)
  }

  const root = tree.root()
  costs.improve(keyA(-1), keyB(-1), 0)
  machine.noticed.push(...machine.initialFailures)
  record(root)
  for (; level <= SWITCHES_MAX && bound === null; level++) {
    const sizeBefore = tree.size
    if (level === 0) enterNew(root, -1)
    else enterOld(root, level)
    while (nodes.length > 0 && bound === null) {
      const top = nodes.length - 1
      const node = nodes[top] as number
      const child = children[top] as number
      if (child >= 0) {
        children[top] = tree.nextSibling(child)
        const m = tree.move(child)
        machine.choice = choiceOf(m)
        machine.step(taskOf(m))
        machine.noticed.length = 0
        steps++
        enterOld(child, level)
      } else {
        const choices = choicesLeft[top] as number
        const tasks = tasksLeft[top] as number
        if (choices === 0 && tasks === 0) {
          nodes.pop()
          marks.pop()
          children.pop()
          tasksLeft.pop()
          choicesLeft.pop()
          if (nodes.length > 0) state.undo(marks[nodes.length - 1] as number)
          continue
        }
        const last = tree.last(node)
        let task: number
        let choice = 0
        let cost = tree.cost(node)
        let nextLast = last
        if (choices > 0) {
          task = machine.choosingTask()
          choice = (machine.local(task).operation as Operation).a - choices
          choicesLeft[top] = choices - 1
        } else {
          task = lowestBit(tasks)
          tasksLeft[top] = tasks & (tasks - 1)
          cost += (last >= 0 && last !== task ? LEVEL : 0) + 1
          nextLast = task
        }
        machine.choice = choice
        machine.step(task)
        steps++
        const better = cost < useless && costs.improve(keyA(nextLast), keyB(nextLast), cost)
        if (better || machine.noticed.length > 0) {
          const next = tree.add(node, move(task, choice), cost, nextLast)
          if (machine.noticed.length > 0) record(next)
          if (better) enterNew(next, nextLast)
          else state.undo(marks[top] as number)
        } else {
          state.undo(marks[top] as number)
        }
        if (costs.size > maxStates) bound = 'max-states'
      }
      if (steps >= nextPoll) {
        nextPoll = steps + POLL_STEPS
        bound ??=
          limits.poll?.({
            phase: 'shortest',
            states: costs.size,
            steps,
            depth: nodes.length,
            queue: tree.size,
            failures: found.size,
          }) ?? null
        if (bound === null) yield { states: costs.size, steps }
      }
    }
    if (tree.size === sizeBefore || (wanted !== undefined && [...wanted].every((key) => found.has(key)))) break
  }
  state.undo(0)
  return { found, complete: bound === null ? Infinity : level - 1, states: costs.size, steps, bound }
}

function costOf(path: Shortest | undefined): number {
  return path === undefined ? Infinity : path.contextSwitches * LEVEL + path.steps
}
