/**
 * A reference for the Linux-kernel memory model, for litmus programs of marked accesses, barriers and spinlocks: it makes
 * every candidate execution and judges it by the model's axioms (tools/memory-model/linux-kernel.cat of v6.14; names as
 * there). There are no branches and no values that depend on results, so no control and address dependencies.
 */
import { hasResult, locationsOf, outcomeKey, type Litmus, type Outcome } from './litmus.js'
import { historiesOf, type History } from './lkmm-coherence.js'
import { eventsOf, isConditional, type Event, type Events } from './lkmm-events.js'
import { closure, empty, EVENTS_MAX, identity, intersection, inverse, isAcyclic, optional, relation, sequence, star, union, type Relation } from './relation.js'

/**
 * What the model says of an outcome, best first: of several executions with one outcome, the best counts.
 * - `allowed by load buffering`: only by executions in which program order and reads-from make a cycle.
 * - `allowed, not shown by design`: breaks one of the rules that the engine has beyond the model.
 * - `forbidden, shown by design`: breaks only rules that the engine lacks.
 */
export const VERDICTS = [
  'allowed',
  'allowed, not shown by design',
  'allowed by load buffering',
  'forbidden, shown by design',
  'breaks propagation',
  'breaks happens-before',
] as const
export type Verdict = (typeof VERDICTS)[number]

/** Every outcome that coherence and atomicity leave, with what the model says of it. */
export function judge(litmus: Litmus): ReadonlyMap<string, { readonly outcome: Outcome; readonly verdict: Verdict }> {
  const judged = new Map<string, { readonly outcome: Outcome; readonly verdict: Verdict }>()
  for (const events of eventsByChoice(litmus)) {
    const fixed = fixedRelations(events)
    for (const execution of executionsOf(events)) {
      const outcome = outcomeOf(litmus, execution)
      const key = outcomeKey(outcome)
      const known = judged.get(key)?.verdict
      if (known === 'allowed') continue
      const verdict = verdictOn(fixed, execution)
      if (known === undefined || VERDICTS.indexOf(verdict) < VERDICTS.indexOf(known)) judged.set(key, { outcome, verdict })
    }
  }
  return judged
}

/** Whether a program has more candidate executions, or more events, than one would want to wait for. */
export function isTooLarge(litmus: Litmus, candidatesMax: number): boolean {
  let candidates = 0
  for (const events of eventsByChoice(litmus)) {
    if (events.all.length > EVENTS_MAX) return true
    candidates += historiesByLocation(events).reduce((product, { length }) => product * length, 1)
    if (candidates > candidatesMax) return true
  }
  return false
}

/** The events of a program for each way its conditional instructions can go. */
function* eventsByChoice(litmus: Litmus): Generator<Events> {
  const conditionals = litmus.threads.flat().filter(isConditional)
  for (let choice = 0; choice < 1 << conditionals.length; choice++) {
    yield eventsOf(litmus, conditionals.map((_, i) => ((choice >>> i) & 1) === 1))
  }
}

interface Execution {
  /** In order of the locations. */
  readonly histories: readonly History[]
}

function historiesByLocation({ initial, actions, all }: Events): readonly (readonly History[])[] {
  return Array.from(initial, ([at, event]) =>
    historiesOf(
      event,
      actions.filter(({ instruction }) => instruction.at === at),
      all.length,
    ),
  )
}

function* executionsOf(events: Events): Generator<Execution> {
  const choices = historiesByLocation(events)
  if (choices.some(({ length }) => length === 0)) return
  const digits = choices.map(() => 0)
  for (;;) {
    yield { histories: choices.flatMap((histories, i) => histories[digits[i] ?? 0] ?? []) }
    let place = 0
    while (place < digits.length && (digits[place] ?? 0) + 1 === choices[place]?.length) digits[place++] = 0
    if (place === digits.length) return
    digits[place] = (digits[place] ?? 0) + 1
  }
}

function outcomeOf(litmus: Litmus, { histories }: Execution): Outcome {
  const registers = litmus.threads.map((thread) => thread.filter(hasResult).map(() => 0))
  for (const { thread, register, value } of histories.flatMap(({ results }) => results)) {
    const values = registers[thread]
    if (values !== undefined) values[register] = value
  }
  const memory = new Map<string, number>()
  for (const [index, [name, kind]] of [...locationsOf(litmus)].entries()) {
    if (kind !== 'lock') memory.set(name, histories[index]?.last ?? 0)
  }
  return { registers, memory }
}

/** What does not depend on who reads from whom. */
interface Fixed {
  readonly none: Relation
  readonly po: Relation
  readonly int: Relation
  readonly ext: Relation
  readonly mb: Relation
  readonly wmb: Relation
  readonly poRel: Relation
  readonly fence: Relation
  readonly rmw: Relation
  /** From a read to the store of the same instruction, if what is stored depends on what was read. */
  readonly data: Relation
  readonly poUnlock: Relation
  readonly lockPo: Relation
  /** From the read of a fully ordered read-modify-write to itself and to all that comes later. */
  readonly fullRead: Relation
  /** From an unlock to a later lock of the same thread. */
  readonly unlockLock: Relation
  readonly unlockLockPairs: Relation
}

function fixedRelations({ all, actions, fences }: Events): Fixed {
  const size = all.length
  const between = (holds: (from: Event, to: Event) => boolean): Relation =>
    relation(size, (i, j) => {
      const [from, to] = [all[i], all[j]]
      return from !== undefined && to !== undefined && holds(from, to)
    })
  const inOrder = (from: Event, to: Event): boolean => from.thread === to.thread && from.thread >= 0 && from.place < to.place
  const across = (kind: string, a: Event, b: Event): boolean =>
    inOrder(a, b) && fences.some((f) => f.kind === kind && f.thread === a.thread && a.place < f.place && f.place < b.place)
  const isRead = (e: Event): boolean => !e.isWrite && !e.noReturn

  const po = between(inOrder)
  const int = between((a, b) => a.thread === b.thread && a.thread >= 0)
  const ext = between((a, b) => a.thread !== b.thread)
  const mb = between((a, b) => across('full', a, b))
  const wmb = between((a, b) => a.isWrite && b.isWrite && across('write', a, b))
  const rmb = between((a, b) => isRead(a) && isRead(b) && across('read', a, b))
  const poRel = between((a, b) => b.releases && inOrder(a, b))
  const acqPo = between((a, b) => a.acquires && inOrder(a, b))
  const isPair = (op: (name: string) => boolean) => (a: Event, b: Event): boolean =>
    actions.some(({ read, write, instruction }) => read === a && write === b && op(instruction.op))
  const isFullRead = (e: Event): boolean =>
    actions.some(({ read, write, instruction }) => read === e && write !== undefined && 'order' in instruction && instruction.order === 'full')
  const isUnlock = (e: Event): boolean => e.lock === 'unlock'
  const isLockRead = (e: Event): boolean => e.lock === 'lock' && !e.isWrite
  return {
    none: empty(size),
    po,
    int,
    ext,
    mb,
    wmb,
    poRel,
    fence: union(mb, wmb, rmb, poRel, acqPo),
    rmw: between(isPair(() => true)),
    data: between(isPair((op) => DATA_DEPENDENT.includes(op))),
    fullRead: between((a, b) => isFullRead(a) && (a === b || inOrder(a, b))),
    poUnlock: between((a, b) => isUnlock(b) && inOrder(a, b)),
    lockPo: between((a, b) => isLockRead(a) && inOrder(a, b)),
    unlockLock: between((a, b) => isUnlock(a) && isLockRead(b) && inOrder(a, b)),
    unlockLockPairs: between((a, b) => isUnlock(a) && isLockRead(b)),
  }
}

const DATA_DEPENDENT: readonly string[] = ['inc', 'incReturn', 'incUnlessZero', 'setBit', 'clearBit', 'testAndSetBit', 'testAndClearBit']

/** The model (neither), the model and what the engine forbids besides, or the model without what the engine does not know. */
type Rules = 'model' | 'stricter' | 'laxer'

function verdictOn(fixed: Fixed, { histories }: Execution): Verdict {
  const rf = union(fixed.none, ...histories.map((history) => history.rf))
  const overwrite = union(fixed.none, ...histories.flatMap(({ co, fr }) => [co, fr]))
  const broken = brokenRule(fixed, rf, overwrite, 'model')
  if (broken !== undefined) return brokenRule(fixed, rf, overwrite, 'laxer') ?? 'forbidden, shown by design'
  if (!isAcyclic(union(fixed.po, rf))) return 'allowed by load buffering'
  return brokenRule(fixed, rf, overwrite, 'stricter') === undefined ? 'allowed' : 'allowed, not shown by design'
}

function brokenRule(fixed: Fixed, rf: Relation, overwrite: Relation, rules: Rules): Verdict | undefined {
  const { po, int, ext, mb, wmb, poRel, fence, rmw } = fixed
  const rfe = intersection(rf, ext)
  const rfi = intersection(rf, int)
  const handOver = intersection(rf, fixed.unlockLockPairs)
  const poUnlockLockPo = sequence(fixed.poUnlock, rules === 'laxer' ? handOver : union(fixed.unlockLock, handOver), fixed.lockPo)

  // Stricter: what a thread reads of its own swap or release comes after what the swap has read, or what was released.
  const data = rules === 'stricter' ? union(rmw, poRel) : fixed.data
  const ppo = union(sequence(data, rfi), intersection(overwrite, int), fence, intersection(poUnlockLockPo, int))
  // Stricter: a lock passes on what its holder has seen, not only what it has stored.
  const cumulative = sequence(optional(rfe), rules === 'stricter' ? union(mb, poRel, poUnlockLockPo) : union(mb, poRel))
  const rmwSequence = star(sequence(rf, rmw))
  const cumulFence = sequence(union(cumulative, wmb, poUnlockLockPo), rmwSequence)
  const prop = sequence(optional(intersection(overwrite, ext)), star(cumulFence), optional(rfe))
  const propInThread = intersection(prop.map((row, i) => row & ~(identity(prop.length)[i] ?? 0)), int)
  // Laxer: reads that must have come before earlier reads are noticed, the other way round they are not.
  const hb = union(ppo, rfe, rules === 'laxer' ? intersection(propInThread, inverse(po)) : propInThread)
  const hbPlus = closure(hb)
  if (hbPlus.some((row, i) => ((row >>> i) & 1) === 1)) return 'breaks happens-before'

  const propagated = sequence(prop, mb)
  const later = star(rules === 'laxer' ? union(ppo, rfe) : hb)
  if (!isAcyclic(sequence(propagated, later))) return 'breaks propagation'
  if (rules !== 'stricter') return undefined
  // Stricter: nothing is reordered between fences, and the first fence of a read-modify-write is not apart from it.
  const inOrder = sequence(propagated, star(union(po, rf)), union(mb, fixed.fullRead))
  return isAcyclic(union(sequence(propagated, later), inOrder)) ? undefined : 'breaks propagation'
}
