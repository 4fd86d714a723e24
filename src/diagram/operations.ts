/** Steps that are no calls of functions: what a model's objects can be made to do, and which step of a trace is that. */
import type { TraceStep } from '../engine/result.js'

/**
 * - `set`, `clear`, `test`: a bit of a word of flags; `take`, `release`, `try`: a lock, `for` reading or writing,
 * - `gain`, `drop`, `count`: a counter goes up or down by one, or is read; `change`: anything goes from one value to another,
 * - `alloc`, `free`: memory; `store`, `load`: a variable.
 */
export type Effect =
  'set' | 'clear' | 'test' | 'take' | 'release' | 'try' | 'gain' | 'drop' | 'count' | 'change' | 'alloc' | 'free' | 'store' | 'load'

export interface Operation {
  readonly effect: Effect
  /** Which part of an object: `PG_writeback`, `refcount`, `ptl`, `page`; the last word of the object's name in a trace. */
  readonly part: string
  /** For locks that can be held for reading. */
  readonly for?: 'reading' | 'writing'
  /** For `change`. */
  readonly before?: string
  readonly after?: string
}

/** Names of the engine's operations that may have an effect. */
const OPS: Readonly<Record<Exclude<Effect, 'change'>, readonly string[]>> = {
  set: ['set', 'test_and_set', 'assign', 'compare_exchange'],
  clear: ['clear', 'test_and_clear', 'clear_and_test', 'assign', 'compare_exchange'],
  test: ['test', 'read'],
  take: [
    'down_read: granted',
    'down_write: granted',
    'spin_lock',
    'spin_lock_irqsave',
    'spin_trylock',
    'mutex_lock',
    'mutex_trylock',
    'down_read',
    'down_write',
    'down_read_trylock',
    'down_write_trylock',
  ],
  release: ['spin_unlock', 'spin_unlock_irqrestore', 'mutex_unlock', 'up_read', 'up_write'],
  try: ['spin_trylock', 'mutex_trylock', 'down_read_trylock', 'down_write_trylock'],
  gain: ['inc', 'add', 'add_return', 'inc_unless_zero', 'compare_exchange', 'set'],
  drop: ['dec', 'add', 'add_return', 'dec_and_test', 'compare_exchange', 'set'],
  count: ['get'],
  alloc: ['alloc'],
  free: ['free'],
  store: ['set', 'swap', 'compare_exchange', 'assign', 'inc', 'dec', 'add', 'add_return'],
  load: ['get', 'read', 'swap', 'compare_exchange'],
}

/** Names of the engine's operations that may be it; null for any. */
export function opsOf({ effect }: Operation): readonly string[] | null {
  return effect === 'change' ? null : OPS[effect]
}

/** Whether a step of a trace is the operation. A step that was to change something and did not is none. */
export function isOperation(operation: Operation, step: Pick<TraceStep, 'op' | 'object' | 'detail' | 'result' | 'changes'>): boolean {
  const { effect, part, before, after } = operation
  const changed = step.changes.find((change) => isPart(change.part, part) || isPart(change.object, part))
  if (effect === 'change') {
    return changed !== undefined && same(changed.after, after) && (before === undefined || before === '' || same(changed.before, before))
  }
  if (!OPS[effect].includes(step.op)) return false
  // Whoever has to queue for a lock has it only when it is granted.
  if (effect === 'take' && step.result === 'queued') return false
  if (effect === 'set') return changed !== undefined && same(changed.after, '1')
  if (effect === 'clear') return changed !== undefined && same(changed.after, '0')
  if (effect === 'gain' || effect === 'drop') {
    return changed !== undefined && Number(changed.after) - Number(changed.before) === (effect === 'gain' ? 1 : -1)
  }
  if (effect === 'alloc' || effect === 'free')
    return step.changes.some((change) => isPart(change.part, part) || change.part.replace(/\d+$/, '') === part)
  if (operation.for === 'reading' && !step.op.includes('read')) return false
  if (operation.for === 'writing' && step.op.includes('read')) return false
  if ((effect === 'take' || effect === 'try') && step.op.endsWith('trylock') && effect === 'take' && step.result === 'false') return false
  return isPart(step.object, part) || isPart(step.detail, part)
}

/** `page0.flags` has the part `flags`, `F1.i_mapping.i_pages` the part `i_pages`; numbers behind a name do not count. */
function isPart(name: string, part: string): boolean {
  const last = name.slice(name.lastIndexOf('.') + 1)
  return last === part || last.replace(/\d+$/, '') === part
}

function same(value: string, wanted: string | undefined): boolean {
  const plain = (text: string | undefined): string =>
    text === 'true' || text === 'set' ? '1' : text === 'false' || text === 'clear' ? '0' : (text ?? '').toLowerCase()
  return plain(value) === plain(wanted)
}

/** An operation in words, for explanations. */
export function operationText(operation: Operation): string {
  const { effect, part } = operation
  if (effect === 'change')
    return `${part} goes from ${operation.before === '' || operation.before === undefined ? 'anything' : operation.before} to ${operation.after ?? ''}`
  return `${effect} ${part}${operation.for === undefined ? '' : ` for ${operation.for}`}`
}
