import { Status } from '../local-state.js'
import type { Machine } from '../machine.js'
import type { Dependence } from '../operation.js'
import type { Reduction } from './exhaustive.js'
import { bitCount, lowestBit } from './bits.js'
import { Futures } from './futures.js'

/** Share by which the known transitions must grow before the futures are worked out anew in the middle of a search. */
const GROWTH_EIGHTHS = 2

/**
 * Persistent sets (Godefroid 1996) from learned futures: a set of tasks such that nothing the other tasks can do before
 * one of the set moves conflicts with the next operations of the set.
 *
 * A task's future is what the transitions met so far tell, so that a search may be believed only if it met no transition
 * that was unknown when it began (`complete`); otherwise it is to be repeated with what was learned.
 */
export class PersistentSets implements Reduction {
  private futures: Futures

  constructor(
    private readonly machine: Machine,
    private readonly dependence: Dependence,
  ) {
    this.futures = new Futures(machine, dependence)
    this.begun = machine.learned
  }

  private readonly begun: number

  /** Whether nothing was learned since the search began. */
  get complete(): boolean {
    return this.machine.learned === this.begun
  }

  select(machine: Machine, enabled: number): number {
    if ((enabled & (enabled - 1)) === 0 || machine.opaque) return enabled
    if (machine.learned * 8 > this.futures.learned * (8 + GROWTH_EIGHTHS))
      this.futures = new Futures(machine, this.dependence)
    let best = enabled
    let bestSize = bitCount(enabled)
    for (let seeds = enabled; seeds !== 0; seeds &= seeds - 1) {
      const closed = this.close(machine, seeds & -seeds, best) & enabled
      if (closed === 0) continue
      const size = bitCount(closed)
      if (size < bestSize) {
        best = closed
        bestSize = size
        if (size === 1) break
      }
    }
    return best
  }

  /** The smallest persistent superset of `seed`; 0 if it would not be smaller than `limit`. */
  private close(machine: Machine, seed: number, limit: number): number {
    let set = seed
    for (let todo = seed; todo !== 0;) {
      const task = lowestBit(todo)
      todo &= todo - 1
      const pending = machine.local(task)
      const { held, key } = heldBy(machine, set)
      for (let other = 0; other < machine.tasks.length; other++) {
        if (set & (1 << other)) continue
        const local = machine.local(other)
        if (local.status !== Status.Pending) continue
        if (!this.futures.mayConflict(pending, local, held, key)) continue
        set |= 1 << other
        todo |= 1 << other
        if ((set & limit) === limit) return 0
      }
    }
    return set
  }
}

const NOTHING_HELD = { held: new Set<number>(), key: '' }

/** Slots of the locks that tasks of a set hold. */
function heldBy(machine: Machine, set: number): { held: ReadonlySet<number>; key: string } {
  if (machine.locks.length === 0) return NOTHING_HELD
  const held = new Set<number>()
  let key = ''
  for (const lock of machine.locks) {
    const holder = lock.holder()
    if (holder < 0 || (set & (1 << holder)) === 0) continue
    held.add(lock.slot)
    key += `${lock.slot} `
  }
  return { held, key }
}
