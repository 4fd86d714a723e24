import { setTimeout as sleep } from 'node:timers/promises'
import {
  heldText,
  TASKS,
  type Case,
  type CaseEvent,
  type CaseObservation,
  type CaseRecord,
  type HeldIo,
  type TaskName,
  type TaskState,
} from '../case.js'
import { pagesText, wordsOf } from '../content.js'
import { ANON_PAGES, MAIN_PAGES_MAX, OTHER_PAGES, PAGE_BYTES } from '../geometry.js'
import { FILES, type FileName, type Operation } from '../sequence.js'
import type { Actor } from './actor.js'
import type { CallMaker } from './calls.js'
import { endState, PAGES } from './end-state.js'
import type { Hands } from './hands.js'
import type { Ground } from './held-ground.js'
import type { HeldDevice } from './hold/device.js'
import type { Libc } from './libc.js'
import { cacheLetters, extents, type Extent, type PageTables } from './observe.js'
import { Task } from './task.js'
import { addressOf, type Workbench } from './workbench.js'

/** A task that sleeps at one place for this long and for so many of our own reads of the device waits for something of the case. */
const BLOCKED_MS = 30
const BLOCKED_READS = 4
/** Writeback that nobody holds ends, though it may take long on a busy machine. */
const IN_FLIGHT_MS = 1000
const POLL_MS = 2
/** For what has to return. */
const PATIENCE_MS = 10_000

/** What went wrong is neither the kernel's answer nor a difference: the case could not be run as it says. */
export class CaseError extends Error {
  override readonly name = 'CaseError'
}

interface Hold {
  readonly io: HeldIo
  readonly device: HeldDevice
  readonly number: number
}

export interface Player {
  readonly task: Task
  readonly maker: CallMaker
}

export interface RunParts {
  readonly libc: Libc
  readonly ground: Ground
  readonly swapDevice: HeldDevice | null
  readonly bench: Workbench
  readonly tables: PageTables
  readonly director: Player & { readonly hands: Hands }
  readonly players: Record<TaskName, Player>
  readonly fork: () => Actor
  readonly anonView: Uint8Array
  readonly nextHold: () => number
  /** A read of the device that has nothing to do with the case; when it is there, or after a while. */
  readonly readDevice: () => Promise<void>
  readonly patience: number
}

/** One case. */
export class CaseRun {
  readonly #players: Record<TaskName, Player>
  readonly #children: Actor[] = []
  readonly #holds: Hold[] = []
  readonly #released = new Set<Hold>()
  #used = new Set<TaskName>()
  #frames: readonly number[] = Array.from<number>({ length: ANON_PAGES }).fill(0)
  #extents: Record<FileName, readonly Extent[]> = { main: [], other: [] }

  constructor(private readonly parts: RunParts) {
    this.#players = { ...parts.players }
  }

  async wholeCase(which: Case): Promise<CaseRecord> {
    const observations: CaseObservation[] = []
    const waits: Partial<Record<TaskName, readonly string[]>>[] = []
    for (const event of which.events) {
      await this.#happen(event)
      waits.push(await this.#settle())
      observations.push(this.#observe())
    }
    await this.letGo()
    await this.#settle()
    const last = this.#observe()
    const { bench, director, ground } = this.parts
    for (const child of this.#children.splice(0)) child.stop()
    return { ...which, fs: ground.fs, observations, last, end: endState(bench, director.hands), waits }
  }

  /** Nothing is held any more, every call has returned, the children are gone. */
  async letGo(): Promise<void> {
    await this.parts.ground.device.releaseAll()
    await this.parts.swapDevice?.releaseAll()
    for (const hold of this.#holds) this.#released.add(hold)
    for (const { task } of Object.values(this.#players)) await this.#returns(task, 'a call does not return although nothing is held')
  }

  async #happen(event: CaseEvent): Promise<void> {
    switch (event.event) {
      case 'run':
        if (event.call.op === 'fork') throw new CaseError('a fork is an event of its own')
        return this.#direct(event.call)
      case 'hold':
        return this.#hold(event.io)
      case 'start': {
        const { task, maker } = this.#players[event.task]
        if (task.running) throw new CaseError(`${event.task} is in a call already`)
        this.#used = this.#used.add(event.task)
        task.start(maker.callsOf(event.call))
        return
      }
      case 'fork': {
        const child = this.parts.fork()
        this.#children.push(child)
        this.#players[event.task] = { ...this.#players[event.task], task: new Task(child, this.parts.libc) }
        return
      }
      case 'release':
        return this.#release(event.io, event.error ?? 0)
    }
  }

  async #direct(call: Exclude<Operation, { op: 'fork' }>): Promise<void> {
    const { task, maker } = this.parts.director
    task.start(maker.callsOf(call))
    await this.#returns(task, `${call.op} of the preparation does not return`)
  }

  async #returns(task: Task, otherwise: string): Promise<void> {
    const late = new AbortController()
    const tooLong = sleep(PATIENCE_MS, 'late', { signal: late.signal }).catch(() => 'in time')
    const first = await Promise.race([task.finished(), tooLong])
    late.abort()
    if (first === 'late') throw new CaseError(`${otherwise}: ${(task.waitsIn() ?? []).join(' < ')}`)
  }

  async #hold(io: HeldIo): Promise<void> {
    const number = this.parts.nextHold()
    if (io.of === 'swap') {
      const device = this.parts.swapDevice!
      this.#holds.push({ io, device, number })
      return device.hold({ hold: number, direction: io.direction, from: PAGE_BYTES, to: Number.MAX_SAFE_INTEGER })
    }
    const { device } = this.parts.ground
    // A task that waits may hold a lock that this would wait for: then what was known before has to do.
    if (!Object.values(this.#players).some(({ task }) => task.running)) this.#readExtents()
    const extent = this.#extents[io.of].find(({ page, pages, letter }) => letter !== 'd' && page <= io.page && io.page < page + pages)
    if (extent === undefined) throw new CaseError(`there is no block on the device for ${heldText(io)}`)
    const from = extent.physical + (io.page - extent.page) * PAGE_BYTES
    this.#holds.push({ io, device, number })
    return device.hold({ hold: number, direction: io.direction, from, to: from + PAGE_BYTES })
  }

  async #release(io: HeldIo, error: number): Promise<void> {
    const hold = this.#heldNow().find((held) => heldText(held.io) === heldText(io))
    if (hold === undefined) throw new CaseError(`${heldText(io)} is not held`)
    this.#released.add(hold)
    await hold.device.release(hold.number, error)
  }

  #readExtents(): void {
    const { libc, bench } = this.parts
    const of = (file: FileName): readonly Extent[] => extents(libc, bench.files[file].observe, PAGES[file])
    this.#extents = { main: of('main'), other: of('other') }
  }

  /** Requests that the device has and does not answer, in the order they came. */
  #heldNow(): readonly Hold[] {
    const arrived = [...this.parts.ground.device.arrived, ...(this.parts.swapDevice?.arrived ?? [])]
    const came = arrived.map((number) => this.#holds.find((hold) => hold.number === number))
    return came.filter((hold) => hold !== undefined && !this.#released.has(hold)) as readonly Hold[]
  }

  /**
   * Until every call has returned or sleeps where it slept before while other I/O went through the device, and the pages
   * no longer change.
   * @returns where those that sleep do
   */
  async #settle(): Promise<Partial<Record<TaskName, readonly string[]>>> {
    const { device } = this.parts.ground
    let before = ''
    let since = performance.now()
    let reads = 0
    for (;;) {
      const running = TASKS.filter((name) => this.#players[name].task.running)
      // How long that takes tells how busy the machine is.
      if (running.length > 0) await this.parts.readDevice()
      await device.ping()
      if (device.takeGaveUp()) throw new CaseError('the controller waited for what it held')
      const waits = running.map((name) => [name, this.#players[name].task.running ? this.#players[name].task.waitsIn() : null] as const)
      const now = JSON.stringify([waits, this.#cache(), this.#heldNow().length])
      const asleep = waits.every(([, stack]) => stack !== null)
      if (!asleep || now !== before) {
        since = performance.now()
        reads = 0
      }
      before = now
      reads++
      const waited = performance.now() - since
      if (waited >= this.#enough(waits.length > 0) && (waits.length === 0 || reads >= BLOCKED_READS)) {
        return Object.fromEntries(waits.map(([name, stack]) => [name, stack ?? []]))
      }
      await sleep(POLL_MS)
    }
  }

  /** Milliseconds without a change after which there will be none. */
  #enough(blocked: boolean): number {
    const written = this.#cache().join('').replaceAll(/[^wx]/g, '').length
    const held = this.#heldNow().filter(({ io }) => io.of !== 'swap' && io.direction === 'write').length
    if (written > held) return IN_FLIGHT_MS
    return (blocked ? BLOCKED_MS : POLL_MS) * this.parts.patience
  }

  #cache(): readonly string[] {
    return FILES.map((file) => cacheLetters(this.parts.libc, this.parts.bench.files[file].observe, PAGES[file]))
  }

  #observe(): CaseObservation {
    const { bench, tables, anonView } = this.parts
    const [main = '', other = ''] = this.#cache()
    const entries = tables.entries(addressOf('anon'), ANON_PAGES)
    const anon = entries.map(({ letter, pfn }, page) => ({
      letter: letter === 'a' ? 'p' : letter,
      kept: pfn !== 0 && pfn === this.#frames[page],
    }))
    this.#frames = entries.map(({ pfn }) => pfn)
    const content = entries.map(({ letter }, page) =>
      letter === 'a' ? wordsOf(anonView.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)) : null,
    )
    const letters = (map: 'shared' | 'private' | 'other', pages: number): string =>
      tables.entries(addressOf(map), pages).map((entry) => entry.letter).join('')
    return {
      tasks: Object.fromEntries([...this.#used].map((name) => [name, this.#taskState(name)])),
      held: this.#heldNow().map(({ io }) => heldText(io)),
      main: { size: bench.size('main'), cache: main },
      other: { size: bench.size('other'), cache: other },
      anon,
      anonData: pagesText(content),
      shared: letters('shared', MAIN_PAGES_MAX),
      private: letters('private', MAIN_PAGES_MAX),
      mappedOther: letters('other', OTHER_PAGES),
    }
  }

  #taskState(name: TaskName): TaskState {
    const { outcome } = this.#players[name].task
    return outcome === null ? { state: 'blocked' } : { state: 'returned', result: outcome.result, data: outcome.data }
  }
}
