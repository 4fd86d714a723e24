/**
 * Which steps of a trace matter to its failure.
 *
 * Backwards from the failing step along conflicts: to the step that wrote what this one reads, to the one of another
 * task that read or wrote what this one overwrites, and along the task's own way there. Every edge has a price; what is
 * cheap to reach explains the failure best.
 */
import type { Trace, TraceStep } from '../engine/result.js'
import { Conflicts, type Conflict } from './conflicts.js'
import { isStuck } from './failure-text.js'
import { isLifetime } from './step-text.js'
import { failingStep, type PlacedStep, type Stretch, type TraceTree } from './trace-tree.js'

/** Prices of the edges; only their order of size matters. */
const PRICE = {
  /** To the write that this step sees. */
  readsFrom: 1,
  /** To the write of another task that this step overwrites. */
  overwrites: 2,
  /** To the read of another task that this step makes out of date. */
  overtakes: 2,
  /** To every step before in the same stretch. */
  before: 3,
  /** To the step before in the trace, across a context switch, and to the last one of the task before that. */
  switch: 4,
  /** For a step that changed nothing. */
  unchanged: 1,
  /** Off for memory that is freed or allocated: what happens to it later concerns something else. */
  lifetime: -3,
  /** For a step whose change is taken back before the task is switched away: nobody can have seen it. */
  takenBack: 6,
  /** For taking a lock that is free, and for releasing it: most tasks do so all the time. */
  lock: 3,
} as const

/** Prices of all steps by index, lower is more relevant; infinite for steps that touch nothing another task touches. */
export function relevance(trace: Trace, tree: TraceTree): readonly number[] {
  const { steps } = tree
  const conflicts = new Conflicts(steps.map(({ step }) => step))
  const starts = startingPoints(trace, tree)
  const origins = new Origins(tree, conflicts)
  const prices = distances(starts, steps.length, (index) => origins.edges(index))
  const takenBack = new Set(tree.stretches.flatMap(stepsTakenBack))
  return prices.map((price, index) => {
    const step = steps[index]?.step
    if (step === undefined || starts.includes(index)) return 0
    if (!conflicts.isShared(index)) return Infinity
    const lock = isLocking(step) ? PRICE.lock : 0
    const read = step.changes.length === 0 ? PRICE.unchanged : 0
    const lifetime = isLifetime(step) ? PRICE.lifetime : 0
    return Math.max(1, price + lifetime) + lock + read + (takenBack.has(index) ? PRICE.takenBack : 0)
  })
}

/** The last step of the holder on the object that a task waits for; -1 if there is none. */
function acquisition(trace: Trace, tree: TraceTree, wait: Trace['waiting'][number]): number {
  const holder = trace.tasks.findIndex((task) => task.name === wait.holder)
  return tree.steps.findLastIndex(({ step }) => step.task === holder && step.object !== '' && wait.text.includes(step.object))
}

interface Edge {
  readonly to: number
  readonly price: number
}

/**
 * The failing step. In a deadlock, where every task took what others wait for; for other failures that belong to no
 * step, the last step of every task.
 */
function startingPoints(trace: Trace, tree: TraceTree): readonly number[] {
  const taken = trace.waiting.map((wait) => acquisition(trace, tree, wait)).filter((index) => index >= 0)
  if (isStuck(trace.failure) && taken.length > 0) return taken
  const failing = failingStep(trace, tree)
  if (failing >= 0) return [failing]
  const last = new Map<number, number>()
  tree.steps.forEach(({ step }, index) => last.set(step.task, index))
  return [...last.values()]
}

/** Where the steps come from. Asked for dearer and dearer steps, so that each stretch need be walked only once. */
class Origins {
  private readonly walked = new Map<number, number>()
  private readonly steps: readonly PlacedStep[]

  constructor(
    private readonly tree: TraceTree,
    private readonly conflicts: Conflicts,
  ) {
    this.steps = tree.steps
  }

  edges(index: number): readonly Edge[] {
    const number = this.steps[index]?.stretch ?? -1
    const stretch = this.tree.stretches[number]
    const found = this.conflicts.before(index).flatMap((conflict) => this.conflictEdges(conflict))
    const first = stretch?.steps[0]?.at ?? 0
    for (let to = this.walked.get(number) ?? first; to < index; to++) found.push({ to, price: PRICE.before })
    if (this.walked.has(number)) {
      this.walked.set(number, Math.max(index, this.walked.get(number) ?? 0))
      return found
    }
    this.walked.set(number, index)
    if (first > 0) found.push({ to: first - 1, price: PRICE.switch })
    const before = this.tree.stretches.findLast((earlier) => earlier.number < number && earlier.task === stretch?.task)
    const own = before?.steps.at(-1)?.at
    return own === undefined ? found : [...found, { to: own, price: PRICE.switch }]
  }

  private conflictEdges({ seen, write, reads, overtaken }: Conflict): Edge[] {
    const found: Edge[] = []
    const unchanged = this.steps[write]?.step.changes.length === 0 ? PRICE.unchanged : 0
    if (seen >= 0) found.push({ to: seen, price: PRICE.readsFrom })
    if (write >= 0) found.push({ to: write, price: unchanged + (reads ? PRICE.readsFrom : PRICE.overwrites) })
    if (overtaken >= 0) found.push({ to: overtaken, price: PRICE.overtakes })
    return found
  }
}

/** Page locks are bits like any other, so that only the name can tell. */
function isLocking(step: TraceStep): boolean {
  return /lock|^(down|up|try_?down)(Read|Write|_)/i.test(`${step.op} ${step.detail}`)
}

/** Cheapest way from any start to every step; prices are small whole numbers, so a bucket for each will do. */
function distances(starts: readonly number[], size: number, from: (index: number) => readonly Edge[]): number[] {
  const best = new Array<number>(size).fill(Infinity)
  const buckets: number[][] = [[...starts]]
  for (const start of starts) best[start] = 0
  for (let price = 0; price < buckets.length; price++) {
    for (const index of buckets[price] ?? []) {
      if (best[index] !== price) continue
      for (const edge of from(index)) {
        const total = price + edge.price
        if (total >= (best[edge.to] ?? Infinity)) continue
        best[edge.to] = total
        while (buckets.length <= total) buckets.push([])
        buckets[total]?.push(edge.to)
      }
    }
  }
  return best
}

/** Steps of a stretch all of whose changes are undone before it ends, such as a lock taken and released. */
function stepsTakenBack(stretch: Stretch): readonly number[] {
  const first = new Map<string, string>()
  const last = new Map<string, string>()
  const parts = (placed: PlacedStep): readonly string[] => placed.step.changes.map((change) => `${change.object} ${change.part}`)
  for (const { step } of stretch.steps) {
    for (const change of step.changes) {
      const part = `${change.object} ${change.part}`
      if (!first.has(part)) first.set(part, change.before)
      last.set(part, change.after)
    }
  }
  return stretch.steps
    .filter((placed) => placed.step.changes.length > 0 && parts(placed).every((part) => first.get(part) === last.get(part)))
    .map((placed) => placed.at)
}
