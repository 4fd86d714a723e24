/** The events of a litmus program, as the Linux-kernel memory model sees its instructions. */
import { locationsOf, type Access, type Fence, type Instruction, type Litmus, type Order } from './litmus.js'

export interface Event {
  readonly index: number
  /** -1: initial value of a location. */
  readonly thread: number
  /** Place in program order among events and fences of the thread. */
  readonly place: number
  readonly at: string
  readonly isWrite: boolean
  readonly acquires: boolean
  readonly releases: boolean
  /** The read of an instruction without result: smp_rmb does not order it. */
  readonly noReturn: boolean
  readonly lock: 'lock' | 'unlock' | undefined
}

/** What one instruction does to its location: one event, or the two of a read-modify-write. */
export interface Action {
  readonly thread: number
  /** Number of its result in the thread, or -1. */
  readonly register: number
  readonly instruction: Access
  readonly read: Event | undefined
  readonly write: Event | undefined
}

export interface Events {
  readonly all: readonly Event[]
  /** Initial value of each location. */
  readonly initial: ReadonlyMap<string, Event>
  readonly actions: readonly Action[]
  readonly fences: readonly { readonly thread: number; readonly place: number; readonly kind: Fence }[]
}

/** What an instruction leaves in memory that holds `seen` (undefined: it stores nothing), and its result. */
export function effect(i: Access, seen: number): { readonly next: number | undefined; readonly result: number } {
  const bit = 'bit' in i ? 1 << i.bit : 0
  switch (i.op) {
    case 'read':
      return { next: undefined, result: seen }
    case 'testBit':
      return { next: undefined, result: Number((seen & bit) !== 0) }
    case 'write':
      return { next: i.value, result: 0 }
    case 'swap':
      return { next: i.value, result: seen }
    case 'inc':
      return { next: seen + 1, result: 0 }
    case 'incReturn':
      return { next: seen + 1, result: seen + 1 }
    case 'compareExchange':
      return seen === i.expected ? { next: i.value, result: 1 } : { next: undefined, result: 0 }
    case 'incUnlessZero':
      return seen === 0 ? { next: undefined, result: 0 } : { next: seen + 1, result: 1 }
    case 'setBit':
      return { next: seen | bit, result: 0 }
    case 'clearBit':
      return { next: seen & ~bit, result: 0 }
    case 'testAndSetBit':
      return (seen & bit) !== 0 ? { next: undefined, result: 1 } : { next: seen | bit, result: 0 }
    case 'testAndClearBit':
      return (seen & bit) !== 0 ? { next: seen & ~bit, result: 1 } : { next: undefined, result: 0 }
    case 'lock':
      return seen === 0 ? { next: 1, result: 0 } : { next: undefined, result: 0 }
    case 'unlock':
      return { next: 0, result: 0 }
  }
}

/** Instructions that may or may not store, depending on what they find. */
export function isConditional({ op }: Instruction): boolean {
  return op === 'compareExchange' || op === 'incUnlessZero' || op === 'testAndSetBit' || op === 'testAndClearBit'
}

const WRITES_ONLY: readonly Instruction['op'][] = ['write', 'unlock']
const READS_ONLY: readonly Instruction['op'][] = ['read', 'testBit']
const NO_RETURN: readonly Instruction['op'][] = ['inc', 'setBit', 'clearBit']
const NO_RESULT: readonly Instruction['op'][] = ['write', 'lock', 'unlock', ...NO_RETURN]

/** `stores` says of each conditional instruction, in order of threads and instructions, whether it stores. */
export function eventsOf(litmus: Litmus, stores: readonly boolean[]): Events {
  const all: Event[] = []
  const actions: Action[] = []
  const fences: Events['fences'][number][] = []
  const initial = new Map<string, Event>()
  const event = (fields: Omit<Event, 'index'>): Event => {
    const made = { index: all.length, ...fields }
    all.push(made)
    return made
  }
  const none = { acquires: false, releases: false, noReturn: false, lock: undefined }
  for (const at of locationsOf(litmus).keys()) initial.set(at, event({ ...none, thread: -1, place: 0, at, isWrite: true }))

  let conditionals = 0
  for (const [thread, instructions] of litmus.threads.entries()) {
    let place = 0
    let registers = 0
    for (const instruction of instructions) {
      if (instruction.op === 'fence') {
        fences.push({ thread, place: place++, kind: instruction.kind })
        continue
      }
      const { op, at } = instruction
      const isStored = isConditional(instruction) ? stores[conditionals++] === true : !READS_ONLY.includes(op)
      const isRead = !WRITES_ONLY.includes(op)
      const isFailed = isRead && !isStored && !READS_ONLY.includes(op)
      const order: Order = isFailed || !('order' in instruction) ? 'relaxed' : instruction.order
      const common = { ...none, thread, at, lock: op === 'lock' || op === 'unlock' ? op : undefined }
      const acquires = order === 'acquire' || op === 'lock'
      const releases = order === 'release' || op === 'unlock'
      if (order === 'full') fences.push({ thread, place: place++, kind: 'full' })
      const read = isRead ? event({ ...common, place: place++, isWrite: false, acquires, noReturn: NO_RETURN.includes(op) }) : undefined
      const write = isStored ? event({ ...common, place: place++, isWrite: true, releases }) : undefined
      if (order === 'full') fences.push({ thread, place: place++, kind: 'full' })
      actions.push({ thread, register: NO_RESULT.includes(op) ? -1 : registers++, instruction, read, write })
    }
  }
  return { all, initial, actions, fences }
}
