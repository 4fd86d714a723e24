/** Finds the lines that name the columns. */
import { isRole, placeOf } from './actors.js'
import { COLUMNS_MAX, LINE_MAX } from './limits.js'
import type { Line } from './lines.js'
import { barsOf, between, isRuler, segmentsOf, type Segment } from './segments.js'

export interface Header {
  /** Index of the line in its stretch, and of the first line below header and rulers. */
  readonly at: number
  readonly below: number
  readonly tokens: readonly Segment[]
  /** Where the strokes of a ruler below begin, one for each token, if they do. */
  readonly strokes: readonly number[] | null
  /** `named`: it names places or roles. `ruled`: strokes below say it is one. `possible`: only its columns can tell. */
  readonly certainty: 'named' | 'ruled' | 'possible'
}

const TOKEN_MAX = 48
const APART_MIN = 8

/** The header in a line, null if it is none. */
export function headerAt(lines: readonly Line[], at: number): Header | null {
  const line = lines[at]
  if (line === undefined || line.text.length > LINE_MAX || !/\w/.test(line.text)) return null
  // Most lines of a text end here.
  if (!/\S(\s{2,}|\t| ?\|)|^\s*\S{1,9} ?\S{1,3}(\s|:|$)/.test(line.text)) return null
  const tokens = tokensOf(line)
  const first = tokens[0]
  if (first === undefined || tokens.some((token) => token.text.length > TOKEN_MAX && placeOf(token.text) === null)) return null
  const { below, strokes } = rulerBelow(lines, at, tokens)
  const places = tokens.filter((token) => placeOf(token.text) !== null).length
  const named = tokens.filter((token) => placeOf(token.text) !== null || isRole(token.text)).length
  const isRuled = below > at + 1
  if (tokens.length === 1) {
    return places === 1 && isRuled ? { at, below, tokens, strokes, certainty: 'named' } : null
  }
  if (places === tokens.length || (places > 0 && named === tokens.length)) return { at, below, tokens, strokes, certainty: 'named' }
  if (tokens.length > COLUMNS_MAX) return null
  if (isRuled && strokes?.length === tokens.length) return { at, below, tokens, strokes, certainty: 'ruled' }
  const isApart = tokens.every((token, index) => index === 0 || token.start - (tokens[index - 1]?.start ?? 0) >= APART_MIN)
  const isStatement = tokens.some((token) => /[;{}=]|^[^A-Za-z(<[]|\+{2}|^On .* wrote:/.test(token.text))
  return isApart && !isStatement ? { at, below, tokens, strokes, certainty: 'possible' } : null
}

/** The parts of a line that may be headers: at wide gaps and bars, and between names that stand one blank apart. */
export function tokensOf(line: Line): readonly Segment[] {
  const bars = barsOf(line.text)
  const parts = bars.length > 0 ? between(line, bars).filter((part) => part.text !== '') : segmentsOf(line)
  return parts.flatMap((part) => namesIn(part))
}

/** `CPU 1 CPU 2` is two names; `CPU0/Process A` is one. */
function namesIn(part: Segment): readonly Segment[] {
  const starts: number[] = []
  for (const match of part.text.matchAll(/(?:^|\s)((?:CPU|Thread|Task|Process|T|P) ?[#-]?\d{1,3}|(?:Thread|Task|Process) ?[A-Z])(?=[\s:]|$)/gi)) {
    starts.push(match.index + match[0].length - (match[1]?.length ?? 0))
  }
  const isAllNames =
    starts.length > 1 &&
    starts[0] === 0 &&
    starts.every((start, index) => {
      const name = part.text.slice(start, starts[index + 1]).trim()
      return placeOf(name)?.rest === ''
    })
  if (!isAllNames) return [part]
  return starts.map((start, index) => {
    const text = part.text.slice(start, starts[index + 1]).trimEnd()
    return { start: part.start + start, end: part.start + start + text.length, text }
  })
}

function rulerBelow(
  lines: readonly Line[],
  at: number,
  tokens: readonly Segment[],
): { readonly below: number; readonly strokes: readonly number[] | null } {
  let last = at
  let strokes: readonly number[] | null = null
  for (let next = at + 1; next <= at + 2 && next < lines.length; next++) {
    const text = lines[next]?.text ?? ''
    if (text !== '' && !isRuler(text)) break
    if (text === '') continue
    const found = strokesOf(text)
    if (found.length === tokens.length) strokes = found
    last = next
  }
  return { below: last + 1, strokes }
}

/** Where each unbroken stroke of a ruler begins. */
function strokesOf(text: string): readonly number[] {
  const starts: number[] = []
  for (let at = 0; at < text.length; at++) {
    if (/[-=_~]/.test(text[at] ?? '') && !/[-=_~]/.test(text[at - 1] ?? ' ')) starts.push(at)
  }
  return starts
}

/** What stands before the name of the actor that goes on: `context switch back to`, `meanwhile, on`. */
const SWITCH = new RegExp(
  [
    '^(?:(?:context|ctx|task|thread)?[ -]?switch(?:es|ed)?(?: back| over)? to|back (?:to|on|in)',
    '|switch(?:es|ing)? (?:back )?to|meanwhile,? (?:on|in)|(?:then )?on|in) (.+)$',
  ].join(''),
  'i',
)

/** The actor of a line that heads a block: `--- thread A ---`, `--- context switch to thread B ---`, `CPU0:`; null for others. */
export function blockActor(text: string): { readonly name: string; readonly isMarked: boolean } | null {
  if (text.length > 80) return null
  const marked = /^(?:[-=*#]{2,}|\[|<)\s*(.*?)\s*(?:[-=*#]{2,}|\]|>)$/.exec(text)
  const inner = marked?.[1] ?? text
  const target = SWITCH.exec(inner)
  const name = (target?.[1] ?? inner).trim()
  const place = placeOf(name)
  if (marked !== null) {
    const isBracketed = /^[<[]/.test(text)
    const isNamed = place !== null || (!isBracketed && (isRole(name) || (target !== null && /^[\w -]{1,30}$/.test(name))))
    const isHeading = !text.startsWith('<') && /^[-=]{2,}/.test(text) && /^[A-Za-z][\w ()./-]{0,40}$/.test(name)
    return isNamed || isHeading ? { name, isMarked: true } : null
  }
  if (!text.endsWith(':') || place === null) return null
  return { name: name.replace(/:$/, ''), isMarked: false }
}
