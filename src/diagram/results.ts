/** What a step gave: `-> fails`, `= true`, `returns -EBUSY`, `// 4096`, `refcount 2->3`. */
import { lastMark } from './wording.js'
import type { Relation, ResultValue } from './types.js'

const VALUE = String.raw`-?E[A-Z0-9]+|-?\d+|0x[0-9a-f]+|true|false|NULL|an? error|error|success|failure`
const GIVING = `(?:which )?(?:returns?|returned|returning|gives|yields|sees|says|reads|got|gets) (${VALUE})`
/** A step and what it gives, in words: the step, the words, the value if there is one. */
const GIVES = new RegExp(
  String.raw`^(.*?[\w)\];}'"])[,:;]? +(${GIVING}|fails(?: with -?E[A-Z0-9]+)?|failed(?: with -?E[A-Z0-9]+)?|succeeds|succeeded)[.!]?$`,
  'i',
)

/** Longer cells are prose. */
const CELL_MAX = 200

export interface FoundResult {
  /** The cell without it. */
  readonly rest: string
  readonly value: ResultValue
  /** How it is written. */
  readonly text: string
}

/** A result at the end of a step; null if there is none. Of several the last one. */
export function resultOf(text: string): FoundResult | null {
  if (text.length > CELL_MAX) return null
  return byMark(text) ?? byWord(text) ?? byRelation(text)
}

/** `-> X`, `=> X`, `<- X`, `--> X`: whatever X is, unless it goes on as a change `2 -> 3`. */
function byMark(text: string): FoundResult | null {
  const mark = lastMark(text)
  if (mark === null || mark.mark === '***' || mark.mark === '!!!') return null
  const rest = text.slice(0, mark.start).trim()
  const words = text.slice(mark.end).trim()
  if (rest === '' || words === '' || /[\w\]}]\(/.test(words)) return null
  if (isNumber(words) && /(^|\s)-?\w+$/.test(rest) && !/[)\];]$/.test(rest)) return null
  return { rest, text: text.slice(mark.start).trim(), value: valueOf(words) ?? { kind: 'other', words } }
}

/** `returns -EBUSY`, `fails`, `failed with -ENOMEM`, `succeeds`. */
function byWord(text: string): FoundResult | null {
  const match = GIVES.exec(text)
  if (match === null) return null
  const [, rest = '', words = '', value] = match
  const found = valueOf(value ?? words)
  if (found === null || !/[)\w]/.test(rest)) return null
  // `x fails` in words is a step that fails only if x is a call; `page lock returns` is no result.
  return { rest: rest.replace(/[,:;]$/, ''), text: words, value: found }
}

/** `== 0`, `= true`, `!= NULL`, `> 1`, at the end, of a call or of a word. */
function byRelation(text: string): FoundResult | null {
  const match = /^(.*[\w)\]}'"]) *(==|!=|<=|>=|=|<|>) *(-?(?:0x[0-9a-f]+|\d+)|-E[A-Z0-9]+|true|false|NULL|0\/1);?$/i.exec(text)
  if (match === null) return null
  const [, rest = '', relation = '', literal = ''] = match
  // An assignment to a plain variable is a statement: `x = 1;`; of a call or a read it is what came out.
  if (relation === '=' && (text.endsWith(';') || /^(write|store|set|assign|let|put)s?\b/i.test(rest) || /^[\w.>-]+(\[\w*\])?$/.test(rest)))
    return null
  const value = literalOf(literal, relation === '=' ? '==' : (relation as Relation))
  return value === null ? null : { rest: rest.trim(), text: text.slice(rest.length).trim(), value }
}

/** What a remark says as a result: `// 4096`, `// false`, `fails`; null if it is a remark. */
export function remarkValue(text: string): ResultValue | null {
  const bare = text.trim().replace(/[.!]$/, '')
  if (/^(-?\d+|0x[0-9a-f]+|true|false|NULL|-E[A-Z0-9]+)$/i.test(bare)) return literalOf(bare, '==')
  if (/^(fails?|failed|succeeds|returns? (-?E[A-Z0-9]+|-?\d+|true|false|NULL|error))\b.{0,4}$/i.test(bare)) return valueOf(bare)
  if (/^fails (as|because|since|with|due)\b/i.test(bare)) return { kind: 'fails' }
  const relation = /^(==|!=|<=|>=|<|>) ?(-?\d+|NULL|true|false)$/i.exec(bare)
  if (relation !== null) return literalOf(relation[2] ?? '', (relation[1] ?? '==') as Relation)
  return null
}

/** `refcount 2->3`, `PG_writeback 1 -> 0`, `i_size: 0 => 4096` as all that a text says. */
export function changeIn(text: string): (ResultValue & { readonly kind: 'change' }) | null {
  if (text.length > CELL_MAX) return null
  const match = /^([A-Za-z_][\w .>()[\]-]*?)[ :,=]*(?<![\w.])(-?\w+) ?(?:->|=>|→) ?(-?\w+)[;.]?$/.exec(text)
  if (match === null) return null
  const [, subject = '', before = '', after = ''] = match
  const isValue = (word: string): boolean => /^(-?\d+|0x[0-9a-f]+|true|false|NULL|null|set|clear|[A-Z]\w*)$/.test(word)
  if (!isValue(before) || !isValue(after) || subject.length > 60) return null
  return { kind: 'change', subject: subject.trim(), before, after }
}

function valueOf(words: string): ResultValue | null {
  const bare = words
    .trim()
    .replace(/^(it |which )?(returns?|returned|gives|with|gets|=|==)\s+/i, '')
    .replace(/[.!;,]+$/, '')
  const errno = /-?\b(E(?:[A-Z]{2,}[A-Z0-9]*|2BIG))\b/.exec(bare)
  if (errno !== null && /^(fail\w*( with)? )?(an? )?-?E[A-Z0-9]+( \(.*\))?$/i.test(bare) && bare.includes(errno[0])) {
    return { kind: 'errno', name: errno[1] ?? '' }
  }
  const literal = literalOf(bare.replace(/^==? */, ''), '==')
  if (literal !== null) return literal
  if (/^(fails?|failed|failure|(an? |return(s)? )?error|does not|doesn't|did not|cannot|can't|unsuccessful|no luck)\b/i.test(bare))
    return { kind: 'fails' }
  if (/^(ok|okay|success|succeeds|succeeded|works|passes|passed)\b/i.test(bare)) return { kind: 'succeeds' }
  if (/^(true|yes|set)\b/i.test(bare)) return { kind: 'truth', value: true }
  if (/^(false|no|not set|clear)$/i.test(bare)) return { kind: 'truth', value: false }
  return null
}

function literalOf(text: string, relation: Relation): ResultValue | null {
  if (/^-E[A-Z0-9]+$/.test(text)) return { kind: 'errno', name: text.slice(1) }
  if (/^null$/i.test(text)) return { kind: 'null', isNull: relation !== '!=' }
  if (/^(true|false)$/i.test(text)) return { kind: 'truth', value: (text.toLowerCase() === 'true') === (relation !== '!=') }
  if (isNumber(text)) return { kind: 'number', relation, value: Number(text) }
  return null
}

function isNumber(text: string): boolean {
  return /^(-?\d{1,15}|0x[0-9a-f]{1,12})$/i.test(text)
}
