/** What is left of each race in v6.18, which is made of what was merged. Findings: docs/findings.md, "On v6.18". */
import { describe, expect, it } from 'vitest'
import { daxFlagSwitch } from '../../src/races/dax-flag-switch/index.js'
import { dirtyWithoutBuffers } from '../../src/races/dirty-without-buffers/index.js'
import { dirtyWithoutMkwrite } from '../../src/races/dirty-without-mkwrite/index.js'
import { madvFreeDirectIo } from '../../src/races/madv-free-direct-io/index.js'
import type { Race } from '../../src/races/race.js'
import { writebackWakeup } from '../../src/races/writeback-wakeup/index.js'
import { failuresOf, programsUnder, rowOf } from './support.js'

const SECONDS = 1000

const V618 = { kernel: 'v6.18' } as const

/** Between two and more than twelve million states each: these take a minute together, and hold (`heddle check madv-free-direct-io --kernel v6.18`). */
const LARGE = ['fork-before-store', 'fork-during-unmap', 'fork-during-dontneed', 'fork-during-exit', 'fork-during-twice']

const without = (race: Race, names: readonly string[]): readonly string[] => programsUnder(race, 'sc').filter((name) => !names.includes(name))

describe('writeback-wakeup', () => {
  it('nothing is left of the thread; a wake-up of the page lock can still be taken along by a task that is killed', () => {
    expect(rowOf(writebackWakeup, V618)).toEqual({ 'lost-lock-wakeup': ['interrupted-waiter'] })
  }, 60 * SECONDS)
})

describe('madv-free-direct-io', () => {
  it('what was read is never lost, also not in huge pages and with forks; a reference for a moment still cancels MADV_FREE', () => {
    expect(rowOf(madvFreeDirectIo, V618, without(madvFreeDirectIo, LARGE))).toEqual({ 'never-freed': ['pagevec-idle', 'looked-at-idle', 'lookup-idle'] })
  }, 120 * SECONDS)

  it('the same where memory is weak', () => {
    expect(rowOf(madvFreeDirectIo, { ...V618, memory: 'weak' })).toEqual({ 'never-freed': ['pagevec-idle', 'looked-at-idle'] })
  }, 120 * SECONDS)
})

describe('dirty-without-buffers', () => {
  it('only buffers that are taken because there are too many leave a dirty page without, and then the guard throws its data away', () => {
    expect(rowOf(dirtyWithoutBuffers, V618, without(dirtyWithoutBuffers, ['sync-read']))).toEqual({
      'warn-no-buffers': ['too-many-buffers'],
      'guard-warns': ['too-many-buffers'],
    })
  }, 120 * SECONDS)
})

describe('dirty-without-mkwrite', () => {
  it('pages are still changed and dirtied without having been prepared', () => {
    const READS = [
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
    expect(rowOf(dirtyWithoutMkwrite, V618, without(dirtyWithoutMkwrite, ['flusher']))).toEqual({
      'unprepared-change': READS,
      'unprepared-dirty': READS,
      'read-lost': ['msync'],
      'torn-block': ['stable-pages'],
      'frozen-write': ['frozen'],
    })
  }, 120 * SECONDS)

  it('an fsync right after a synchronous read(2) of a file may miss what was read: the reader goes on before the worker has dirtied the page', () => {
    const failures = failuresOf(dirtyWithoutMkwrite, 'flusher', V618)
    expect(failures.map(({ kind, where }) => `${kind} in ${where}`)).toContain('data-lost in fsync')
  }, 120 * SECONDS)
})

describe('dax-flag-switch', () => {
  it('nothing is left: S_DAX does not change while the inode is in memory', () => {
    expect(rowOf(daxFlagSwitch, { ...V618, fs: 'xfs' })).toEqual({})
  }, 60 * SECONDS)
})
