/** fs/ext4/extents.c and inode.c, v3.4: punching holes and truncating. Ranges are in blocks; `end` is the block after the last. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import type { Disk } from '../../include/linux/extent-map.js'
import { inodeOf } from '../block-map.js'

export const ext4Extents = {
  /**
   * ext4_ext_punch_hole. Context: task, which has no lock at all, not even i_mutex: what is dirty is written if anything is, the page
   * cache is emptied (with truncate_pagecache_range, as since Hugh Dickins' change of 12 May 2012, which the thread follows; v3.4 itself
   * leaves out the first unmapping), and a transaction takes the blocks out of the map.
   */
  ext4_ext_punch_hole(k: Kernel, file: AddressSpace, first: number, end: number): void {
    const { blocks_per_page } = inodeOf(file)
    const from = Math.ceil(first / blocks_per_page)
    const to = Math.floor(end / blocks_per_page)
    k.filemap_write_and_wait_pages(file, from, to)
    k.truncate_pagecache_range(file, from, to)
    if (k.config.aio > 0) k.ext4_flush_completed_IO(file)
    k.ext4_ext_free_range(file, first, end)
  },

  /** The transaction of ext4_ext_punch_hole and ext4_ext_truncate. */
  ext4_ext_free_range(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.transaction_start(file)
    k.ext4_ext_remove_space(file, first, end)
    k.transaction_stop(file)
  },

  /** ext4_ext_remove_space. Context: a handle started. */
  ext4_ext_remove_space(k: Kernel, file: AddressSpace, first: number, end: number): void {
    const { ilock } = inodeOf(file)
    ilock.downWrite()
    for (let block = first; block < end; block++) k.unmap_block(file, block)
    ilock.upWrite()
  },

  /** ext4_setattr of a size, and ext4_truncate. Context: i_mutex held. */
  ext4_setattr(k: Kernel, file: AddressSpace, size: number): void {
    const before = k.i_size_read(file)
    k.inode_dio_wait(file)
    k.truncate_setsize(file, size)
    if (size >= before) return
    // ext4_truncate
    if (k.config.aio > 0) k.ext4_flush_completed_IO(file)
    k.ext4_ext_free_range(file, size, inodeOf(file).extents.length)
  },

  /** jbd2_journal_commit_transaction: waits for handles, and keeps new ones out; then what was freed can be used again. Context: kjournald. */
  jbd2_journal_commit_transaction(k: Kernel, disk: Disk): void {
    disk.journal.downWrite()
    k.release_freed_blocks(disk)
    disk.journal.upWrite()
  },
}
