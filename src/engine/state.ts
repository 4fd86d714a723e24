import { mixA, mixB } from './hash.js'
import type { Values } from './value.js'

/**
 * Shared state: a vector of value codes, one a slot, with an undo log and a fingerprint that is kept up to date at every
 * write. The fingerprint is the exclusive or of one pseudo-random 64-bit word for each (slot, content) pair.
 */
export class State {
  /** Value code of each slot. */
  codes = new Int32Array(64)
  size = 0
  fingerprintA = 0
  fingerprintB = 0
  private keysA = new Int32Array(64)
  private keysB = new Int32Array(64)
  private undoSlots = new Int32Array(1024)
  private undoCodes = new Int32Array(1024)
  private undoContentA = new Int32Array(1024)
  private undoContentB = new Int32Array(1024)
  private contentA = new Int32Array(64)
  private contentB = new Int32Array(64)
  private undoLength = 0

  constructor(
    private readonly values: Values,
    private readonly seed: number,
  ) {}

  /** Adds a slot; the content of the new slot does not enter the fingerprint until it is first written differently. */
  addSlot(code: number): number {
    const slot = this.size++
    if (slot >= this.codes.length) this.growSlots()
    this.keysA[slot] = mixA(this.seed ^ Math.imul(slot + 1, 0x9e3779b1))
    this.keysB[slot] = mixB(~this.seed ^ Math.imul(slot + 1, 0x7feb352d))
    this.codes[slot] = code
    this.place(slot, this.values.laneA(code), this.values.laneB(code))
    return slot
  }

  /** Adds a slot whose content hashes are the caller's: at first, its code and both hashes are 0. */
  addContent(): number {
    const slot = this.addSlot(0)
    this.place(slot, 0, 0)
    return slot
  }

  get(slot: number): number {
    return this.codes[slot] as number
  }

  set(slot: number, code: number): void {
    if (this.codes[slot] === code) return
    this.setContent(slot, code, this.values.laneA(code), this.values.laneB(code))
  }

  /** Writes a slot whose content hashes are the caller's (a task's local state). */
  setContent(slot: number, code: number, laneA: number, laneB: number): void {
    const at = this.undoLength++
    if (at >= this.undoSlots.length) this.growUndo()
    this.undoSlots[at] = slot
    this.undoCodes[at] = this.codes[slot] as number
    this.undoContentA[at] = this.contentA[slot] as number
    this.undoContentB[at] = this.contentB[slot] as number
    this.codes[slot] = code
    this.place(slot, laneA, laneB)
  }

  /** Position in the undo log, to be given to `undo`. */
  mark(): number {
    return this.undoLength
  }

  /** Takes back every write since `mark`. */
  undo(mark: number): void {
    while (this.undoLength > mark) {
      const at = --this.undoLength
      const slot = this.undoSlots[at] as number
      const a = this.undoContentA[at] as number
      const b = this.undoContentB[at] as number
      this.fingerprintA ^= (this.contentA[slot] as number) ^ a
      this.fingerprintB ^= (this.contentB[slot] as number) ^ b
      this.contentA[slot] = a
      this.contentB[slot] = b
      this.codes[slot] = this.undoCodes[at] as number
    }
  }

  /** Slots written since `mark`, with the codes they had before. */
  changesSince(mark: number): { slot: number; before: number }[] {
    const first = new Map<number, number>()
    for (let at = mark; at < this.undoLength; at++) {
      const slot = this.undoSlots[at] as number
      if (!first.has(slot)) first.set(slot, this.undoCodes[at] as number)
    }
    return [...first]
      .map(([slot, before]) => ({ slot, before }))
      .filter(({ slot, before }) => this.codes[slot] !== before)
  }

  /** Forgets how the present state came about. */
  forgetHistory(): void {
    this.undoLength = 0
  }

  private place(slot: number, laneA: number, laneB: number): void {
    const a = mixA(laneA ^ (this.keysA[slot] as number))
    const b = mixB(laneB ^ (this.keysB[slot] as number))
    this.fingerprintA ^= (this.contentA[slot] as number) ^ a
    this.fingerprintB ^= (this.contentB[slot] as number) ^ b
    this.contentA[slot] = a
    this.contentB[slot] = b
  }

  private growSlots(): void {
    this.codes = doubled(this.codes)
    this.keysA = doubled(this.keysA)
    this.keysB = doubled(this.keysB)
    this.contentA = doubled(this.contentA)
    this.contentB = doubled(this.contentB)
  }

  private growUndo(): void {
    this.undoSlots = doubled(this.undoSlots)
    this.undoCodes = doubled(this.undoCodes)
    this.undoContentA = doubled(this.undoContentA)
    this.undoContentB = doubled(this.undoContentB)
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
