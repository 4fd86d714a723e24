/** fs/ext4/extents.c, fs/ext4/inode.c, v6.18: fallocate(2) and truncate(2). Offsets are in words. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import { EFBIG, EINVAL, LLONG_MAX, hostOf } from '../../include/linux/host.js'
import type { FallocateMode } from '../open.js'
import { endOfRun, extentAt } from './map-blocks.js'

export const ext4FallocateHost = {
  /** ext4_fallocate. All modes but allocation keep faults out. @returns 0 or an error */
  ext4_fallocate_host(k: Kernel, file: AddressSpace, mode: FallocateMode, keep_size: boolean, offset: number, len: number): number {
    const { invalidate_lock } = hostOf(file)
    file.i_rwsem.downWrite()
    k.ext4_update_inode_fsync_trans(file, false)
    let error = 0
    if (mode === 'ALLOCATE') {
      error = k.ext4_do_fallocate(file, offset, len, keep_size)
    } else {
      invalidate_lock.downWrite()
      if (mode === 'PUNCH_HOLE') k.ext4_punch_hole(file, offset, len)
      else if (mode === 'ZERO_RANGE') error = k.ext4_zero_range_host(file, offset, len, keep_size)
      else if (mode === 'COLLAPSE_RANGE') error = k.ext4_collapse_range_host(file, offset, len)
      else error = k.ext4_insert_range_host(file, offset, len)
      invalidate_lock.upWrite()
    }
    file.i_rwsem.upWrite()
    return error
  },

  /** ext4_do_fallocate. */
  ext4_do_fallocate(k: Kernel, file: AddressSpace, offset: number, len: number, keep_size: boolean): number {
    const new_size = k.ext4_falloc_new_size(file, offset + len, keep_size)
    k.ext4_alloc_file_blocks_host(file, Math.floor(offset / k.config.words), Math.ceil((offset + len) / k.config.words), new_size, false)
    return 0
  },

  /**
   * ext4_alloc_file_blocks: blocks without data where there are none, or (`convert`) everywhere. The size follows the blocks, and what the
   * page cache has between the old and the new end is zeroed. @param new_size 0 to keep the size
   */
  ext4_alloc_file_blocks_host(k: Kernel, file: AddressSpace, first: number, end: number, new_size: number, convert: boolean): void {
    const { i_size, ilock } = hostOf(file)
    for (let block = first; block < end; ) {
      ilock.downWrite()
      const last = endOfRun(file, block, end)
      if (convert) for (let at = block; at < last; at++) k.convert_block(file, at, 'WRITTEN', 'UNWRITTEN')
      if (typeof extentAt(file, block) === 'string') k.ext4_map_create_blocks(file, block, last, 'CREATE_UNWRIT_EXT')
      ilock.upWrite()
      block = last
      if (new_size > 0) {
        const old_size = i_size.get()
        const epos = Math.min(block * k.config.words, new_size)
        k.ext4_update_inode_size(file, epos)
        if (epos > old_size) k.ext4_zero_partial_blocks(file, old_size, epos)
      }
      // Also where there was nothing to allocate.
      k.ext4_update_inode_fsync_trans(file, true)
    }
  },

  /** ext4_punch_hole. Context: inode locked, faults kept out. Nothing is written back. */
  ext4_punch_hole(k: Kernel, file: AddressSpace, offset: number, length: number): void {
    const { i_size } = hostOf(file)
    const { words } = k.config
    const size = i_size.get()
    if (offset >= size) return
    const end = offset + length > size ? Math.ceil(size / words) * words : offset + length
    k.ext4_update_disksize_before_punch(file, offset, end)
    k.truncate_pagecache_words(file, offset, end)
    k.ext4_zero_partial_blocks(file, offset, end)
    k.ext4_remove_blocks(file, Math.ceil(offset / words), Math.floor(end / words))
    k.ext4_update_inode_fsync_trans(file, true)
  },

  /** ext4_zero_range. Context: inode locked, faults kept out. */
  ext4_zero_range_host(k: Kernel, file: AddressSpace, offset: number, len: number, keep_size: boolean): number {
    const { words } = k.config
    const end = offset + len
    const new_size = k.ext4_falloc_new_size(file, end, keep_size)
    const aligned = offset % words === 0 && end % words === 0
    if (!aligned) k.ext4_alloc_file_blocks_host(file, Math.floor(offset / words), Math.ceil(end / words), new_size, false)
    k.ext4_update_disksize_before_punch(file, offset, end)
    k.truncate_pagecache_words(file, offset, end)
    const [first, last] = [Math.ceil(offset / words), Math.floor(end / words)]
    if (last > first) k.ext4_alloc_file_blocks_host(file, first, last, new_size, true)
    if (aligned) return 0
    k.ext4_zero_partial_blocks(file, offset, end)
    k.ext4_update_inode_size(file, new_size)
    k.ext4_update_inode_fsync_trans(file, true)
    return 0
  },

  /** ext4_collapse_range. Context: inode locked, faults kept out. What is not removed is written back before the page cache goes. */
  ext4_collapse_range_host(k: Kernel, file: AddressSpace, offset: number, len: number): number {
    const { i_size, i_disksize, ilock } = hostOf(file)
    const { words } = k.config
    if (offset % words !== 0 || len % words !== 0 || offset + len >= i_size.get()) return EINVAL
    k.filemap_write_and_wait_words(file, offset, offset + 1)
    k.filemap_write_and_wait_words(file, offset + len, LLONG_MAX)
    k.truncate_pagecache(file, offset)
    ilock.downWrite()
    k.ext4_ext_rm_leaf(file, offset / words, (offset + len) / words)
    k.ext4_ext_shift_extents(file, (offset + len) / words, -len / words)
    i_size.set(i_size.get() - len)
    i_disksize.set(i_size.get())
    k.ext4_update_inode_fsync_trans(file, true)
    ilock.upWrite()
    return 0
  },

  /** ext4_insert_range. Context: as ext4_collapse_range. */
  ext4_insert_range_host(k: Kernel, file: AddressSpace, offset: number, len: number): number {
    const { i_size, i_disksize, ilock } = hostOf(file)
    const { words } = k.config
    if (offset % words !== 0 || len % words !== 0) return EINVAL
    if (len > LLONG_MAX - i_size.get()) return EFBIG
    if (offset >= i_size.get()) return EINVAL
    k.filemap_write_and_wait_words(file, offset, LLONG_MAX)
    k.truncate_pagecache(file, offset)
    i_size.set(i_size.get() + len)
    i_disksize.set(i_disksize.get() + len)
    k.ext4_update_inode_fsync_trans(file, true)
    ilock.downWrite()
    k.ext4_ext_shift_extents(file, offset / words, len / words)
    ilock.upWrite()
    return 0
  },

  /**
   * ext4_setattr of a size. The block with the old end is zeroed when the file grows. Also a size that does not change takes away what
   * was preallocated beyond it.
   */
  ext4_setattr_size(k: Kernel, file: AddressSpace, size: number): number {
    const { i_size, ilock, invalidate_lock } = hostOf(file)
    file.i_rwsem.downWrite()
    const oldsize = i_size.get()
    invalidate_lock.downWrite()
    if (size !== oldsize) {
      if (size > oldsize && oldsize % k.config.words !== 0) k.ext4_block_truncate_page(file, oldsize)
      ilock.downWrite()
      k.ext4_mark_inode_dirty(file, size)
      i_size.set(size)
      ilock.upWrite()
    }
    k.truncate_pagecache(file, size)
    if (size <= oldsize) k.ext4_truncate(file)
    invalidate_lock.upWrite()
    file.i_rwsem.upWrite()
    return 0
  },

  /** ext4_truncate: the rest of the last block is zeroed, what lies beyond goes. Context: inode locked, faults kept out. */
  ext4_truncate(k: Kernel, file: AddressSpace): void {
    const { i_size, extents, ilock } = hostOf(file)
    const size = i_size.get()
    if (size % k.config.words !== 0) k.ext4_block_truncate_page(file, size)
    ilock.downWrite()
    // ext4_ext_truncate
    k.ext4_mark_inode_dirty(file, size)
    k.ext4_ext_rm_leaf(file, Math.ceil(size / k.config.words), extents.length)
    ilock.upWrite()
  },
}

export const ext4FallocateHostInlines = {
  /** What the file's size is to become; 0 to keep it. */
  ext4_falloc_new_size(_k: Kernel, file: AddressSpace, end: number, keep_size: boolean): number {
    const { i_size, i_disksize } = hostOf(file)
    return !keep_size && (end > i_size.get() || end > i_disksize.get()) ? end : 0
  },

  /** ext4_update_disksize_before_punch: delayed allocations that go will not tell the size on disk. */
  ext4_update_disksize_before_punch(k: Kernel, file: AddressSpace, offset: number, end: number): void {
    const size = hostOf(file).i_size.get()
    if (offset <= size && end >= size) k.ext4_update_i_disksize(file, size)
  },

  /** ext4_es_remove_extent, ext4_ext_remove_space under i_data_sem. */
  ext4_remove_blocks(k: Kernel, file: AddressSpace, first: number, end: number): void {
    if (end <= first) return
    const { ilock } = hostOf(file)
    ilock.downWrite()
    k.ext4_ext_rm_leaf(file, first, end)
    ilock.upWrite()
  },
}
