import { Machine } from './machine.js'
import { TaskHandle } from './task-control.js'
import { UNDEFINED } from './value.js'
import { World } from './world.js'

/** A program under test: a name, and a function that makes its tracked objects and its tasks. */
export interface Program {
  readonly name: string
  readonly setup: (world: World) => void
  /** Sequentially consistent unless said. */
  readonly memory?: Memory
  /** Says of a lock, by its name, that it is not taken: to find out what it is needed for. */
  readonly leavesOut?: (lock: string) => boolean
}

/** `weak`: accesses may come late, see docs/weak-memory.md. */
export type Memory = 'sc' | 'weak'

export function program(name: string, setup: (world: World) => void, options: Pick<Program, 'memory' | 'leavesOut'> = {}): Program {
  return { name, setup, ...options }
}

/** Sets the program up and brings every task that starts at once to its first operation. @param prepare called after set-up, before any task starts */
export function load(subject: Program, seed = 0, prepare?: (machine: Machine) => void): Machine {
  const machine = new Machine(seed, subject)
  const world = new World(machine)
  subject.setup(world)
  prepare?.(machine)
  for (let slot = 0; slot < machine.slots; slot++) {
    const handle = machine.objectAt(slot)
    if (isStartable(handle)) machine.start(handle.first, handle.rootFor(0, UNDEFINED))
  }
  machine.seal()
  return machine
}

function isStartable(object: unknown): object is TaskHandle {
  return object instanceof TaskHandle && object.startsAtOnce
}
