import { ProgramError } from './errors.js'
import { codeOfBoolean, type Machine } from './machine.js'
import { ALL, type Operation, type Order } from './operation.js'
import { inEveryOrder } from './order.js'
import type { Content } from './recording.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { FALSE, TRUE, UNDEFINED, codeOfInt } from './value.js'

/** Most flags in one word. */
const BITS_MAX = 29

const wordOf = (machine: Machine, op: Operation): number => machine.state.get(op.object.slot) >> 1
const bitNames = (_machine: Machine, op: Operation): string => op.object.sayWord(op.a)

const test = inEveryOrder({
  name: 'test',
  memory: 'load',
  execute: (machine, op) => codeOfBoolean((wordOf(machine, op) & op.a) !== 0),
  accesses: (_machine, op) => op.object.access(op.a, 0),
  detail: bitNames,
})

const set = inEveryOrder({
  name: 'set',
  memory: 'update',
  execute(machine, op) {
    machine.state.set(op.object.slot, codeOfInt(wordOf(machine, op) | op.a))
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.access(0, op.a, 1 + 2 * op.a),
  detail: bitNames,
})

const clear = inEveryOrder({
  name: 'clear',
  memory: 'update',
  execute(machine, op) {
    machine.state.set(op.object.slot, codeOfInt(wordOf(machine, op) & ~op.a))
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.access(0, op.a, 2 + 2 * op.a),
  detail: bitNames,
})

const testAndSet = inEveryOrder({
  name: 'test_and_set',
  memory: 'update',
  storesIf: FALSE,
  hasResult: true,
  execute(machine, op) {
    const word = wordOf(machine, op)
    machine.state.set(op.object.slot, codeOfInt(word | op.a))
    return codeOfBoolean((word & op.a) !== 0)
  },
  accesses: (_machine, op) => op.object.access(op.a, op.a),
  detail: bitNames,
})

const testAndClear = inEveryOrder({
  name: 'test_and_clear',
  memory: 'update',
  storesIf: TRUE,
  hasResult: true,
  execute(machine, op) {
    const word = wordOf(machine, op)
    machine.state.set(op.object.slot, codeOfInt(word & ~op.a))
    return codeOfBoolean((word & op.a) !== 0)
  },
  accesses: (_machine, op) => op.object.access(op.a, op.a),
  detail: bitNames,
})

const clearAndTest = inEveryOrder({
  name: 'clear_and_test',
  memory: 'update',
  hasResult: true,
  execute(machine, op) {
    const word = wordOf(machine, op)
    machine.state.set(op.object.slot, codeOfInt(word & ~op.a))
    return codeOfBoolean((word & op.b) !== 0)
  },
  accesses: (_machine, op) => op.object.access(op.b, op.a),
  detail: (_machine, op) => `${op.object.sayWord(op.a)}; ${op.object.sayWord(op.b)}`,
})

const get = inEveryOrder({
  name: 'read',
  memory: 'load',
  execute: (machine, op) => machine.state.get(op.object.slot),
  accesses: (_machine, op) => op.object.readAccess(),
  result: (_machine, op, code) => op.object.sayWord(code >> 1),
})

const assign = inEveryOrder({
  name: 'assign',
  memory: 'store',
  execute(machine, op) {
    machine.state.set(op.object.slot, codeOfInt(op.a))
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.access(0, ALL),
  detail: bitNames,
})

const compareExchange = inEveryOrder({
  name: 'compare_exchange',
  memory: 'update',
  storesIf: TRUE,
  hasResult: true,
  execute(machine, op) {
    const met = wordOf(machine, op) === op.a
    if (met) machine.state.set(op.object.slot, codeOfInt(op.b))
    return codeOfBoolean(met)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  detail: (_machine, op) => `${op.object.sayWord(op.a)}, ${op.object.sayWord(op.b)}`,
})

/** A word of named bits with atomic bit operations. Operations on different bits are independent of each other. */
export class Flags extends Tracked {
  override readonly isLocation = true
  override readonly recordedAs = 'flags'
  private readonly masks = new Map<string, number>()

  constructor(
    scope: Scope,
    name: string,
    private readonly bits: readonly string[],
    init: readonly string[],
  ) {
    super(
      scope.machine,
      scope.name(name),
      scope.slot(codeOfInt(init.reduce((word, bit) => word | (1 << bits.indexOf(bit)), 0))),
      scope.guard,
    )
    if (bits.length > BITS_MAX)
      throw new ProgramError(`${this.name} has ${bits.length} bits`, `at most ${BITS_MAX} fit in one word of flags`)
    bits.forEach((bit, position) => this.masks.set(bit, 1 << position))
    this.mask(...init)
  }

  /** @param order where memory is weak: relaxed unless `acquire` */
  test(bit: string, order?: Order): boolean {
    return this.perform(test[order ?? 'default'], this.mask(bit)) === TRUE
  }

  /** Unordered where memory is weak, unless said. */
  set(bit: string, order?: Order): void {
    this.perform(set[order ?? 'default'], this.mask(bit))
  }

  /** Unordered where memory is weak, unless said. */
  clear(bit: string, order?: Order): void {
    this.perform(clear[order ?? 'default'], this.mask(bit))
  }

  /**
   * Sets the bit and returns what it was, atomically.
   * @param order where memory is weak: full unless said; none if the bit was set already
   */
  testAndSet(bit: string, order?: Order): boolean {
    return this.perform(testAndSet[order ?? 'default'], this.mask(bit)) === TRUE
  }

  /**
   * Clears the bit and returns what it was, atomically.
   * @param order where memory is weak: full unless said; none if the bit was clear already
   */
  testAndClear(bit: string, order?: Order): boolean {
    return this.perform(testAndClear[order ?? 'default'], this.mask(bit)) === TRUE
  }

  /**
   * Clears one bit and tells whether another one was set, in one atomic operation.
   * @param order where memory is weak: full unless said
   */
  clearAndTest(clearBit: string, sampleBit: string, order?: Order): boolean {
    return this.perform(clearAndTest[order ?? 'default'], this.mask(clearBit), this.mask(sampleBit)) === TRUE
  }

  /** The whole word. @param order where memory is weak: relaxed unless `acquire` */
  get(order?: Order): number {
    return this.perform(get[order ?? 'default']) >> 1
  }

  /** Overwrites the whole word, whatever is in it. @param order where memory is weak: relaxed unless `release` */
  assign(word: number, order?: Order): void {
    this.perform(assign[order ?? 'default'], word)
  }

  /**
   * Stores `next` if the word is `expected`, atomically; whether it did.
   * @param order where memory is weak: full unless said; none if it stores nothing
   */
  compareExchange(expected: number, next: number, order?: Order): boolean {
    return this.perform(compareExchange[order ?? 'default'], expected, next) === TRUE
  }

  /** The word in which just these bits are set. */
  mask(...bits: readonly string[]): number {
    let mask = 0
    for (const bit of bits) {
      const one = this.masks.get(bit)
      if (one === undefined)
        throw new ProgramError(`${this.name} has no bit ${bit}`, `its bits are ${this.bits.join(', ')}`)
      mask |= one
    }
    return mask
  }

  /** Names of the bits of a word, or `0`. */
  override sayWord(word: number): string {
    return this.bitsOf(word).join('|') || '0'
  }

  bitsOf(word: number): readonly string[] {
    return this.bits.filter((_bit, position) => word & (1 << position))
  }

  override content(read: (slot: number) => number): Content {
    return { kind: 'flags', bits: this.bits, set: this.bitsOf(read(this.slot) >> 1) }
  }

  override parts(_slot: number, code: number): readonly (readonly [string, string])[] {
    return this.bits.map((bit, position) => [bit, code & (2 << position) ? '1' : '0'] as const)
  }
}
