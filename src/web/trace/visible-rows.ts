/** Which rows of a trace are shown: those of the race at first, the rest where somebody asks for it. */
import type { CallRow, LaneRow } from '../../report/explorer/index.js'

/** What the user has opened and closed. */
export interface Folding {
  /** Whether every step is shown, not only those of the race. */
  readonly all: boolean
  /** Numbers of calls whose insides are hidden. */
  readonly folded: ReadonlySet<number>
  /** Gaps that were opened, by the position of their first row. */
  readonly opened: ReadonlySet<number>
}

export const UNFOLDED: Folding = { all: false, folded: new Set(), opened: new Set() }

/** Rows that are not shown: neighbours of one task. */
export interface Gap {
  /** Position of the first of them. */
  readonly first: number
  readonly steps: number
  /** The cursor positions that lie in it: after each of its steps. */
  readonly from: number
  readonly to: number
}

export interface ShownRow {
  readonly row: LaneRow
  readonly indent: number
  readonly isFolded: boolean
  /** Of a call: those directly in it that are told in the same row. */
  readonly chain: readonly CallRow[]
  /** What is left out after it. */
  readonly gap: Gap | null
  readonly key: string
}

export interface Visible {
  /** What is left out before the first row. */
  readonly before: Gap | null
  readonly rows: readonly ShownRow[]
}

/** Indentation beyond this would push the text out of its lane. */
const INDENT_MAX = 9

export function visibleRows(rows: readonly LaneRow[], folding: Folding): Visible {
  const shown: ShownRow[] = []
  let before: Gap | null = null
  const chains = folding.all ? new Map<number, readonly CallRow[]>() : chainsOf(rows)
  const joined = new Set([...chains.values()].flatMap((chain) => chain.map(({ call }) => call)))
  const open = new Set<number>()
  let gap: { readonly first: number; readonly at: number[] } | null = null
  const closeGap = (): void => {
    const last = shown.at(-1)
    const closed = gap === null || gap.at.length === 0 ? null : gapOf(gap.first, gap.at)
    if (last === undefined) before = closed
    else if (closed !== null) shown[shown.length - 1] = { ...last, gap: closed }
    gap = null
  }
  let openedUntil = -1
  for (const [position, row] of rows.entries()) {
    if (row.kind !== 'switch' && row.calls.some((call) => folding.folded.has(call))) continue
    if (folding.opened.has(position)) openedUntil = endOfGap(rows, position)
    const isShown = row.kind === 'switch' || folding.all || row.essential || position < openedUntil
    if (!isShown) {
      gap ??= { first: position, at: [] }
      if (row.kind === 'step') gap.at.push(row.at)
      continue
    }
    if (row.kind === 'call' && joined.has(row.call)) continue
    closeGap()
    const indent = row.kind === 'switch' ? 0 : Math.min(INDENT_MAX, row.calls.filter((call) => open.has(call)).length)
    if (row.kind === 'call') open.add(row.call)
    shown.push({
      row,
      indent,
      isFolded: row.kind === 'call' && folding.folded.has(row.call),
      chain: row.kind === 'call' ? (chains.get(row.call) ?? []) : [],
      gap: null,
      key: keyOf(row),
    })
  }
  closeGap()
  return { before, rows: shown }
}

/** The steps at these positions belong to what is shown first, and the calls they are in. */
export function withMarked(rows: readonly LaneRow[], marks: ReadonlyMap<number, unknown>): readonly LaneRow[] {
  if (marks.size === 0) return rows
  const calls = new Set(rows.flatMap((row) => (row.kind === 'step' && marks.has(row.at) ? row.calls : [])))
  return rows.map((row) => {
    const isMarked = row.kind === 'step' ? marks.has(row.at) : row.kind === 'call' && calls.has(row.call)
    return isMarked && !row.essential ? { ...row, essential: true } : row
  })
}

function keyOf(row: LaneRow): string {
  switch (row.kind) {
    case 'step':
      return `${row.at}`
    case 'call':
      return `c${row.call}`
    case 'switch':
      return `s${row.at}`
  }
}

function gapOf(first: number, at: readonly number[]): Gap {
  return { first, steps: at.length, from: (at[0] ?? 0) + 1, to: (at.at(-1) ?? 0) + 1 }
}

/** Calls in which nothing of the race happens but one further call: they are told together with it, by the outermost. */
function chainsOf(rows: readonly LaneRow[]): ReadonlyMap<number, readonly CallRow[]> {
  const calls = rows.filter((row) => row.kind === 'call' && row.essential) as readonly CallRow[]
  const inside = new Map<number, (CallRow | 'step')[]>()
  for (const row of rows) {
    const parent = row.calls.at(-1)
    if (row.kind === 'switch' || !row.essential || parent === undefined) continue
    inside.set(parent, [...(inside.get(parent) ?? []), row.kind === 'call' ? row : 'step'])
  }
  const chains = new Map<number, readonly CallRow[]>()
  const taken = new Set<number>()
  for (const outermost of calls) {
    if (taken.has(outermost.call)) continue
    const chain: CallRow[] = []
    for (let only = onlyCallIn(inside, outermost); only !== null; only = onlyCallIn(inside, only)) chain.push(only)
    for (const { call } of chain) taken.add(call)
    chains.set(outermost.call, chain)
  }
  return chains
}

function onlyCallIn(inside: ReadonlyMap<number, readonly (CallRow | 'step')[]>, { call }: CallRow): CallRow | null {
  const [only, another] = inside.get(call) ?? []
  return only === undefined || only === 'step' || another !== undefined ? null : only
}

/** The position after the last row that a gap beginning at `first` stands for. */
function endOfGap(rows: readonly LaneRow[], first: number): number {
  let end = first
  while (end < rows.length) {
    const row = rows[end]
    if (row === undefined || row.kind === 'switch' || row.essential) break
    end++
  }
  return end
}

/** Whether a row is where the cursor is: it has just been taken, or it is a closed call in which the cursor is. */
export function isAtCursor({ row, isFolded }: ShownRow, cursor: number): boolean {
  if (row.kind === 'step') return row.at + 1 === cursor
  return isFolded && row.kind === 'call' && cursor > row.at && cursor <= row.at + row.steps
}

/** Whether the cursor is among what is left out. */
export function isInGap(gap: Gap | null, cursor: number): boolean {
  return gap !== null && cursor >= gap.from && cursor <= gap.to
}

/** The cursor positions that the shown rows stand for, in order; the beginning among them. */
export function stops(shown: Visible): readonly number[] {
  return [0, ...shown.rows.flatMap(({ row }) => (row.kind === 'step' ? [row.at + 1] : []))]
}
