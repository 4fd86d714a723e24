/** fs/xfs/xfs_vnodeops.c and xfs_iops.c, v3.4: punching holes and truncating. Ranges are in blocks; `end` is the block after the last. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import type { Disk } from '../../include/linux/extent-map.js'
import { inodeOf } from '../block-map.js'
import type { FallocateMode } from './xfs-bmap-util.js'

export const xfsVnodeops = {
  /** xfs_file_fallocate, xfs_change_file_space; zero, collapse and insert came later (xfs-bmap-util.ts). Context: task. @returns false for an error */
  xfs_file_fallocate(k: Kernel, file: AddressSpace, mode: FallocateMode, first: number, end: number): boolean {
    file.i_rwsem.downWrite()
    const done = k.xfs_fallocate_locked(file, mode, first, end)
    file.i_rwsem.upWrite()
    return done
  },

  /**
   * xfs_free_file_space: what is cached from the hole to the end of the file is written and thrown away, then the extents go.
   * Context: IOLOCK held for writing.
   */
  xfs_free_file_space(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.xfs_flushinval_pages(file, Math.floor(first / inodeOf(file).blocks_per_page))
    k.xfs_bunmapi(file, first, end)
  },

  /** xfs_flushinval_pages: from a page to the end of the file. What becomes dirty between its two halves is thrown away. */
  xfs_flushinval_pages(k: Kernel, file: AddressSpace, first: number): void {
    k.filemap_write_and_wait_pages(file, first, file.slots.length)
    k.truncate_inode_pages(file, first, file.slots.length)
  },

  /** xfs_bunmapi and its transaction; a delayed allocation gives its reservation back. */
  xfs_bunmapi(k: Kernel, file: AddressSpace, first: number, end: number): void {
    const { ilock } = inodeOf(file)
    k.transaction_start(file)
    ilock.downWrite()
    for (let block = first; block < end; block++) k.unmap_block(file, block)
    ilock.upWrite()
    k.transaction_stop(file)
  },

  /** xfs_setattr_size. Context: IOLOCK held for writing. */
  xfs_setattr_size(k: Kernel, file: AddressSpace, size: number): void {
    const before = k.i_size_read(file)
    k.inode_dio_wait(file)
    k.truncate_setsize(file, size)
    // xfs_itruncate_extents
    if (size < before) k.xfs_bunmapi(file, size, inodeOf(file).extents.length)
  },

  /** A log force: extents that were freed are no longer busy. */
  xfs_log_force(k: Kernel, disk: Disk): void {
    k.release_freed_blocks(disk)
  },
}
