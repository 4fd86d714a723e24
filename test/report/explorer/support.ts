/** Programs and schedules that the explorer is tried on. */
import { explore, program, type FoundFailure, type Program } from '../../../src/engine/index.js'
import { races } from '../../../src/races/index.js'
import { programOf } from '../../races/support.js'

export const lostUpdate = program('lost-update', (world) => {
  const counter = world.cell('counter', 0)
  for (const name of ['A', 'B'])
    world.task(name, () => {
      const seen = counter.get()
      counter.set(seen + 1)
    })
  world.finally(() => world.assert(counter.get() === 2, 'an update was lost'))
})

export const inversion = program('inversion', (world) => {
  const x = world.mutex('X')
  const y = world.spinlock('Y')
  const both = world.functions({
    forwards: () => {
      x.lock()
      y.lock()
      y.unlock()
      x.unlock()
    },
    backwards: () => {
      y.lock()
      while (!x.trylock()) world.until(() => false, 'X for ever')
      y.unlock()
    },
  })
  world.task('A', () => both.forwards())
  world.task('B', () => both.backwards())
})

export const everyKind = program('every-kind', (world) => {
  const sem = world.rwsem('sem')
  const flags = world.flags('flags', ['ready', 'done'], ['ready'])
  const refs = world.counter('refs', 1)
  const list = world.list<string>('list', ['a'])
  const queue = world.waitQueue('queue')
  const struct = world.struct('thing', { cell: world.cell<readonly number[] | null>('thing.cell', null) })
  const pointer = world.ref<typeof struct>('pointer')
  const pool = world.pool('slab', 2, (make) => ({ mark: make.cell('mark', '') }))
  world.task('reader', () => {
    sem.downRead()
    flags.set('done')
    refs.inc()
    list.push('b')
    pointer.set(struct)
    struct.cell.set([1, 2])
    const first = pool.alloc()
    first?.mark.set('used')
    if (first !== null) pool.free(first)
    sem.upRead()
    queue.wakeAll()
  })
  world.task('writer', () => {
    sem.downWrite()
    if (!flags.test('done')) {
      sem.upWrite()
      queue.sleep('the reader to be done', () => flags.test('done'))
    }
  })
})

export const lostWakeup = program('lost-wakeup', (world) => {
  const ready = world.cell('ready', false)
  const queue = world.waitQueue('queue')
  world.task('sleeper', () => {
    if (!ready.get()) queue.sleep('ready', () => ready.get())
  })
  world.task('waker', () => {
    ready.set(true)
    queue.wakeAll()
  })
})

export const spinning = program('spinning', (world) => {
  world.findLivelocks()
  const turn = world.cell('turn', 0)
  for (const me of [0, 1])
    world.task(`task-${me}`, () => {
      world.repeat(() => {
        turn.set(1 - me)
        return turn.get() === me ? true : undefined
      })
    })
})

/** Store buffering: both tasks may miss the other's store. */
export const storeBuffering = program(
  'store-buffering',
  (world) => {
    const x = world.cell('x', 0)
    const y = world.cell('y', 0)
    const seen = [world.cell('seen by A', -1), world.cell('seen by B', -1)] as const
    world.task('A', () => {
      x.set(1)
      seen[0].set(y.get())
    })
    world.task('B', () => {
      y.set(1)
      seen[1].set(x.get())
    })
    world.finally(() => world.assert(seen[0].get() + seen[1].get() > 0, 'both have seen nothing'))
  },
  { memory: 'weak' },
)

export const choosing = program('choosing', (world) => {
  const chosen = world.cell('chosen', -1)
  world.task('A', () => {
    chosen.set(world.choose(3, 'a number'))
    world.assert(chosen.get() !== 2, 'two was chosen')
  })
  world.task('B', () => world.yield('B does something else'))
})

export const ownPrograms: readonly Program[] = [lostUpdate, inversion, everyKind, lostWakeup, spinning, storeBuffering, choosing]

/** The failure of a program that is reached in the fewest context switches. */
export function caught(subject: Program): FoundFailure {
  const [first] = explore(subject).failures
  if (first === undefined) throw new Error(`${subject.name} has no failure`)
  return first
}

/** A schedule of the catalogue. */
export interface RealSchedule {
  readonly name: string
  readonly subject: Program
  readonly token: string
}

/** Programs of the catalogue that are searched in a moment, of every race and every part of the machine. */
const QUICK = [
  ['writeback-wakeup', 'reuse-by-truncate'],
  ['writeback-wakeup', 'reuse-by-kswapd'],
  ['dirty-without-buffers', 'kswapd-pageout'],
  ['dirty-without-mkwrite', 'fast-gup'],
  ['madv-free-direct-io', 'reproducer'],
  ['hole-punch-fault', 'store-cached'],
  ['truncate-fault', undefined],
  ['direct-io-mmap', 'write-and-store'],
  ['dax-flag-switch', 'private-off'],
  ['dax-flag-switch', 'store-on'],
] as const

let known: readonly RealSchedule[] | undefined

/** Up to two failures of each of them. */
export function realSchedules(): readonly RealSchedule[] {
  return (known ??= search())
}

function search(): readonly RealSchedule[] {
  return QUICK.flatMap(([raceName, programName]) => {
    const race = races.find(({ name }) => name === raceName)
    if (race === undefined) throw new Error(`no race ${raceName}`)
    const name = programName ?? race.programs[0]?.name ?? ''
    const subject = programOf(race, name, { fs: race.fileSystems[0] ?? 'ext4' })
    const { failures } = explore(subject, { shortest: false, maxStates: 200_000 })
    return failures.slice(0, 2).map(({ schedule, kind }) => ({ name: `${raceName}/${name}, ${kind}`, subject, token: schedule }))
  })
}
