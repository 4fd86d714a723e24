/** Short names to write litmus programs down. */
import type { Instruction, Order } from './litmus.js'

export const r = (at: string): Instruction => ({ op: 'read', at, order: 'relaxed' })
export const acq = (at: string): Instruction => ({ op: 'read', at, order: 'acquire' })
export const w = (at: string, value = 1): Instruction => ({ op: 'write', at, value, order: 'relaxed' })
export const rel = (at: string, value = 1): Instruction => ({ op: 'write', at, value, order: 'release' })
export const mb: Instruction = { op: 'fence', kind: 'full' }
export const rmb: Instruction = { op: 'fence', kind: 'read' }
export const wmb: Instruction = { op: 'fence', kind: 'write' }
export const lock = (at: string): Instruction => ({ op: 'lock', at })
export const unlock = (at: string): Instruction => ({ op: 'unlock', at })
export const inc = (at: string): Instruction => ({ op: 'inc', at })
export const incReturn = (at: string, order: Order = 'full'): Instruction => ({ op: 'incReturn', at, order })
export const incUnlessZero = (at: string, order: Order = 'full'): Instruction => ({ op: 'incUnlessZero', at, order })
export const xchg = (at: string, value: number, order: Order = 'full'): Instruction => ({ op: 'swap', at, value, order })
export const cmpxchg = (at: string, expected: number, value: number, order: Order = 'full'): Instruction => ({
  op: 'compareExchange',
  at,
  expected,
  value,
  order,
})
export const testBit = (at: string, bit: number, order: 'relaxed' | 'acquire' = 'relaxed'): Instruction => ({ op: 'testBit', at, bit, order })
export const setBit = (at: string, bit: number): Instruction => ({ op: 'setBit', at, bit })
export const clearBit = (at: string, bit: number): Instruction => ({ op: 'clearBit', at, bit })
export const testAndSetBit = (at: string, bit: number, order: Order = 'full'): Instruction => ({ op: 'testAndSetBit', at, bit, order })
export const testAndClearBit = (at: string, bit: number, order: Order = 'full'): Instruction => ({ op: 'testAndClearBit', at, bit, order })
