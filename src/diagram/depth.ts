/** Depth of calls from indentation and tree marks. */

/** Marks in front of a cell that draw a tree, and how far the words behind them are indented. */
export interface Marked {
  /** Characters of the mark. */
  readonly length: number
  readonly indent: number
}

/** `|- f()`, `+->f()`, `\_ f()`, `--f()`: the words begin behind the mark. A bullet `- f()` stands where it stands. */
export function treeMark(text: string, indent: number): Marked {
  const mark = /^(?:[|`+\\][-_=]*>? *)+(?=[\w>!-]|\.{3})/.exec(text)
  if (mark !== null && !text.startsWith('||')) {
    const length = mark[0].length
    const arrow = text.slice(length).startsWith('->') ? 2 : 0
    return { length: length + arrow, indent: indent + length }
  }
  const dashes = /^-{1,12}(?=[A-Za-z_])/.exec(text)
  if (dashes !== null) return { length: dashes[0].length, indent: indent + dashes[0].length }
  return { length: 0, indent }
}

/** One cell as far as its depth is concerned. */
export interface Indented {
  readonly indent: number
  /** Levels below the cell it shares a line with. */
  readonly below: number
  /** False for notes, in which nothing happens. */
  readonly isStep: boolean
}

/** Depths of the cells of one column, and which of them are at an indentation that was taken for the one beside it. */
export function depthsOf(cells: readonly Indented[]): { readonly depths: readonly number[]; readonly rounded: readonly boolean[] } {
  const level = levelsOf(cells)
  const open: number[] = []
  const rounded: boolean[] = []
  const depths = cells.map((cell) => {
    const indent = level(cell.indent)
    rounded.push(indent !== cell.indent)
    // It is as deep as what stands below the call.
    if (cell.below > 0) return open.length - 1 + cell.below
    if (!cell.isStep) return open.filter((outer) => outer < indent).length
    while ((open.at(-1) ?? -1) > indent) open.pop()
    if (open.at(-1) !== indent) open.push(indent)
    return open.length - 1
  })
  return { depths, rounded }
}

/**
 * Indentations a single blank apart are one level where levels are otherwise wider: lines that slipped by a blank in the
 * mail. The rarer one is taken for the more frequent one.
 */
function levelsOf(cells: readonly Indented[]): (indent: number) => number {
  const counts = new Map<number, number>()
  for (const cell of cells) if (cell.isStep && cell.below === 0) counts.set(cell.indent, (counts.get(cell.indent) ?? 0) + 1)
  const levels = [...counts.keys()].sort((a, b) => a - b)
  const steps = levels.slice(1).map((level, at) => level - (levels[at] ?? 0))
  const isWide = steps.filter((step) => step >= 2).length >= Math.max(1, steps.filter((step) => step === 1).length)
  if (!isWide) return (indent) => indent
  const taken = new Map<number, number>()
  levels.forEach((indent, at) => {
    const below = levels[at - 1]
    if (below === undefined || indent - below !== 1 || taken.has(below)) return
    if ((counts.get(indent) ?? 0) <= (counts.get(below) ?? 0)) taken.set(indent, below)
    else taken.set(below, indent)
  })
  return (indent) => taken.get(indent) ?? indent
}
