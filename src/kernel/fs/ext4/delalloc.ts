/** fs/ext4/inode.c, v3.4, with delayed allocation: buffers say what is reserved, the extent map does not know of it. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Page, SyncMode } from '../../include/linux/mm-types.js'
import type { Buffer } from '../../include/linux/extent-map.js'
import { blockBeneath, blocksOf, extentOf, firstBlockOf, inodeOf, type Transfer } from '../block-map.js'

export const ext4Delalloc = {
  /** ext4_da_get_block_prep: a block that is to be written at some time. Context: page locked. */
  ext4_da_get_block_prep(_k: Kernel, file: AddressSpace, block: number): Buffer {
    const extent = extentOf(file, block).get()
    // A hole: ext4_da_reserve_space. (XFS has delayed allocations in the map, ext4 has not.)
    if (typeof extent === 'string') return 'delay'
    return [extent[0] === 'WRITTEN' ? 'mapped' : 'unwritten', extent[1]]
  },

  /** ext4_da_writepages of pages from `first` to before `end`: a handle first, then the pages. Context: task or flusher. */
  ext4_da_writepages(k: Kernel, file: AddressSpace, sync_mode: SyncMode, first = 0, end = file.slots.length): void {
    for (let index = first; index < end; index++) {
      if (k.find_dirty_page(file, index) === null) continue
      k.transaction_start(file)
      const written = k.mpage_da_page(file, index, sync_mode)
      k.transaction_stop(file)
      if (written !== null) k.writeback_bio(file, ...written)
    }
  },

  /** write_cache_pages_da and mpage_da_map_and_submit of one page. @returns the page under writeback, and its transfer; null if there is nothing to write */
  mpage_da_page(k: Kernel, file: AddressSpace, index: number, sync_mode: SyncMode): readonly [page: Page, transfer: Transfer] | null {
    const page = k.lock_dirty_page(file, index, sync_mode)
    if (page === null) return null
    const size = k.i_size_read(file)
    const transfer = firstBlockOf(file, index) >= size ? [] : k.mpage_da_submit_io(file, page, k.mpage_da_map(file, page, size))
    k.clear_page_dirty_for_io(page)
    if (transfer.every((block) => block === null)) {
      k.unlock_page(page)
      k.put_page(page)
      return null
    }
    k.set_page_writeback(page)
    k.unlock_page(page)
    return [page, transfer]
  },

  /**
   * The lookups of mpage_da_map_and_submit: a buffer that is mapped is not looked up, one beyond the end is left out. Context: page locked, a handle started.
   * @returns the block of each buffer
   */
  mpage_da_map(k: Kernel, file: AddressSpace, page: Page, size: number): Transfer {
    const index = k.page_index(page)
    const buffers = k.buffers_of(page)
    // noalloc_get_block_write: a page without buffers is written where it has blocks.
    if (buffers === null) return k.mpage_readpage(file, index)
    return blocksOf(file, index).map((block, i) => {
      const buffer = buffers[i] ?? 'unmapped'
      if (buffer === 'unmapped' || block >= size) return null
      return typeof buffer !== 'string' && buffer[0] === 'mapped' ? buffer[1] : k.ext4_map_blocks(file, block)
    })
  },

  /** ext4_map_blocks with EXT4_GET_BLOCKS_CREATE: allocates in a hole, and takes an unwritten block for written. @returns null for ENOSPC */
  ext4_map_blocks(k: Kernel, file: AddressSpace, block: number): number | null {
    const { ilock } = inodeOf(file)
    ilock.downWrite()
    const extent = extentOf(file, block).get()
    const beneath = blockBeneath(extent) ?? k.new_block(file)
    if (beneath !== null && extent[0] !== 'WRITTEN') extentOf(file, block).set(['WRITTEN', beneath])
    ilock.upWrite()
    return beneath
  },

  /** mpage_da_submit_io: buffers get the blocks that were found; one that had a block must have had this one. Context: page locked. */
  mpage_da_submit_io(k: Kernel, _file: AddressSpace, page: Page, transfer: Transfer): Transfer {
    const buffers = k.buffers_of(page) ?? []
    transfer.forEach((block, i) => {
      const buffer = buffers[i] ?? 'unmapped'
      if (block !== null && typeof buffer !== 'string') k.BUG_ON(buffer[1] !== block, 'bh->b_blocknr != pblock')
    })
    k.set_buffers(
      page,
      transfer.map((block, i): Buffer => (block === null ? (buffers[i] ?? 'unmapped') : ['mapped', block])),
    )
    return transfer
  },
}
