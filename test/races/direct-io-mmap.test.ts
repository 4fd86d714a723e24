/** Direct I/O against mappings: what Dave Chinner says of it, 16 May 2012. */
import { describe, expect, it } from 'vitest'
import type { FileSystem } from '../../src/races/race.js'
import { directIoMmap as race } from '../../src/races/direct-io-mmap/index.js'
import { failuresOf, rowOf } from './support.js'

const SECONDS = 1000

const row = (fs: FileSystem, ...fixes: readonly string[]): Record<string, readonly string[]> => rowOf(race, { fs, fixes })

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
