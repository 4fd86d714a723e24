/** Random litmus programs, and ever smaller ones. */
import { Prng } from '../soundness/prng.js'
import { hasResult, type Instruction, type Litmus, type LocationKind, type Order, type Thread } from './litmus.js'

const ORDERS: readonly Order[] = ['relaxed', 'acquire', 'release', 'full']
/** Instructions of a thread, but locks. */
const LENGTH_MAX = 4
const LOCKS = ['l', 'm']

/** The program of a seed: two or three threads of up to four instructions on two or three locations. */
export function generate(seed: number): Litmus {
  const random = new Prng(seed)
  const kinds: LocationKind[] = Array.from({ length: 2 + random.below(2) }, () => random.weighted([[6, 'cell'], [3, 'counter'], [2, 'flags']]))
  const threads = random.weighted([[2, 2], [3, 3]])
  const isLocked = random.chance(20)
  // Stored values differ, so that results say who was read from.
  let values = 0
  const fresh = (): number => ++values
  const on = (index: number): Instruction => access(random, kinds[index] ?? 'cell', 'xyz'.charAt(index), fresh)
  const fence = (): Instruction => ({ op: 'fence', kind: random.pick(['full', 'full', 'read', 'write']) })
  const anything = (): readonly Instruction[] =>
    Array.from({ length: 1 + random.below(LENGTH_MAX) }, () => (random.chance(22) ? fence() : on(random.below(kinds.length))))
  // As in the classic shapes: two locations, something between, and the next thread goes on where this one stops.
  const classic = (t: number): readonly Instruction[] => {
    const [first, second] = [on(t % kinds.length), on((t + 1) % kinds.length)]
    const between = random.chance(60) ? [random.chance(70) ? fenceBetween(random, first, second) : fence()] : []
    const also = random.chance(30) ? [on(random.below(kinds.length))] : []
    return random.chance(50) ? [...also, first, ...between, second] : [first, ...between, ...also, second]
  }
  const body = random.chance(60) ? classic : anything
  return { threads: Array.from({ length: threads }, (_, t) => (isLocked && random.chance(75) ? locked(random, body(t)) : body(t))) }
}

/** A fence that orders something. */
function fenceBetween(random: Prng, first: Instruction, second: Instruction): Instruction {
  const reads = hasResult(first) && hasResult(second)
  const writes = first.op === 'write' && second.op === 'write'
  return { op: 'fence', kind: random.pick(reads ? ['read', 'read', 'full'] : writes ? ['write', 'write', 'full'] : ['full']) }
}

/** `body` with one critical section or two around parts of it. */
function locked(random: Prng, body: readonly Instruction[]): Thread {
  const section = (part: readonly Instruction[]): Thread => {
    const at = random.pick(LOCKS)
    return [{ op: 'lock', at }, ...part, { op: 'unlock', at }]
  }
  const from = random.below(body.length)
  const to = from + 1 + random.below(body.length - from)
  const rest = body.slice(to)
  const isSecond = rest.length > 0 && random.chance(40)
  return [...body.slice(0, from), ...section(body.slice(from, to)), ...(isSecond ? section(rest) : rest)]
}

function access(random: Prng, kind: LocationKind, at: string, fresh: () => number): Instruction {
  const order = (): Order => random.pick(ORDERS)
  const read: Instruction = { op: 'read', at, order: random.chance(40) ? 'acquire' : 'relaxed' }
  const write = (value: number): Instruction => ({ op: 'write', at, value, order: random.chance(40) ? 'release' : 'relaxed' })
  const bit = random.below(2)
  switch (kind) {
    case 'cell':
      return random.weighted<() => Instruction>([
        [5, () => read],
        [5, () => write(fresh())],
        [2, () => ({ op: 'swap', at, value: fresh(), order: order() })],
        [2, () => ({ op: 'compareExchange', at, expected: random.below(3), value: fresh(), order: order() })],
      ])()
    case 'counter':
      return random.weighted<() => Instruction>([
        [5, () => read],
        [1, () => write(random.below(2))],
        [3, () => ({ op: 'inc', at })],
        [2, () => ({ op: 'incReturn', at, order: order() })],
        [2, () => ({ op: 'incUnlessZero', at, order: order() })],
        [1, () => ({ op: 'compareExchange', at, expected: random.below(2), value: 5, order: order() })],
      ])()
    default:
      return random.weighted<() => Instruction>([
        [3, () => ({ op: 'testBit', at, bit, order: random.chance(30) ? 'acquire' : 'relaxed' })],
        [1, () => read],
        [3, () => ({ op: random.pick(['setBit', 'clearBit']), at, bit })],
        [3, () => ({ op: random.pick(['testAndSetBit', 'testAndClearBit']), at, bit, order: order() })],
      ])()
  }
}

/** The smallest program that `keeps` and that is reached by leaving out or weakening one thing after the other. */
export function shrink(litmus: Litmus, keeps: (smaller: Litmus) => boolean): Litmus {
  for (const smaller of smallerThan(litmus)) if (keeps(smaller)) return shrink(smaller, keeps)
  return litmus
}

function* smallerThan({ threads }: Litmus): Generator<Litmus> {
  for (const t of threads.keys()) if (threads.length > 1) yield { threads: threads.filter((_, other) => other !== t) }
  for (const [t, thread] of threads.entries()) {
    const withThread = (body: Thread): Litmus => ({ threads: threads.map((old, other) => (other === t ? body : old)) })
    for (const [i, instruction] of thread.entries()) {
      if (instruction.op !== 'lock' && instruction.op !== 'unlock') yield withThread(thread.filter((_, other) => other !== i))
      const simpler = simplerThan(instruction)
      if (simpler) yield withThread(thread.map((old, other) => (other === i ? simpler : old)))
    }
    for (const lock of LOCKS) {
      const without = thread.filter((i) => !((i.op === 'lock' || i.op === 'unlock') && i.at === lock))
      if (without.length < thread.length) yield withThread(without)
    }
  }
}

function simplerThan(instruction: Instruction): Instruction | undefined {
  return 'order' in instruction && instruction.order !== 'relaxed' ? { ...instruction, order: 'relaxed' } : undefined
}
