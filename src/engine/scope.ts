import type { Machine } from './machine.js'
import type { Guard, Tracked } from './tracked.js'

/**
 * Where new tracked objects are put: in fresh slots at set-up, or, for a further incarnation of a pool object, in the
 * slots that the first incarnation got.
 */
export class Scope {
  private next = 0

  constructor(
    readonly machine: Machine,
    /** Put before every name, e.g. `page0.`. */
    readonly prefix: string,
    readonly guard: Guard | undefined,
    /** Slots to use again, in order of creation; undefined for fresh ones. */
    private readonly reuse: readonly number[] | undefined,
    /** Records the slots handed out. */
    readonly used: number[],
  ) {}

  name(name: string): string {
    return this.prefix + name
  }

  slot(code: number): number {
    const slot = this.reuse === undefined ? this.machine.state.addSlot(code) : (this.reuse[this.next++] as number)
    this.used.push(slot)
    return slot
  }

  /** Whether the lock of this name is one that is not taken. */
  leavesOut(name: string): boolean {
    return this.machine.leavesOut(this.name(name))
  }

  /** `own`, for a lock. */
  ownLock<T extends Tracked>(object: T, slots = 1): T {
    if (this.reuse === undefined) this.machine.locks.push(object)
    return this.own(object, slots)
  }

  /** Makes `object` the owner of the `slots` slots it was given. */
  own<T extends Tracked>(object: T, slots = 1): T {
    if (this.reuse === undefined) for (let i = 0; i < slots; i++) this.machine.slotFor(object, object.slot + i)
    return object
  }
}
