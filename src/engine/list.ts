import { codeOfBoolean, type Machine } from './machine.js'
import type { Operation, OperationKind } from './operation.js'
import type { Content } from './recording.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { TRUE, UNDEFINED, codeOfInt, type Value } from './value.js'

const elementsOf = (machine: Machine, op: Operation): readonly number[] =>
  machine.values.elementsOf(machine.state.get(op.object.slot))

function reader(
  name: string,
  read: (elements: readonly number[], op: Operation, machine: Machine) => number,
  hasArgument = false,
): OperationKind {
  return {
    name,
    passes: 'acquires',
    execute: (machine, op) => read(elementsOf(machine, op), op, machine),
    accesses: (_machine, op) => op.object.readAccess(),
    ...(hasArgument && { detail: (machine: Machine, op: Operation) => machine.format(op.a) }),
  }
}

function writer(
  name: string,
  write: (elements: readonly number[], op: Operation) => readonly [after: readonly number[], result: number],
  hasArgument = true,
): OperationKind {
  return {
    name,
    passes: 'both',
    execute(machine, op) {
      const before = machine.state.get(op.object.slot)
      let effect = op.effects.get(before)
      if (effect === undefined) {
        const [elements, result] = write(machine.values.elementsOf(before), op)
        effect = { after: machine.values.tuple(elements), result }
        op.effects.set(before, effect)
      }
      machine.state.set(op.object.slot, effect.after)
      return effect.result
    },
    accesses: (_machine, op) => op.object.writeAccess(),
    ...(hasArgument && { detail: (machine: Machine, op: Operation) => machine.format(op.a) }),
  }
}

const push = writer('add_tail', (elements, op) => [[...elements, op.a], UNDEFINED])
const unshift = writer('add', (elements, op) => [[op.a, ...elements], UNDEFINED])
const shift = writer('shift', (elements) => [elements.slice(1), elements[0] ?? UNDEFINED], false)
const remove = writer('del', (elements, op) => {
  const at = elements.indexOf(op.a)
  return at < 0 ? [elements, codeOfBoolean(false)] : [elements.filter((_element, i) => i !== at), codeOfBoolean(true)]
})
const insertBefore = writer('insert_before', (elements, op) => {
  const at = elements.indexOf(op.b)
  return at < 0
    ? [[...elements, op.a], UNDEFINED]
    : [[...elements.slice(0, at), op.a, ...elements.slice(at)], UNDEFINED]
})
const clear = writer('clear', () => [[], UNDEFINED], false)
const first = reader('first', (elements) => elements[0] ?? UNDEFINED)
const next = reader(
  'next',
  (elements, op) => {
    const at = elements.indexOf(op.a)
    return at < 0 ? UNDEFINED : (elements[at + 1] ?? UNDEFINED)
  },
  true,
)
const has = reader('has', (elements, op) => codeOfBoolean(elements.includes(op.a)), true)
const isEmpty = reader('empty', (elements) => codeOfBoolean(elements.length === 0))
const length = reader('length', (elements) => codeOfInt(elements.length))
const all = reader('entries', (_elements, op, machine) => machine.state.get(op.object.slot))

/** A list of values. Every operation is one step, on the list as a whole; protect sequences of them by a lock. */
export class List<T extends Value> extends Tracked {
  constructor(
    scope: Scope,
    name: string,
    init: readonly T[],
    override readonly recordedAs: 'list' | 'queue' = 'list',
  ) {
    super(scope.machine, scope.name(name), scope.slot(scope.machine.values.encode(init)), scope.guard)
  }

  override content(read: (slot: number) => number): Content {
    const { machine } = this
    return { kind: 'list', entries: machine.values.elementsOf(read(this.slot)).map((code) => machine.plain(code)) }
  }

  /** Adds at the tail. */
  push(value: T): void {
    this.perform(push, this.machine.values.encode(value))
  }

  /** Adds at the head. */
  unshift(value: T): void {
    this.perform(unshift, this.machine.values.encode(value))
  }

  /** Removes and returns the head; undefined if the list is empty. */
  shift(): T | undefined {
    return this.decode(this.perform(shift)) as T | undefined
  }

  /** Removes the first entry equal to `value`; whether there was one. */
  remove(value: T): boolean {
    return this.perform(remove, this.machine.values.encode(value)) === TRUE
  }

  /** Adds `value` before `at`, or at the tail if `at` is not in the list. */
  insertBefore(value: T, at: T): void {
    this.perform(insertBefore, this.machine.values.encode(value), this.machine.values.encode(at))
  }

  clear(): void {
    this.perform(clear)
  }

  first(): T | undefined {
    return this.decode(this.perform(first)) as T | undefined
  }

  /** The entry after `value`; undefined if there is none. */
  next(value: T): T | undefined {
    return this.decode(this.perform(next, this.machine.values.encode(value))) as T | undefined
  }

  has(value: T): boolean {
    return this.perform(has, this.machine.values.encode(value)) === TRUE
  }

  isEmpty(): boolean {
    return this.perform(isEmpty) === TRUE
  }

  length(): number {
    return this.perform(length) >> 1
  }

  /** All entries, head first, in one step. */
  all(): readonly T[] {
    return this.decode(this.perform(all)) as readonly T[]
  }

  private decode(code: number): unknown {
    return this.machine.values.decode(code)
  }
}
