import type { Machine } from './machine.js'
import type { Tracked } from './tracked.js'

/** Part of a location that an operation reads or writes: a mask of 32 bits. */
export interface Access {
  /** Identity of the location, unique in the world. */
  readonly location: number
  readonly reads: number
  readonly writes: number
  /** Two accesses of one location with the same class above zero commute although both write. */
  readonly commutes: number
}

export const ALL = -1

/** How strong an access is where memory is weak: what it is ordered against. */
export type Order = 'relaxed' | 'acquire' | 'release' | 'full'

/**
 * A kind of operation of one primitive. Everything the engine has to know about the operation is here: what it does,
 * when it can happen, and what it touches.
 */
export interface OperationKind {
  readonly name: string
  /** Performs the operation for task `task` (-1 at set-up) and returns the code of its result. */
  execute(machine: Machine, op: Operation, task: number): number
  /** Whether the operation can happen now; absent if it always can. */
  readonly enabled?: (machine: Machine, op: Operation, task: number) => boolean
  /** What the operation reads and writes besides its task's own local state. */
  accesses(machine: Machine, op: Operation): readonly Access[]
  /** `eager`: no step, performed at once. `choice`: no step, one branch for each value. */
  readonly invisible?: 'eager' | 'choice'
  /** An access to one location, which may come late where memory is weak: a load, a store, or a read-modify-write. */
  readonly memory?: 'load' | 'store' | 'update'
  /** The read-modify-write stores only if it finds what it wants, which this result tells; if not it is a relaxed load. */
  readonly storesIf?: number
  /** The read-modify-write tells something about what was there before, and is fully ordered unless `order` says otherwise. */
  readonly hasResult?: true
  /** Absent: full for a read-modify-write with a result, relaxed for every other access. */
  readonly order?: Order
  /** The lock that the operation is about is taken, taken if that needs no waiting (the answer says so), given up, or awaited. */
  readonly locks?: 'takes' | 'tries' | 'releases' | 'awaits'
  /** The object itself passes on what its users know: as a lock does. An operation that answers false passes nothing. */
  readonly passes?: 'acquires' | 'releases' | 'both'
  /** What the operation touches is not known before it happens: nothing can be said about what it commutes with. */
  readonly opaque?: true
  /** The operation may start a task. */
  readonly startsTask?: true
  /** The operation cannot happen while another task holds its object exclusively. */
  readonly blocksOnHolder?: true
  /** The arguments in words. */
  detail?(machine: Machine, op: Operation): string
  /** The result in words; absent if the plain value says it. */
  result?(machine: Machine, op: Operation, code: number): string
  /** How the operation, about to happen, will differ from an access to the present content; empty if it does not. */
  late?(machine: Machine, op: Operation, task: number): string
  /** Why the operation cannot happen now. */
  waitsFor?(machine: Machine, op: Operation, task: number): Wait
}

/** What a task that cannot go on waits for. */
export interface Wait {
  readonly text: string
  /** Tasks that could end the wait because they hold what is waited for; empty if nobody holds it. */
  readonly holders: readonly number[]
  /** The thing waited for has happened, yet the task was not told. */
  readonly lost: boolean
}

/** What a conditional wait waits for. */
export interface Condition {
  met(): boolean
  /** True if whoever still waits when nothing can run any more was forgotten, rather than rightly waiting. */
  lost?(): boolean
}

/** What an operation makes of the content of a slot. */
export interface Effect {
  readonly after: number
  readonly result: number
}

/** A pending operation of a task: what it will do next. */
export class Operation {
  private cached: readonly Access[] | undefined
  private knownEffects: Map<number, Effect> | undefined
  private knownReads: Set<Tracked> | undefined

  constructor(
    readonly kind: OperationKind,
    readonly object: Tracked,
    /** Two arguments, as value codes or small integers, as the kind likes. */
    readonly a: number,
    readonly b: number,
    /** What the operation waits for, if it is a conditional wait. */
    readonly closure: Condition | undefined,
  ) {}

  /** Objects that the condition was seen to read so far. */
  get reads(): Set<Tracked> {
    return (this.knownReads ??= new Set())
  }

  /** For a kind whose effect depends on the content of one slot only: what it was found to be, by the content before. */
  get effects(): Map<number, Effect> {
    return (this.knownEffects ??= new Map())
  }

  /** Accesses, computed once unless the kind may come to touch more (a condition). */
  accesses(machine: Machine): readonly Access[] {
    return (this.cached ??= this.kind.accesses(machine, this))
  }

  /** To be called when a condition has read a location that it did not read before. */
  accessesChanged(): void {
    this.cached = undefined
  }
}

/** Whether the order of two accesses of different tasks may matter. */
function accessesConflict(x: Access, y: Access): boolean {
  if (x.location !== y.location) return false
  if (((x.writes & (y.reads | y.writes)) | (y.writes & x.reads)) === 0) return false
  return x.commutes === 0 || x.commutes !== y.commutes
}

/** Whether the order of two operations of different tasks may matter, by their accesses. */
export type Dependence = (x: readonly Access[], y: readonly Access[]) => boolean

/** Whether the order of two operations of different tasks may matter. */
export function dependent(x: readonly Access[], y: readonly Access[]): boolean {
  for (const p of x) for (const q of y) if (accessesConflict(p, q)) return true
  return false
}
