import type { Machine } from '../machine.js'
import type { Operation } from '../operation.js'
import { Random } from '../random.js'
import type { Bound } from '../result.js'
import { bitCount, lowestBit } from './bits.js'
import { judgeEnding } from './ending.js'
import { FailureLog, move, type Move } from './failures.js'
import type { Limits } from './limits.js'

/** Picks among the tasks that can go on. One scheduler is made for each run. */
export interface Scheduler {
  /** @param enabled mask of tasks, not empty. @param steps taken so far in this run. */
  pick(enabled: number, steps: number): number
}

/** Every enabled task is equally likely at every step. */
export class UniformScheduler implements Scheduler {
  constructor(private readonly random: Random) {}

  pick(enabled: number): number {
    let nth = this.random.below(bitCount(enabled))
    let mask = enabled
    while (nth-- > 0) mask &= mask - 1
    return lowestBit(mask)
  }
}

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): tasks have random priorities, the highest one that
 * can go on runs, and at `depth - 1` random points the running task falls to the lowest priority.
 */
export class PctScheduler implements Scheduler {
  private readonly priorities: number[] = []
  private readonly changePoints = new Map<number, number>()

  constructor(random: Random, tasks: number, expectedSteps: number, depth: number) {
    for (let task = 0; task < tasks; task++) this.priorities.splice(random.below(task + 1), 0, task)
    for (let i = 1; i < depth; i++) this.changePoints.set(random.below(Math.max(1, expectedSteps)), i)
  }

  pick(enabled: number, steps: number): number {
    if (this.changePoints.has(steps)) this.demote(this.highest(enabled))
    return this.highest(enabled)
  }

  private highest(enabled: number): number {
    const task = this.priorities.find((candidate) => enabled & (1 << candidate))
    return task ?? lowestBit(enabled)
  }

  private demote(task: number): void {
    this.priorities.splice(this.priorities.indexOf(task), 1)
    this.priorities.push(task)
  }
}

export interface WalkOptions extends Limits {
  readonly strategy: 'uniform' | 'pct'
  /** Number of runs. */
  readonly runs: number
  readonly seed: number
  /** Stop at the first failure. */
  readonly stopAtFailure: boolean
}

export interface Walks {
  readonly runs: number
  readonly steps: number
  readonly depth: number
  readonly failures: FailureLog
  readonly bound: Bound | null
}

/** Longest run unless a bound says otherwise, in steps: a program may spin for ever under an unfair schedule. */
const RUN_STEPS_MAX = 20_000
/** Bug depths that the priority-based strategy goes through in turn. */
const PCT_DEPTHS = [2, 3, 4, 5]

/** Runs the program under random schedules. Never shows that it holds. */
export function walk(machine: Machine, options: WalkOptions): Walks {
  const random = new Random(options.seed)
  const failures = new FailureLog(machine.initialFailures)
  const maxDepth = options.maxDepth ?? RUN_STEPS_MAX
  let steps = 0
  let depth = 0
  let expected = 64
  let run = 0
  let bound: Bound | null = null
  for (; run < options.runs && bound === null; run++) {
    const scheduler =
      options.strategy === 'uniform'
        ? new UniformScheduler(random)
        : new PctScheduler(random, machine.tasks.length, expected, PCT_DEPTHS[run % PCT_DEPTHS.length] as number)
    const moves: Move[] = []
    let taken = 0
    while (taken < maxDepth) {
      const choosing = machine.choosingTask()
      let task = choosing
      let choice = 0
      if (choosing >= 0) {
        choice = random.below((machine.local(choosing).operation as Operation).a)
      } else {
        const enabled = machine.enabledTasks()
        if (enabled === 0) {
          judgeEnding(machine)
          break
        }
        task = scheduler.pick(enabled, taken)
        taken++
      }
      machine.choice = choice
      moves.push(move(task, choice))
      machine.step(task)
      if (machine.noticed.length > 0) failures.record(machine.noticed, () => moves.slice())
    }
    if (machine.noticed.length > 0) failures.record(machine.noticed, () => moves.slice())
    machine.state.undo(0)
    steps += taken
    depth = Math.max(depth, taken)
    expected = Math.max(expected, taken)
    if (options.stopAtFailure && failures.size > 0) break
    bound =
      options.poll?.({ phase: 'random', states: run + 1, steps, depth, queue: 0, failures: failures.size }) ?? null
  }
  return { runs: Math.min(run + 1, options.runs), steps, depth, failures, bound: bound ?? 'runs' }
}
