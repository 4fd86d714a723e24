/** Which functions the tasks of a program call: learned from a few runs, to ask first where an answer is likely. */
import { ProgramError } from '../../engine/errors.js'
import { load, type Program } from '../../engine/program.js'
import { walk } from '../../engine/search/walk.js'
import type { CallEvent, WatchedStep, Watcher } from '../../engine/watcher.js'
import type { Machine } from '../../engine/machine.js'
import type { Question } from './question.js'

/** Functions called by each task, by its name. A task may be able to call more: nothing is concluded from what is missing. */
export type Reach = ReadonlyMap<string, ReadonlySet<string>>

const RUNS = 3
const STEPS_MAX = 2_000

export function reachOf(subject: Program, runs = RUNS): Reach {
  const watcher = new CallCollector()
  const machine = load(subject, 0, (made) => made.watch(watcher))
  try {
    walk(machine, { strategy: 'pct', runs, seed: 1, stopAtFailure: false, maxDepth: STEPS_MAX })
  } catch (error) {
    // All actors at once may need more of the machine than it has: what was seen till then is enough.
    if (!(error instanceof ProgramError)) throw error
  }
  return new Map(machine.tasks.map(({ name }, task) => [name, watcher.called.get(task) ?? new Set()]))
}

class CallCollector implements Watcher {
  readonly called = new Map<number, Set<string>>()

  start(_machine: Machine, calls: readonly (readonly CallEvent[])[]): number {
    calls.forEach((list, task) => this.note(task, list))
    return 0
  }

  step(_machine: Machine, remembered: number, { calls }: WatchedStep): number {
    for (const [task, list] of calls) this.note(task, list)
    return remembered
  }

  laneA(): number {
    return 0
  }

  laneB(): number {
    return 0
  }

  private note(task: number, calls: readonly CallEvent[]): void {
    const known = this.called.get(task) ?? new Set<string>()
    for (const call of calls) if (call.type === 'call') known.add(call.fn)
    this.called.set(task, known)
  }
}

/** How many calls that a question asks for a program can make, each column being one task; columns without calls do not count. */
export function callsCovered(question: Question, reach: Reach): number {
  const names = [...reach.keys()]
  const wanted = callsOfColumns(question).map((calls, column) => names.map((name) => {
    const called = reach.get(name) ?? new Set()
    if (!question.mayBe(column, name, names)) return 0
    return calls.filter((functions) => [...functions].some((fn) => called.has(fn))).length
  }))
  // Columns are few, and tasks too: every assignment of one to the other is looked at, by sets of tasks that are taken.
  let best = new Map<number, number>([[0, 0]])
  for (const scores of wanted) {
    const next = new Map(best)
    for (const [taken, covered] of best) {
      scores.forEach((score, task) => {
        const mask = taken | (1 << task)
        if (mask !== taken && score > 0) next.set(mask, Math.max(next.get(mask) ?? 0, covered + score))
      })
    }
    best = next
  }
  return Math.max(...best.values())
}

/** Everything that is known from several programs. */
export function together(all: readonly Reach[]): Reach {
  const names = new Set(all.flatMap((reach) => [...reach.keys()]))
  return new Map([...names].map((name) => [name, new Set(all.flatMap((reach) => [...(reach.get(name) ?? [])]))]))
}

/** By column: the functions that each of its calls may be of. */
export function callsOfColumns(question: Question): readonly (readonly ReadonlySet<string>[])[] {
  return Array.from({ length: question.columns }, (_, column) =>
    question.rows.flat().flatMap((expectation) =>
      expectation.kind === 'call' && expectation.column === column ? [expectation.functions] : [],
    ),
  )
}
