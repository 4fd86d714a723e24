/** What the model says about every fix of the thread of May 2012, and about what was asked in it. */
import { describe, expect, it } from 'vitest'
import { explore, replay } from '../../src/engine/index.js'
import type { FileSystem } from '../../src/races/race.js'
import { holePunchFault as race } from '../../src/races/hole-punch-fault/index.js'
import { callsInOrder, failuresOf, inOrder, programOf, programsUnder, rowOf } from './support.js'

const SECONDS = 1000

/** Programs of fallocate's later modes, and of asynchronous direct I/O: they are a part of the workload that the thread does not speak of. */
const isLater = (name: string): boolean => /^(zero|prealloc|collapse|insert|aio)-/.test(name)
const names = programsUnder(race, 'sc')
const PUNCHING = names.filter((name) => !isLater(name))
const RANGES = names.filter((name) => isLater(name) && !name.startsWith('aio-'))
const ASYNC = names.filter((name) => name.startsWith('aio-'))

const row = (fs: FileSystem, ...fixes: readonly string[]): Record<string, readonly string[]> => rowOf(race, { fs, fixes }, PUNCHING)

/** Stores through a mapping, all to one block. */
const STORES = ['store', 'store-other-process', 'store-cached', 'store-reuse', 'load-then-store', 'unwritten', 'hole']
/** Ways in which the old block gets into the page cache again: by faults, by readahead that is asked for, and on ext4 by read(2). */
const FAULTS_IN = ['load-then-store', 'load', 'load-reuse', 'two-processes', 'store-munmap', 'private-store', 'private-reuse']
/** The same from processes other than the one that punches. */
const FAULTS_IN_ELSEWHERE = FAULTS_IN.slice(1)
const WILLNEED = ['fadvise', 'fadvise-reuse', 'madvise']
const READS = ['read', 'read-reuse']

const EXT4 = {
  'freed-block-written': ['store', 'store-other-process', 'store-cached', 'store-reuse', 'load-then-store', 'write', 'write-reuse', 'unwritten', 'hole'],
  'store-lost': STORES,
  'other-file-damaged': ['store-reuse', 'write-reuse'],
  'punched-data-back': [...FAULTS_IN, ...READS, ...WILLNEED],
  livelock: ['load', 'read-into-mapping'],
  'foreign-bytes-read': ['load-reuse', 'private-reuse', 'read-reuse', 'fadvise-reuse'],
  'kernel-bug': ['unwritten'],
}
const XFS = {
  'freed-block-written': STORES,
  'store-lost': [...STORES, 'page-beyond'],
  'other-file-damaged': ['store-reuse'],
  'punched-data-back': [...FAULTS_IN, ...WILLNEED],
  livelock: ['load'],
  'foreign-bytes-read': ['load-reuse', 'private-reuse', 'fadvise-reuse'],
  reservation: ['hole'],
}

describe('ext4, v3.4', () => {
  it('has every failure of the thread, and also for read(2) and write(2): punching takes no i_mutex', () => {
    expect(row('ext4')).toEqual(EXT4)
  }, 60 * SECONDS)

  it('mmap-sem leaves mappings of other processes, read(2), write(2) and readahead', () => {
    expect(row('ext4', 'mmap-sem')).toEqual({
      ...EXT4,
      'freed-block-written': ['store-other-process', 'store-reuse', 'write', 'write-reuse', 'unwritten', 'hole'],
      'store-lost': ['store-other-process', 'store-reuse', 'unwritten', 'hole'],
      'punched-data-back': [...FAULTS_IN_ELSEWHERE, ...READS, ...WILLNEED],
    })
  }, 60 * SECONDS)

  it('mkwrite-rwsem closes it for stores; what was punched out is faulted in again for loads', () => {
    expect(row('ext4', 'mkwrite-rwsem')).toEqual({
      'punched-data-back': [...FAULTS_IN, ...READS, ...WILLNEED],
      livelock: ['load', 'read-into-mapping'],
      'foreign-bytes-read': ['load-reuse', 'private-reuse', 'read-reuse', 'fadvise-reuse'],
      'freed-block-written': ['write', 'write-reuse'],
      'other-file-damaged': ['write-reuse'],
    })
  }, 60 * SECONDS)

  it('fault-rwsem closes it for all faults, not for read(2), write(2) and readahead', () => {
    expect(row('ext4', 'fault-rwsem')).toEqual({
      'punched-data-back': [...READS, ...WILLNEED],
      'foreign-bytes-read': ['read-reuse', 'fadvise-reuse'],
      'freed-block-written': ['write', 'write-reuse'],
      'other-file-damaged': ['write-reuse'],
      livelock: ['read-into-mapping'],
    })
  }, 60 * SECONDS)

  it('invalidate-lock closes everything about punching', () => {
    expect(row('ext4', 'invalidate-lock')).toEqual({})
  }, 60 * SECONDS)

  it('the I/O lock in page_mkwrite closes nothing, blocking or not: it is not the lock of the one who punches', () => {
    expect(row('ext4', 'io-lock-in-mkwrite')).toEqual({ ...EXT4, deadlock: ['three-threads'] })
    expect(row('ext4', 'io-lock-retry')).toEqual(EXT4)
    expect(row('ext4', 'io-lock-retry-ignored')).toEqual(EXT4)
  }, 60 * SECONDS)

  it('page-by-page closes it only where the page is cached, and deadlocks with the commit of the journal', () => {
    const { livelock: _livelock, ...rest } = EXT4
    const without = (names: readonly string[]): readonly string[] => names.filter((name) => name !== 'store-cached')
    expect(row('ext4', 'page-by-page')).toEqual({
      ...rest,
      'freed-block-written': without(rest['freed-block-written']),
      'store-lost': without(rest['store-lost']),
      deadlock: ['commit'],
    })
  }, 60 * SECONDS)

  it('with i_mutex, as since v3.7, write(2) is no longer concerned, and io-lock-retry closes it for stores', () => {
    expect(row('ext4', 'punch-i-mutex')).toEqual({ ...EXT4, 'freed-block-written': STORES, 'other-file-damaged': ['store-reuse'] })
    expect(row('ext4', 'punch-i-mutex', 'io-lock-retry')).toEqual({
      'punched-data-back': [...FAULTS_IN, ...READS, ...WILLNEED],
      livelock: ['load', 'read-into-mapping'],
      'foreign-bytes-read': ['load-reuse', 'private-reuse', 'read-reuse', 'fadvise-reuse'],
    })
  }, 60 * SECONDS)
})

describe('xfs, v3.4', () => {
  const LEAVES_LOADS = { 'punched-data-back': [...FAULTS_IN, ...WILLNEED], 'foreign-bytes-read': ['load-reuse', 'private-reuse', 'fadvise-reuse'] }

  it('has the race, a reservation that is gone, and loses stores beyond the hole', () => {
    expect(row('xfs')).toEqual(XFS)
  }, 60 * SECONDS)

  it('mmap-sem leaves mappings of other processes, and readahead', () => {
    expect(row('xfs', 'mmap-sem')).toEqual({
      ...XFS,
      'freed-block-written': ['store-other-process', 'store-reuse', 'unwritten', 'hole'],
      'store-lost': ['store-other-process', 'store-reuse', 'unwritten', 'hole'],
      'punched-data-back': [...FAULTS_IN_ELSEWHERE, ...WILLNEED],
    })
  }, 60 * SECONDS)

  it('mkwrite-rwsem leaves read faults, fault-rwsem only readahead, invalidate-lock nothing', () => {
    expect(row('xfs', 'mkwrite-rwsem')).toEqual({ ...LEAVES_LOADS, livelock: ['load'] })
    expect(row('xfs', 'fault-rwsem')).toEqual({ 'punched-data-back': WILLNEED, 'foreign-bytes-read': ['fadvise-reuse'] })
    expect(row('xfs', 'invalidate-lock')).toEqual({})
  }, 60 * SECONDS)

  it('the IOLOCK in page_mkwrite closes it for stores, and deadlocks; tried again and again it livelocks instead', () => {
    expect(row('xfs', 'io-lock-in-mkwrite')).toEqual({
      ...LEAVES_LOADS,
      livelock: ['load'],
      deadlock: ['read-into-mapping', 'three-threads', 'two-files'],
    })
    expect(row('xfs', 'io-lock-retry')).toEqual({ ...LEAVES_LOADS, livelock: ['load', 'read-into-mapping', 'two-files'] })
  }, 60 * SECONDS)

  it('a retry that the VM does not act on makes pages dirty that have no buffers', () => {
    expect(row('xfs', 'io-lock-retry-ignored')).toEqual({
      ...LEAVES_LOADS,
      livelock: ['load'],
      'kernel-bug': [...STORES.slice(0, 5), 'two-processes', 'store-munmap', 'unwritten', 'hole', 'page-beyond', 'read-into-mapping'],
      'store-lost': ['page-beyond'],
    })
  }, 60 * SECONDS)

  it('page-by-page closes it only where the page is cached', () => {
    const uncached = STORES.filter((name) => name !== 'store-cached')
    expect(row('xfs', 'page-by-page')).toEqual({
      ...LEAVES_LOADS,
      'freed-block-written': uncached,
      'store-lost': uncached.filter((name) => name !== 'hole'),
      'other-file-damaged': ['store-reuse'],
      reservation: ['hole'],
    })
  }, 60 * SECONDS)
})

describe('zeroing, collapsing and inserting ranges', () => {
  const ranges = (fs: FileSystem, ...fixes: readonly string[]): Record<string, readonly string[]> => rowOf(race, { fs, fixes }, RANGES)
  const EXT4 = {
    'store-lost': ['zero-store', 'collapse-store', 'collapse-store-first', 'collapse-load', 'collapse-read', 'collapse-write', 'insert-store'],
    'punched-data-back': ['zero-load', 'zero-read', 'collapse-store', 'insert-load'],
    'freed-block-written': ['collapse-store-first'],
  }
  const XFS = {
    'store-lost': ['zero-store', 'collapse-store', 'collapse-store-first', 'collapse-load', 'insert-store'],
    'punched-data-back': ['zero-load', 'insert-load'],
    'freed-block-written': ['collapse-store-first'],
    reservation: ['zero-reserved'],
  }

  it('have the race of punching, and lose what is stored between writing and shifting; preallocating has none', () => {
    expect(ranges('ext4')).toEqual(EXT4)
    expect(ranges('xfs')).toEqual(XFS)
  }, 60 * SECONDS)

  it('ext4 writes what it shifts before it takes i_mutex: no lock of faults closes that, flush-under-lock does', () => {
    expect(ranges('ext4', 'fault-rwsem')).toEqual({
      'store-lost': ['collapse-store', 'collapse-read', 'collapse-write', 'insert-store'],
      'punched-data-back': ['zero-read'],
    })
    expect(ranges('ext4', 'invalidate-lock')).toEqual({ 'store-lost': ['collapse-store', 'collapse-write', 'insert-store'] })
    expect(ranges('ext4', 'fault-rwsem', 'flush-under-lock')).toEqual({ 'store-lost': ['collapse-read'], 'punched-data-back': ['zero-read'] })
    expect(ranges('ext4', 'flush-under-lock', 'invalidate-lock')).toEqual({})
  }, 60 * SECONDS)

  it('XFS writes under its locks, and needs fault-rwsem only; zeroing takes away a reservation that the flusher still uses', () => {
    expect(ranges('xfs', 'fault-rwsem')).toEqual({ reservation: ['zero-reserved'] })
    expect(ranges('xfs', 'invalidate-lock')).toEqual({ reservation: ['zero-reserved'] })
    expect(ranges('xfs', 'mkwrite-rwsem')).toEqual({
      'store-lost': ['collapse-load'],
      'punched-data-back': ['zero-load', 'insert-load'],
      reservation: ['zero-reserved'],
    })
  }, 60 * SECONDS)
})

describe.each(['ext4', 'xfs'] as const)('asynchronous direct I/O, %s', (fs) => {
  const async = (...fixes: readonly string[]): Record<string, readonly string[]> => rowOf(race, { fs, fixes }, ASYNC)
  // XFS's worker refills the hole with a block that counts as written: what was on it before is exposed.
  const exposed = fs === 'xfs' ? ['aio-write-of-hole'] : []
  const WRONG = { 'freed-block-written': ['aio-write', 'aio-write-of-hole'], 'foreign-bytes-read': [...exposed, 'aio-read-reuse'] }

  it('is not waited for by punching, whatever lock faults take', () => {
    expect(async()).toEqual(WRONG)
    expect(async('invalidate-lock')).toEqual(WRONG)
    expect(async('io-lock-in-mkwrite')).toEqual(WRONG)
  })

  it('is waited for since punch-i-mutex', () => {
    expect(async('punch-i-mutex')).toEqual({})
  })
})

describe('questions', () => {
  it.each(['ext4', 'xfs'] as const)('Jan Kara, 16 May 2012: his diagram of three tasks happens on %s: a block is written that was given back', (fs) => {
    const subject = programOf(race, 'store', { fs })
    const emptied = fs === 'ext4' ? 'truncate_pagecache_range' : 'truncate_inode_pages'
    const freed = fs === 'ext4' ? 'ext4_ext_remove_space' : 'xfs_bunmapi'
    const trace = inOrder(subject, [['punch', emptied], ['store'], ['punch'], ['flusher']])
    expect(
      callsInOrder(trace, [
        ['punch', 'filemap_write_and_wait_pages'],
        ['punch', emptied],
        ['store', 'do_shared_fault'],
        ['punch', freed],
        ['flusher', 'writeback_bio'],
      ]),
    ).toBe(true)
    const failed = trace.events.flatMap((event) => (event.type === 'step' ? event.failures.map(({ kind }) => kind) : []))
    expect(failed).toContain('data-misplaced')
  })

  it('Jan Kara: the deadlock that page-by-page brings to ext4 is between a page lock and a handle of the journal', () => {
    const [deadlock] = failuresOf(race, 'commit', { fixes: ['page-by-page'] })
    expect(deadlock?.kind).toBe('deadlock')
    expect(deadlock?.message).toContain('sda.journal')
    expect(deadlock?.message).toContain('PG_locked')
  })

  it('Dave Chinner: page_mkwrite that blocks on the IOLOCK closes the circle of three threads through mmap_sem; one that tries does not', () => {
    const [deadlock] = failuresOf(race, 'three-threads', { fs: 'xfs', fixes: ['io-lock-in-mkwrite'] })
    expect(deadlock?.message).toBe('store waits for F.i_rwsem held by write (write); write waits for A.mmap_lock held by store (read), behind mmap (write)')
    expect(failuresOf(race, 'three-threads', { fs: 'xfs', fixes: ['io-lock-retry'] })).toEqual([])
  })

  it('Dave Chinner: retrying any number of times is for ever when read(2) itself holds the lock: shown as a lasso', () => {
    const subject = programOf(race, 'read-into-mapping', { fs: 'xfs', fixes: ['io-lock-retry'] })
    const [livelock] = explore(subject).failures
    expect(livelock?.kind).toBe('livelock')
    expect(livelock?.message).toBe('read runs for ever and nobody gets on')
    if (livelock === undefined) return
    const calls = replay(subject, livelock.schedule, livelock).events.flatMap((event) => (event.type === 'call' ? [event.fn] : []))
    expect(calls.filter((fn) => fn === 'do_page_mkwrite').length).toBeGreaterThan(0)
  })
})
