import type { Case, CaseRecord, TaskName } from '../case.js'
import { ANON_PAGES, PAGE_BYTES } from '../geometry.js'
import { Actor, ActorCode } from './actor.js'
import { CallMaker } from './calls.js'
import { CaseRun, type Player, type RunParts } from './case-run.js'
import { DeviceProbe } from './device-probe.js'
import { Hands } from './hands.js'
import { swapOff, swapOn, type Ground } from './held-ground.js'
import type { HeldDevice } from './hold/device.js'
import type { Libc } from './libc.js'
import { LruDrain } from './lru.js'
import { PageTables } from './observe.js'
import { Task } from './task.js'
import { addressOf, Workbench } from './workbench.js'

/** Where a case is run once: on a busy machine too, a commit of the journal is over by then. */
const PATIENT = 10

/** Runs cases, one after the other, on the files of a held device. */
export class CaseRunner {
  readonly #libc: Libc
  readonly #code: ActorCode
  readonly #lru: LruDrain
  readonly #tables = new PageTables()
  readonly #hands: Record<TaskName | 'director', Hands>
  readonly #actors: Record<TaskName | 'director', Actor>
  readonly #probe: DeviceProbe
  readonly #anonView: Uint8Array
  #runs = 0
  #holds = 0

  constructor(
    libc: Libc,
    private readonly ground: Ground,
  ) {
    this.#libc = libc
    this.#code = new ActorCode(libc)
    this.#lru = new LruDrain(libc, ground.folder)
    const each = <T>(make: () => T): Record<TaskName | 'director', T> => ({ A: make(), B: make(), C: make(), director: make() })
    this.#hands = each(() => new Hands(libc))
    this.#actors = each(() => new Actor(this.#code, 'shared'))
    this.#probe = new DeviceProbe(libc, this.#code, ground.folder)
    this.#anonView = libc.view(addressOf('anon'), ANON_PAGES * PAGE_BYTES)
  }

  /**
   * @param patience factor of how long a task must sleep until it counts as blocked
   * @throws CaseError if the case can not be run as it says
   */
  async run(which: Case, patience = PATIENT): Promise<CaseRecord> {
    const swap = which.events.some(({ event, ...of }) => event === 'hold' && 'io' in of && of.io.of === 'swap')
    const swapDevice = swap ? await this.ground.swapDevice() : null
    const bench = new Workbench(this.#hands.director, this.#lru, this.ground.folder, `c${this.#runs++}`)
    const run = new CaseRun(this.#parts(bench, swapDevice, patience))
    try {
      if (swapDevice !== null) swapOn(this.#libc, swapDevice.device)
      return await run.wholeCase(which)
    } finally {
      await run.letGo()
      if (swapDevice !== null) swapOff(this.#libc, swapDevice.device)
      bench.close()
    }
  }

  close(): void {
    this.#probe.close()
    for (const actor of Object.values(this.#actors)) actor.stop()
    for (const hands of Object.values(this.#hands)) hands.close()
    this.#tables.close()
    this.#lru.close()
    this.#code.free()
  }

  #parts(bench: Workbench, swapDevice: HeldDevice | null, patience: number): RunParts {
    const player = (name: TaskName | 'director', recipe: boolean): Player => ({
      task: new Task(this.#actors[name], this.#libc),
      maker: new CallMaker(bench, this.#hands[name], { recipe, dropCaches: null }),
    })
    return {
      libc: this.#libc,
      ground: this.ground,
      swapDevice,
      bench,
      tables: this.#tables,
      director: { ...player('director', true), hands: this.#hands.director },
      players: { A: player('A', false), B: player('B', false), C: player('C', false) },
      fork: () => new Actor(this.#code, 'copied'),
      anonView: this.#anonView,
      nextHold: () => this.#holds++,
      readDevice: () => this.#probe.read(),
      patience,
    }
  }
}
