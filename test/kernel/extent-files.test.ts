/** Files whose blocks are freed and used again, v3.4: what one task alone sees. */
import { describe, expect, it } from 'vitest'
import { explore, program } from '../../src/engine/index.js'
import type { Disk, Extent } from '../../src/kernel/include/linux/extent-map.js'
import type { AddressSpace, Vma } from '../../src/kernel/include/linux/mm-types.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { EXT4_34, XFS_34 } from '../../src/kernel/machine.js'
import { kernel } from '../../src/kernel/versions.js'

interface Case {
  readonly extents: readonly Extent[]
  readonly blocks_per_page?: number
  readonly run: (k: Kernel, file: AddressSpace, map: Vma, disk: Disk) => void
  readonly check?: (k: Kernel, file: AddressSpace, disk: Disk) => void
}

describe.each(['ext4', 'xfs'] as const)('on %s', (fs) => {
  /** Runs one task to its end: nothing fails, and users find in the file what they expect. */
  function holds({ extents, blocks_per_page = 1, run, check }: Case): void {
    const subject = program('one task', (world) => {
      const k = kernel('v3.4').boot(world, { pages: 4, incarnations: false, words: blocks_per_page })
      const disk = k.disk('sda', 4, blocks_per_page)
      const file = k.open_on_disk(disk, 'F', fs === 'ext4' ? EXT4_34 : XFS_34, extents, { blocks_per_page, resizable: true })
      const map = k.area(k.address_space('A', file.slots.length), { name: 'A.map', file, pages: file.slots.length })
      k.spawn('task', () => run(k, file, map, disk), map.mm)
      world.finally(() => k.check_files([file]))
      world.finally(() => check?.(k, file, disk))
    })
    const result = explore(subject, { shortest: false })
    expect(result.failures.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([])
    expect(result.verdict).toBe('holds')
  }

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
