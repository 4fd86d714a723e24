/**
 * fs/ext4/extents.c: fallocate(2) but for punching holes. Preallocating as in v3.4; zeroing and collapsing as they came in v3.15,
 * inserting as in v4.2. Ranges are in blocks and whole pages; `end` is the block after the last.
 */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import { firstPageOf, inodeOf } from '../block-map.js'

export const ext4Fallocate = {
  /** ext4_fallocate without a mode, v3.4. Context: task. */
  ext4_fallocate(k: Kernel, file: AddressSpace, first: number, end: number): void {
    file.i_rwsem.downWrite()
    k.ext4_alloc_file_blocks(file, first, end, false)
    file.i_rwsem.upWrite()
  },

  /** ext4_zero_range, v3.15: what is dirty is written before any lock is taken. Context: task. */
  ext4_zero_range(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.filemap_write_and_wait_pages(file, firstPageOf(file, first), firstPageOf(file, end))
    file.i_rwsem.downWrite()
    k.ext4_zero_range_locked(file, first, end)
    file.i_rwsem.upWrite()
  },

  /**
   * ext4_collapse_range, v3.15: what is dirty from here to the end of the file is written before i_mutex is taken. Context: task.
   * @returns false for -EINVAL
   */
  ext4_collapse_range(k: Kernel, file: AddressSpace, first: number, end: number): boolean {
    k.ext4_write_before_shift(file, first)
    file.i_rwsem.downWrite()
    const size = k.i_size_read(file)
    if (end < size) k.ext4_collapse_range_locked(file, first, end, size)
    file.i_rwsem.upWrite()
    return end < size
  },

  /** ext4_insert_range, v4.2: as ext4_collapse_range. Context: task. @returns false for -EINVAL */
  ext4_insert_range(k: Kernel, file: AddressSpace, first: number, end: number): boolean {
    k.ext4_write_before_shift(file, first)
    file.i_rwsem.downWrite()
    const size = k.i_size_read(file)
    if (first < size) k.ext4_insert_range_locked(file, first, end, size)
    file.i_rwsem.upWrite()
    return first < size
  },

  /**
   * ext4_alloc_file_blocks (v3.4: the loop of ext4_fallocate): a transaction for each extent. Context: i_mutex. `convert`:
   * EXT4_GET_BLOCKS_CONVERT_UNWRITTEN.
   */
  ext4_alloc_file_blocks(k: Kernel, file: AddressSpace, first: number, end: number, convert: boolean): void {
    for (let block = first; block < end; block++) {
      k.transaction_start(file)
      k.ext4_map_blocks_unwritten(file, block, convert)
      k.transaction_stop(file)
    }
  },

  /**
   * ext4_map_blocks with EXT4_GET_BLOCKS_CREATE_UNWRIT_EXT: a hole gets a block without data; with `convert` a block loses its data.
   * Context: a handle started.
   */
  ext4_map_blocks_unwritten(k: Kernel, file: AddressSpace, block: number, convert: boolean): void {
    const { ilock } = inodeOf(file)
    ilock.downWrite()
    k.map_unwritten(file, block, convert)
    ilock.upWrite()
  },
}

/** Parts of these functions that fixes change. Context of the locked ones: i_mutex. */
export const ext4FallocateInlines = {
  /** ext4_zero_range from where the page cache is emptied. */
  ext4_zero_range_locked(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.truncate_pagecache_range(file, firstPageOf(file, first), firstPageOf(file, end))
    k.inode_dio_wait(file)
    k.ext4_alloc_file_blocks(file, first, end, true)
  },

  /** ext4_collapse_range from where the page cache is emptied, to the end of the file. Removal and shift are under one hold of i_data_sem. */
  ext4_collapse_range_locked(k: Kernel, file: AddressSpace, first: number, end: number, size: number): void {
    const { ilock } = inodeOf(file)
    k.ext4_write_to_shift(file, first)
    k.truncate_pagecache_range(file, firstPageOf(file, first), file.slots.length)
    k.inode_dio_wait(file)
    k.transaction_start(file)
    ilock.downWrite()
    // ext4_ext_remove_space, ext4_ext_shift_extents
    k.collapse_blocks(file, first, end)
    k.i_size_write(file, size - (end - first))
    ilock.upWrite()
    k.transaction_stop(file)
  },

  /** ext4_insert_range from where the page cache is emptied, to the end of the file. The file grows first. */
  ext4_insert_range_locked(k: Kernel, file: AddressSpace, first: number, end: number, size: number): void {
    const { ilock } = inodeOf(file)
    k.ext4_write_to_shift(file, first)
    k.truncate_pagecache_range(file, firstPageOf(file, first), file.slots.length)
    k.inode_dio_wait(file)
    k.transaction_start(file)
    k.i_size_write(file, size + (end - first))
    ilock.downWrite()
    // ext4_ext_shift_extents
    k.shift_blocks(file, first, size, end - first)
    ilock.upWrite()
    k.transaction_stop(file)
  },

  /** The place before i_mutex is taken where v3.15 writes what is going to be shifted. */
  ext4_write_before_shift(k: Kernel, file: AddressSpace, first: number): void {
    k.filemap_write_and_wait_pages(file, firstPageOf(file, first), file.slots.length)
  },

  /** The place under all locks where it is written since v4.5. */
  ext4_write_to_shift(_k: Kernel, _file: AddressSpace, _first: number): void {
    return
  },
}
