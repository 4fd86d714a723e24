/** What the words of one cell say. */
import { isRole } from './actors.js'
import { bareCall, callsIn } from './calls.js'
import { changeIn, remarkValue, resultOf } from './results.js'
import type { Call, CellKind, ContextChange, ResultConstraint, Span, Verdict } from './types.js'
import { changeOf, claimOf, isElision, isEvent, proseWords, trailingVerdict, verdictOf } from './wording.js'

export interface Content {
  readonly kind: CellKind
  readonly text: string
  readonly calls: readonly Call[]
  readonly isCondition: boolean
  readonly results: readonly ResultConstraint[]
  readonly remarks: readonly string[]
  readonly change?: ContextChange
  readonly verdict?: Verdict
  /** Cells to be put one level deeper below this one: `f(): page is freed`, `f() ... 9 steps`. */
  readonly inside: readonly { readonly start: number; readonly content: Content }[]
}

export interface Surroundings {
  /** True if no cell of the column comes before. */
  readonly isFirst: boolean
  /** True if a step of the column comes before, which a bullet may remark on. */
  readonly hasStepAbove: boolean
  readonly place: (start: number, end: number) => Span
}

/** What the machine does, in a comment on a line of its own. */
const HAPPENS = /\b(i\/?o|bio|irq|interrupt|dma|power|journal)\b.*\b(finish|complet|done|fail|error|abort|start|occur|happen)/i

const EMPTY = { calls: [], isCondition: false, results: [], remarks: [], inside: [] } as const

/** Reads the words of a cell without its tree marks; `offset` is how many characters of the cell these were. */
export function contentOf(raw: string, offset: number, around: Surroundings): Content {
  const { text: blanked, comments } = withoutComments(raw)
  if (blanked === '') return commentOf(raw, comments, around)
  const uncommented = blanked.trimStart()
  const from = offset + blanked.length - uncommented.length
  const place = (start: number, end: number): Span => around.place(start + from, end + from)
  const whole = collapsed(uncommented)
  if (isElision(whole)) return { ...EMPTY, kind: 'elision', text: whole, remarks: comments }
  const bullet = /^([-*^:+]|\^{2,}) +/.exec(uncommented)
  if (bullet !== null && !isElision(whole)) {
    const rest = uncommented.slice(bullet[0].length)
    const isSteps = isCallLike(rest) || !around.hasStepAbove
    if (!isSteps) return { ...EMPTY, kind: 'note', text: collapsed(rest), remarks: comments }
    return contentOf(raw.slice(raw.indexOf(rest)), offset + raw.indexOf(rest), { ...around, hasStepAbove: true })
  }
  const change = changeOf(whole)
  const verdict = verdictOf(whole)
  if (verdict !== null && change === null) {
    return { ...EMPTY, kind: 'verdict', text: verdict.text, calls: callsIn(uncommented, place), remarks: comments, verdict }
  }
  if (change !== null) return { ...EMPTY, kind: 'context', text: whole, remarks: comments, change }
  if (isEvent(whole)) {
    const claim = claimOf(whole)
    return { ...EMPTY, kind: 'event', text: bare(whole), remarks: comments, ...(claim === null ? {} : { verdict: { claim, text: bare(whole) } }) }
  }
  if (/^(\.{3}|…) ?\w/.test(whole)) return { ...EMPTY, kind: 'note', text: whole.replace(/^(\.{3}|…) */, ''), remarks: comments }
  const aside = /^\(([^()]+)\)$/.exec(whole)?.[1]
  if (aside !== undefined)
    return { ...EMPTY, kind: around.isFirst && aside.split(' ').length <= 4 ? 'label' : 'note', text: aside, remarks: comments }
  if (isLabel(whole, around)) return { ...EMPTY, kind: 'label', text: whole.replace(/:$/, ''), remarks: comments }
  return split(uncommented, comments, place) ?? stepOf(uncommented, comments, place)
}

/** A call with what happens in it on the same line. */
function split(text: string, comments: readonly string[], place: (start: number, end: number) => Span): Content | null {
  const match = /^((?:[\w.]|->)+\([^()]*(?:\([^()]*\)[^()]*)*\))(: | (?=\.{3} \d+ steps?$))(.+)$/.exec(text)
  if (match === null) return null
  const [, head = '', join = '', rest = ''] = match
  const start = head.length + join.length
  const inner = contentOf(rest, start, { isFirst: false, hasStepAbove: true, place: (from, to) => place(from, to) })
  const outer = stepOf(head, comments, place)
  return { ...outer, inside: [{ start, content: inner }] }
}

/** A step: calls, or anything else that is done. */
function stepOf(raw: string, comments: readonly string[], place: (start: number, end: number) => Span): Content {
  const remarks: string[] = []
  const results: ResultConstraint[] = []
  let verdict: Verdict | undefined
  let text = raw.trimEnd()
  const aside = asideOf(text)
  if (aside !== null) {
    text = aside.rest
    remarks.push(aside.remark)
  }
  const wrong = trailingVerdict(text)
  if (wrong !== null) {
    text = wrong.rest
    verdict = wrong.verdict
  }
  const change = changeIn(collapsed(text))
  const found = change === null ? resultOf(text) : null
  if (found !== null) text = found.rest
  const isCondition = /^(else +)?(if|while|until|unless)\b|^for ?\(|\? *$/.test(text)
  const inWords = callsIn(text, place)
  const alone = inWords.length === 0 ? bareCall(text, place) : null
  const calls = alone === null ? inWords : [alone]
  const about = calls.length === 0 ? null : calls.length - 1
  if (change !== null) results.push({ ...change, call: null, text: '', origin: 'stated' })
  if (found !== null) results.push({ ...found.value, call: about, text: found.text, origin: 'stated' })
  for (const comment of [...remarks, ...comments]) {
    const value = remarkValue(comment)
    if (value !== null) results.push({ ...value, call: about, text: comment, origin: 'stated' })
  }
  const kept = [...remarks, ...comments].filter((comment) => remarkValue(comment) === null)
  return {
    ...EMPTY,
    kind: calls.length > 0 ? 'call' : 'statement',
    text: collapsed(text),
    calls,
    isCondition,
    results,
    remarks: kept,
    ...(verdict === undefined ? {} : { verdict }),
  }
}

/** A remark behind a step without comment marks: behind ` - `, in brackets, or a wide gap. */
function asideOf(text: string): { readonly rest: string; readonly remark: string } | null {
  const footnote = /^(.*\S) +(\[\d{1,2}\])$/.exec(text)
  if (footnote !== null) return { rest: footnote[1] ?? '', remark: footnote[2] ?? '' }
  const at = outside(text, ' - ')
  if (at > 0 && /[)\w;]$/.test(text.slice(0, at)) && /[A-Za-z]{2}/.test(text.slice(at + 3)) && isCallLike(text.slice(0, at))) {
    return { rest: text.slice(0, at).trim(), remark: collapsed(text.slice(at + 3)) }
  }
  const gap = text.search(/ {3,}\S/)
  if (gap > 0 && /[);]$/.test(text.slice(0, gap)) && !isMark(text.slice(gap).trim())) {
    return { rest: text.slice(0, gap), remark: collapsed(text.slice(gap)) }
  }
  const note = /^(.*[\w)\];]) +\(([^()]*[A-Za-z]{2}[^()]* [^()]*)\)$/.exec(text)
  if (note !== null && isCallLike(note[1] ?? '') && !/^(if|while|for|switch|return)\b/.test(text)) {
    return { rest: note[1] ?? '', remark: collapsed(note[2] ?? '') }
  }
  return null
}

function isMark(text: string): boolean {
  return /^(->|-->|=>|==|=|<-|<=|!=|<<|\*\*)/.test(text)
}

/** Where a text stands outside parentheses; -1 if nowhere. */
function outside(text: string, needle: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')') depth--
    if (depth === 0 && text.startsWith(needle, at)) return at
  }
  return -1
}

function isCallLike(text: string): boolean {
  const bareText = text.trim().replace(/;$/, '')
  if (/^(->)?[A-Za-z_][\w.{}[\],>-]*_[\w{}[\],>-]*$/.test(bareText)) return true
  return /[\w\]}]\(/.test(bareText) && proseWords(bareText) <= 3
}

/** A cell that is nothing but a comment: a note, the name of the actor, or something that happens. */
function commentOf(raw: string, comments: readonly string[], around: Surroundings): Content {
  const text = comments.join(' ')
  const change = changeOf(text)
  if (change !== null && text.split(' ').length <= 4) return { ...EMPTY, kind: 'context', text, change }
  if (isElision(text)) return { ...EMPTY, kind: 'elision', text }
  const isName = around.isFirst && /^\/\/|^#|^\/\*/.test(raw.trim()) && isRole(text) && text.split(' ').length <= 5
  if (!isName && HAPPENS.test(text) && text.split(' ').length <= 8) return { ...EMPTY, kind: 'event', text }
  return { ...EMPTY, kind: isName ? 'label' : 'note', text }
}

/** `io_sq_thread_stop:` above everything else in its column, `ordinary writeback:` anywhere. */
function isLabel(text: string, around: Surroundings): boolean {
  if (
    !/^[A-Za-z][\w .\/'-]*:$/.test(text) ||
    /^(out|err|error|retry|again|fail|done|unlock|unlock_\w+|out_\w+|err_\w+|case \w+|default):$/.test(text)
  ) {
    return /^\[[A-Za-z][\w \/-]*\]$/.test(text) && isRole(text.slice(1, -1))
  }
  return around.isFirst || isRole(text) || text.includes(' ')
}

/** The text without `//`, `/* … *​/` and `# `, and what stood there. */
function withoutComments(raw: string): { readonly text: string; readonly comments: readonly string[] } {
  const comments: string[] = []
  let text = raw
  for (let open = text.indexOf('/*'); open >= 0; open = text.indexOf('/*')) {
    const close = text.indexOf('*/', open + 2)
    const end = close < 0 ? text.length : close + 2
    comments.push(collapsed(text.slice(open + 2, close < 0 ? text.length : close).replace(/^[*\s]+|[*\s]+$/g, '')))
    text = text.slice(0, open) + ' '.repeat(end - open) + text.slice(end)
  }
  const line = text.search(/(^|[\s;)])\/\/(?!\/)|(^|\s)# /)
  if (line >= 0) {
    const mark = text.slice(line).search(/\/\/|#/) + line
    comments.push(collapsed(text.slice(mark).replace(/^(\/\/+|#)\s*/, '')))
    text = text.slice(0, mark)
  }
  return { text: text.trimEnd(), comments: comments.filter((comment) => comment !== '') }
}

function bare(text: string): string {
  return text.replace(/^[<>*=\s]+|[<>*=\s]+$/g, '')
}

export function collapsed(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replace(/→/g, '->')
}
