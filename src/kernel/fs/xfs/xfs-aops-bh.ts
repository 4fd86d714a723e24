/** fs/xfs/xfs_aops.c and xfs_iomap.c as they were with buffer heads, v3.4. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Page, SyncMode } from '../../include/linux/mm-types.js'
import type { Buffer } from '../../include/linux/extent-map.js'
import { blockBeneath, blocksOf, extentOf, inodeOf, type Transfer } from '../block-map.js'

export const xfsAopsBh = {
  /**
   * xfs_get_blocks for a write: a hole becomes a delayed allocation (xfs_iomap_write_delay). Context: page locked. The look and the
   * reservation are under one hold of ILOCK: a hole that has gone meanwhile is looked at again.
   */
  xfs_get_blocks(_k: Kernel, file: AddressSpace, block: number): Buffer {
    const cell = extentOf(file, block)
    let extent = cell.get()
    while (extent === 'HOLE' && !cell.compareExchange('HOLE', 'DELALLOC')) extent = cell.get()
    if (typeof extent === 'string') return 'delay'
    return [extent[0] === 'WRITTEN' ? 'mapped' : 'unwritten', extent[1]]
  },

  /** xfs_vm_page_mkwrite: block_page_mkwrite, without any lock of the inode. */
  xfs_vm_page_mkwrite(k: Kernel, file: AddressSpace, page: Page): boolean {
    return k.block_page_mkwrite_mapped(file, page)
  },

  /** xfs_vm_writepages, generic_writepages, write_cache_pages of pages from `first` to before `end`. Context: task or flusher. */
  generic_writepages(k: Kernel, file: AddressSpace, sync_mode: SyncMode, first = 0, end = file.slots.length): void {
    for (let index = first; index < end; index++) {
      if (k.find_dirty_page(file, index) === null) continue
      const page = k.lock_dirty_page(file, index, sync_mode)
      if (page === null) continue
      if (!k.clear_page_dirty_for_io(page)) {
        k.unlock_page(page)
        k.put_page(page)
        continue
      }
      const transfer = k.xfs_vm_writepage_bh(file, page)
      if (transfer.some((block) => block !== null)) {
        k.set_page_writeback(page)
        k.unlock_page(page)
        k.writeback_bio(file, page, transfer)
      } else {
        k.unlock_page(page)
        k.put_page(page)
      }
    }
  },

  /** xfs_vm_writepage: by each buffer's own state. Context: page locked. @returns the block of each buffer; null for those that are skipped */
  xfs_vm_writepage_bh(k: Kernel, file: AddressSpace, page: Page): Transfer {
    const index = k.page_index(page)
    const size = k.i_size_read(file)
    if (index * inodeOf(file).blocks_per_page >= size) return []
    const buffers = k.buffers_of(page) ?? []
    k.BUG_ON(buffers.length === 0, '!PagePrivate(page)')
    const transfer = blocksOf(file, index).map((block, i) => {
      const buffer = buffers[i] ?? 'unmapped'
      if (buffer === 'unmapped' || block >= size) return null
      if (buffer === 'delay') return k.xfs_iomap_write_allocate(file, block)
      return buffer[0] === 'mapped' ? buffer[1] : k.xfs_map_unwritten(file, block)
    })
    k.set_buffers(
      page,
      transfer.map((block, i): Buffer => (block === null ? (buffers[i] ?? 'unmapped') : ['mapped', block])),
    )
    return transfer
  },

  /** xfs_map_blocks, xfs_iomap_write_allocate: a delayed allocation gets its block. It does not notice that there is none any more. */
  xfs_iomap_write_allocate(k: Kernel, file: AddressSpace, block: number): number | null {
    const { ilock } = inodeOf(file)
    k.transaction_start(file)
    ilock.downWrite()
    const extent = extentOf(file, block).get()
    let beneath = blockBeneath(extent)
    if (beneath === null) {
      if (extent === 'HOLE') k.world.warn('assertion', 'a block is allocated that nobody has reserved any more')
      beneath = k.new_block(file)
      if (beneath !== null) extentOf(file, block).set(['WRITTEN', beneath])
    }
    ilock.upWrite()
    k.transaction_stop(file)
    return beneath
  },

  /** xfs_map_at_offset of an unwritten extent, which becomes written when the I/O is done (xfs_iomap_write_unwritten). */
  xfs_map_unwritten(k: Kernel, file: AddressSpace, block: number): number | null {
    const extent = extentOf(file, block).get()
    const beneath = blockBeneath(extent)
    if (beneath === null) k.world.warn('data-misplaced', 'a page is written to a block number made of a hole')
    else extentOf(file, block).compareExchange(extent, ['WRITTEN', beneath])
    return beneath
  },
}
