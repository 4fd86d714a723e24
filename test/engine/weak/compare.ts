/** Where the engine and the reference differ. */
import { engineOutcomes, type CompileOptions } from './compile.js'
import { shrink } from './generate.js'
import { litmusText, type Litmus } from './litmus.js'
import { judge } from './lkmm.js'

interface Difference {
  /** What the engine shows though the model forbids it, but for what is so by design. */
  readonly forbidden: readonly string[]
  /** What the model allows, and the engine does not show though it ought to. */
  readonly missing: readonly string[]
}

function difference(litmus: Litmus, options: CompileOptions = {}): Difference {
  const judged = judge(litmus)
  const shown = engineOutcomes(litmus, options)
  return {
    forbidden: [...shown].filter((key) => judged.get(key)?.verdict.startsWith('breaks') ?? true),
    missing: Array.from(judged, ([key, { verdict }]) => (verdict === 'allowed' && !shown.has(key) ? key : '')).filter((key) => key !== ''),
  }
}

/** What differs in the smallest program that still differs in the same way; undefined if nothing does. */
export function complaint(litmus: Litmus, options: CompileOptions = {}): string | undefined {
  const found = difference(litmus, options)
  if (found.forbidden.length + found.missing.length === 0) return undefined
  const side = found.forbidden.length > 0 ? 'forbidden' : 'missing'
  const smallest = shrink(litmus, (smaller) => difference(smaller, options)[side].length > 0)
  const judged = judge(smallest)
  const { forbidden, missing } = difference(smallest, options)
  return [
    litmusText(smallest),
    ...forbidden.map((key) => `shown by the engine, but ${judged.get(key)?.verdict ?? 'breaks coherence or atomicity'}: ${key}`),
    ...missing.map((key) => `allowed, but not shown by the engine: ${key}`),
  ].join('\n')
}
