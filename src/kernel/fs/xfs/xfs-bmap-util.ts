/**
 * fs/xfs/xfs_bmap_util.c and xfs_file.c: fallocate(2) but for punching holes. Preallocating as in v3.4 (xfs_vnodeops.c); zeroing and
 * collapsing as they came in v3.15, inserting as in v4.1. Ranges are in blocks and whole pages; `end` is the block after the last.
 */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import { extentOf, firstPageOf, inodeOf } from '../block-map.js'

/** Context of all of them: IOLOCK held for writing. */
export const xfsBmapUtil = {
  /** xfs_alloc_file_space: a transaction for each extent. `convert`: XFS_BMAPI_CONVERT, blocks with data lose them. */
  xfs_alloc_file_space(k: Kernel, file: AddressSpace, first: number, end: number, convert: boolean): void {
    const { ilock } = inodeOf(file)
    for (let block = first; block < end; block++) {
      k.transaction_start(file)
      ilock.downWrite()
      k.map_unwritten(file, block, convert)
      ilock.upWrite()
      k.transaction_stop(file)
    }
  },

  /** xfs_zero_file_space, v3.15: nothing is written; reservations go, then the page cache, then blocks lose their data. */
  xfs_zero_file_space(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.xfs_bmap_punch_delalloc_range(file, first, end)
    k.truncate_pagecache_range(file, firstPageOf(file, first), firstPageOf(file, end))
    k.xfs_alloc_file_space(file, first, end, true)
  },

  /** xfs_bmap_punch_delalloc_range. */
  xfs_bmap_punch_delalloc_range(_k: Kernel, file: AddressSpace, first: number, end: number): void {
    const { ilock } = inodeOf(file)
    ilock.downWrite()
    for (let block = first; block < end; block++) extentOf(file, block).compareExchange('DELALLOC', 'HOLE')
    ilock.upWrite()
  },

  /**
   * xfs_collapse_file_space, v3.15: xfs_free_file_space (which waits for direct I/O by then, and empties the page cache to the end of
   * the file), then one extent after the other is shifted, each in a transaction of its own.
   */
  xfs_collapse_file_space(k: Kernel, file: AddressSpace, first: number, end: number, size: number): void {
    k.inode_dio_wait(file)
    k.xfs_flushinval_pages(file, firstPageOf(file, first))
    k.xfs_bunmapi(file, first, end)
    for (let block = end; block < size; block++) k.xfs_shift_extent(file, block, first - end)
  },

  /** xfs_insert_file_space, v4.1: what is cached is written and dropped; then the last extent is shifted first. @returns false for -EBUSY */
  xfs_insert_file_space(k: Kernel, file: AddressSpace, first: number, end: number, size: number): boolean {
    k.filemap_write_and_wait_pages(file, firstPageOf(file, first), file.slots.length)
    if (!k.invalidate_inode_pages2_range(file, firstPageOf(file, first), file.slots.length)) return false
    for (let block = size - 1; block >= first; block--) k.xfs_shift_extent(file, block, end - first)
    return true
  },

  /** One transaction of xfs_bmap_shift_extents. */
  xfs_shift_extent(k: Kernel, file: AddressSpace, block: number, by: number): void {
    const { ilock } = inodeOf(file)
    k.transaction_start(file)
    ilock.downWrite()
    k.shift_blocks(file, block, block + 1, by)
    ilock.upWrite()
    k.transaction_stop(file)
  },
}

export type FallocateMode = 'punch' | 'prealloc' | 'zero' | 'collapse' | 'insert'

export const xfsBmapUtilInlines = {
  /** xfs_file_fallocate with the IOLOCK held. @returns false for an error */
  xfs_fallocate_locked(k: Kernel, file: AddressSpace, mode: FallocateMode, first: number, end: number): boolean {
    if (mode === 'punch') k.xfs_free_file_space(file, first, end)
    else if (mode === 'prealloc') k.xfs_alloc_file_space(file, first, end, false)
    else if (mode === 'zero') k.xfs_zero_file_space(file, first, end)
    else return k.xfs_fallocate_shift(file, mode, first, end)
    return true
  },

  /** Its modes that shift what is behind: a file that gets shorter does so at last, one that grows at first. @returns false for -EINVAL or -EBUSY */
  xfs_fallocate_shift(k: Kernel, file: AddressSpace, mode: 'collapse' | 'insert', first: number, end: number): boolean {
    const size = k.i_size_read(file)
    if (mode === 'insert') {
      if (first >= size) return false
      k.xfs_setattr_size(file, size + (end - first))
      return k.xfs_insert_file_space(file, first, end, size)
    }
    if (end >= size) return false
    k.xfs_collapse_file_space(file, first, end, size)
    k.xfs_setattr_size(file, size - (end - first))
    return true
  },
}
