/** get_block of direct I/O, v3.4: ext4_get_block_write, xfs_get_blocks_direct, and what completion does to unwritten extents. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace } from '../include/linux/mm-types.js'
import { blockBeneath, extentOf, inodeOf } from './block-map.js'

export const directBlocks = {
  /**
   * The block that a direct write goes to: where there is none, one is allocated that has no data until the I/O is done.
   * @returns the block, null for ENOSPC; and whether it has no data yet
   */
  get_blocks_direct(k: Kernel, file: AddressSpace, block: number): readonly [beneath: number | null, unwritten: boolean] {
    const cell = extentOf(file, block)
    const extent = cell.get()
    const there = blockBeneath(extent)
    if (there !== null) return [there, extent[0] === 'UNWRITTEN']
    // xfs_iomap_write_direct, ext4_map_blocks: a delayed allocation is replaced as well.
    const { ilock } = inodeOf(file)
    k.transaction_start(file)
    ilock.downWrite()
    const beneath = blockBeneath(cell.get()) ?? k.new_block(file)
    if (beneath !== null) cell.set(['UNWRITTEN', beneath])
    ilock.upWrite()
    k.transaction_stop(file)
    return [beneath, true]
  },

  /** The block that a direct read is of; null for zeros. XFS can not read what has no block yet. */
  get_block_direct_read(k: Kernel, file: AddressSpace, block: number): number | null {
    const extent = extentOf(file, block).get()
    // __xfs_get_blocks
    k.BUG_ON(extent === 'DELALLOC', 'direct')
    return extent[0] === 'WRITTEN' ? blockBeneath(extent) : null
  },

  /** ext4_end_io_dio, xfs_end_io_direct_write: the block has data now. */
  written_direct(_k: Kernel, file: AddressSpace, block: number, beneath: number): void {
    extentOf(file, block).compareExchange(['UNWRITTEN', beneath], ['WRITTEN', beneath])
  },
}
