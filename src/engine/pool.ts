import type { Machine } from './machine.js'
import { ALL, type Access, type Operation, type OperationKind } from './operation.js'
import { ProgramError } from './errors.js'
import type { Content } from './recording.js'
import { Scope } from './scope.js'
import { Tracked, type Guard } from './tracked.js'
import { NULL, UNDEFINED, codeOfInt } from './value.js'

/** Most objects in one pool. Sets of them are masks of 32 bits: objects that share one are taken for dependent. */
const POOL_MAX = 64

const isAlive = (generation: number): boolean => generation % 2 === 1
/** How often an object has been allocated, the present time included. */
const usesBefore = (generation: number): number => (generation + 1) >> 1

/**
 * Objects that are allocated and freed while the program runs, in memory that is used again. Whoever holds a handle of an
 * object that was freed is told so at the access (`use-after-free`), and the access goes to the memory all the same.
 */
export class Pool<T extends object> extends Tracked {
  override readonly recordedAs = 'pool'
  private readonly slots: number[][] = []
  private readonly raws: T[] = []
  private readonly handles: Map<number, T>[] = []
  private readonly allocating: OperationKind = {
    name: 'alloc',
    passes: 'acquires',
    execute: (machine) => this.takeFree(machine),
    accesses: () => this.writeAccess(),
  }
  private readonly freeing: OperationKind = {
    name: 'free',
    passes: 'releases',
    execute: (machine, op, task) => this.release(machine, op, task),
    accesses: (_machine, op) => this.access(1 << op.b, 1 << op.b),
    detail: (machine, op) => machine.format(op.a),
  }
  private readonly asking: OperationKind = {
    name: 'is_live',
    execute: (machine, op) =>
      machine.values.encode(this.present(op.b) === this.generationOf(machine.values.decode(op.a) as object)),
    accesses: (_machine, op) => this.access(1 << op.b, 0),
    detail: (machine, op) => machine.format(op.a),
  }
  private readonly places = new Map<object, { index: number; generation: number }>()

  constructor(
    scope: Scope,
    private readonly base: string,
    readonly size: number,
    private readonly fields: (scope: Scope, index: number) => T,
    private readonly counts: boolean,
  ) {
    const { machine } = scope
    if (size > POOL_MAX) throw new ProgramError(`pool ${base} has ${size} objects`, `at most ${POOL_MAX} fit`)
    super(machine, scope.name(base), scope.slot(codeOfInt(0)), undefined)
    for (let index = 1; index < size; index++) scope.slot(codeOfInt(0))
    for (let index = 0; index < size; index++) {
      const used: number[] = []
      const raw = fields(new Scope(machine, `${this.nameOf(index)}.`, undefined, undefined, used), index)
      machine.values.register(raw, `raw ${this.nameOf(index)}`)
      machine.names.set(raw, this.nameOf(index))
      this.places.set(raw, { index, generation: -1 })
      machine.fields.set(raw, used)
      this.slots.push(used)
      this.raws.push(raw)
      this.handles.push(new Map())
    }
  }

  /** Allocates the lowest free object; null if there is none. */
  alloc(): T | null {
    return this.machine.values.decode(this.perform(this.allocating)) as T | null
  }

  free(object: T): void {
    this.perform(this.freeing, this.machine.values.encode(object), this.indexOf(object))
  }

  /** Whether the incarnation that `object` stands for is alive. For checks: what is modelled cannot see it. */
  isLive(object: T): boolean {
    return (
      this.machine.values.decode(
        this.perform(this.asking, this.machine.values.encode(object), this.indexOf(object)),
      ) === true
    )
  }

  /** Position of the memory that `object` lies in. */
  indexOf(object: T): number {
    const place = this.places.get(object)
    if (place === undefined)
      throw new ProgramError(
        `an object that is not of pool ${this.name} was used as one`,
        'pass what alloc() or raw() returned',
      )
    return place.index
  }

  /** Whether two handles stand for the same memory, whatever its incarnation. */
  same(x: T, y: T): boolean {
    return this.indexOf(x) === this.indexOf(y)
  }

  /** The memory at a position: accesses through it are not checked. */
  raw(index: number): T {
    const raw = this.raws[index]
    if (raw === undefined) throw new ProgramError(`pool ${this.name} has no object ${index}`, `it has ${this.size}`)
    return raw
  }

  /** Name of the memory at a position, e.g. `page0`. */
  nameOf(index: number): string {
    return this.size === 1 ? this.base : `${this.base}${index}`
  }

  /** The handle of one incarnation. */
  private handle(index: number, generation: number): T {
    const known = this.handles[index]?.get(generation)
    if (known !== undefined) return known
    const guard = new IncarnationGuard(this, index, generation)
    const handle = this.fields(new Scope(this.machine, `${this.nameOf(index)}.`, guard, this.slots[index], []), index)
    this.machine.fields.set(handle, this.slots[index] as number[])
    this.machine.values.register(handle, `${this.nameOf(index)} incarnation ${generation}`)
    this.machine.names.set(handle, this.nameOf(index))
    this.machine.uses.set(handle, usesBefore(generation))
    this.handles[index]?.set(generation, handle)
    this.places.set(handle, { index, generation })
    return handle
  }

  private takeFree(machine: Machine): number {
    for (let index = 0; index < this.size; index++) {
      const generation = this.present(index)
      if (isAlive(generation)) continue
      machine.state.set(this.slot + index, codeOfInt(this.next(generation)))
      return machine.values.encode(this.handle(index, this.next(generation)))
    }
    return NULL
  }

  private release(machine: Machine, op: Operation, task: number): number {
    const generation = this.present(op.b)
    if (generation === this.generationOf(machine.values.decode(op.a) as object))
      machine.state.set(this.slot + op.b, codeOfInt(this.next(generation)))
    else machine.note('use-after-free', `${this.nameOf(op.b)} is freed twice`, task)
    return UNDEFINED
  }

  private present(index: number): number {
    return this.machine.state.get(this.slot + index) >> 1
  }

  private generationOf(object: object): number {
    return this.places.get(object)?.generation ?? -1
  }

  /** The generation that follows: odd while allocated. A pool that does not count goes back and forth. */
  private next(generation: number): number {
    return this.counts ? generation + 1 : 1 - generation
  }

  override content(read: (slot: number) => number): Content {
    const generations = Array.from({ length: this.size }, (_, index) => read(this.slot + index) >> 1)
    return { kind: 'pool', members: generations.map((generation) => ({ live: isAlive(generation), uses: usesBefore(generation) })) }
  }

  override parts(slot: number, code: number): readonly (readonly [string, string])[] {
    return [[this.nameOf(slot - this.slot), isAlive(code >> 1) ? 'allocated' : 'free']]
  }
}

class IncarnationGuard implements Guard {
  readonly access: Access

  constructor(
    private readonly pool: Pick<Tracked, 'slot'> & { nameOf(index: number): string },
    private readonly index: number,
    private readonly generation: number,
  ) {
    this.access = { location: pool.slot, reads: (1 << index) & ALL, writes: 0, commutes: 0 }
  }

  check(machine: Machine, task: number): void {
    const present = machine.state.get(this.pool.slot + this.index) >> 1
    if (present === this.generation) return
    const name = this.pool.nameOf(this.index)
    machine.note(
      'use-after-free',
      isAlive(present) ? `${name} was freed and allocated again` : `${name} was freed`,
      task,
    )
  }
}
