/** Finds out which functions and operations of a model a cell means. What is not sure is a suggestion and nothing more. */
import { distance } from 'fastest-levenshtein'
import type { Operation } from './operations.js'
import type { Call, Cell } from './types.js'
import { ERAS, NOUNS, VERBS, type Noun } from './vocabulary.js'

/** What there is to be meant. */
export interface Model {
  /** Names of functions that are frames of a trace. */
  readonly functions: readonly string[]
  /** Phrases that a race gives a meaning: plain words to a function or an operation, matched whole, case does not matter. */
  readonly phrases?: readonly { readonly words: string; readonly meaning: Meaning }[]
}

/**
 * How a name was found: as written; apart from case; in another era (`folio_lock` for `lock_page`); apart from leading
 * underscores; as the function behind a pointer (`->writepage` for `ext4_writepage`); by a phrase.
 */
export type Found = 'exact' | 'case' | 'era' | 'underscores' | 'method' | 'phrase'

export type Meaning =
  { readonly kind: 'function'; readonly name: string; readonly by: Found } | { readonly kind: 'operation'; readonly operation: Operation }

/** A step of a cell: each call, and each clause of a sentence, is one. In the order in which they are written. */
export interface StepMatch {
  /** The piece of the cell. */
  readonly text: string
  /** Index of the call in the cell; null for words. */
  readonly call: number | null
  /** Any of these is meant, the likeliest first. Empty: not understood, and not checked. */
  readonly meanings: readonly Meaning[]
  /** Functions with similar names, where nothing was found: to be shown, never to be used. */
  readonly suggestions: readonly string[]
}

const SUGGESTIONS_MAX = 3

/** What the steps of a cell mean. Cells that are no steps have none. */
export class NameMatcher {
  private readonly exact: ReadonlySet<string>
  private readonly folded: ReadonlyMap<string, string>
  private readonly bare: ReadonlyMap<string, readonly string[]>

  constructor(private readonly model: Model) {
    this.exact = new Set(model.functions)
    this.folded = new Map(model.functions.map((name) => [name.toLowerCase(), name]))
    const bare = new Map<string, string[]>()
    for (const name of model.functions) bare.set(withoutUnderscores(name), [...(bare.get(withoutUnderscores(name)) ?? []), name])
    this.bare = bare
  }

  match(cell: Cell): readonly StepMatch[] {
    if (cell.kind !== 'call' && cell.kind !== 'statement') return []
    const whole = this.phrase(cell.text)
    if (whole !== null) return [{ text: cell.text, call: cell.calls.length > 0 ? 0 : null, meanings: [whole], suggestions: [] }]
    const change = cell.results.find((result) => result.kind === 'change')
    if (change?.kind === 'change') return [this.changed(cell.text, change)]
    if (cell.kind === 'call') return cell.calls.map((call, index) => this.call(call, index))
    return clausesOf(cell.text).map((clause) => this.clause(clause))
  }

  /** What a name alone means, such as that of a header. */
  function(name: string): readonly Meaning[] {
    return this.named([name], false)
  }

  private call(call: Call, index: number): StepMatch {
    const text = call.args === null ? call.pattern : `${call.pattern}(${call.args})`
    const named = this.named(call.names, /->|\.|^->/.test(call.pattern))
    const meanings = named.length > 0 ? named : call.names.flatMap((name) => operationOfCall(name, call.args ?? ''))
    return { text, call: index, meanings, suggestions: meanings.length > 0 ? [] : this.similar(call.names[0] ?? call.pattern) }
  }

  private clause(text: string): StepMatch {
    const phrase = this.phrase(text)
    const operation = phrase === null ? operationOfWords(text) : null
    const named = phrase === null && operation === null && /^\w+;?$/.test(text) ? this.named([text.replace(/;$/, '')], false) : []
    const meanings = phrase !== null ? [phrase] : operation !== null ? [operation] : named
    return { text, call: null, meanings, suggestions: meanings.length === 0 && /^\w+$/.test(text) ? this.similar(text) : [] }
  }

  private changed(text: string, change: { readonly subject: string; readonly before: string; readonly after: string }): StepMatch {
    const part = nounIn(change.subject)?.part ?? change.subject.replace(/^.*[ .>]/, '')
    const operation: Operation = { effect: 'change', part, before: change.before, after: change.after }
    return { text, call: null, meanings: [{ kind: 'operation', operation }], suggestions: [] }
  }

  private phrase(text: string): Meaning | null {
    const words = normal(text)
    return this.model.phrases?.find((phrase) => normal(phrase.words) === words)?.meaning ?? null
  }

  /** Functions that any of the names may be. All ways are tried, the surest first; only the first that finds something counts. */
  private named(names: readonly string[], isMethod: boolean): readonly Meaning[] {
    const ways: readonly (readonly [Found, (name: string) => readonly string[]])[] = [
      ['exact', (name) => (this.exact.has(name) ? [name] : [])],
      ['case', (name) => this.inModel(this.folded.get(name.toLowerCase()))],
      ['era', (name) => eraNames(name).filter((other) => this.exact.has(other))],
      ['underscores', (name) => this.bare.get(withoutUnderscores(name)) ?? []],
      ['method', (name) => (isMethod || METHODS.has(name) ? this.model.functions.filter((fn) => fn.endsWith(`_${name}`)) : [])],
    ]
    for (const [by, find] of ways) {
      const found = [...new Set(names.flatMap(find))]
      if (found.length > 0) return found.map((name) => ({ kind: 'function', name, by }))
    }
    return []
  }

  private inModel(name: string | undefined): readonly string[] {
    return name === undefined ? [] : [name]
  }

  private similar(name: string): readonly string[] {
    const near = this.model.functions
      .map((other) => ({ other, far: distance(name.toLowerCase(), other.toLowerCase()) }))
      .filter(({ other, far }) => far <= Math.max(2, Math.floor(Math.min(name.length, other.length) / 4)))
    return near
      .sort((a, b) => a.far - b.far || (a.other < b.other ? -1 : 1))
      .slice(0, SUGGESTIONS_MAX)
      .map(({ other }) => other)
  }
}

/** Functions that are called through pointers, by the name of the pointer. */
const METHODS: ReadonlySet<string> = new Set([
  'writepage',
  'writepages',
  'page_mkwrite',
  'releasepage',
  'invalidatepage',
  'set_page_dirty',
  'fault',
  'readpage',
  'write_begin',
  'write_end',
])

/** Names that a function had, or has, in other kernels. */
function eraNames(name: string): readonly string[] {
  const known = ERAS.filter((era) => era.includes(name)).flat()
  const renamed = [
    name.replace(/folios?/g, (word) => word.replace('folio', 'page')),
    name.replace(/pages?/g, (word) => word.replace('page', 'folio')),
  ]
  return [...new Set([...known, ...renamed])].filter((other) => other !== name)
}

function withoutUnderscores(name: string): string {
  return name.replace(/^_+/, '')
}

/** `TestClearPageWriteback()`, `folio_set_dirty()`, `spin_lock(ptl)`, `page_count()`, `page_ref_inc()`. */
function operationOfCall(name: string, args: string): readonly Meaning[] {
  const flag = flagAccess(name)
  if (flag !== null) return [{ kind: 'operation', operation: flag }]
  const asked = /^IS_[A-Z]+$/.test(name) ? nounIn(name, 'variable') : null
  if (asked !== null) return [{ kind: 'operation', operation: { effect: 'load', part: asked.part } }]
  const counted = /^(?:page|folio)_(ref_)?(count|mapcount)$/.exec(name)
  if (counted !== null) return [{ kind: 'operation', operation: { effect: 'count', part: counted[2] === 'mapcount' ? 'mapcount' : 'refcount' } }]
  const referenced = /^(?:page|folio)_ref_(inc|dec)/.exec(name)
  if (referenced !== null) return [{ kind: 'operation', operation: { effect: referenced[1] === 'inc' ? 'gain' : 'drop', part: 'refcount' } }]
  const entry = /^(ptep_get_and_clear|ptep_clear_flush|set_pte(_at)?|pte_clear)/.test(name)
  if (entry) return [{ kind: 'operation', operation: { effect: 'store', part: 'pte' } }]
  const zero = /^put_page_testzero$|^folio_put_testzero$/.test(name)
  if (zero) return [{ kind: 'operation', operation: { effect: 'drop', part: 'refcount' } }]
  const negative = /^atomic_add_negative$/.test(name) && args.includes('mapcount')
  if (negative) return [{ kind: 'operation', operation: { effect: 'drop', part: 'mapcount' } }]
  const verb = name
    .replace(/_(irq|irqsave|irqrestore|bh|nested|killable|interruptible)$/, '')
    .replace(/^(write|read)_(un)?lock$/, (_, kind: string, un = '') => `${un === '' ? 'down' : 'up'}_${kind}`)
  const locked = lockOf(verb, name) ?? lockOf(verb, args)
  return locked === null ? [] : [{ kind: 'operation', operation: locked }]
}

function lockOf(verb: string, lock: string): Operation | null {
  const implied = /^(mmap|inode|filemap_invalidate)_(?:(read|write)_)?(try)?(un)?lock(?:_shared)?$/.exec(lock)
  const noun = nounIn(implied === null ? lock : `${implied[1] ?? ''}_lock`, 'lock')
  if (noun === null) return null
  if (implied !== null) {
    const effect = implied[4] === 'un' ? 'release' : 'take'
    return { effect, part: noun.part, ...(implied[2] === undefined ? {} : { for: implied[2] === 'read' ? 'reading' : 'writing' }) }
  }
  const found = VERBS.find((entry) => entry.kind === 'lock' && entry.words.includes(verb.toLowerCase()))
  if (found === undefined) return null
  const mode = /read|^rlock|shared/i.test(`${verb} ${lock}`) ? 'reading' : /write|^wlock|excl/i.test(`${verb} ${lock}`) ? 'writing' : null
  return { effect: found.effect, part: noun.part, ...(mode === null ? {} : { for: mode }) }
}

/** The accessors of page flags, of both eras. */
function flagAccess(name: string): Operation | null {
  const page = /^_*(Test)?(Set|Clear)?Page([A-Z]\w*)$/.exec(name)
  const folio = /^_*folio_(test_)?(set_|clear_|test_)?([a-z]+)$/.exec(name)
  const [, , verb = '', bit = ''] = page ?? folio ?? []
  const noun = NOUNS.find((entry) => entry.kind === 'flag' && entry.part.toLowerCase() === `pg_${bit.toLowerCase()}`)
  if (noun === undefined) return null
  const effect = /set/i.test(verb) ? 'set' : /clear/i.test(verb) ? 'clear' : page !== null || folio?.[1] !== undefined ? 'test' : null
  return effect === null ? null : { effect, part: noun.part }
}

/** `clear PG_writeback`, `take the page table lock`, `free page`, `page is freed`, `page->mapping = NULL`. */
function operationOfWords(text: string): Meaning | null {
  const words = normal(text)
  const assigned = /^([\w.>* -]+?) ?[&|]?=(?!=) ?~?(.*)/.exec(words)
  if (assigned !== null) {
    const noun = nounIn(assigned[1] ?? '', 'variable') ?? (/[&|]=/.test(words) ? nounIn(assigned[2] ?? '', 'variable') : null)
    return noun === null ? null : { kind: 'operation', operation: { effect: 'store', part: noun.part } }
  }
  const candidates = VERBS.flatMap((entry) => {
    const noun = nounIn(words, entry.kind)
    const [verb] = entry.words
      .map((word) => ({ word, at: verbAt(words, word) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.word.length - a.word.length)
    if (noun === null || verb === undefined) return []
    return [{ effect: entry.effect, noun, weight: verb.word.length + longestWord(noun, words).length, isFirst: verb.at === 0 }]
  })
  const [best] = candidates.sort((a, b) => Number(b.isFirst) - Number(a.isFirst) || b.weight - a.weight)
  if (best === undefined || (!best.isFirst && !/^\S+ (is|gets|was|are) /.test(words))) return null
  return { kind: 'operation', operation: { effect: best.effect, part: best.noun.part } }
}

/** Where a verb stands in any of its forms; -1 if it does not. */
function verbAt(words: string, verb: string): number {
  const forms = [verb, `${verb}s`, `${verb}ed`, `${verb}d`, verb.replace(/e$/, 'ing'), `${verb}ing`]
  return forms.map((form) => ` ${words} `.indexOf(` ${form} `)).find((at) => at >= 0) ?? -1
}

/** The thing a text names, the longest word for it first. */
function nounIn(text: string, kind?: Noun['kind']): Noun | null {
  const words = normal(text)
  let best: { readonly noun: Noun; readonly length: number } | null = null
  for (const noun of NOUNS) {
    if (kind !== undefined && noun.kind !== kind) continue
    const { length } = longestWord(noun, words)
    if (length > (best?.length ?? 0)) best = { noun, length }
  }
  return best?.noun ?? null
}

function longestWord(noun: Noun, words: string): string {
  return noun.words.filter((word) => contains(words, word)).reduce((a, b) => (b.length > a.length ? b : a), '')
}

/** A word among others: letters, digits and underscores do not touch it. */
function contains(words: string, word: string): boolean {
  for (let at = words.indexOf(word); at >= 0; at = words.indexOf(word, at + 1)) {
    if (!/\w/.test(words[at - 1] ?? ' ') && !/\w/.test(words[at + word.length] ?? ' ')) return true
  }
  return false
}

/** Parts of a sentence that are steps of their own: `alloc page, add to page cache, dirty page`. */
export function clausesOf(text: string): readonly string[] {
  const parts = text.split(/,\s+(?:and |then )?|;\s+|\.\s+|\s+(?:and then|then|&)\s+/)
  const clauses = parts
    .map((part) =>
      part
        .trim()
        .replace(/^(and|then|we|it|we can even|we can) /i, '')
        .replace(/[,.;]+$/, ''),
    )
    .filter((part) => /\w/.test(part))
  return clauses.length === 0 ? [text] : clauses
}

function normal(text: string): string {
  return text
    .toLowerCase()
    .replace(/['"`;]/g, '')
    .replace(/\b(the|a|an|its|it|of) /g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
