/** A case as a program of the model: its tasks, a task that directs, and time, which says when the next event may happen. */
import { program, type Cell, type Counter, type Program, type World } from '../../../engine/index.js'
import { kernel } from '../../../kernel/versions.js'
import type { Patch } from '../../../kernel/kernel.js'
import { TASKS, type Case, type CaseEvent, type TaskName } from '../../case.js'
import { PAGE_WORDS } from '../../geometry.js'
import type { EndState, FileSystemName } from '../../record.js'
import { BENCH_MACHINE, fillOther, furnish, type Furniture } from '../bench.js'
import { inOrder } from '../in-order.js'
import { endState } from '../end-state.js'
import { inGrains } from './grains.js'
import { HeldDevice } from './held-device.js'
import { makeCall, type Caller, heapOf } from './calls.js'

/** Requests to the device, and items of work, that a case may lead to. */
const REQUESTS_MAX = 12
const WORKS_MAX = 4
const SWAP_SLOTS = 4
/** Fewer than sequences need: each is a part of the state. */
const PHYSICAL_PAGES = 24

/** The task that lets the next event happen. */
export const TIME = 'time'

/** What can be seen of the program from outside. */
export interface Stage {
  readonly furniture: Furniture
  readonly device: HeldDevice
  /** Events that were let happen. */
  readonly turn: Counter
  /** What the last call of a task returned, as JSON; empty while it is in one. */
  readonly outcomes: Readonly<Record<TaskName, Cell<string>>>
  /** Looks at the end, when everything has been released; for whoever is no task, and undoes it. */
  readonly end: () => EndState
  /** Memory of its own of each task. */
  readonly callers: Readonly<Record<TaskName, Caller>>
}

/** Events of the case that come first and hold nothing: they happen before the program begins. */
export function prepared(which: Case): number {
  const first = which.events.findIndex(({ event }) => event !== 'run')
  return first < 0 ? which.events.length : first
}

/**
 * @param grain words of the case that are one of the model: it divides all places and lengths
 * @param seen is told of the stage, and of each prepared event when it has happened
 * @param patches on top of v6.18, in order
 */
export function caseProgram(
  fs: FileSystemName,
  unscaled: Case,
  grain: number,
  patches: readonly Patch[],
  seen: (stage: Stage, event: number) => void,
): Program {
  const which = inGrains(unscaled, grain)
  return program(which.name, (world) => {
    const device = new HeldDevice(world, which.events.flatMap((event) => (event.event === 'hold' ? [event.io] : [])))
    const order = inOrder()
    let begun = false
    const k = kernel('v6.18', [...patches, device.patch, order.onlyIf(() => !begun)]).boot(world, {
      ...BENCH_MACHINE,
      pages: PHYSICAL_PAGES,
      words: PAGE_WORDS / grain,
      bios: REQUESTS_MAX,
      works: WORKS_MAX,
      swap: SWAP_SLOTS,
    })
    const furniture = furnish(k, fs)
    fillOther(furniture, () => order.settle())
    const end = (): EndState => {
      begun = false
      const state = endState(furniture, () => order.settle())
      begun = true
      return state
    }
    const stage = stageOf(world, furniture, device, end)
    const first = prepared(which)
    which.events.slice(0, first).forEach((event, i) => {
      if (event.event === 'run') makeCall(stage.callers.A, event.call, true)
      order.settle()
      seen(stage, i)
    })
    begun = true
    spawnTasks(world, stage, which, first)
    seen(stage, first)
  })
}

function stageOf(world: World, furniture: Furniture, device: HeldDevice, end: () => EndState): Stage {
  const each = <T>(make: (task: TaskName) => T): Record<TaskName, T> => ({ A: make('A'), B: make('B'), C: make('C') })
  return {
    furniture,
    device,
    turn: world.counter('turn'),
    outcomes: each((task) => world.cell(`outcome of ${task}`, '')),
    end,
    callers: each((task) => heapOf(world, furniture, task)),
  }
}

function spawnTasks(world: World, stage: Stage, which: Case, first: number): void {
  const { k, mm } = stage.furniture
  const events = which.events.slice(first)
  const turnOf = (event: CaseEvent): number => events.indexOf(event)
  const comes = (event: number): void => world.until(() => stage.turn.get() > event, 'its turn')
  for (const task of TASKS) {
    const own = events.filter((event) => event.event === 'start' && event.task === task)
    if (own.length === 0) continue
    k.spawn(
      task,
      () => {
        for (const event of own) {
          if (event.event !== 'start') continue
          comes(turnOf(event))
          stage.outcomes[task].set('')
          stage.outcomes[task].set(JSON.stringify(makeCall(callerOf(stage, events, event), event.call, false)))
        }
      },
      mm,
    )
  }
  k.spawn('director', () => direct(stage, events, comes), mm)
  world.task(TIME, () => {
    for (let event = 0; event <= events.length; event++) stage.turn.inc()
  })
}

/** Everything that no task of the case does. After its events everything is released. */
function direct(stage: Stage, events: readonly CaseEvent[], comes: (event: number) => void): void {
  const { furniture, device } = stage
  const { k } = furniture
  let hold = 0
  events.forEach((event, i) => {
    if (event.event === 'start') return
    comes(i)
    switch (event.event) {
      case 'run':
        makeCall(stage.callers.A, event.call, true)
        break
      case 'hold':
        device.arm(furniture.files, hold++)
        break
      case 'fork':
        k.dup_mmap(furniture.child, furniture.mm)
        break
      case 'release':
        device.release(k, device.heldOf(event.io))
        break
    }
  })
  comes(events.length)
  device.releaseAll(k)
}

/** A task that a fork made has the child's memory. */
function callerOf(stage: Stage, events: readonly CaseEvent[], event: CaseEvent): Caller {
  const caller = stage.callers[event.event === 'start' ? event.task : 'A']
  const forked = events.slice(0, events.indexOf(event)).some((earlier) => earlier.event === 'fork' && event.event === 'start' && earlier.task === event.task)
  return forked ? { ...caller, areas: stage.furniture.childAreas } : caller
}
