/** Litmus programs as Heddle programs, and the outcomes that the engine finds. */
import { explore, program, type Cell, type Counter, type ExploreOptions, type Flags, type Program, type World } from 'heddle/engine'
import { hasResult, locationsOf, outcomeKey, type Access, type Instruction, type Litmus, type LocationKind, type Thread } from './litmus.js'

const BITS = ['b0', 'b1', 'b2']

/** Performs an access; its result, if it has one. */
type Perform = (access: Access) => number | boolean | undefined

/** The location in its Heddle form. */
function location(world: World, name: string, kind: LocationKind): Perform {
  switch (kind) {
    case 'cell':
      return onCell(world.cell(name, 0))
    case 'counter':
      return onCounter(world.counter(name, 0))
    case 'flags':
      return onFlags(world.flags(name, BITS))
    case 'lock': {
      const lock = world.spinlock(name)
      return (i) => {
        if (i.op === 'lock') lock.lock()
        else lock.unlock()
        return undefined
      }
    }
  }
}

function onCell(cell: Cell<number>): Perform {
  return (i) => {
    switch (i.op) {
      case 'read':
        return cell.get(i.order)
      case 'write':
        cell.set(i.value, i.order)
        return undefined
      case 'swap':
        return cell.swap(i.value, i.order)
      case 'compareExchange':
        return cell.compareExchange(i.expected, i.value, i.order)
      default:
        return misused(i)
    }
  }
}

function onCounter(counter: Counter): Perform {
  return (i) => {
    switch (i.op) {
      case 'read':
        return counter.get(i.order)
      case 'write':
        counter.set(i.value, i.order)
        return undefined
      case 'inc':
        counter.inc()
        return undefined
      case 'incReturn':
        return counter.incReturn(i.order)
      case 'incUnlessZero':
        return counter.incUnlessZero(1, i.order)
      case 'compareExchange':
        return counter.compareExchange(i.expected, i.value, i.order)
      default:
        return misused(i)
    }
  }
}

function onFlags(flags: Flags): Perform {
  const bit = (position: number): string => BITS[position] ?? ''
  return (i) => {
    switch (i.op) {
      case 'read':
        return flags.get(i.order)
      case 'write':
        flags.assign(i.value, i.order)
        return undefined
      case 'testBit':
        return flags.test(bit(i.bit), i.order)
      case 'setBit':
        flags.set(bit(i.bit))
        return undefined
      case 'clearBit':
        flags.clear(bit(i.bit))
        return undefined
      case 'testAndSetBit':
        return flags.testAndSet(bit(i.bit), i.order)
      case 'testAndClearBit':
        return flags.testAndClear(bit(i.bit), i.order)
      case 'compareExchange':
        return flags.compareExchange(i.expected, i.value, i.order)
      default:
        return misused(i)
    }
  }
}

function misused(i: Instruction): never {
  throw new RangeError(`no ${i.op} here`)
}

/** Which fences are left out, to see whether that is noticed. */
export interface CompileOptions {
  readonly withoutFence?: 'full' | 'read' | 'write'
}

/** The Heddle program. What a thread's instructions gave is stored in one cell of its own when the thread ends. */
export function compile(litmus: Litmus, options: CompileOptions = {}): Program {
  return program(
    'litmus',
    (world) => {
      const locations = new Map(Array.from(locationsOf(litmus), ([name, kind]) => [name, location(world, name, kind)]))
      for (const [t, thread] of litmus.threads.entries()) {
        const results = world.cell<readonly number[]>(`P${t}`, [])
        world.task(`T${t}`, () => {
          const seen = run(thread, (i) => {
            if (i.op !== 'fence') return locations.get(i.at)?.(i)
            if (i.kind !== options.withoutFence) world.fence(i.kind)
            return undefined
          })
          if (seen.length > 0) results.set(seen)
        })
      }
    },
    { memory: 'weak' },
  )
}

function run(thread: Thread, perform: (instruction: Instruction) => number | boolean | undefined): readonly number[] {
  const seen: number[] = []
  for (const instruction of thread) {
    const result = perform(instruction)
    if (hasResult(instruction)) seen.push(Number(result))
  }
  return seen
}

/** The outcomes that the engine finds, as `outcomeKey` writes them. */
export function engineOutcomes(litmus: Litmus, options: CompileOptions & Pick<ExploreOptions, 'method'> = {}): ReadonlySet<string> {
  const found = new Set<string>()
  const { withoutFence, method } = options
  const subject = compile(litmus, withoutFence === undefined ? {} : { withoutFence })
  const result = explore(subject, {
    shortest: false,
    ...(method !== undefined && { method }),
    onFinalState: (describe) => found.add(outcomeFrom(litmus, describe())),
  })
  if (result.verdict !== 'holds') throw new Error(`the engine says ${result.verdict}: ${result.failures[0]?.message ?? result.bound}`)
  return found
}

function outcomeFrom(litmus: Litmus, values: Readonly<Record<string, string>>): string {
  const registers = litmus.threads.map((thread, t) => (thread.some(hasResult) ? (JSON.parse(values[`P${t}`] ?? '') as number[]) : []))
  const memory = new Map<string, number>()
  for (const [name, kind] of locationsOf(litmus)) {
    if (kind === 'flags') memory.set(name, BITS.reduce((word, bit, i) => word | (Number(values[`${name}.${bit}`]) << i), 0))
    else if (kind !== 'lock') memory.set(name, Number(values[name]))
  }
  return outcomeKey({ registers, memory })
}
