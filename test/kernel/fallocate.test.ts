/** fallocate(2) but for punching holes, and asynchronous direct I/O: what one task alone sees, and what the oracle says when it is wrong. */
import { describe, expect, it } from 'vitest'
import { explore, program } from '../../src/engine/index.js'
import type { AddressSpace } from '../../src/kernel/include/linux/mm-types.js'
import { patch, type Kernel, type Patch } from '../../src/kernel/kernel.js'
import { EXT4_34, XFS_34 } from '../../src/kernel/machine.js'
import { kernel } from '../../src/kernel/versions.js'
import { oneTaskHolds, type Case } from './on-disk.js'

const kindOf = (file: AddressSpace, block: number): string | undefined => file.inode?.extents[block]?.get()[0]

describe.each(['ext4', 'xfs'] as const)('on %s', (fs) => {
  const holds = (one: Case): void => oneTaskHolds(fs, one)

  it('preallocating gives a hole a block that reads as zeros, and leaves data alone', () => {
    holds({
      extents: ['HOLE', ['WRITTEN', 0]],
      run(k, file, map) {
        k.user_store(map, 1, 0, 'F:new')
        k.fallocate_prealloc(file, 0, 2)
        k.world.assert(k.user_load(map, 0, 0) === '' && k.user_load(map, 1, 0) === 'F:new', 'zeros, and the store')
      },
      check: (k, file) => k.world.assert(kindOf(file, 0) === 'UNWRITTEN' && kindOf(file, 1) === 'WRITTEN', 'blocks'),
    })
  })

  it('a zeroed page reads as zeros in every way, keeps its block, and takes stores', () => {
    holds({
      extents: [['WRITTEN', 0], 'HOLE'],
      run(k, file, map) {
        k.user_store(map, 0, 0, 'F:dirty')
        k.fallocate_zero(file, 0, 2)
        k.world.assert(k.user_load(map, 0, 0) === '', 'zeros by a load')
        k.pread(file, 0)
        k.pread_direct(file, 1)
        k.world.assert(kindOf(file, 0) === 'UNWRITTEN' && kindOf(file, 1) === 'UNWRITTEN', 'blocks without data')
        k.user_store(map, 0, 0, 'F:new')
        k.fsync(file)
      },
      check: (k, file, disk) => k.world.assert(kindOf(file, 0) === 'WRITTEN' && disk.blocks[0]?.[0]?.get() === 'F:new', 'the same block'),
    })
  })

  it('collapsing moves up what is behind, dirty or not, gives the block back, and makes the file shorter', () => {
    holds({
      extents: [
        ['WRITTEN', 0],
        ['WRITTEN', 1],
        ['WRITTEN', 2],
      ],
      run(k, file, map, disk) {
        k.user_load(map, 0, 0)
        k.user_store(map, 2, 0, 'F:dirty')
        k.world.assert(k.fallocate_collapse(file, 0, 1), 'no error')
        k.world.assert(k.user_load(map, 0, 0) === 'F:1' && k.user_load(map, 1, 0) === 'F:dirty', 'moved up')
        k.world.assert(k.user_load(map, 2, 0) === null, 'SIGBUS beyond the end')
        k.world.assert(disk.states[0]?.get()[0] === 'PENDING_FREE', 'given back')
        k.pread_direct(file, 1)
        k.ftruncate_to(file, 3)
        k.world.assert(k.user_load(map, 2, 0) === '', 'zeros when it grows')
      },
    })
  })

  it('inserting moves on what is there, leaves a hole, and makes the file longer', () => {
    holds({
      extents: [['WRITTEN', 0], ['WRITTEN', 1], 'HOLE'],
      size: 2,
      run(k, file, map) {
        k.user_store(map, 1, 0, 'F:dirty')
        k.user_load(map, 0, 0)
        k.world.assert(k.fallocate_insert(file, 0, 1), 'no error')
        k.world.assert(k.user_load(map, 0, 0) === '' && k.user_load(map, 1, 0) === 'F:0' && k.user_load(map, 2, 0) === 'F:dirty', 'moved on')
        k.pread_direct(file, 2)
      },
    })
  })

  it('neither is done where POSIX would say EINVAL: to the end of the file, or beyond it', () => {
    holds({
      extents: [['WRITTEN', 0], 'HOLE'],
      size: 1,
      run(k, file, map) {
        k.world.assert(!k.fallocate_collapse(file, 0, 1) && !k.fallocate_insert(file, 1, 2), 'errors')
        k.world.assert(k.user_load(map, 0, 0) === 'F:0', 'nothing has changed')
      },
    })
  })

  it('parts of pages are refused', () => {
    const run = (): void =>
      holds({
        extents: [
          ['WRITTEN', 0],
          ['WRITTEN', 1],
        ],
        blocks_per_page: 2,
        run: (k, file) => k.fallocate_zero(file, 0, 1),
      })
    expect(run).toThrow(/whole pages/)
  })

  it('an asynchronous direct write is on the device when its event has come, and a hole has a block with data then', () => {
    holds({
      extents: ['HOLE'],
      aio: 1,
      run(k, file, map) {
        k.io_submit_pwrite(file, 0, 'F:direct')
        k.io_getevents_direct()
        k.world.assert(kindOf(file, 0) === 'WRITTEN', 'converted')
        k.world.assert(k.user_load(map, 0, 0) === 'F:direct', 'a load after the event')
        k.pread_direct(file, 0)
      },
      check: (k, file) => k.world.assert(file.inode?.i_dio_count.get() === 0, 'nothing is under way'),
    })
  })

  it('two requests of two tasks complete in any order', () => {
    const subject = program('two', (world) => {
      const k = kernel('v3.4').boot(world, { pages: 4, incarnations: false, aio: 2 })
      const file = k.open_on_disk(k.disk('sda', 3), 'F', fs === 'ext4' ? EXT4_34 : XFS_34, ['HOLE', ['WRITTEN', 0]])
      for (const page of [0, 1]) {
        k.spawn(
          `write ${page}`,
          () => {
            k.io_submit_pwrite(file, page, `F:direct ${page}`)
            k.io_getevents_direct()
            k.pread_direct(file, page)
          },
          k.address_space(`W${page}`, 1),
        )
      }
      world.finally(() => k.check_files([file]))
    })
    expect(explore(subject, { shortest: false }).verdict).toBe('holds')
  })
})

describe('the oracle of what is shifted', () => {
  /** What is reported of a file of three pages whose first is taken out, with another task that does something else to it. */
  function reports(wrong?: Patch, also?: (k: Kernel, file: AddressSpace) => void): readonly string[] {
    const subject = program('collapse', (world) => {
      const k = kernel('v3.4', wrong === undefined ? [] : [wrong]).boot(world, { pages: 4, incarnations: false })
      const extents = [0, 1, 2].map((block) => ['WRITTEN', block] as const)
      const file = k.open_on_disk(k.disk('sda', 4), 'F', XFS_34, extents, { resizable: true })
      k.spawn('collapse', () => void k.fallocate_collapse(file, 0, 1))
      also?.(k, file)
      world.finally(() => k.check_files([file]))
    })
    return explore(subject, { shortest: false }).failures.map(({ message }) => message)
  }

  it('has nothing to say when blocks are where they belong', () => {
    expect(reports()).toEqual([])
  })

  it('a block that has not moved, or one too far, is noticed', () => {
    const still = patch('nothing moves', { xfs_shift_extent: () => undefined })
    expect(reports(still)).toContain('what was stored is lost: on the device there is zeros')
    const swapped = patch('the last first', {
      xfs_collapse_file_space(k, base, file, first, end, size) {
        base(file, first, end, size)
        k.shift_blocks(file, 0, 1, 2)
      },
    })
    expect(reports(swapped).length).toBeGreaterThan(0)
  })

  it('write(2) before, after or during it is found where it was written or where that has moved to, and nothing else is there', () => {
    const write = (k: Kernel, file: AddressSpace): void => {
      k.spawn('write', () => void k.pwrite(file, 1, 'F:new'))
    }
    expect(reports(undefined, write)).toEqual([])
    const dropped = patch('nothing is written before it is thrown away', { filemap_write_and_wait_pages: () => undefined })
    expect(reports(dropped, write)).toContain('what was stored is lost: it is neither where it was stored nor where it has been moved to')
  })
})
