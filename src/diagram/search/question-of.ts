/** Turns a diagram into a question. */
import type { Failure } from '../../engine/result.js'
import type { NameMatcher, StepMatch } from '../names.js'
import { isOperation, operationText, opsOf } from '../operations.js'
import type { Cell, Column, Diagram, ResultConstraint, Verdict } from '../types.js'
import type { Expectation, OperationSeen, Question } from './question.js'

/** How one cell was understood. */
export interface Understood {
  readonly cell: Cell
  /** 1-based line of the text. */
  readonly line: number
  /** Ids of the expectations made of it; none if it is not checked. */
  readonly ids: readonly number[]
  /** What it was taken for, or why it is not checked. */
  readonly as: string
  /** A step that could not be checked: the answer does not depend on it. */
  readonly isUnchecked: boolean
}

export interface Understanding {
  readonly question: Question
  readonly cells: readonly Understood[]
  /** Number of rows of the diagram, by row of the question. */
  readonly rowLines: readonly number[]
}

/** What is done at set-up, where it stands above everything else, or an address is kept of it above everything else of its column. */
const SET_UP = /^(\w+ = )?(open|mmap|socket|creat)\b/

/** Functions that the model has in several forms. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  read: ['read', 'read_direct', 'read_direct_into', 'io_submit_read'],
  write: ['write', 'write_direct', 'user_store'],
  ext4_ext_remove_space: ['ext4_ext_remove_space', 'xfs_bunmapi'],
}

const FAILS = (value: unknown): boolean =>
  value === false || value === null || value === 0 || (typeof value === 'string' && /^(-E|VM_FAULT_(OOM|SIG))/.test(value))

export function questionOf(diagram: Diagram, names: NameMatcher): Understanding {
  const builder = new Builder(diagram, names)
  diagram.rows.forEach((row) => builder.row(row.line, row.cells))
  return builder.finish()
}

class Builder {
  private readonly rows: Expectation[][] = []
  private readonly rowLines: number[] = []
  private readonly cells: Understood[] = []
  /** Steps entered in each column; without an id where they are not in the model. */
  private readonly open = new Map<number, { readonly id: number | null; readonly depth: number }[]>()
  private nextId = 0

  constructor(
    private readonly diagram: Diagram,
    private readonly names: NameMatcher,
  ) {}

  row(line: number, cells: readonly Cell[]): void {
    const together: Expectation[] = []
    const after: Expectation[][] = []
    for (const cell of cells) {
      const { expectations, as, isUnchecked } = this.expectationsOf(cell)
      this.cells.push({ cell, line, ids: expectations.map(({ id }) => id), as, isUnchecked })
      const [first, ...rest] = expectations
      if (first === undefined) continue
      together.push(first)
      after.push(...rest.map((expectation) => [expectation]))
    }
    for (const row of together.length > 0 ? [together, ...after] : after) {
      this.rows.push(row)
      this.rowLines.push(line)
    }
  }

  finish(): Understanding {
    const { columns } = this.diagram
    const question: Question = { rows: this.rows, columns: columns.length, mayBe: (column, task, tasks) => mayBe(columns[column], task, tasks) }
    return { question, cells: this.cells, rowLines: this.rowLines }
  }

  private expectationsOf(cell: Cell): { readonly expectations: readonly Expectation[]; readonly as: string; readonly isUnchecked: boolean } {
    const verdict = cell.verdict === undefined ? [] : this.verdict(cell, cell.verdict)
    if (cell.kind === 'verdict') {
      const as = verdict.length > 0 ? `the failure ${cell.verdict?.claim ?? ''}` : 'a verdict that names no failure of the model'
      return { expectations: verdict, as, isUnchecked: verdict.length === 0 }
    }
    const steps = this.names.match(cell)
    const isSetUp = this.isFirst(cell) && steps.length > 0 && steps.every(({ text }) => SET_UP.test(text))
    if (isSetUp) return { expectations: verdict, as: 'done before the tasks start', isUnchecked: false }
    if (steps.length === 0) return { expectations: verdict, as: cell.kind, isUnchecked: false }
    const expectations = steps.flatMap((step, at) => this.step(cell, step, at === steps.length - 1, verdict.length > 0))
    if (cell.isEntered && cell.column !== null && expectations.at(-1)?.kind !== 'call') this.enter(cell.column, null, cell.depth)
    const as = steps.map(meaningText).join('; ')
    return { expectations: [...expectations, ...verdict], as, isUnchecked: expectations.length === 0 }
  }

  private isFirst({ column, calls }: Cell): boolean {
    return this.rows.length === 0 || ((calls[0]?.assigns ?? null) !== null && !this.rows.flat().some((earlier) => earlier.column === column))
  }

  private step(cell: Cell, step: StepMatch, isLast: boolean, fails: boolean): readonly Expectation[] {
    if (step.meanings.length === 0) return []
    // A null pointer may be found on the way into the call that it is given to.
    if (isLast && fails && cell.verdict?.claim === 'null-dereference') return []
    const base = this.place(cell)
    const isNegated = step.call !== null && cell.calls[step.call]?.isNegated === true
    const results = cell.results.filter((result) => result.call === step.call || (result.call === null && isLast))
    const functions = step.meanings.flatMap((meaning) => (meaning.kind === 'function' ? (FORMS[meaning.name] ?? [meaning.name]) : []))
    const fits = accepts(results, isNegated)
    if (functions.length === 0) {
      const operations = step.meanings.flatMap((meaning) => (meaning.kind === 'operation' ? meaning.operation : []))
      // Where something is shown below a lock that is taken, such as that the task is blocked, it may still be waiting.
      const asked = (seen: OperationSeen): OperationSeen => (cell.isEntered && seen.result === 'queued' ? { ...seen, result: '' } : seen)
      const matches = (seen: OperationSeen): boolean => operations.some((operation) => isOperation(operation, asked(seen))) && fits(valueOf(seen.result))
      const ops = operations.map(opsOf)
      return [{ ...base, kind: 'operation', matches, ops: ops.includes(null) ? null : new Set(ops.flatMap((names) => names ?? [])) }]
    }
    // A call that ends in a failure never returns.
    const isEntered = isLast && (cell.isEntered || fails)
    if (cell.isEntered && isLast && cell.column !== null) this.enter(cell.column, base.id, cell.depth)
    const mayWait = functions.some((name) => /wait|lock_page|schedule|sleep|fault/.test(name))
    return [{ ...base, kind: 'call', functions: new Set(functions), isEntered, accepts: fits, mayWait }]
  }

  private verdict(cell: Cell, verdict: Verdict): readonly Expectation[] {
    const kinds = FAILURES[verdict.claim]
    if (kinds === undefined) return []
    const { id } = this.place(cell)
    return [{ id, column: null, parent: null, kind: 'failure', matches: ({ kind }: Failure) => kinds.test(kind) }]
  }

  private enter(column: number, id: number | null, depth: number): void {
    this.open.set(column, [...(this.open.get(column) ?? []).filter((outer) => outer.depth < depth), { id, depth }])
  }

  /** Identity, column, and the innermost call of the model that the cell lies in. */
  private place(cell: Cell): { readonly id: number; readonly column: number | null; readonly parent: number | null } {
    const id = this.nextId++
    if (cell.column === null) return { id, column: null, parent: null }
    const open = (this.open.get(cell.column) ?? []).filter(({ depth }) => depth < cell.depth)
    this.open.set(cell.column, open)
    return { id, column: cell.column, parent: open.at(-1)?.id ?? null }
  }
}

/** Kinds of failures of the engine that a verdict may mean. */
const FAILURES: Readonly<Partial<Record<Verdict['claim'], RegExp>>> = {
  'bug-on': /bug-on|null-dereference/,
  'vm-bug-on': /vm-bug-on/,
  'warn-on': /warn-on/,
  'null-dereference': /null-dereference/,
  'use-after-free': /use-after-free|bad-page-state/,
  refcount: /refcount/,
  'data-lost': /^data-/,
  'data-stale': /^data-/,
  'data-corrupt': /^data-/,
  deadlock: /deadlock/,
  'lost-wakeup': /lost-wakeup/,
}

/** What a step may have given. */
function accepts(results: readonly ResultConstraint[], isNegated: boolean): (value: unknown) => boolean {
  return (value) => value === undefined || results.every((result) => holds(result, isNegated && result.origin === 'implied', value))
}

function meaningText({ text, meanings }: StepMatch): string {
  if (meanings.length === 0) return `${text}: not in the model`
  return [...new Set(meanings.map((meaning) => (meaning.kind === 'function' ? meaning.name : operationText(meaning.operation))))].join(' or ')
}

function holds(result: ResultConstraint, negated: boolean, value: unknown): boolean {
  switch (result.kind) {
    case 'fails':
      return FAILS(value)
    case 'succeeds':
      return !FAILS(value)
    case 'truth':
      return !FAILS(value) === (result.value !== negated)
    case 'errno':
      return value === `-${result.name}`
    case 'number':
      return typeof value !== 'number' || compare(value, result.relation, result.value)
    case 'null':
      return (value === null) === result.isNull
    default:
      return true
  }
}

function compare(x: number, relation: string, y: number): boolean {
  switch (relation) {
    case '==':
      return x === y
    case '!=':
      return x !== y
    case '<':
      return x < y
    case '>':
      return x > y
    case '<=':
      return x <= y
    default:
      return x >= y
  }
}

/** The value that a result in words stands for. */
function valueOf(result: string): unknown {
  if (result === '') return undefined
  if (result === 'true' || result === 'false') return result === 'true'
  return /^-?\d+$/.test(result) ? Number(result) : result
}

/** What runs under a role: words of headers, and names of tasks of the model. */
const ROLES: readonly (readonly [RegExp, RegExp])[] = [
  [/kswapd|reclaim|shrink/i, /kswapd|reclaim|shrink/i],
  [/writeback|flush|kworker|writepages/i, /flush|kworker|writer|sync/i],
  [/completion|interrupt|irq|end_io|bio/i, /^bio|irq/i],
  [/fault|store|mmap/i, /user|store|writer|reader|fault|test/i],
  [/truncate/i, /trunc|user|writer/i],
]

/** Whether a task may be what the header of a column says: a neutral name, or one that fits no task, says nothing. */
function mayBe(column: Column | undefined, task: string, tasks: readonly string[]): boolean {
  const roles = (column?.names ?? []).filter(({ kind }) => kind !== 'place')
  const known = roles.flatMap(({ text }) => ROLES.filter(([header]) => header.test(text)))
  const fits = (name: string): boolean => known.some(([, role]) => role.test(name))
  return fits(task) || !tasks.some(fits)
}
