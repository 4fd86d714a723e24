/**
 * Whether fdatasync and msync commit the running transaction shows in the other file, whose zeroed tail a commit writes first. What is
 * expected here was seen on Linux 6.18.44.
 */
import { describe, expect, test } from 'vitest'
import { runModel } from '../../src/conform/model/index.js'
import type { Operation } from '../../src/conform/sequence.js'

/** Leaves the rest of its second block zeroed and dirty, to be written before the transaction commits. */
const TAIL: Operation = { op: 'ftruncate', file: 'other', size: 10 }

/** Pages of the other file in the page cache after the last step. */
function otherAfter(...steps: readonly Operation[]): string | undefined {
  return runModel('ext4', { seed: 0, steps }).observations.at(-1)?.other.cache
}

describe('on ext4, fdatasync of a file', () => {
  const written: Operation = { op: 'pwrite', file: 'main', offset: 0, length: 4, value: 1 }
  const fdatasync: Operation = { op: 'fdatasync', file: 'main' }

  test('commits after fallocate, also where it found nothing to allocate', () => {
    const nothing: Operation = { op: 'fallocate', file: 'main', mode: 'ALLOCATE', keepSize: false, offset: 1, length: 1 }
    expect(otherAfter(written, { op: 'fsync', file: 'main' }, TAIL, nothing, fdatasync)).toBe('.c..')
    expect(otherAfter(written, { op: 'fsync', file: 'main' }, TAIL, fdatasync)).toBe('.d..')
  })

  test('does not commit after truncate to the size that is on disk already', () => {
    expect(otherAfter(written, TAIL, { op: 'ftruncate', file: 'main', size: 0 }, fdatasync)).toBe('.d..')
    expect(otherAfter(written, TAIL, { op: 'ftruncate', file: 'main', size: 2 }, fdatasync)).toBe('.c..')
  })

  test('commits after truncate to the same size, where the size on disk was behind', () => {
    const same: Operation = { op: 'ftruncate', file: 'main', size: 4 }
    const elsewhere: Operation = { op: 'msync', map: 'shared', word: 40, length: 8, flags: 'SYNC' }
    expect(otherAfter(written, TAIL, same, elsewhere)).toBe('.c..')
    expect(otherAfter(written, TAIL, elsewhere)).toBe('.d..')
  })
})
