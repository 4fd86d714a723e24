/** Litmus programs as data: threads of instructions on a few locations, all 0 at first, without branches. */

/** Strength of an access; `full` is that of read-modify-write instructions that return something. */
export type Order = 'relaxed' | 'acquire' | 'release' | 'full'

export type Fence = 'full' | 'read' | 'write'

/** An instruction. Those that give a result have a register: results are numbered per thread in program order. */
export type Instruction =
  | { readonly op: 'read'; readonly at: string; readonly order: 'relaxed' | 'acquire' }
  | { readonly op: 'write'; readonly at: string; readonly value: number; readonly order: 'relaxed' | 'release' }
  /** Stores `value`, gives what was there. */
  | { readonly op: 'swap'; readonly at: string; readonly value: number; readonly order: Order }
  /** Adds one, gives nothing, orders nothing. */
  | { readonly op: 'inc'; readonly at: string }
  /** Adds one, gives the sum. */
  | { readonly op: 'incReturn'; readonly at: string; readonly order: Order }
  /** Stores `value` if it finds `expected`, gives whether it did; orders nothing if not. */
  | { readonly op: 'compareExchange'; readonly at: string; readonly expected: number; readonly value: number; readonly order: Order }
  /** Adds one unless it finds zero, gives whether it did; orders nothing if not. */
  | { readonly op: 'incUnlessZero'; readonly at: string; readonly order: Order }
  /** Of a word of bits: one bit. */
  | { readonly op: 'testBit'; readonly at: string; readonly bit: number; readonly order: 'relaxed' | 'acquire' }
  /** Set and clear one bit of a word, give nothing, order nothing. */
  | { readonly op: 'setBit' | 'clearBit'; readonly at: string; readonly bit: number }
  /** Give the bit as it was; order nothing if they change nothing. */
  | { readonly op: 'testAndSetBit' | 'testAndClearBit'; readonly at: string; readonly bit: number; readonly order: Order }
  | { readonly op: 'fence'; readonly kind: Fence }
  | { readonly op: 'lock' | 'unlock'; readonly at: string }

/** An instruction on a location. */
export type Access = Exclude<Instruction, { readonly op: 'fence' }>

export type Thread = readonly Instruction[]

export interface Litmus {
  readonly threads: readonly Thread[]
}

/** What a location is made of; it follows from what is done to it. */
export type LocationKind = 'cell' | 'counter' | 'flags' | 'lock'

const KINDS: Readonly<Record<Access['op'], LocationKind | undefined>> = {
  read: undefined,
  write: undefined,
  compareExchange: undefined,
  swap: 'cell',
  inc: 'counter',
  incReturn: 'counter',
  incUnlessZero: 'counter',
  testBit: 'flags',
  setBit: 'flags',
  clearBit: 'flags',
  testAndSetBit: 'flags',
  testAndClearBit: 'flags',
  lock: 'lock',
  unlock: 'lock',
}

/** The locations of a program in order of appearance, each with its kind. */
export function locationsOf(litmus: Litmus): ReadonlyMap<string, LocationKind> {
  const found = new Map<string, LocationKind | undefined>()
  for (const i of litmus.threads.flat()) {
    if (i.op === 'fence') continue
    const [before, now] = [found.get(i.at), KINDS[i.op]]
    if (before !== undefined && now !== undefined && before !== now) throw new RangeError(`${i.at} is used as ${before} and as ${now}`)
    found.set(i.at, before ?? now)
  }
  return new Map(Array.from(found, ([name, kind]) => [name, kind ?? 'cell']))
}

const SILENT: readonly Instruction['op'][] = ['write', 'inc', 'setBit', 'clearBit', 'fence', 'lock', 'unlock']

/** Whether an instruction has a result. */
export function hasResult(instruction: Instruction): boolean {
  return !SILENT.includes(instruction.op)
}

/** What a run ends with: the results of each thread's instructions, and the last value of each location but locks. */
export interface Outcome {
  readonly registers: readonly (readonly number[])[]
  readonly memory: ReadonlyMap<string, number>
}

/** The same text for the same outcome: `0: 1 0 | 1: 1 | x=1 y=2`. */
export function outcomeKey({ registers, memory }: Outcome): string {
  const threads = registers.map((values, t) => `${t}:${values.map((value) => ` ${value}`).join('')}`)
  return [...threads, Array.from(memory, ([name, value]) => `${name}=${value}`).join(' ')].join(' | ')
}

/** One instruction on a line, as kernel code would have it. */
export function instructionText(i: Instruction): string {
  const suffix = (order: Order, usual: Order): string => (order === usual ? '' : `_${order}`)
  switch (i.op) {
    case 'read':
    case 'testBit':
      return `${i.op}${suffix(i.order, 'relaxed')}(${i.at}${i.op === 'testBit' ? `, ${i.bit}` : ''})`
    case 'write':
      return `write${suffix(i.order, 'relaxed')}(${i.at}, ${i.value})`
    case 'swap':
      return `swap${suffix(i.order, 'full')}(${i.at}, ${i.value})`
    case 'compareExchange':
      return `compareExchange${suffix(i.order, 'full')}(${i.at}, ${i.expected}, ${i.value})`
    case 'incReturn':
    case 'incUnlessZero':
      return `${i.op}${suffix(i.order, 'full')}(${i.at})`
    case 'testAndSetBit':
    case 'testAndClearBit':
      return `${i.op}${suffix(i.order, 'full')}(${i.at}, ${i.bit})`
    case 'setBit':
    case 'clearBit':
      return `${i.op}(${i.at}, ${i.bit})`
    case 'fence':
      return { full: 'smp_mb()', read: 'smp_rmb()', write: 'smp_wmb()' }[i.kind]
    default:
      return `${i.op}(${i.at})`
  }
}

export function litmusText({ threads }: Litmus): string {
  return threads.map((thread, t) => `P${t}: ${thread.map(instructionText).join('; ')}`).join('\n')
}
