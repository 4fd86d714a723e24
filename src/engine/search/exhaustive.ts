import type { Machine } from '../machine.js'
import type { Operation } from '../operation.js'
import type { Bound, Progress } from '../result.js'
import { lowestBit } from './bits.js'
import { judgeEnding } from './ending.js'
import { FailureLog, choiceOf, move, taskOf, type Move } from './failures.js'
import { POLL_STEPS, POLL_STEPS_REDUCED, SHARE_STEPS, type Limits, type Pace } from './limits.js'
import { SearchStack } from './search-stack.js'
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
  /** Which of these tasks to try first, as a mask with one of them or more; the lowest unless said. What is found at the end is the same. */
  readonly prefer?: ((tasks: number) => number) | undefined
  /** Somebody to share the work with. */
  readonly sharing?: Sharing
  /** Called at every final state, the first time it is met. */
  readonly onFinalState?: (() => void) | undefined
}

/**
 * Depth-first search of all states, with the visited set, an explicit stack and an undo log.
 * A state's branches are the tasks that can go on, or the values of a pending `choose`. Yields every few thousand steps.
 */
export function exploreStates(machine: Machine, options: ExhaustiveOptions = {}): Generator<Pace, Exploration> {
  return new StateSearch(machine, options).run()
}

class StateSearch {
  private readonly visited: Visited
  private readonly failures: FailureLog
  private readonly from: readonly Move[]
  /** Fingerprints of the states on the present path: only where a reduction has to beware of cycles. */
  private readonly onPath = new Set<string>()
  private readonly stack = new SearchStack()
  private depth: number
  private deepest: number
  private states = 0
  private steps = 0
  private finalStates = 0
  private bound: Bound | null = null

  constructor(
    private readonly machine: Machine,
    private readonly options: ExhaustiveOptions,
  ) {
    this.visited = options.visited ?? new VisitedSet()
    this.failures = options.failures ?? new FailureLog(machine.initialFailures)
    this.from = options.from ?? []
    this.depth = this.from.length
    this.deepest = this.depth
  }

  *run(): Generator<Pace, Exploration> {
    const { machine, visited } = this
    const { state } = machine
    const { sharing, poll } = this.options
    const pollSteps = this.options.reduction === undefined ? POLL_STEPS : POLL_STEPS_REDUCED
    let nextPoll = pollSteps
    this.follow(this.from)
    if (visited.add(state.fingerprintA, state.fingerprintB)) this.enter(this.depth)
    else this.depth--
    while (this.burst()) {
      if (sharing?.wanted === true) this.giveAway(sharing)
      if (this.steps < nextPoll) continue
      nextPoll = this.steps + pollSteps
      this.bound = poll?.(this.progress()) ?? null
      if (this.bound !== null) break
      yield { states: this.states, steps: this.steps }
    }
    state.undo(0)
    const { states, steps, deepest, finalStates, bound, failures } = this
    return { states, steps, depth: deepest, finalStates, bound, failures }
  }

  /** Takes up to `SHARE_STEPS` steps; whether there are more to take. */
  private burst(): boolean {
    const { machine, stack, visited } = this
    const { state } = machine
    const { maxStates = Infinity, maxDepth = Infinity, prefer } = this.options
    const base = this.from.length
    let { depth } = this
    for (let taken = 0; taken < SHARE_STEPS; ) {
      if (depth < base) return false
      const remaining = stack.left[depth] as number
      if (remaining === 0) {
        if (this.onPath.size > 0) this.onPath.delete(this.key())
        depth--
        if (depth >= base) state.undo(stack.marks[depth] as number)
        continue
      }
      let task = stack.chooser[depth] as number
      if (task >= 0) {
        stack.left[depth] = remaining - 1
        machine.choice = remaining - 1
        stack.moves[depth] = move(task, remaining - 1)
      } else {
        task = lowestBit(prefer === undefined || (remaining & (remaining - 1)) === 0 ? remaining : prefer(remaining))
        stack.left[depth] = remaining & ~(1 << task)
        stack.moves[depth] = task
        taken++
        this.steps++
      }
      machine.step(task)
      if (machine.noticed.length > 0) this.failures.record(machine.noticed, () => stack.path(depth + 1))
      if (!visited.add(state.fingerprintA, state.fingerprintB)) {
        if (this.onPath.size > 0) this.releaseOnCycle(depth)
        state.undo(stack.marks[depth] as number)
      } else if (this.states >= maxStates) {
        this.bound = 'max-states'
        return false
      } else if (depth + 1 >= maxDepth) {
        this.bound = 'max-depth'
        this.states++
        state.undo(stack.marks[depth] as number)
      } else {
        depth++
        this.enter(depth)
      }
      this.depth = depth
    }
    this.depth = depth
    return true
  }

  /** Goes down a path that somebody else has explored. */
  private follow(path: readonly Move[]): void {
    const { machine, stack } = this
    for (const [i, m] of path.entries()) {
      stack.reach(i)
      stack.moves[i] = m
      machine.choice = choiceOf(m)
      machine.step(taskOf(m))
      if (i < path.length - 1) machine.noticed.length = 0
    }
    if (machine.noticed.length > 0) this.failures.record(machine.noticed, () => path)
  }

  /** Looks at the present state for the first time and puts its branches on the stack. */
  private enter(depth: number): void {
    const { machine, stack } = this
    const { reduction } = this.options
    this.states++
    if (depth > this.deepest) this.deepest = depth
    stack.reach(depth)
    stack.marks[depth] = machine.state.mark()
    stack.held[depth] = 0
    if (this.options.reduction !== undefined && machine.cyclic) this.onPath.add(this.key())
    const choosing = machine.choosingTask()
    stack.chooser[depth] = choosing
    if (choosing >= 0) {
      stack.left[depth] = (machine.local(choosing).operation as Operation).a
      return
    }
    const enabled = machine.enabledTasks()
    const selected = reduction === undefined || enabled === 0 ? enabled : reduction.select(machine, enabled)
    stack.left[depth] = selected
    stack.held[depth] = enabled & ~selected
    if (enabled === 0) this.judge(depth)
  }

  private judge(depth: number): void {
    const { machine } = this
    if (judgeEnding(machine)) {
      this.finalStates++
      this.options.onFinalState?.()
    }
    if (machine.noticed.length > 0) this.failures.record(machine.noticed, () => this.stack.path(depth))
  }

  /**
   * A cycle all of whose states are reduced would put the others off for ever: the last state on the present path in which
   * no task makes a choice is explored in full when the present state is on the path.
   */
  private releaseOnCycle(depth: number): void {
    const { stack } = this
    let at = depth
    while (at > this.from.length && (stack.chooser[at] as number) >= 0) at--
    if (stack.held[at] === 0 || !this.onPath.has(this.key())) return
    stack.left[at]! |= stack.held[at] as number
    stack.held[at] = 0
  }

  /** Gives the branch nearest to the root away. */
  private giveAway(sharing: Sharing): void {
    const { stack } = this
    for (let at = this.from.length; at < this.depth; at++) {
      const remaining = stack.left[at] as number
      if (remaining === 0) continue
      const choosing = stack.chooser[at] as number
      const task = choosing >= 0 ? choosing : 31 - Math.clz32(remaining)
      const given = move(task, choosing >= 0 ? remaining - 1 : 0)
      if (!sharing.give([...stack.path(at), given])) return
      stack.left[at] = choosing >= 0 ? remaining - 1 : remaining & ~(1 << task)
      if (choosing < 0) this.steps++
      return
    }
  }

  private progress(): Progress {
    const { states, steps, depth, failures } = this
    return { phase: 'exploring', states, steps, depth, queue: depth, failures: failures.size }
  }

  private key(): string {
    return `${this.machine.state.fingerprintA},${this.machine.state.fingerprintB}`
  }
}
