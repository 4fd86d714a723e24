/** Draws a trace the way kernel developers draw a race: a column for each task, time running downwards. */
import type { Trace } from '../engine/result.js'
import { layOut, type Layout, type Row } from './columns.js'
import { diagramRows, type Detail } from './diagram-rows.js'
import { relevance } from './relevance.js'
import { traceTree, type TraceTree } from './trace-tree.js'

export interface DiagramOptions {
  /** No line is longer. Default 72: what survives an email and a few rounds of quoting. */
  readonly width?: number
  /** How many lines to fill with what matters; more only where there are many context switches. Default 27. */
  readonly lines?: number
  /** Steps that are shown in any case, by position, with a mark that is put behind them. */
  readonly marks?: ReadonlyMap<number, string>
}

/** Steps that are harder to reach from the failure than this explain nothing any more. */
const PRICE_MAX = 4
/** A schedule of so few steps is shown whole, but for steps that touch nothing another task touches. */
const SHORT_TRACE = 16
/** How many of the most relevant steps are tried, so that traces of any length are drawn quickly. */
const CANDIDATES_MAX = 120
/** A diagram with more context switches than this explains nothing; random schedules have hundreds. */
const STRETCHES_MAX = 16

/** The trace as a diagram, ready to paste: lines separated by newlines, no trailing blanks, none at the end. */
export function diagram(trace: Trace, options: DiagramOptions = {}): string {
  const tree = traceTree(trace)
  const { layout, chosen } = draw(trace, tree, relevance(trace, tree), options)
  const hidden = tree.steps.length - chosen.size
  const footer = hidden === 0 ? [] : ['', `(${hidden} of ${tree.steps.length} steps not shown)`]
  return [...layout.lines, ...footer].map((line) => line.trimEnd()).join('\n')
}

/** Positions of the steps that the diagram of a trace shows. */
export function shownSteps(trace: Trace, tree: TraceTree, prices: readonly number[], options: DiagramOptions = {}): ReadonlySet<number> {
  return draw(trace, tree, prices, options).chosen
}

/** The headers and rows of the diagram of a trace, for who sets them in another way; `hidden` steps of all are not among them. */
export function diagramCells(
  trace: Trace,
  options: DiagramOptions = {},
): { readonly headers: readonly string[]; readonly rows: readonly Row[]; readonly hidden: number } {
  const tree = traceTree(trace)
  const { detail, chosen } = draw(trace, tree, relevance(trace, tree), options)
  return { ...diagramRows(trace, tree, chosen, detail, options.marks), hidden: tree.steps.length - chosen.size }
}

interface Drawn {
  readonly layout: Layout
  readonly detail: Detail
  readonly chosen: ReadonlySet<number>
}

function draw(
  trace: Trace,
  tree: TraceTree,
  prices: readonly number[],
  { width = 72, lines: linesMax = 27, marks = new Map() }: DiagramOptions,
): Drawn {
  const layoutOf = (chosen: ReadonlySet<number>, detail: Detail): Layout => {
    const { headers, rows } = diagramRows(trace, tree, chosen, detail, marks)
    return layOut(headers, rows, width)
  }
  const chosen = indispensable(tree, prices)
  for (const at of marks.keys()) chosen.add(at)
  let best = layoutOf(chosen, 'brief')
  const fits = (layout: Layout): boolean => layout.lines.length <= linesMax && layout.form === best.form
  for (const index of candidates(prices, chosen)) {
    chosen.add(index)
    const longer = layoutOf(chosen, 'brief')
    if (fits(longer)) best = longer
    else chosen.delete(index)
  }
  const full = layoutOf(chosen, 'full')
  return fits(full) ? { layout: full, detail: 'full', chosen } : { layout: best, detail: 'brief', chosen }
}

/** Where the failure shows, and from every stretch the step that matters most; of very many stretches, the most relevant. */
function indispensable(tree: TraceTree, prices: readonly number[]): Set<number> {
  const price = (index: number): number => prices[index] ?? Infinity
  const best = tree.stretches
    .map((stretch) => stretch.steps.map((placed) => placed.at).reduce((a, b) => (price(b) < price(a) ? b : a)))
    .filter((index) => price(index) < Infinity)
    .sort((a, b) => price(a) - price(b) || b - a)
  const failing = [...prices.keys()].filter((index) => price(index) === 0)
  return new Set([...best.slice(0, STRETCHES_MAX), ...failing])
}

/** What else might be shown, the most relevant first. */
function candidates(prices: readonly number[], chosen: ReadonlySet<number>): readonly number[] {
  const price = (index: number): number => prices[index] ?? Infinity
  const priceMax = prices.length <= SHORT_TRACE ? Number.MAX_VALUE : PRICE_MAX
  return [...prices.keys()]
    .filter((index) => price(index) <= priceMax && !chosen.has(index))
    .sort((a, b) => price(a) - price(b) || b - a)
    .slice(0, CANDIDATES_MAX)
}
