import type { CallEvent } from '../../engine/watcher.js'
import type { Failure } from '../../engine/result.js'
import { keyOf, type OpenCall, type Progress } from './progress.js'
import type { Expectation, OperationSeen, Question } from './question.js'

/** What the matcher has to know of the present state beside the calls. */
export interface Present {
  /** Calls and returns of each task since its last operation. */
  readonly calls: readonly (readonly CallEvent[])[]
  /** Whether a task waits for something other than a lock. */
  readonly isWaiting: (task: number) => boolean
}

type Call = Extract<Expectation, { kind: 'call' }>

/**
 * Matches executions with a question in every possible way at once. A call is made at some moment between the operation
 * before it and the one after it, so it can be matched at any moment in between; a return happens with the operation before.
 */
export class Matcher {
  private readonly byId = new Map<number, Expectation>()
  /** Expectations that lie in the call of another, by its id. */
  private readonly inside = new Map<number, number[]>()

  constructor(
    private readonly question: Question,
    private readonly taskNames: readonly string[],
    /** Whether to record where each expectation is met. */
    private readonly records: boolean,
  ) {
    for (const row of question.rows) {
      for (const expectation of row) {
        this.byId.set(expectation.id, expectation)
        if (expectation.parent === null) continue
        this.inside.set(expectation.parent, [...(this.inside.get(expectation.parent) ?? []), expectation.id])
      }
    }
  }

  /** Steps taken so far: for the record. */
  steps = 0

  get rows(): number {
    return this.question.rows.length
  }

  /** Nothing matched yet. */
  first(): Progress {
    return {
      row: 0,
      met: [],
      open: [],
      tasks: Array.from({ length: this.question.columns }, () => -1),
      made: this.taskNames.map(() => 0),
      history: [],
    }
  }

  /** Everything that may have been matched before the first step. */
  begin(present: Present): readonly Progress[] {
    return this.close([this.first()], present)
  }

  /** Everything that may have been matched after `task` has performed an operation. */
  step(
    before: readonly Progress[],
    task: number,
    callsBefore: readonly CallEvent[],
    seen: OperationSeen,
    failures: readonly Failure[],
    present: Present,
  ): readonly Progress[] {
    let all = before.flatMap((progress) => this.makeRest(progress, task, callsBefore))
    all = all.flatMap((progress) => this.operate(progress, task, seen))
    all = all.map((progress) => ({ ...progress, made: progress.made.map((made, other) => (other === task ? 0 : made)) }))
    if (failures.length === 0) return this.close(all, present)
    // A failure comes with the operation or after any of the calls that follow on it.
    return this.close(this.end(this.close(this.end(all, failures), present), failures), present)
  }

  /** Whether it may matter who waits: a call has not returned in which a task may be waiting when the next row comes. */
  minds(progress: Progress): boolean {
    return progress.open.some(({ id, isWhole }) => isWhole && (this.byId.get(id) as Call).mayWait)
  }

  /** Mask of the tasks that can bring the present row on: those in a call that is to end in it, or else those that may do what it wants. */
  neededTasks(progress: Progress): number {
    const ending = progress.open.filter(({ isWhole }) => isWhole)
    if (ending.length > 0) return ending.reduce((mask, { task }) => mask | (1 << task), 0)
    let mask = 0
    for (const expectation of this.wanted(progress)) {
      for (let task = 0; task < this.taskNames.length; task++) if (this.bind(progress, expectation, task) !== undefined) mask |= 1 << task
    }
    return mask
  }

  /** Everything that may have been matched when more calls have followed. */
  again(before: readonly Progress[], present: Present): readonly Progress[] {
    return this.close(before, present)
  }

  /** Everything that may have been matched when nothing can run any more and `failures` are judged. */
  end(before: readonly Progress[], failures: readonly Failure[]): readonly Progress[] {
    let all = before
    for (const failure of failures) all = all.flatMap((progress) => this.fail(progress, failure))
    return all
  }

  /** The task goes on: the calls that are left are made, matched by nothing. */
  private makeRest(progress: Progress, task: number, calls: readonly CallEvent[]): Progress[] {
    let at: Progress | undefined = progress
    for (let i = progress.made[task] as number; i < calls.length && at !== undefined; i++) {
      const call = calls[i] as CallEvent
      if (call.type === 'return') at = this.returned(at, task, call)
    }
    return at === undefined ? [] : [at]
  }

  private operate(progress: Progress, task: number, seen: OperationSeen): Progress[] {
    const met = [progress]
    for (const expectation of this.wanted(progress)) {
      if (expectation.kind !== 'operation' || !expectation.matches(seen)) continue
      const bound = this.bind(progress, expectation, task)
      if (bound === undefined || !this.isInside(progress, expectation, task, seen.frames.length)) continue
      met.push(this.meet(this.record(bound, expectation.id, task, -1), expectation))
    }
    return met
  }

  private fail(progress: Progress, failure: Failure): Progress[] {
    const task = this.taskNames.indexOf(failure.task)
    const met = [progress]
    for (const expectation of this.wanted(progress)) {
      if (expectation.kind !== 'failure' || !expectation.matches(failure)) continue
      const bound = this.bind(progress, expectation, task)
      if (bound !== undefined) met.push(this.meet(this.record(bound, expectation.id, task, -1), expectation))
    }
    return met
  }

  /** Adds everything that can be matched without another operation. */
  private close(all: readonly Progress[], present: Present): Progress[] {
    const found = new Map<string, Progress>()
    const todo = [...all]
    for (let progress = todo.pop(); progress !== undefined; progress = todo.pop()) {
      const key = keyOf(progress)
      if (found.has(key)) continue
      const settled = this.settle(progress, present)
      if (settled !== undefined && keyOf(settled) !== key) {
        todo.push(settled)
        continue
      }
      if (settled === undefined) continue
      found.set(key, progress)
      for (let task = 0; task < this.taskNames.length; task++) todo.push(...this.callNow(progress, task, present))
    }
    return [...found.values()]
  }

  /** Returns that come before any call take place; calls in which a task may wait and does are met. */
  private settle(progress: Progress, present: Present): Progress | undefined {
    let at: Progress | undefined = progress
    for (let task = 0; task < this.taskNames.length; task++) {
      const calls = present.calls[task] ?? []
      for (;;) {
        const call: CallEvent | undefined = calls[at.made[task] as number]
        if (call?.type !== 'return') break
        at = this.returned(made(at, task, (at.made[task] as number) + 1), task, call)
        if (at === undefined) return undefined
      }
    }
    for (const call of at.open) {
      const expectation = this.byId.get(call.id) as Call
      if (call.isWhole && expectation.mayWait && present.isWaiting(call.task)) at = this.complete(at, { ...call, isWhole: false })
    }
    return at
  }

  /** The calls of `task` that are still to be made and that something wanted may be. */
  private callNow(progress: Progress, task: number, { calls }: Present): Progress[] {
    const all: Progress[] = []
    const own = calls[task] ?? []
    let before: Progress | undefined = progress
    for (let i = progress.made[task] as number; i < own.length && before !== undefined; i++) {
      const call = own[i] as CallEvent
      before = made(before, task, i + 1)
      if (call.type === 'return') {
        before = this.returned(before, task, call)
        continue
      }
      for (const expectation of this.wanted(progress)) {
        if (expectation.kind !== 'call' || !expectation.functions.has(call.fn)) continue
        if (!this.isInside(before, expectation, task, call.depth)) continue
        const bound = this.bind(before, expectation, task)
        if (bound === undefined) continue
        const opened: OpenCall = { id: expectation.id, task, depth: call.depth, isWhole: !expectation.isEntered }
        const entered = { ...bound, open: [...bound.open, opened] }
        const recorded = this.record(entered, expectation.id, task, i)
        all.push(expectation.isEntered ? this.meet(recorded, expectation) : recorded)
      }
    }
    return all
  }

  /** The innermost call of `task` returns; undefined if that contradicts what was matched. */
  private returned(progress: Progress, task: number, call: Extract<CallEvent, { type: 'return' }>): Progress | undefined {
    const open = progress.open.find((one) => one.task === task && one.depth === call.depth)
    if (open === undefined) return progress
    const expectation = this.byId.get(open.id) as Call
    if (!expectation.accepts(call.value)) return undefined
    const without = { ...progress, open: progress.open.filter((one) => one !== open) }
    if (open.isWhole) return this.meet(without, expectation)
    const unmet = (this.inside.get(open.id) ?? []).some((id) => !this.isMet(progress, id))
    return unmet ? undefined : without
  }

  private complete(progress: Progress, call: OpenCall): Progress {
    const open = progress.open.map((one) => (one.id === call.id ? call : one))
    return this.meet({ ...progress, open }, this.byId.get(call.id) as Expectation)
  }

  /** Everything that may be wanted when some task goes on, before its operation: calls that return then may end a row. */
  wantedNext(progress: Progress, calls: readonly (readonly CallEvent[])[]): readonly Expectation[] {
    const after = calls.flatMap((own, task) => (own.length === 0 ? [] : this.makeRest(progress, task, own)))
    return [progress, ...after].flatMap((one) => this.wanted(one))
  }

  /** What the present row still wants. */
  private wanted(progress: Progress): readonly Expectation[] {
    const row = this.question.rows[progress.row] ?? []
    return row.filter(({ id }) => !progress.met.includes(id) && !progress.open.some((call) => call.id === id))
  }

  /** With the expectation's column bound to `task`; undefined if it cannot be. */
  private bind(progress: Progress, { column }: Expectation, task: number): Progress | undefined {
    if (column === null) return progress
    const bound = progress.tasks[column]
    if (bound === task) return progress
    if (bound !== -1 || task < 0 || progress.tasks.includes(task)) return undefined
    if (!this.question.mayBe(column, this.taskNames[task] as string, this.taskNames)) return undefined
    return { ...progress, tasks: progress.tasks.map((known, i) => (i === column ? task : known)) }
  }

  private isInside({ open }: Progress, { parent }: Expectation, task: number, depth: number): boolean {
    return parent === null || open.some((call) => call.id === parent && call.task === task && call.depth < depth)
  }

  private isMet({ row, met }: Progress, id: number): boolean {
    if (met.includes(id)) return true
    return this.question.rows.slice(0, row).some((earlier) => earlier.some((expectation) => expectation.id === id))
  }

  private meet(progress: Progress, { id }: Expectation): Progress {
    const met = [...progress.met, id].sort((x, y) => x - y)
    const isComplete = met.length === (this.question.rows[progress.row] ?? []).length
    return isComplete ? { ...progress, row: progress.row + 1, met: [] } : { ...progress, met }
  }

  private record(progress: Progress, id: number, task: number, call: number): Progress {
    return this.records ? { ...progress, history: [...progress.history, { id, task, step: this.steps, call }] } : progress
  }
}

function made(progress: Progress, task: number, count: number): Progress {
  return { ...progress, made: progress.made.map((before, other) => (other === task ? count : before)) }
}
