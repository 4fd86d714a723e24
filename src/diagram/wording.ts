/** What marks verdicts, changes of context, elisions and prose, in words. */
import { anyOf } from './any-of.js'
import type { ContextChange, Verdict } from './types.js'

const CLAIMS: readonly (readonly [RegExp, Verdict['claim']])[] = [
  [/\bVM_BUG_ON|\bVM_WARN_ON/, 'vm-bug-on'],
  [/\bBUG_ON|\bBUG\(\)|\bBUG\b(?!s)|\bkernel BUG\b/, 'bug-on'],
  [/\bWARN(_ON)?(_ONCE)?\b/, 'warn-on'],
  [/\bNULL[- ]?(pointer|ptr)?[- ]?deref|\bNULL pointer\b|\boops(es)?\b/i, 'null-dereference'],
  [/\bUAF\b|\buse[- ]after[- ]free\b/i, 'use-after-free'],
  [/\brefcount (underflow|leak)|\bunderflow/i, 'refcount'],
  [/\blost wake[- ]?up|\bmissed wake[- ]?up|\bsleeps for ?ever\b|\bnever woken\b/i, 'lost-wakeup'],
  [/\bdead ?lock|\bABBA\b|\bstuck\b|\bhung task\b|\bhangs?\b( for ?ever)?/i, 'deadlock'],
  [/\bdata( is| are)? lost\b|\blost (data|write|update)|\bdata loss\b|\bupdate was lost\b/i, 'data-lost'],
  [/\bstale data\b|\breads? stale\b/i, 'data-stale'],
  [/\bcorrupt/i, 'data-corrupt'],
  [/\bleak(s|ed)?\b/i, 'leak'],
]

/** The claim a text makes, whether or not it is marked as a verdict. */
export function claimOf(text: string): Verdict['claim'] | null {
  return CLAIMS.find(([pattern]) => pattern.test(text))?.[1] ?? null
}

const LOUD = /^(\*{2,}|!{2,}|<{2,}|<==?|={1,2}>|-{2}>|#{2,})\s*|\s*(\*{2,}|!{1,}|>{2,})$/g
const FAILURE_TITLES = anyOf([
  String.raw`^(?:BUG|VM_BUG|WARN(?:ING)?\b|KASAN|KCSAN|oops\b|UAF\b|crash(?:es)?\b|panic|use[- ]after[- ]free|dead ?lock|lost wake|data lost)`,
  '^(?:stale data|foreign data|misplaced write|torn data|NULL pointer|bad page state|reference count|sleeping in atomic|livelock)',
  String.raw`^(?:assertion failed|UNSAFE|stuck\b|data corruption|double free|hung task)`,
])

/** A text that is nothing but a verdict: `BUG_ON(x)`, `*** DEADLOCK ***`, `--> UAF`, `UNSAFE!`; null otherwise. */
export function verdictOf(text: string): Verdict | null {
  const bare = text
    .replace(LOUD, '')
    .replace(/^(->|→|⇒)\s*/, '')
    .trim()
  if (bare === '' || bare.length > 300) return null
  const isTitled = FAILURE_TITLES.test(bare)
  const isMarked = /^(\*{2,}|={1,2}>|-{1,2}>|<==?|<{2,}|→|⇒|!{2,})/.test(text) && (claimOf(bare) !== null || /^[A-Z !]{4,}$/.test(bare))
  const isShort = bare.split(' ').length <= 3 && /^[A-Z][A-Z ]+!?$/.test(bare) && claimOf(bare) !== null
  if (!isTitled && !isMarked && !isShort) return null
  return { claim: claimOf(bare) ?? 'other', text: bare }
}

/** A mark at the end of a step that says it is wrong: `foo() <== wrong lock`, `<<< Wrong`, `--> UAF`; null without one. */
export function trailingVerdict(text: string): { readonly rest: string; readonly verdict: Verdict } | null {
  const at = lastMark(text)
  if (at === null) return null
  const words = text
    .slice(at.end)
    .trim()
    .replace(/[\s.*!]+$/, '')
  const rest = text.slice(0, at.start).trim()
  if (rest === '' || words === '') return null
  const claim = claimOf(words)
  const isWrong = /\b(wrong|bad|unsafe|boom|race|crash|invalid|goes back|too late|oops|whoops|broken|not protected|bug)\b/i.test(words)
  if (claim === null && !isWrong) return null
  return { rest, verdict: { claim: claim ?? 'other', text: words } }
}

const MARKS = ['<<<', '<==', '<--', '<-', '==>', '=>', '-->', '->', '***', '!!!', '→'] as const

/** The last mark in a text that has a blank on either side. */
export function lastMark(text: string): { readonly start: number; readonly end: number; readonly mark: string } | null {
  let found: { readonly start: number; readonly end: number; readonly mark: string } | null = null
  for (const mark of MARKS) {
    const at = text.lastIndexOf(` ${mark}`)
    if (at < 0) continue
    const end = at + 1 + mark.length
    const isWhole = text[end] === ' ' && !/[-=<>*!]/.test(text[at] ?? '')
    if (isWhole && (found === null || at > found.start)) found = { start: at, end, mark }
  }
  return found
}

const CHANGES: readonly (readonly [RegExp, ContextChange])[] = [
  [
    anyOf([
      String.raw`^(?:is |gets |got )?(?:interrupted|preempted|pre-empted)\b`,
      '^(?:hard|soft)?irq$|^interrupt$|^nmi$|^(?:gets )?(?:an )?interrupt(?:ion)?$',
      String.raw`^(?:timer|io|i\/o|hard|soft)[- ](?:irq|interrupt)$|^(?:preemption|vcpu preempted)$`,
    ]),
    'interrupted',
  ],
  [
    anyOf([
      String.raw`^(?:is |gets )?block(?:s|ed)(?:$|:| (?:on|for|until|in|here|by|waiting|as|because|there)\b)`,
      String.raw`^(?:goes to )?sleeps?\b|^parks?\b|^parked\b|^waits?\b|^waiting\b|^spins?\b|^spinning\b|^stuck here$`,
    ]),
    'blocked',
  ],
  [
    anyOf([
      String.raw`^schedul(?:e|es|ed|ing)(?: out| away)?(?:\(\))?$|^sched(?:ule)?[- ]out$|^context switch$`,
      '^switch(?:es)? (?:out|away)$|^yields?$|^de-?scheduled?$|^switched out$',
    ]),
    'switched',
  ],
  [/^(gets |is )?(woken|woke|wakes|wakes up|woken up|awakened?)\b/i, 'woken'],
  [
    anyOf([
      String.raw`^(?:continues?|continued|continuing|resumes?|resumed)\b|^schedul(?:e|ed|es)[- ](?:back|in)\b`,
      String.raw`^(?:returns?|back) from (?:irq|interrupt)|^switch(?:es|ed)? back\b|^iret$|^back in\b`,
    ]),
    'continues',
  ],
]

/** Words for "more of this", or "nothing of interest". */
const MORE = anyOf([
  String.raw`^\(?(?:same as\b|as (?:above|before)\b|as on\b|potentially many\b|many times\b|some time (?:later|passes)\b)[^()]*\)?$`,
  String.raw`^\(?(?:time passes\b|etc\.?$|and so on\b|repeat(?:s|ed)?\b|later\b|loops?$|a bit later\b|\[?snip\]?$)[^()]*\)?$`,
])

/** A text that is nothing but a change of context, with or without brackets and dots around it. */
export function changeOf(text: string): ContextChange | null {
  const isMarked = /^(<[^<].*>|\.{3}.*|\[.*\]|\(.*\)|\/\/.*|-{2,}.*-{2,})$/.test(text)
  const bare = text.replace(/^[<[(.…\s/-]+|[>\]).…\s-]+$/g, '').trim()
  if (bare === '' || bare.split(' ').length > (isMarked ? 24 : 4)) return null
  const change = CHANGES.find(([pattern]) => pattern.test(bare))?.[1] ?? null
  // Plain words may be steps with a function's name: `wait for writeback`, `sleep on the queue`.
  if (change !== null && !isMarked && /\b(for|on|until|the|page|lock)\b/i.test(bare) && change !== 'blocked') return null
  return change
}

/** `...`, `<...>`, `[...]`, `(same as mmap1)`, `potentially many times`, `... 9 steps`. */
export function isElision(text: string): boolean {
  if (/^[<[(]?\s*(\.{2,}|…)\s*[>\])]?;?$/.test(text)) return true
  if (/^(\.{3}|…) ?\d+ (more )?steps?$/.test(text)) return true
  return MORE.test(text) && text.split(' ').length <= 7
}

/** Something that happens to everybody: `<power failure>`, `***ABORT***`, `>> error <<`. */
export function isEvent(text: string): boolean {
  return /^<[^<>].*[^<>-]>$/.test(text) || /^\*{3}.+\*{3}$/.test(text) || /^>>.+<<$/.test(text) || /^={3,} .+ ={3,}$/.test(text)
}

/** Words as in a sentence: not names of functions, not C. */
export function proseWords(text: string): number {
  return text.split(' ').filter((word) => /^[("'`]?[A-Za-z][a-z']*(-[a-z]+)?[),.:;?!"'`]*$/.test(word)).length
}

/** A sentence of the mail rather than a step. */
export function isProse(text: string): boolean {
  const words = proseWords(text)
  const all = text.split(/\s+/).length
  if (/^\S+ .*\bwrote:$/.test(text) || /^-- ?$/.test(text)) return true
  if (words < 4) return false
  return words * 10 >= all * 6 && (words >= 6 || /[.:?!]$/.test(text))
}

/** Looks like a step of a program: a call, a name, C, or one of the marks of this file. */
export function isStepLike(text: string): boolean {
  if (text === '' || isElision(text) || isEvent(text) || changeOf(text) !== null || verdictOf(text) !== null) return true
  if (/^(\/\/|\/\*)/.test(text)) return true
  if (/ (->|-->|<-|<==|=>|==>|=|==|\+=) /.test(text) && text.split(' ').length <= 14) return true
  if (isProse(text)) return false
  if (/[\w\]}]\(|^[A-Za-z]\w*_\w+;?$|[;{}]$|^(if|while|for|else|return|goto)\b|^(->|\/\/|\/\*|\|-|- \w+\()|\w(->|\.)\w|^\w+\s*=[^=]/.test(text))
    return true
  return /^(un)?lock\b|^(spin|mutex|down|up|set|clear|test|get|put|alloc|free|read|write)[ _]/.test(text)
}
