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
import { isLifetime, isLockOperation } from './step-text.js'
import { acquisition } from './stuck.js'
import { failingStep, type PlacedStep, type Stretch, type TraceTree } from './trace-tree.js'

/** Prices of the edges; only their order of size matters. */
const EDGE = {
  /** To the write that this step sees. */
  readsFrom: 1,
  /** To the write of another task that this step overwrites. */
  overwrites: 2,
  /** To the read of another task that this step makes out of date. */
  overtakes: 4,
  /** To every step before in the same stretch. */
  before: 4,
  /** To the step before in the trace, across a context switch, and to the last one of the task before that. */
  switch: 5,
  /** More for a write that changed nothing. */
  unchanged: 1,
} as const

/** What is added to the price of a step for what it is. */
const EXTRA = {
  /** The first sight of what another task did: this is why the one had to come before the other. */
  firstSight: -3,
  read: 2,
  /** Told by the marker at the switch. */
  wait: 4,
  /** A write of the value that was there already. */
  unchanged: 4,
  /** A change that is taken back before the task is switched away from: nobody can have seen it. */
  takenBack: 6,
  /** Taking a lock that is free, and releasing it: most tasks do so all the time. Nothing if the failure speaks of a lock. */
  lock: 3,
} as const

/** Price of a change of data when data went wrong: what is missing has left no trace that could be followed. */
const DATA = 2

/** Price of what nothing leads to but that conflicts with something: the best of a stretch is shown all the same. */
const UNREACHED = 20

/** The write seen must itself be this relevant for the first sight of it to be worth showing. */
const SIGHT_MAX = 4

/** Prices of all steps by position, lower is more relevant; infinite for steps that touch nothing another task touches. */
export function relevance(trace: Trace, tree: TraceTree): readonly number[] {
  const { steps } = tree
  const starts = startingPoints(trace, tree)
  const conflicts = new Conflicts(
    steps.map(({ step }) => step),
    new Set(starts),
  )
  const origins = new Origins(tree, conflicts)
  const reached = distances(starts, steps.length, (index) => origins.edges(index))
  const takenBack = new Set(tree.stretches.flatMap(stepsTakenBack))
  const firstSights = sights(tree, conflicts, reached)
  const lock = /lock/i.test(trace.failure?.message ?? '') ? 0 : EXTRA.lock
  const aboutData = trace.failure?.kind.startsWith('data-') === true
  const price = ({ step, at }: PlacedStep): number => {
    // An access to something else than what is there now is what there is to tell about weak memory.
    if (starts.includes(at) || step.late !== undefined) return 0
    if (isLifetime(step)) return lifetimePrice(at, conflicts, reached)
    if (aboutData && step.changes.some((change) => change.part.endsWith('data'))) return DATA
    if (!conflicts.isShared(at)) return Infinity
    const own = kindPrice(step) + (isLocking(step) ? lock : 0) + (takenBack.has(at) ? EXTRA.takenBack : 0)
    return Math.max(1, Math.min(UNREACHED, reached[at] ?? Infinity) + own + (firstSights.has(at) ? EXTRA.firstSight : 0))
  }
  return steps.map(price)
}

/** Memory matters as much as what is done to it: what happens after it was freed concerns something else. */
function lifetimePrice(at: number, conflicts: Conflicts, reached: readonly number[]): number {
  return 1 + Math.min(Infinity, ...conflicts.users(at).map((user) => reached[user] ?? Infinity))
}

function kindPrice(step: TraceStep): number {
  if (step.op === 'wait until') return EXTRA.wait
  if (step.changes.length > 0) return 0
  return step.writes.length > 0 && step.result === '' ? EXTRA.unchanged : EXTRA.read
}

/** Page locks are bits like any other, so that only the name can tell. */
function isLocking(step: TraceStep): boolean {
  return /lock|^(down|up|try_?down)_/i.test(`${step.op} ${step.detail}`)
}

/** The steps at which a stretch first sees a relevant write of another task. */
function sights(tree: TraceTree, conflicts: Conflicts, reached: readonly number[]): ReadonlySet<number> {
  const found = new Set<number>()
  const known = new Set<string>()
  for (const { step, at, stretch } of tree.steps) {
    if (isLocking(step)) continue
    for (const { seen } of conflicts.before(at)) {
      if (seen < 0 || tree.steps[seen]?.step.task === step.task || (reached[seen] ?? Infinity) > SIGHT_MAX) continue
      if (known.has(`${stretch} ${seen}`)) continue
      known.add(`${stretch} ${seen}`)
      found.add(at)
    }
  }
  return found
}

/**
 * The failing step. In a deadlock, where every task took what others wait for; for a lost wake-up, what the sleeper
 * touched before it fell asleep and what others did to that since; for other failures that belong to no step, the last
 * step of every task.
 */
function startingPoints(trace: Trace, tree: TraceTree): readonly number[] {
  if (isStuck(trace.failure)) {
    const taken = trace.waiting.flatMap((wait) => acquisition(trace, tree, wait)?.at ?? [])
    const found = taken.length > 0 ? taken : aroundSleep(trace, tree)
    if (found.length > 0) return found
  }
  const failing = failingStep(trace, tree)
  if (failing >= 0) return [failing]
  const last = new Map<number, number>()
  tree.steps.forEach(({ step }, index) => last.set(step.task, index))
  return [...last.values()]
}

/** The last changes before and after a task fell asleep, to each thing it changed on its way there. */
function aroundSleep(trace: Trace, tree: TraceTree): readonly number[] {
  const sleeper = trace.tasks.findIndex((task) => task.name === trace.failure?.task)
  const stretch = tree.stretches.findLast((candidate) => candidate.task === sleeper)
  const call = stretch?.openAfter.at(-1)
  const changes = ({ step }: PlacedStep): boolean => step.changes.length > 0 && !isLockOperation(step)
  const before = tree.steps
    .filter((placed) => changes(placed) && placed.step.task === sleeper)
    .filter((placed) => call === undefined || placed.path.includes(call))
  const found = new Set<number>()
  for (const location of new Set(before.flatMap(({ step }) => step.writes))) {
    const touching = tree.steps.filter((placed) => changes(placed) && placed.step.writes.includes(location))
    const last = touching.findLast(({ step }) => step.task !== sleeper)
    const own = touching.findLast(({ step }) => step.task === sleeper)
    if (last === undefined || own === undefined || last.at < own.at) continue
    found.add(own.at).add(last.at)
  }
  return [...found]
}

interface Edge {
  readonly to: number
  readonly price: number
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
    const walked = this.walked.get(number)
    for (let to = walked ?? first; to < index; to++) found.push({ to, price: EDGE.before })
    this.walked.set(number, Math.max(index, walked ?? 0))
    if (walked !== undefined) return found
    if (first > 0) found.push({ to: first - 1, price: EDGE.switch })
    const before = this.tree.stretches.findLast((earlier) => earlier.number < number && earlier.task === stretch?.task)
    const own = before?.steps.at(-1)?.at
    return own === undefined ? found : [...found, { to: own, price: EDGE.switch }]
  }

  private conflictEdges({ seen, write, reads, overtaken }: Conflict): Edge[] {
    const found: Edge[] = []
    const unchanged = this.steps[write]?.step.changes.length === 0 ? EDGE.unchanged : 0
    if (seen >= 0) found.push({ to: seen, price: EDGE.readsFrom })
    if (write >= 0) found.push({ to: write, price: unchanged + (reads ? EDGE.readsFrom : EDGE.overwrites) })
    if (overtaken >= 0) found.push({ to: overtaken, price: EDGE.overtakes })
    return found
  }
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
