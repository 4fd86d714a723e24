import type { LocalState } from './local-state.js'
import type { Machine } from './machine.js'
import type { Operation } from './operation.js'
import { FALSE } from './value.js'

/** A lock was waited for, or may have been, while another one was held. */
export interface LockOrder {
  /** Kind of lock that was held: the last word of its name. */
  readonly held: string
  readonly taken: string
  /** Task and function that took it. */
  readonly task: string
  readonly where: string
}

/**
 * The orders in which locks are taken. What a task holds is noted once for each of its local states, when that is met
 * first, so that an exploration does not get slower by it.
 */
export class LockOrders {
  private readonly held = new Map<LocalState, readonly string[]>()
  private readonly seen = new Map<string, LockOrder>()

  constructor(private readonly machine: Machine) {}

  get all(): readonly LockOrder[] {
    return [...this.seen.values()].sort((x, y) => compare(keyOf(x), keyOf(y)))
  }

  /** The task that was in `local` has got `code` for an answer, and stops in `next` for the first time. */
  follow(task: number, local: LocalState, op: Operation, code: number, next: LocalState): void {
    const before = this.held.get(local) ?? []
    const { locks } = op.kind
    if (locks === undefined) {
      if (before.length > 0) this.keep(next, before)
      return
    }
    const name = this.nameOf(op)
    if (locks === 'takes' || locks === 'awaits') for (const other of before) this.note(other, name, task, local)
    if (locks === 'releases') this.keep(next, without(before, name))
    else this.keep(next, locks === 'awaits' || code === FALSE ? before : [...before, name])
  }

  private keep(local: LocalState, held: readonly string[]): void {
    if (!this.held.has(local)) this.held.set(local, held)
  }

  private note(held: string, taken: string, task: number, local: LocalState): void {
    if (held === taken) return
    const order: LockOrder = {
      held: kindOf(held),
      taken: kindOf(taken),
      task: this.machine.taskName(task),
      where: local.frames.at(-1) ?? '',
    }
    const key = `${order.held} ${order.taken}`
    const known = this.seen.get(key)
    if (known === undefined || compare(keyOf(order), keyOf(known)) < 0) this.seen.set(key, order)
  }

  private nameOf(op: Operation): string {
    return op.object.slot < 0 ? this.machine.format(op.a) : op.object.name
  }
}

/** Orders that several searches have seen, each once. */
export function togetherInOrder(all: readonly (readonly LockOrder[])[]): readonly LockOrder[] {
  const seen = new Map<string, LockOrder>()
  for (const order of all.flat()) {
    const key = `${order.held} ${order.taken}`
    const known = seen.get(key)
    if (known === undefined || compare(keyOf(order), keyOf(known)) < 0) seen.set(key, order)
  }
  return [...seen.values()].sort((x, y) => compare(keyOf(x), keyOf(y)))
}

function keyOf({ held, taken, task, where }: LockOrder): string {
  return `${held} ${taken} ${task} ${where}`
}

/** `F1.i_mapping.i_pages` is an `i_pages`; numbers behind a name tell instances apart, and `lock` alone tells nothing. */
function kindOf(name: string): string {
  const words = name.split('.').map((word) => word.replace(/\d+$/, ''))
  const last = words.at(-1) ?? name
  return last === 'lock' ? words.slice(-2).join('.') : last
}

function without(held: readonly string[], name: string): readonly string[] {
  const at = held.lastIndexOf(name)
  return at < 0 ? held : held.filter((_one, i) => i !== at)
}

function compare(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}
