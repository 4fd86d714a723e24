/**
 * What operations on shared objects mean, for the reference: on plain arrays of numbers and strings.
 * Integer results only; truth values are 1 and 0, `undefined` is -1.
 */
import type { Cond, ObjectDecl } from './ast.js'

/** Everything that tells one state from another: numbers, and strings for lists, queues and pointers. */
export type Slots = (number | string)[]

export const NULL = 'null'

export function initialSlots(o: ObjectDecl): Slots {
  switch (o.type) {
    case 'cell':
    case 'counter':
    case 'flags':
    case 'struct':
      return [o.init]
    case 'list':
      return [joinList(o.init)]
    case 'ref':
      return [o.init === null ? NULL : `struct ${o.init}`]
    case 'spinlock':
      // owner + 1, whether it was taken with interrupts off
      return [0, 0]
    case 'mutex':
      return [0]
    case 'rwsem':
      // holders, queue of waiting tasks: lists of claims
      return ['', '']
    case 'queue':
      return ['']
    case 'pool':
      // of each object: incarnation of its last allocation, whether it is alive, its field
      return Array.from({ length: o.size }, () => [0, 0, 0]).flat()
  }
}

export function splitList(slot: number | string | undefined): number[] {
  return slot === '' || slot === undefined ? [] : String(slot).split(';').map(Number)
}

export function joinList(items: readonly number[]): string {
  return items.join(';')
}

/** Performs `op` on the object at `at`; `underflow` is told when a counter goes below zero. */
export function operate(s: Slots, o: ObjectDecl, at: number, op: string, args: readonly number[], underflow: () => void): number {
  switch (o.type) {
    case 'cell':
    case 'struct':
      return operateCell(s, at, op, args)
    case 'flags':
      return operateFlags(s, at, op, args)
    case 'counter':
      return operateCounter(s, at, op, args, underflow)
    case 'list':
      return operateList(s, at, op, args)
    case 'spinlock':
      return s[at] !== 0 ? 1 : 0
    default:
      throw new RangeError(`${o.type}.${op} is no operation on integers`)
  }
}

function operateCell(s: Slots, at: number, op: string, args: readonly number[]): number {
  const old = s[at] as number
  const [a = 0, b = 0] = args
  switch (op) {
    case 'get':
      return old
    case 'set':
    case 'swap':
      s[at] = a
      return old
    case 'compareExchange':
      if (old !== a) return 0
      s[at] = b
      return 1
    default:
      throw new RangeError(`cell.${op}`)
  }
}

function operateFlags(s: Slots, at: number, op: string, args: readonly number[]): number {
  const word = s[at] as number
  const [a = 0, b = 0] = args
  const was = (word >> a) & 1
  switch (op) {
    case 'test':
      return was
    case 'set':
    case 'testAndSet':
      s[at] = word | (1 << a)
      return was
    case 'clear':
    case 'testAndClear':
      s[at] = word & ~(1 << a)
      return was
    case 'clearAndTest':
      s[at] = word & ~(1 << a)
      return (word >> b) & 1
    case 'get':
      return word
    case 'assign':
      s[at] = a
      return 0
    case 'compareExchange':
      if (word !== a) return 0
      s[at] = b
      return 1
    default:
      throw new RangeError(`flags.${op}`)
  }
}

function operateCounter(s: Slots, at: number, op: string, args: readonly number[], underflow: () => void): number {
  const old = s[at] as number
  const [a = 0, b = 0] = args
  const add = (n: number): number => {
    const now = old + n
    s[at] = now
    if (now < 0) underflow()
    return now
  }
  switch (op) {
    case 'get':
      return old
    case 'inc':
      s[at] = old + 1
      return 0
    case 'incReturn':
      return add(1)
    case 'dec':
    case 'decReturn':
      return add(-1)
    case 'decAndTest':
      return add(-1) === 0 ? 1 : 0
    case 'add':
      if (a <= 0) return add(a)
      s[at] = old + a
      return 0
    case 'incUnlessZero':
      if (old === 0) return 0
      s[at] = old + 1
      return 1
    case 'compareExchange':
      if (old !== a) return 0
      s[at] = b
      return 1
    case 'set':
      s[at] = a
      return 0
    default:
      throw new RangeError(`counter.${op}`)
  }
}

function operateList(s: Slots, at: number, op: string, args: readonly number[]): number {
  const items = splitList(s[at])
  const [a = 0, b = 0] = args
  let result = 0
  switch (op) {
    case 'push':
      items.push(a)
      break
    case 'unshift':
      items.unshift(a)
      break
    case 'shift':
      result = items.shift() ?? -1
      break
    case 'remove': {
      const index = items.indexOf(a)
      if (index >= 0) items.splice(index, 1)
      result = index >= 0 ? 1 : 0
      break
    }
    case 'insertBefore': {
      const index = items.indexOf(b)
      items.splice(index < 0 ? items.length : index, 0, a)
      break
    }
    case 'clear':
      items.length = 0
      break
    case 'next': {
      const index = items.indexOf(a)
      return index < 0 ? -1 : (items[index + 1] ?? -1)
    }
    case 'first':
      return items[0] ?? -1
    case 'has':
      return items.includes(a) ? 1 : 0
    case 'isEmpty':
      return items.length === 0 ? 1 : 0
    case 'length':
      return items.length
    default:
      throw new RangeError(`list.${op}`)
  }
  s[at] = joinList(items)
  return result
}

/** `at`: first slot of each object. */
export function holds(s: Slots, at: readonly number[], c: Cond): boolean {
  switch (c.k) {
    case 'cell':
    case 'counter':
      return s[at[c.obj] as number] === c.eq
    case 'flag':
      return (((s[at[c.obj] as number] as number) >> c.bit) & 1) === (c.set ? 1 : 0)
    case 'list':
      return (s[at[c.obj] as number] === '') === c.empty
    case 'null':
      return (s[at[c.obj] as number] === NULL) === c.isNull
    case 'and':
      return holds(s, at, c.a) && holds(s, at, c.b)
    case 'or':
      return holds(s, at, c.a) || holds(s, at, c.b)
  }
}
