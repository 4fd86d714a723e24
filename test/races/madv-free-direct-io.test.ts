/** What the model says about every fix of the thread of January 2022. Its questions: madv-free-questions.test.ts. */
import { describe, expect, it } from 'vitest'
import { madvFreeDirectIo as race } from '../../src/races/madv-free-direct-io/index.js'
import { patches } from '../../src/races/madv-free-direct-io/fixes.js'
import { programsUnder, rowOf } from './support.js'

const SECONDS = 1000
const FORKS = ['fork-during', 'fork-during-unmap', 'fork-during-dontneed', 'fork-during-exit', 'fork-during-twice']
const READS = [
  'reproducer',
  'simple-read',
  'batched-flush',
  'async-read',
  'multi-bio',
  'file-read',
  'direct-reclaim',
  'pageout',
  'driver',
  'madvise-again',
  'free-in-between',
  ...FORKS,
  'huge-page',
  'pagevec',
]
const LOOKED_AT = ['pagevec-idle', 'looked-at-idle', 'lookup-idle']

/** The largest programs, left out for most fixes. */
const LARGE = ['reproducer', 'fork-before-store']
const SMALLER = programsUnder(race, 'sc').filter((name) => !LARGE.includes(name))
const SMALLER_READS = READS.filter((name) => !LARGE.includes(name))

/** Of more than half a million states; left out where a fix that dirties too late is shown by all the others. */
const LARGER = [...LARGE, 'fork-during-unmap', 'fork-during-dontneed', 'fork-during-exit', 'fork-during-twice', 'huge-page']
const SMALL = programsUnder(race, 'sc').filter((name) => !LARGER.includes(name))

const sc = (...fixes: readonly string[]): ReturnType<typeof rowOf> => rowOf(race, { fixes }, SMALLER)
/** The largest of the small programs is left to v3. */
const WEAK = programsUnder(race, 'weak').filter((name) => name !== 'async-read')
const weak = (...fixes: readonly string[]): ReturnType<typeof rowOf> => rowOf(race, { fixes, memory: 'weak' }, WEAK)

describe('sequentially consistent memory', () => {
  it(
    'v5.16 loses what was read in every kind of read; stores are safe',
    () => {
      expect(rowOf(race)).toEqual({ 'read-lost': READS })
    },
    120 * SECONDS,
  )

  it(
    'v1 closes it but for huge pages, and never frees shared memory, nor what was held for a moment',
    () => {
      expect(sc('v1')).toEqual({
        'read-lost': ['huge-page'],
        'never-freed': ['pagevec-idle', 'shared-idle', 'looked-at-idle', 'lookup-idle'],
      })
    },
    120 * SECONDS,
  )

  it(
    'v2 leaves huge pages, and a second fork during the read',
    () => {
      expect(sc('v2')).toEqual({ 'read-lost': ['fork-during-twice', 'huge-page'], 'never-freed': LOOKED_AT })
    },
    120 * SECONDS,
  )

  it(
    'v3 leaves the same',
    () => {
      expect(rowOf(race, { fixes: ['v3'] })).toEqual({ 'read-lost': ['fork-during-twice', 'huge-page'], 'never-freed': LOOKED_AT })
    },
    120 * SECONDS,
  )

  it(
    'no-dirty-test loses stores, and what was read as soon as the read has ended',
    () => {
      expect(rowOf(race, { fixes: ['no-dirty-test'] }, SMALL)).toEqual({
        'read-lost': SMALLER_READS.filter((name) => SMALL.includes(name)),
        'store-lost': ['store-after', 'store-and-lookup'],
        'never-freed': LOOKED_AT,
      })
    },
    120 * SECONDS,
  )

  it.each(['pre-dirty', 'foll-touch'])(
    '%s closes no program: there is a window before the page is dirty',
    (fix) => {
      expect(rowOf(race, { fixes: [fix] }, SMALL)).toEqual({ 'read-lost': SMALLER_READS.filter((name) => SMALL.includes(name)) })
    },
    120 * SECONDS,
  )

  it(
    'no-batched-flush loses what drivers write, and forks with MADV_DONTNEED',
    () => {
      expect(sc('no-batched-flush')).toEqual({ 'read-lost': ['driver', 'fork-during-dontneed', 'huge-page'], 'never-freed': LOOKED_AT })
    },
    120 * SECONDS,
  )

  it(
    'mapcount-first trades the second fork for a sharer that unmaps',
    () => {
      expect(sc('mapcount-first')).toEqual({ 'read-lost': ['fork-during-dontneed', 'huge-page'], 'never-freed': LOOKED_AT })
    },
    120 * SECONDS,
  )
})

const SMALL_READS = ['simple-read', 'batched-flush', 'direct-reclaim', 'pageout', 'driver', 'pagevec']
const SMALL_LOOKED_AT = ['pagevec-idle', 'looked-at-idle']

describe('weak memory', () => {
  it(
    'v1 and v2 lose what was read in every kind of read: nothing orders the entry before the count',
    () => {
      expect(weak('v1')).toEqual({ 'read-lost': SMALL_READS, 'never-freed': ['pagevec-idle', 'shared-idle', 'looked-at-idle'] })
      expect(weak('v2')).toEqual({ 'read-lost': SMALL_READS, 'never-freed': SMALL_LOOKED_AT })
    },
    240 * SECONDS,
  )

  it(
    'v3 and mapcount-first do not',
    () => {
      expect(rowOf(race, { fixes: ['v3'], memory: 'weak' })).toEqual({ 'never-freed': SMALL_LOOKED_AT })
      expect(weak('mapcount-first')).toEqual({ 'never-freed': SMALL_LOOKED_AT })
    },
    240 * SECONDS,
  )
})

describe('the catalogue entry', () => {
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
