/** Where a diagram ends, and where what stands above its header begins. */
import { isLateHeader } from './actors.js'
import { blockActor, headerAt } from './headers.js'
import { LINE_MAX, ROWS_MAX } from './limits.js'
import type { Line } from './lines.js'
import { isBlank, isRuler, segmentsOf, startOf } from './segments.js'
import { isProse, isStepLike, proseWords, verdictOf } from './wording.js'

const BLANKS_MAX = 3
const LOOK_AHEAD = 8
const SHORT_WORDS_MAX = 6
const PRELUDE_MAX = 12

/** `(3 of 41 steps not shown)`: what a printed trace ends with. */
export function isFooter(text: string): boolean {
  return /^\(\d+ of \d+ steps not shown\)$/.test(text)
}

/**
 * The index behind the last line of a body that begins at `from`. `right` is the position from which on a cell can not be
 * one of the first column: Infinity if there is one column only, or one at a time.
 */
export function bodyEnd(lines: readonly Line[], from: number, right: number): number {
  let end = from
  let blanks = 0
  const last = Math.min(lines.length, from + ROWS_MAX)
  for (let at = from; at < last; at++) {
    const line = lines[at]
    if (line === undefined || line.text.length > LINE_MAX) break
    if (isBlank(line)) {
      if (++blanks > BLANKS_MAX) break
      continue
    }
    const text = line.text.trim()
    if (isPatchLine(text) || (blanks > 0 && isAnotherHeader(lines, at, right))) break
    const isAlone = isLateHeader(text) || blockActor(text) !== null || isRuler(text)
    const belongs =
      isAlone || reachesRight(line, right) || (blanks === 0 || end === from ? followsOn(line, text, right) : goesOn(lines, at, text, right))
    if (!belongs) break
    end = at + 1
    blanks = 0
    if (isFooter(text)) break
  }
  while (end > from && isRuler(lines[end - 1]?.text ?? '') && !/[|+]/.test(lines[end - 1]?.text ?? '')) end--
  return end
}

/** The index of the first line of a prelude: a paragraph right above the header that says what happened before. */
export function preludeStart(lines: readonly Line[], header: number, isBlocks: boolean): number {
  let at = header - 1
  if (at >= 0 && isBlank(lines[at]!)) at--
  const bottom = at
  while (at >= 0 && bottom - at < PRELUDE_MAX && !isBlank(lines[at]!) && (lines[at]?.text.length ?? 0) <= LINE_MAX) at--
  const paragraph = lines.slice(at + 1, bottom + 1).map((line) => line.text.trim())
  if (paragraph.length === 0 || paragraph.length >= PRELUDE_MAX) return header
  const isSteps = paragraph.every((text) => isStepLike(text) && !isRuler(text) && verdictOf(text) === null && !/^([*#]|\/\*\*?$|[-+@]{2})/.test(text))
  const all = paragraph.join(' ')
  const isState = isBlocks && /^[a-z(]/.test(all) && !/[:?]$/.test(all) && all.length < 240
  return isSteps || isState ? at + 1 : header
}

/** Something stands right of the first column. */
function reachesRight(line: Line, right: number): boolean {
  const text = line.text.trim()
  // Two blanks after a full stop cut no columns.
  if (startOf(line) < right && isProse(text) && /[.?!:] {2}/.test(text)) return false
  return segmentsOf(line).some((segment, index) => segment.start >= right && (index > 0 || !isProse(segment.text) || segment.start >= right + 4))
}

/** A line right below another one of the diagram. */
function followsOn(line: Line, text: string, right: number): boolean {
  if (isStepLike(text) || /^([|*+-] |[a-z])/.test(text)) return true
  const words = text.split(/\s+/).length
  return !Number.isFinite(right) || words < 8 || line.text.length < right + 8 || startOf(line) > 3
}

/** A line below an empty one: a step, or a few words that are followed by more of the diagram. */
function goesOn(lines: readonly Line[], at: number, text: string, right: number): boolean {
  if (isFooter(text)) return true
  if (/^(\.{3}|…) ?\w/.test(text)) return true
  if (isStepLike(text)) return true
  if (isProse(text) && (proseWords(text) > SHORT_WORDS_MAX || /[.:?!]$/.test(text))) return false
  let seen = 0
  for (let next = at + 1; next < lines.length && seen < LOOK_AHEAD; next++) {
    const line = lines[next]
    if (line === undefined || line.text.length > LINE_MAX) return false
    if (isBlank(line)) continue
    seen++
    if (isProse(line.text.trim())) return false
    if (reachesRight(line, right)) return true
    if (seen === 1 && startOf(line) > startOf(lines[at]!) && isStepLike(line.text.trim())) return true
  }
  return false
}

function isPatchLine(text: string): boolean {
  return blockActor(text) === null && /^(@@ -\d|diff --git |\+\+\+ \S|--- \S+\/\S|index [0-9a-f]{7})/.test(text)
}

function isAnotherHeader(lines: readonly Line[], at: number, right: number): boolean {
  if (!Number.isFinite(right)) return false
  const header = headerAt(lines, at)
  return header?.certainty === 'named' && header.tokens.length > 1
}
