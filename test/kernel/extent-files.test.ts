/** Files whose blocks are freed and used again, v3.4: what one task alone sees. */
import { describe, expect, it } from 'vitest'
import type { Extent } from '../../src/kernel/include/linux/extent-map.js'
import { kernelFunctions } from '../../src/kernel/kernel.js'
import { extentFiles } from '../../src/kernel/fs/extent-files.js'
import { oneTaskHolds, type Case } from './on-disk.js'

describe.each(['ext4', 'xfs'] as const)('on %s', (fs) => {
  const holds = (one: Case): void => oneTaskHolds(fs, one)

  const TWO: readonly Extent[] = [
    ['WRITTEN', 0],
    ['WRITTEN', 1],
  ]

  it('a punched page reads as zeros in every way, its neighbour as before, and the block is free after the next commit', () => {
    holds({
      extents: TWO,
      run(k, file, map, disk) {
        k.world.assert(k.user_load(map, 0, 0) === 'F:0', 'data before')
        k.fallocate_punch(file, 0, 1)
        k.world.assert(k.user_load(map, 0, 0) === '', 'zeros by a load')
        k.pread(file, 0)
        k.pread_direct(file, 0)
        k.world.assert(k.user_load(map, 1, 0) === 'F:1', 'the neighbour')
        k.world.assert(disk.states[0]?.get()[0] === 'PENDING_FREE', 'not to be given out yet')
        k.commit(disk, file)
      },
      check: (k, _file, disk) => k.world.assert(disk.states[0]?.get() === 'FREE', 'free'),
    })
  })

  it('a store to a hole gets a block when it is written back; XFS has it in the map as delayed until then', () => {
    holds({
      extents: ['HOLE'],
      run(k, file, map) {
        k.user_store(map, 0, 0, 'F:new')
        k.world.assert(file.inode?.extents[0]?.get() === (fs === 'xfs' ? 'DELALLOC' : 'HOLE'), 'before it is written')
        k.wb_writeback(file)
      },
      check: (k, file) => k.world.assert(file.inode?.extents[0]?.get()[0] === 'WRITTEN', 'a block'),
    })
  })

  it('a preallocated block reads as zeros until it is written', () => {
    holds({
      extents: [['UNWRITTEN', 0]],
      run(k, file, map) {
        k.world.assert(k.user_load(map, 0, 0) === '', 'zeros')
        k.user_store(map, 0, 0, 'F:new')
        k.fsync(file)
      },
      check: (k, file) => k.world.assert(file.inode?.extents[0]?.get()[0] === 'WRITTEN', 'written'),
    })
  })

  it('beyond the end there is a signal for loads and stores, and nothing to read; a file that grows again has zeros there', () => {
    holds({
      extents: TWO,
      run(k, file, map) {
        k.user_store(map, 1, 0, 'F:new')
        k.ftruncate_to(file, 1)
        k.world.assert(k.user_load(map, 1, 0) === null && !k.user_store(map, 1, 0, 'F:late'), 'SIGBUS')
        k.world.assert(!k.pread(file, 1), 'end of file')
        k.ftruncate_to(file, 2)
        k.world.assert(k.user_load(map, 1, 0) === '', 'zeros')
      },
    })
  })

  it('the part of a page beyond the new end is zeroed, the rest stays', () => {
    holds({
      extents: TWO,
      blocks_per_page: 2,
      run(k, file, map) {
        k.user_store(map, 0, 0, 'F:kept')
        k.ftruncate_to(file, 1)
        k.world.assert(k.user_load(map, 0, 0) === 'F:kept' && k.user_load(map, 0, 1) === '', 'kept and zeroed')
      },
      check: (k, file, disk) => {
        k.world.assert(disk.states[1]?.get()[0] === 'PENDING_FREE' && file.inode?.extents[1]?.get() === 'HOLE', 'the second block is gone')
      },
    })
  })

  it('direct and cached I/O see each other when they follow each other', () => {
    holds({
      extents: [['WRITTEN', 0]],
      run(k, file, map) {
        k.user_store(map, 0, 0, 'F:stored')
        k.pread_direct(file, 0)
        k.pwrite_direct(file, 0, 'F:direct')
        k.world.assert(k.user_load(map, 0, 0) === 'F:direct', 'a load after a direct write')
        k.pwrite(file, 0, 'F:written')
        k.pread_direct(file, 0)
      },
    })
  })

  it('a direct write to a hole allocates', () => {
    holds({
      extents: ['HOLE'],
      run: (k, file) => void k.pwrite_direct(file, 0, 'F:direct'),
      check: (k, file) => k.world.assert(file.inode?.extents[0]?.get()[0] === 'WRITTEN', 'a block'),
    })
  })
})

it('every function of files with extent maps is linked', () => {
  expect(kernelFunctions).toEqual(expect.arrayContaining(Object.keys(extentFiles)))
})
