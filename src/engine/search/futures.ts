import type { LocalState } from '../local-state.js'
import type { Machine } from '../machine.js'
import type { Access, Dependence } from '../operation.js'

/** A set of accesses, one bit each. */
type AccessSet = Int32Array

const UNKNOWN = 0
const CONFLICT = 1
const INDEPENDENT = 2

/** Gives accesses numbers, and knows which conflict. */
class AccessTable {
  private readonly numbers = new Map<string, number>()
  private readonly accesses: Access[] = []

  constructor(private readonly dependence: Dependence) {}

  numberOf(access: Access): number {
    const key = `${access.location} ${access.reads} ${access.writes} ${access.commutes}`
    let number = this.numbers.get(key)
    if (number === undefined) {
      number = this.accesses.length
      this.accesses.push(access)
      this.numbers.set(key, number)
    }
    return number
  }

  get words(): number {
    return (this.accesses.length + 31) >> 5
  }

  /** Every access that conflicts with one of these. */
  conflicting(others: readonly Access[]): AccessSet {
    const set = new Int32Array(this.words)
    this.accesses.forEach((access, number) => {
      if (this.dependence([access], others)) set[number >> 5]! |= 1 << (number & 31)
    })
    return set
  }
}

function intersects(x: AccessSet, y: AccessSet): boolean {
  const words = Math.min(x.length, y.length)
  for (let i = 0; i < words; i++) if ((x[i] as number) & (y[i] as number)) return true
  return false
}

/**
 * What each local state may still come to access, as far as the transitions learned so far tell. It is worked out once, for
 * everything known at that moment; local states met later count as accessing nothing, so that a search that has met one
 * must not be believed.
 */
export class Futures {
  /** Value of `machine.learned` when this was worked out. */
  readonly learned: number
  private readonly table: AccessTable
  private readonly own: (Int32Array | undefined)[] = []
  private readonly whole = new Map<string, (AccessSet | undefined)[]>()
  private readonly conflicts: (AccessSet | undefined)[] = []
  private readonly following: (readonly number[])[] = []
  private readonly rows = new Map<string, Uint8Array[]>()
  private lastKey: string | undefined
  private lastRows: Uint8Array[] = []
  private readonly nothing = new Int32Array(0)

  constructor(
    private readonly machine: Machine,
    dependence: Dependence,
  ) {
    this.table = new AccessTable(dependence)
    this.learned = machine.learned
    for (let id = 0; ; id++) {
      const local = machine.localById(id)
      if (local === undefined) break
      const accesses = local.operation?.accesses(machine) ?? []
      this.own.push(Int32Array.from(accesses, (access) => this.table.numberOf(access)))
      this.following.push(local.following().map((next) => next.id))
    }
  }

  /** Whether `other`, before it needs one of the `held` locks, may conflict with the next operation of `local`. */
  mayConflict(local: LocalState, other: LocalState, held: ReadonlySet<number>, key: string): boolean {
    const count = this.own.length
    if (local.id >= count || other.id >= count)
      return intersects(this.accessesOf(other, held, key), this.conflictsOf(local))
    const row = this.row(local.id, key)
    const known = row[other.id] as number
    if (known !== UNKNOWN) return known === CONFLICT
    const answer = intersects(this.accessesOf(other, held, key), this.conflictsOf(local))
    row[other.id] = answer ? CONFLICT : INDEPENDENT
    return answer
  }

  /** The answers worked out for one local state so far, by the other's number. */
  private row(id: number, key: string): Uint8Array {
    let rows = key === this.lastKey ? this.lastRows : this.rows.get(key)
    if (rows === undefined) {
      rows = []
      this.rows.set(key, rows)
    }
    this.lastKey = key
    this.lastRows = rows
    return (rows[id] ??= new Uint8Array(this.own.length))
  }

  /** The accesses that conflict with the next operation of a local state. */
  private conflictsOf(local: LocalState): AccessSet {
    if (local.id >= this.own.length) return this.table.conflicting(local.operation?.accesses(this.machine) ?? [])
    return (this.conflicts[local.id] ??= this.table.conflicting(local.operation?.accesses(this.machine) ?? []))
  }

  /**
   * What a task in this local state may access before it needs one of the `held` locks (slots) that others keep.
   * @param key the slots of `held` as a string.
   */
  private accessesOf(local: LocalState, held: ReadonlySet<number>, key: string): AccessSet {
    if (local.id >= this.own.length) return this.nothing
    let sets = this.whole.get(key)
    if (sets === undefined) {
      sets = this.close(held)
      this.whole.set(key, sets)
    }
    return sets[local.id] ?? this.nothing
  }

  /** Works out the accesses of every local state: those of its own operation and of what follows, to a fixed point. */
  private close(held: ReadonlySet<number>): AccessSet[] {
    const count = this.own.length
    const words = this.table.words
    const sets: AccessSet[] = []
    const cut: boolean[] = []
    for (let id = 0; id < count; id++) {
      const set = new Int32Array(words)
      const op = this.machine.localById(id)?.operation
      const blocked = op?.kind.blocksOnHolder === true && held.has(op.object.slot)
      cut.push(blocked)
      if (!blocked) for (const number of this.own[id] as Int32Array) set[number >> 5]! |= 1 << (number & 31)
      sets.push(set)
    }
    // Later local states mostly follow earlier ones, so that few rounds are needed.
    for (let changed = true; changed;) {
      changed = false
      for (let id = count - 1; id >= 0; id--) {
        if (cut[id] === true) continue
        const set = sets[id] as AccessSet
        for (const next of this.following[id] as readonly number[]) {
          const other = sets[next]
          if (other === undefined) continue
          for (let i = 0; i < words; i++) {
            const merged = (set[i] as number) | (other[i] as number)
            if (merged !== set[i]) {
              set[i] = merged
              changed = true
            }
          }
        }
      }
    }
    return sets
  }
}
