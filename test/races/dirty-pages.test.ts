/** What the model says about every fix of the thread of January 2018, and about the two diagrams in it. */
import { describe, expect, it } from 'vitest'
import { explore, program, replay, type FoundFailure, type Trace } from '../../src/engine/index.js'
import { patch, type Kernel, type Replacements } from '../../src/kernel/kernel.js'
import type { MachineConfig } from '../../src/kernel/machine.js'
import { kernel } from '../../src/kernel/versions.js'
import { patches } from '../../src/races/dirty-without-buffers/fixes.js'
import { dirtyWithoutBuffers as buffers } from '../../src/races/dirty-without-buffers/index.js'
import { blockDevice, fileOf, inFlight, notUsedLately, storedToFile } from '../../src/races/dirty-without-buffers/workload.js'
import { dirtyWithoutMkwrite as mkwrite } from '../../src/races/dirty-without-mkwrite/index.js'
import type { Configuration, Race } from '../../src/races/race.js'
import { callsInOrder, programOf, rowOf } from './support.js'

const SECONDS = 1000
const fixed = (...fixes: readonly string[]): Partial<Configuration> => ({ fixes })

/** Where the writeback of v4.15 wakes without a claim to the page: another race. */
const STALE_WAKEUP = [
  'kswapd',
  'kswapd-pageout',
  'sync-read',
  'fsync',
  'async-read',
  'block-device',
  'block-device-async',
  'drop-caches',
  'too-many-buffers',
  'without-read',
]
const WRITTEN_AGAIN = ['kswapd', 'slow-gup', 'fsync', 'async-read', 'block-device-async', 'drop-caches', 'too-many-buffers']
const DIRTIED = [
  'kswapd',
  'kswapd-pageout',
  'sync-read',
  'slow-gup',
  'fsync',
  'async-read',
  'block-device',
  'block-device-async',
  'drop-caches',
  'too-many-buffers',
  'stores',
  'write',
]

describe('dirty-without-buffers', () => {
  it('v4.15 has the BUG and the warning of the thread, whoever takes the buffers', () => {
    expect(rowOf(buffers)).toEqual({ 'stale-wakeup': STALE_WAKEUP, 'warn-no-buffers': DIRTIED, 'bug-on-no-buffers': WRITTEN_AGAIN })
  }, 120 * SECONDS)

  it('reclaim-skips-extra-refs leaves drop_caches, and the time that kswapd has the page unlocked to write it', () => {
    expect(rowOf(buffers, fixed('reclaim-skips-extra-refs'))).toEqual({
      'stale-wakeup': STALE_WAKEUP,
      'warn-no-buffers': ['kswapd-pageout', 'drop-caches'],
      'bug-on-no-buffers': ['drop-caches'],
    })
  }, 120 * SECONDS)

  it('foll-pin leaves the same, and buffer heads over their limit', () => {
    expect(rowOf(buffers, fixed('foll-pin'))).toEqual({
      'stale-wakeup': STALE_WAKEUP,
      'warn-no-buffers': ['kswapd-pageout', 'drop-caches', 'too-many-buffers'],
      'bug-on-no-buffers': ['drop-caches', 'too-many-buffers'],
    })
  }, 120 * SECONDS)

  it('ext4-guard trades the BUG for lost data: the page is clean, and what was read never reaches the disk', () => {
    expect(rowOf(buffers, fixed('ext4-guard'))).toEqual({
      'stale-wakeup': STALE_WAKEUP,
      'warn-no-buffers': DIRTIED,
      'guard-warns': WRITTEN_AGAIN,
      'read-lost-on-disk': ['fsync'],
      'read-lost-in-memory': ['fsync'],
    })
  }, 120 * SECONDS)
})

const BY_DEVICE = [
  'flusher',
  'fast-gup',
  'async-read',
  'block-device',
  'block-device-async',
  'msync',
  'stable-pages',
  'stores-and-read',
  'frozen',
  'punched',
  'reclaim',
]
const WRITE_PROTECTED = {
  'unprepared-change': BY_DEVICE,
  'unprepared-dirty': BY_DEVICE,
  'read-lost': ['msync'],
  'torn-block': ['stable-pages'],
  'frozen-write': ['frozen'],
  'stale-wakeup': ['punched', 'reclaim', 'kswapd-pageout'],
}

describe('dirty-without-mkwrite', () => {
  it('v4.15 has every failure of the thread; stores alone have none', () => {
    expect(rowOf(mkwrite)).toEqual({ ...WRITE_PROTECTED, 'ext4-warns': ['reclaim'], 'bug-on-no-buffers': ['reclaim'] })
  }, 60 * SECONDS)

  it.each(['reclaim-skips-extra-refs', 'foll-pin'])('%s closes what comes of reclaim, and nothing else', (fix) => {
    expect(rowOf(mkwrite, fixed(fix))).toEqual(WRITE_PROTECTED)
  }, 60 * SECONDS)

  it('ext4-guard closes the BUG, and nothing else', () => {
    expect(rowOf(mkwrite, fixed('ext4-guard'))).toEqual({ ...WRITE_PROTECTED, 'ext4-warns': ['reclaim'] })
  }, 60 * SECONDS)
})

/** The shortest way to a failure. */
function traceOf(race: Race, name: string, wanted: (failure: FoundFailure) => boolean): Trace {
  const subject = programOf(race, name)
  const found = explore(subject).failures.find(wanted)
  if (found === undefined) throw new Error(`${name} has no such failure`)
  return replay(subject, found.schedule, found)
}

/** Failures of a small program with a patch that asks a question. */
function ask(question: Replacements, setup: (k: Kernel) => void, machine: Partial<MachineConfig>): readonly string[] {
  const subject = program('question', (world) => setup(kernel('v4.15', [patch('question', question)]).boot(world, machine)))
  const { failures, bound } = explore(subject, { shortest: false })
  expect(bound).toBeNull()
  return [...new Set(failures.map(({ message }) => message))]
}

describe('questions of the thread', () => {
  it('Jan Kara, 3 Jan 2018, first diagram: buffers are reclaimed, then the read completes and dirties the page, and writeback meets it', () => {
    const trace = traceOf(buffers, 'kswapd', ({ kind }) => kind === 'bug-on')
    const rows = [
      ['kswapd', 'try_to_unmap'],
      ['kswapd', 'try_to_release_page'],
      ['kswapd', '__remove_mapping'],
      ['kworker', 'set_page_dirty_lock'],
      ['flusher', 'mpage_submit_page'],
    ] as const
    expect(callsInOrder(trace, rows)).toBe(true)
  }, 60 * SECONDS)

  it('… but kswapd does not write the page in between, as drawn: pageout() gives up because of the reference', () => {
    const question: Replacements = {
      ext4_writepage(k, base, mapping, page) {
        const own = 2 + page.mapcount.get() + (page.flags.test('PG_private') ? 1 : 0)
        k.WARN_ON(page.refcount.get() > own, 'kswapd writes a page that is being read into')
        base(mapping, page)
      },
    }
    const underWay = (k: Kernel): void => {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, blockDevice(k), map)
      k.spawn('kswapd', () => k.balance_pgdat(3))
    }
    const machine = { pages: 1, bios: 3, works: 1, pgdat_dirty: true }
    const writes = 'WARN_ON(kswapd writes a page that is being read into)'
    expect(ask(question, underWay, machine)).not.toContain(writes)
    expect(ask({ ...question, is_page_cache_freeable: () => true }, underWay, machine)).toContain(writes)
  }, 60 * SECONDS)

  it('Jan Kara, reply of 4 Jan 2018, second diagram: ordinary writeback is enough', () => {
    const trace = traceOf(mkwrite, 'fast-gup', ({ message }) => message.startsWith('a page is dirtied'))
    const rows = [
      ['reader', 'get_user_pages_fast'],
      ['flusher', 'clear_page_dirty_for_io'],
      ['flusher', 'page_mkclean'],
      ['reader', 'set_page_dirty_lock'],
    ] as const
    expect(callsInOrder(trace, rows)).toBe(true)
  }, 60 * SECONDS)

  it('Dave Chinner, 4 Jan 2018: the page does have a reference that is not reclaim’s own when kswapd takes its buffers', () => {
    const question: Replacements = {
      try_to_release_page(k, base, page) {
        const own = 2 + page.mapcount.get() + (page.flags.test('PG_private') ? 1 : 0)
        k.WARN_ON(page.refcount.get() > own, 'buffers are taken from a page that somebody else holds')
        return base(page)
      },
    }
    const setup = (k: Kernel): void => {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, blockDevice(k), map)
      k.spawn('neighbour', () => {
        k.wb_writeback(fileOf(map))
        k.try_to_free_pages()
      })
    }
    expect(ask(question, setup, { pages: 1, bios: 3, works: 1 })).toContain('WARN_ON(buffers are taken from a page that somebody else holds)')
  }, 60 * SECONDS)
})

describe.each([buffers, mkwrite])('the catalogue entry $name', (race) => {
  it('has a patch for every fix, and claims only of failures that it knows', () => {
    const columns = race.failures.map(({ name }) => name)
    expect(race.fixes.every(({ claims }) => claims.every(({ failure }) => columns.includes(failure)))).toBe(true)
    expect(race.fixes.every(({ kernels }) => kernels.every((version) => race.kernels.includes(version)))).toBe(true)
    expect(patches.map(({ name }) => name)).toEqual(race.fixes.map(({ name }) => name))
  })

  it('bears no name twice', () => {
    for (const named of [race.programs, race.failures, race.fixes]) {
      const names = named.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }
  })
})
