/** Values that programs keep in tracked objects and in logs, and their encoding as 32-bit codes. */
import { ProgramError } from './errors.js'
import { hashString, mixA, mixB } from './hash.js'

/** What a cell may hold and a remembered call may return: primitives, tracked objects, and arrays of these. */
export type Value = undefined | null | boolean | number | string | object | readonly Value[]

/** The type of a variable that is initialised with a value of type T: `number` for `0`. */
export type Widened<T> = T extends boolean ? boolean : T extends number ? number : T extends string ? string : T

export const UNDEFINED = 0
export const NULL = 2
export const FALSE = 4
export const TRUE = 6

const INLINE_MAX = 1 << 29

/** Code of a small integer; the inverse is `code >> 1`. */
export function codeOfInt(n: number): number {
  return (n << 1) | 1
}

/**
 * Interns values. A code is odd for a small integer (the value shifted by one), else twice the index of an interned
 * value. Codes may differ between two runs of the same program; the two content hashes of a code do not.
 */
export class Values {
  private readonly values: unknown[] = [undefined, null, false, true]
  private readonly byPrimitive = new Map<string | number, number>()
  private readonly byObject = new Map<object, number>()
  private readonly byTuple = new Map<string, number>()
  private readonly hashA: number[] = []
  private readonly hashB: number[] = []

  constructor() {
    for (let i = 0; i < 4; i++) this.addHashes(`constant ${i}`)
  }

  /** Gives `object` an identity under `name`, so that it can be a value. Names must be unique in the world. */
  register(object: object, name: string): void {
    this.byObject.set(object, this.add(object, `object ${name}`))
  }

  encode(value: Value): number {
    switch (typeof value) {
      case 'undefined':
        return UNDEFINED
      case 'boolean':
        return value ? TRUE : FALSE
      case 'number':
        if (Number.isInteger(value) && value < INLINE_MAX && value >= -INLINE_MAX) return (value << 1) | 1
        return this.internPrimitive(value)
      case 'string':
        return this.internPrimitive(value)
      case 'object': {
        if (value === null) return NULL
        const known = this.byObject.get(value)
        if (known !== undefined) return known
        if (Array.isArray(value)) return this.internTuple(value as readonly Value[])
        throw new ProgramError(
          `a value of a tracked object must be a primitive, a tracked object or an array of these, not ${describeForeign(value)}`,
          'create it at set-up time with world.struct() or world.pool(), or keep its parts in cells of their own',
        )
      }
      default:
        throw new ProgramError(
          `a value of a tracked object can not be a ${typeof value}`,
          'use a number, a string or a tracked object',
        )
    }
  }

  decode(code: number): unknown {
    return code & 1 ? code >> 1 : this.values[code >>> 1]
  }

  /** Content hash of a code, first lane. */
  laneA(code: number): number {
    return code & 1 ? code : (this.hashA[code >>> 1] as number)
  }

  /** Content hash of a code, second lane. */
  laneB(code: number): number {
    return code & 1 ? code : (this.hashB[code >>> 1] as number)
  }

  /** Code of the tuple with these element codes. */
  tuple(codes: readonly number[]): number {
    const key = codes.join(',')
    let code = this.byTuple.get(key)
    if (code === undefined) {
      let a = 0x51ed270b
      let b = 0x2545f491
      for (const element of codes) {
        a = mixA(Math.imul(a, 31) ^ this.laneA(element))
        b = mixB(Math.imul(b, 37) ^ this.laneB(element))
      }
      const index = this.values.length
      this.values.push(Object.freeze(codes.map((element) => this.decode(element))))
      this.hashA.push(a)
      this.hashB.push(b)
      code = index << 1
      this.byTuple.set(key, code)
      this.elements.set(code, codes)
    }
    return code
  }

  /** Element codes of a tuple code. */
  elementsOf(code: number): readonly number[] {
    return this.elements.get(code) ?? []
  }

  private readonly elements = new Map<number, readonly number[]>()

  private internTuple(value: readonly Value[]): number {
    return this.tuple(value.map((element) => this.encode(element)))
  }

  private internPrimitive(value: string | number): number {
    let code = this.byPrimitive.get(value)
    if (code === undefined) {
      code = this.add(value, `${typeof value} ${value}`)
      this.byPrimitive.set(value, code)
    }
    return code
  }

  private add(value: unknown, content: string): number {
    const index = this.values.length
    this.values.push(value)
    this.addHashes(content)
    return index << 1
  }

  private addHashes(content: string): void {
    this.hashA.push(hashString(content, 0x811c9dc5))
    this.hashB.push(mixB(hashString(content, 0x3c6ef372)))
  }
}

function describeForeign(value: object): string {
  const constructor: unknown = value.constructor
  return typeof constructor === 'function' && constructor.name !== ''
    ? `an untracked ${constructor.name}`
    : 'an untracked object'
}
