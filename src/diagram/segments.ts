/** Cuts lines at wide gaps, tabs and bars. */
import type { Line } from './lines.js'

/** A part of a line, trimmed. */
export interface Segment {
  readonly start: number
  /** Exclusive. */
  readonly end: number
  readonly text: string
}

/** What stands between gaps of two blanks or more, or a tab. */
export function segmentsOf(line: Line): readonly Segment[] {
  const { text } = line
  const segments: Segment[] = []
  let start = -1
  for (let at = 0; at <= text.length; at++) {
    const isBlank = at === text.length || text[at] === ' '
    if (!isBlank && start < 0) start = at
    if (!isBlank || start < 0) continue
    const next = nextWord(text, at)
    if (at < text.length && next - at < 2 && !line.afterTab.has(next)) continue
    segments.push({ start, end: at, text: text.slice(start, at) })
    start = -1
  }
  return segments
}

/** What stands between bars at the given positions. */
export function between(line: Line, bars: readonly number[]): readonly Segment[] {
  const edges = [-1, ...bars, line.text.length]
  return edges.slice(1).map((end, index) => trimmed(line.text, (edges[index] ?? 0) + 1, end))
}

/** Positions of bars that may separate columns: neither `||` nor the trunk of a tree (`|- f()`). */
export function barsOf(text: string): readonly number[] {
  const bars: number[] = []
  for (let at = text.indexOf('|'); at >= 0; at = text.indexOf('|', at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + 1] ?? ' ']
    const isEscaped = before === '\\'
    const isOperator = before === '|' || after === '|'
    const isBranch = after === '-' || after === '_' || after === '=' || after === '>'
    if (!isEscaped && !isOperator && !isBranch) bars.push(at)
  }
  return bars
}

export function startOf(line: Line): number {
  return line.text.length - line.text.trimStart().length
}

export function isBlank(line: Line): boolean {
  return line.text === ''
}

/** `----  ----`, `----+----`, `____|____`: no letters, and at least two strokes in a row. */
export function isRuler(text: string): boolean {
  return /[-=_~]{2}/.test(text) && /^[-=_~+|*:\s]+$/.test(text)
}

function nextWord(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] === ' ') at++
  return at
}

function trimmed(text: string, from: number, to: number): Segment {
  let start = from
  let end = to
  while (end > start && text[end - 1] === ' ') end--
  while (start < end && text[start] === ' ') start++
  return { start, end, text: text.slice(start, end) }
}
