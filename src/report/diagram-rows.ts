/** Turns the chosen steps of a trace into the rows of a diagram. */
import type { Failure, Trace } from '../engine/result.js'
import type { Row } from './columns.js'
import { isStuck, verdictText } from './failure-text.js'
import { callText, stepText } from './step-text.js'
import { waitedFor, waitText } from './stuck.js'
import type { CallNode, PlacedStep, Stretch, TraceTree } from './trace-tree.js'

/** `full` shows the function a step is made in even if the call that led there has a line of its own. */
export type Detail = 'brief' | 'full'

/** Shorter runs of hidden steps are counted at the foot of the diagram only. */
const ELISION_MIN = 4
const ARGUMENTS_MAX = 16

/** Headers and rows; columns in order of their first row. Stretches without a chosen step are left out. */
export function diagramRows(
  trace: Trace,
  tree: TraceTree,
  chosen: ReadonlySet<number>,
  detail: Detail,
  marks: ReadonlyMap<number, string> = new Map(),
): { readonly headers: readonly string[]; readonly rows: readonly Row[] } {
  const kept = tree.stretches.filter((stretch) => stretch.steps.some(({ at }) => chosen.has(at)))
  const waits = kept.filter((stretch) => switchAfter(tree, stretch)?.reason === 'blocked').map((stretch) => stretch.openAfter)
  const failure = trace.failure
  const failing = tree.steps.findLast(({ step, at }) => chosen.has(at) && step.task === taskOf(trace, failure))
  const shown = tree.steps.filter(({ at }) => chosen.has(at))
  const writer = new RowWriter(visibleCalls(shown, waits, failing?.path ?? [], detail), chosen, marks)
  kept.forEach((stretch, at) => {
    writer.stretch(stretch.steps)
    const reason = switchAfter(tree, stretch)
    if (reason !== undefined && kept[at + 1] !== undefined && kept[at + 1]?.task !== stretch.task) {
      if (reason.reason === 'blocked') writer.waits(stretch.task, stretch.openAfter, waitedFor(reason.text))
      if (reason.reason === 'preempted') writer.marker(stretch.task, '<preempted>')
    }
  })
  if (failure !== null) {
    if (isStuck(failure)) writeWaiting(trace, tree, writer)
    writer.verdict(failure, isStuck(failure) ? -1 : taskOf(trace, failure))
  }
  const rows = writer.rows.map((row) => ({ ...row, column: row.column === null ? null : writer.order.indexOf(row.column) }))
  return { headers: writer.order.map((task) => header(trace, task)), rows }
}

function writeWaiting(trace: Trace, tree: TraceTree, writer: RowWriter): void {
  for (const wait of trace.waiting) {
    const open = tree.stretches.findLast((stretch) => stretch.task === wait.task)?.openAfter ?? []
    writer.waits(wait.task, open, waitText(wait))
  }
}

/** Why the task of this stretch does not run in the next one. */
function switchAfter(tree: TraceTree, stretch: Stretch): { readonly reason: string; readonly text: string } | undefined {
  return tree.stretches[stretch.number + 1]?.steps[0]?.step.switch
}

function taskOf(trace: Trace, failure: Failure | null): number {
  return trace.tasks.findIndex((task) => task.name === failure?.task)
}

function header(trace: Trace, task: number): string {
  const { name, context } = trace.tasks[task] ?? { name: `task ${task}`, context: 'task' }
  return context === 'irq' ? `${name} (irq)` : name
}

/**
 * The calls worth a line: those a task began with, those in which the ways to two shown steps part and where each goes
 * from there; and the innermost ones where the failure shows, where no other call tells the way, or where detail is
 * asked for. What lies in between adds nothing.
 */
function visibleCalls(
  steps: readonly PlacedStep[],
  waits: readonly (readonly CallNode[])[],
  failing: readonly CallNode[],
  detail: Detail,
): ReadonlySet<number> {
  const paths = [...steps.map((placed) => placed.path), ...waits, failing]
  const children = new Map<number, Set<string>>()
  paths.forEach((path, number) => {
    path.forEach((call, at) => {
      const next = path[at + 1]
      children.set(call.id, (children.get(call.id) ?? new Set()).add(next === undefined ? `end ${number}` : `call ${next.id}`))
    })
  })
  const parts = (call: CallNode): boolean => (children.get(call.id)?.size ?? 0) > 1
  const visible = new Set<number>()
  for (const path of paths) {
    for (const call of path) if (call.parent === null || parts(call) || parts(call.parent)) visible.add(call.id)
    const last = path.at(-1)
    const told = path.some((call) => call.parent !== null && visible.has(call.id) && !parts(call))
    if (last !== undefined && (detail === 'full' || !told || path === failing)) visible.add(last.id)
  }
  return visible
}

/** Writes rows from above to below; columns are task numbers. */
class RowWriter {
  readonly rows: Row[] = []
  /** Tasks in order of their first row. */
  readonly order: number[] = []
  private readonly written = new Set<number>()
  private readonly depths = new Map<number, number>()
  /** What the last row of a task said, if it was a marker. */
  private readonly markers = new Map<number, string>()

  constructor(
    private readonly visible: ReadonlySet<number>,
    private readonly chosen: ReadonlySet<number>,
    private readonly marks: ReadonlyMap<number, string>,
  ) {}

  /** The chosen steps of one stretch under their calls, and the longest run of others between them, counted. */
  stretch(steps: readonly PlacedStep[]): void {
    const runs = hiddenRuns(steps, this.chosen)
    const longest = Math.max(...runs.values())
    const elided = longest < ELISION_MIN ? null : [...runs.keys()].find((index) => runs.get(index) === longest)
    for (const placed of steps) {
      const { step, at } = placed
      if (!this.chosen.has(at)) continue
      const hidden = at === elided ? `... ${longest} steps` : null
      const mark = this.marks.get(at)
      this.item(step.task, placed.path, mark === undefined ? stepText(step) : `${stepText(step)} ${mark}`, hidden)
    }
    const task = steps[0]?.step.task
    if (elided === AFTER_LAST && task !== undefined) this.row(task, this.depths.get(task) ?? 0, `... ${longest} steps`)
  }

  /** Says what a task waits for, and in which call, unless that is the last thing said about it. */
  waits(task: number, path: readonly CallNode[], what: string): void {
    const text = `<blocked: ${what}>`
    if (this.markers.get(task) === text) return
    this.item(task, path, text, null)
    this.markers.set(task, text)
  }

  marker(task: number, text: string): void {
    this.row(task, this.depths.get(task) ?? 0, text)
  }

  verdict(failure: Failure, task: number): void {
    const { short, long } = verdictText(failure)
    const isPlaced = this.order.includes(task)
    if (isPlaced) this.row(task, this.depths.get(task) ?? 0, short)
    if (!isPlaced || short !== long) this.rows.push({ column: null, depth: 0, text: '' }, { column: null, depth: 0, text: long })
  }

  /** Something that happens in a call: on the line of that call if it is not written yet, else on its own. */
  private item(task: number, path: readonly CallNode[], text: string, hidden: string | null): void {
    const open = path.filter((call) => this.visible.has(call.id))
    const fresh = open.filter((call) => !this.written.has(call.id))
    const known = open.length - fresh.length
    const innermost = fresh.pop()
    const beginning = known === 0 && fresh.length > 0
    fresh.forEach((call, at) => this.call(call, known + at, null, beginning && at === 0 ? hidden : null))
    const pending = beginning ? null : hidden
    if (pending !== null) this.row(task, innermost === undefined ? open.length : open.length - 1, pending)
    this.depths.set(task, open.length)
    if (innermost === undefined) this.row(task, open.length, text)
    else this.call(innermost, open.length - 1, text)
  }

  private call(call: CallNode, depth: number, note: string | null, hidden: string | null = null): void {
    this.written.add(call.id)
    this.row(call.task, depth, callText(call.fn, call.args, ARGUMENTS_MAX), note)
    if (hidden !== null) this.rows.push({ ...this.rows.pop()!, note: hidden, join: ' ' })
  }

  private row(task: number, depth: number, text: string, note: string | null = null): void {
    if (!this.order.includes(task)) this.order.push(task)
    this.markers.delete(task)
    this.rows.push({ column: task, depth, text, ...(note === null ? {} : { note }) })
  }
}

/** Stands for the end of a stretch among the numbers of its steps. */
const AFTER_LAST = -1

/** How many steps are hidden before each chosen step of a stretch, and after the last. */
function hiddenRuns(steps: readonly PlacedStep[], chosen: ReadonlySet<number>): ReadonlyMap<number, number> {
  const runs = new Map<number, number>()
  let hidden = 0
  for (const { at } of steps) {
    if (chosen.has(at)) {
      runs.set(at, hidden)
      hidden = 0
    } else {
      hidden++
    }
  }
  return runs.set(AFTER_LAST, hidden)
}
