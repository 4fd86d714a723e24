/** Direct I/O against mappings: what Dave Chinner says of it, 16 May 2012. */
import { describe, expect, it } from 'vitest'
import { explore, program } from '../../src/engine/index.js'
import { patch } from '../../src/kernel/kernel.js'
import { EXT4_34, XFS_34 } from '../../src/kernel/machine.js'
import { kernel } from '../../src/kernel/versions.js'
import type { FileSystem } from '../../src/races/race.js'
import { directIoMmap as race } from '../../src/races/direct-io-mmap/index.js'
import { failuresOf, programsUnder, rowOf } from './support.js'

const SECONDS = 1000

const names = programsUnder(race, 'sc')
const ASYNC = names.filter((name) => name.startsWith('aio-'))

const row = (fs: FileSystem, ...fixes: readonly string[]): Record<string, readonly string[]> =>
  rowOf(
    race,
    { fs, fixes },
    names.filter((name) => !ASYNC.includes(name)),
  )

describe('ext4, v3.4', () => {
  const EXT4 = { 'store-lost': ['write-and-store', 'write-and-cached', 'write-of-hole'] }

  it('loses direct writes that have returned', () => {
    expect(row('ext4')).toEqual(EXT4)
  }, 60 * SECONDS)

  it('the I/O lock in page_mkwrite closes it, and deadlocks', () => {
    expect(row('ext4', 'io-lock-in-mkwrite')).toEqual({ deadlock: ['direct-read-into-mapping', 'three-threads'] })
  }, 60 * SECONDS)

  it('retrying closes it, and never ends when the file is read into its own mapping', () => {
    expect(row('ext4', 'io-lock-retry')).toEqual({ livelock: ['direct-read-into-mapping'] })
  }, 60 * SECONDS)

  it('retrying without the VM loses more: pages are dirty that nobody has prepared', () => {
    const lost = ['write-and-store', 'write-and-cached', 'read-of-hole', 'write-of-hole', 'write-elsewhere']
    expect(row('ext4', 'io-lock-retry-ignored')).toEqual({ 'store-lost': lost })
  }, 60 * SECONDS)

  it('what was merged for punching does nothing for direct I/O', () => {
    expect(row('ext4', 'fault-rwsem')).toEqual(EXT4)
    expect(row('ext4', 'invalidate-lock')).toEqual(EXT4)
  }, 60 * SECONDS)
})

describe('xfs, v3.4', () => {
  const LOST = ['write-and-store', 'write-and-cached', 'read-of-hole', 'read-and-store', 'write-of-hole', 'read-elsewhere', 'write-elsewhere']
  const XFS = { 'store-lost': LOST, 'kernel-bug': ['read-of-hole'], reservation: ['write-elsewhere'] }

  it('loses direct writes, loses stores anywhere behind them, leaves stray delayed allocations, and direct reads hit a BUG', () => {
    expect(row('xfs')).toEqual(XFS)
    expect(failuresOf(race, 'read-of-hole', { fs: 'xfs' }).map(({ message }) => message)).toContain('BUG_ON(direct)')
  }, 60 * SECONDS)

  it('the IOLOCK in page_mkwrite closes all of it, and deadlocks; tried again and again it livelocks instead', () => {
    expect(row('xfs', 'io-lock-in-mkwrite')).toEqual({ deadlock: ['direct-read-into-mapping', 'read-into-mapping', 'three-threads', 'two-files'] })
    expect(row('xfs', 'io-lock-retry')).toEqual({ livelock: ['direct-read-into-mapping', 'read-into-mapping', 'two-files'] })
  }, 60 * SECONDS)

  it('a retry that the VM does not act on makes pages dirty that have no buffers', () => {
    expect(row('xfs', 'io-lock-retry-ignored')).toEqual({ 'store-lost': LOST, 'kernel-bug': [...LOST, 'read-into-mapping'] })
  }, 60 * SECONDS)

  it('what was merged for punching does nothing for direct I/O', () => {
    expect(row('xfs', 'fault-rwsem')).toEqual(XFS)
    expect(row('xfs', 'invalidate-lock')).toEqual(XFS)
  }, 60 * SECONDS)
})

describe.each(['ext4', 'xfs'] as const)('asynchronous direct I/O, %s', (fs) => {
  const async = (...fixes: readonly string[]): Record<string, readonly string[]> => rowOf(race, { fs, fixes }, ASYNC)
  const LOST = { 'store-lost': ['aio-write-and-store', 'aio-write-and-load', 'aio-write-and-read', 'aio-write-of-hole'] }

  it('drops what is cached when it is submitted, too early: what is cached after that hides what was written', () => {
    expect(async()).toEqual(LOST)
  })

  it('goes on when the I/O lock has been given up: that lock in page_mkwrite closes nothing', () => {
    expect(async('io-lock-in-mkwrite')).toEqual(LOST)
    expect(async('io-lock-retry')).toEqual(LOST)
    expect(async('invalidate-lock')).toEqual(LOST)
  })

  it('invalidate-at-completion leaves stores: a page that is dirty is not dropped', () => {
    expect(async('invalidate-at-completion')).toEqual({ 'store-lost': ['aio-write-and-store'] })
  })

  it('does not outlive a truncate, because that waits for it', () => {
    const unwaited = patch('nobody waits for direct I/O', { inode_dio_wait: () => undefined })
    const subject = program('truncate without waiting', (world) => {
      const k = kernel('v3.4', [unwaited]).boot(world, { pages: 4, incarnations: false, aio: 1 })
      const file = k.open_on_disk(k.disk('sda', 3), 'F', fs === 'ext4' ? EXT4_34 : XFS_34, [['WRITTEN', 0]], { resizable: true })
      k.spawn('write', () => k.io_submit_pwrite(file, 0, 'F:direct'), k.address_space('W', 1))
      k.spawn('truncate', () => k.ftruncate_to(file, 0))
    })
    expect(explore(subject, { shortest: false }).failures.map(({ kind }) => kind)).toEqual(['data-misplaced'])
  })
})
