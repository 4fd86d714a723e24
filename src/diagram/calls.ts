/** Finds calls of functions in a cell, and what patterns with braces and brackets stand for. */
import { EXPANSIONS_MAX } from './limits.js'
import type { Call, Span } from './types.js'

/** Words in front of a parenthesis that are no functions. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'if',
  'while',
  'for',
  'switch',
  'return',
  'sizeof',
  'do',
  'else',
  'until',
  'unless',
  'when',
  'and',
  'or',
  'not',
  'case',
  'in',
  'of',
  'on',
  'by',
  'with',
])

const NAME = /[\w$]/
const PART = /[\w$.{}[\],>-]/

/** Calls in order, those in arguments of others left out. `place` tells where a piece of the text stands. */
export function callsIn(text: string, place: (start: number, end: number) => Span): readonly Call[] {
  const calls: Call[] = []
  for (let open = text.indexOf('('); open >= 0; open = text.indexOf('(', open + 1)) {
    const start = nameStart(text, open)
    const pattern = text.slice(start, open)
    if (!/[A-Za-z_]/.test(pattern) || KEYWORDS.has(pattern)) continue
    // `cell (a remark)`: a blank before the parenthesis was refused by nameStart; `word(s)` is a plural.
    if (text.startsWith('(s)', open)) continue
    const close = closing(text, open)
    calls.push(callOf(text, start, open, pattern, text.slice(open + 1, close).trim(), place(start, Math.min(text.length, close + 1))))
    open = close
  }
  return calls
}

/** A name that stands alone: `try_to_unmap_one`, `->writepage`, `gup_{pgd,pud}_range`; null if the text is something else. */
export function bareCall(text: string, place: (start: number, end: number) => Span): Call | null {
  const name = text.trim().replace(/;$/, '')
  if (name.length > 100 || !/^(->)?[A-Za-z_][\w.{}[\],>-]*$/.test(name) || !/_|^->/.test(name) || /^[A-Z][A-Z0-9_]*$/.test(name)) return null
  const start = text.indexOf(name)
  return callOf(text, start, start + name.length, name, null, place(start, start + name.length))
}

/** A name taken for one that a diagram uses as header or in words. */
export function namedCall(name: string, span: Span): Call {
  return { pattern: name, names: expansions(name), args: null, assigns: null, isNegated: false, span }
}

/** All names a pattern stands for: `{a,b}` one of these, `[x]` with or without; without `->` and what stands before a dot. */
export function expansions(pattern: string): readonly string[] {
  let open: string[] = [pattern.replace(/^->/, '')]
  for (let round = 0; round < 8 && open.some((name) => /[{[]/.test(name)); round++) {
    open = open.flatMap((name) => alternatives(name)).slice(0, EXPANSIONS_MAX)
  }
  const names = open.map((name) => name.replace(/[{}[\],]/g, '')).flatMap((name) => [lastPart(name)])
  return [...new Set(names)].filter((name) => /^[\w$]+$/.test(name))
}

/** A member function by its own name: `mapping->a_ops->writepage` is `writepage`. */
function lastPart(name: string): string {
  const at = Math.max(name.lastIndexOf('->') + 1, name.lastIndexOf('.'))
  return at > 0 ? name.slice(at + 1) : name
}

/** The first brace or bracket replaced by each thing it may be. */
function alternatives(name: string): readonly string[] {
  const open = name.search(/[{[]/)
  if (open < 0) return [name]
  const close = name.indexOf(name[open] === '{' ? '}' : ']', open)
  if (close < 0) return [name.slice(0, open) + name.slice(open + 1)]
  const [before, inner, after] = [name.slice(0, open), name.slice(open + 1, close), name.slice(close + 1)]
  if (name[open] === '{') return inner.split(',').map((choice) => before + choice.trim() + after)
  return inner.includes('|') ? inner.split('|').map((choice) => before + choice + after) : [before + after, before + inner + after]
}

function callOf(text: string, start: number, end: number, pattern: string, args: string | null, span: Span): Call {
  const before = text.slice(Math.max(0, start - 80), start)
  const assigned = /([A-Za-z_][\w.>[\]-]*)\s*=\s*!?$/.exec(before)
  return {
    pattern: pattern.trim(),
    names: expansions(pattern.trim()),
    args: args?.replace(/\s+/g, ' ') ?? null,
    assigns: assigned?.[1] ?? null,
    isNegated: /!\s*$/.test(before) && end > start,
    span,
  }
}

/** Where the name in front of a parenthesis begins; the parenthesis itself if there is none. Braces may hold commas and blanks. */
function nameStart(text: string, open: number): number {
  let at = open
  let braces = 0
  while (at > 0) {
    const character = text[at - 1] ?? ''
    if (character === '}' || character === ']') braces++
    else if (character === '{' || character === '[') braces--
    if (braces < 0) break
    if (braces > 0 ? !(PART.test(character) || character === ' ' || character === '|') : !(NAME.test(character) || isJoint(text, at - 1))) break
    at--
  }
  while (at < open && /[,.}\]]/.test(text[at] ?? '')) at++
  return at
}

/** A dot, an arrow, or an end of a brace, as part of a name. */
function isJoint(text: string, at: number): boolean {
  const character = text[at] ?? ''
  if (character === '.' || character === '{' || character === '}' || character === '[' || character === ']') return true
  if (character === '>') return text[at - 1] === '-'
  return character === '-' && text[at + 1] === '>'
}

/** The parenthesis that closes, or the end of the text. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')' && --depth === 0) return at
  }
  return text.length
}
