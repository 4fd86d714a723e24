/** fs/xfs/xfs_file.c, xfs_bmap_util.c, xfs_iops.c, v6.18: reads, writes, fallocate(2) and truncate(2). Offsets are in words. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import { EAGAIN, EINVAL, LLONG_MAX, hostOf, type ReadResult, type UserBuffer } from '../../include/linux/host.js'
import type { FallocateMode } from '../open.js'
import { extentAt } from '../ext4/map-blocks.js'

export const xfsFileSpace = {
  /** xfs_file_read_iter: xfs_file_buffered_read, xfs_file_dio_read. */
  xfs_file_read(k: Kernel, file: AddressSpace, pos: number, count: number, to: UserBuffer, direct: boolean): ReadResult {
    file.i_rwsem.downRead()
    const read = direct ? k.__iomap_dio_rw(file, pos, count, to, false, false) : k.filemap_read(file, pos, count, to)
    file.i_rwsem.upRead()
    return read
  },

  /** xfs_file_write_iter, xfs_file_buffered_write. @returns words written, or an error */
  xfs_file_write(k: Kernel, file: AddressSpace, pos: number, count: number, from: UserBuffer, direct: boolean): number {
    if (direct) return k.xfs_file_dio_write(file, pos, count, from)
    file.i_rwsem.downWrite()
    k.xfs_file_write_zero_eof(file, pos)
    const written = k.iomap_write_iter(file, pos, count, from)
    file.i_rwsem.upWrite()
    return written
  },

  /**
   * xfs_file_dio_write, aligned and unaligned. A write of parts of blocks is tried with the inode locked for reading, where it may only
   * overwrite; if that will not do, the inode is locked for writing.
   */
  xfs_file_dio_write(k: Kernel, file: AddressSpace, pos: number, count: number, from: UserBuffer): number {
    const { i_size } = hostOf(file)
    const { words } = k.config
    if (!Number.isInteger(pos) || !Number.isInteger(count)) return EINVAL
    const unaligned = pos % words !== 0 || count % words !== 0
    const beyond = pos > i_size.get() || (unaligned && pos + count >= i_size.get())
    if (unaligned && !beyond) {
      file.i_rwsem.downRead()
      const [written] = k.__iomap_dio_rw(file, pos, count, from, true, true)
      file.i_rwsem.upRead()
      if (written !== EAGAIN) return written
    }
    const exclusive = unaligned || beyond
    if (exclusive) file.i_rwsem.downWrite()
    else file.i_rwsem.downRead()
    if (exclusive) k.xfs_file_write_zero_eof(file, pos)
    const [written] = k.__iomap_dio_rw(file, pos, count, from, true, false)
    if (exclusive) file.i_rwsem.upWrite()
    else file.i_rwsem.upRead()
    return written
  },

  /** xfs_dio_write_end_io. Context: task. The size follows the data. */
  xfs_dio_write_end_io(k: Kernel, file: AddressSpace, pos: number, size: number, unwritten: boolean): number {
    const { i_size } = hostOf(file)
    if (size === 0) return 0
    if (unwritten) {
      k.xfs_iomap_write_unwritten(file, pos, pos + size, true)
      return 0
    }
    if (pos + size <= i_size.get()) return 0
    i_size.set(pos + size)
    k.xfs_setfilesize(file, pos + size)
    return 0
  },

  /** xfs_file_write_zero_eof, xfs_zero_range: what lies between the end of the file and a write beyond it is zeroed. Context: IOLOCK held for writing. */
  xfs_file_write_zero_eof(k: Kernel, file: AddressSpace, pos: number): void {
    const { i_size, invalidate_lock } = hostOf(file)
    const isize = i_size.get()
    if (pos <= isize) return
    invalidate_lock.downWrite()
    k.iomap_zero_range(file, isize, pos)
    invalidate_lock.upWrite()
  },

  /** xfs_file_fallocate. Faults are kept out all the time. @returns 0 or an error */
  xfs_fallocate(k: Kernel, file: AddressSpace, mode: FallocateMode, keep_size: boolean, offset: number, len: number): number {
    const { invalidate_lock } = hostOf(file)
    file.i_rwsem.downWrite()
    invalidate_lock.downWrite()
    const error = k.__xfs_file_fallocate(file, mode, keep_size, offset, len)
    invalidate_lock.upWrite()
    file.i_rwsem.upWrite()
    return error
  },

  /** The modes of xfs_file_fallocate. Context: IOLOCK and MMAPLOCK held for writing. */
  __xfs_file_fallocate(k: Kernel, file: AddressSpace, mode: FallocateMode, keep_size: boolean, offset: number, len: number): number {
    const { i_size } = hostOf(file)
    const { words } = k.config
    const end = offset + len
    const new_size = !keep_size && end > i_size.get() ? end : 0
    switch (mode) {
      case 'PUNCH_HOLE':
        k.xfs_free_file_space_host(file, offset, len)
        return 0
      case 'COLLAPSE_RANGE':
        if (offset % words !== 0 || len % words !== 0 || end >= i_size.get()) return EINVAL
        k.xfs_collapse_file_space_host(file, offset, len)
        k.xfs_falloc_setsize(file, i_size.get() - len)
        return 0
      case 'INSERT_RANGE':
        if (offset % words !== 0 || len % words !== 0 || offset >= i_size.get()) return EINVAL
        k.xfs_falloc_setsize(file, i_size.get() + len)
        k.xfs_prepare_shift(file, offset)
        k.xfs_shift_file_space(file, offset / words, len / words)
        return 0
      case 'ZERO_RANGE':
        k.xfs_free_file_space_host(file, offset, len)
        break
      case 'ALLOCATE':
        break
    }
    k.xfs_alloc_file_space_host(file, Math.floor(offset / words), Math.ceil(end / words))
    if (new_size > 0) k.xfs_falloc_setsize(file, new_size)
    return 0
  },

  /**
   * xfs_free_file_space: what is cached is written back and dropped, whole blocks go, the rest is zeroed. Where that is up to an end of the
   * file inside a page, the page is written back so that what lies beyond is zeroed too.
   */
  xfs_free_file_space_host(k: Kernel, file: AddressSpace, offset: number, len: number): void {
    const { i_size, ilock, extents } = hostOf(file)
    const { words } = k.config
    const size = i_size.get()
    k.xfs_flush_unmap_range(file, offset, len)
    ilock.downWrite()
    for (let block = Math.ceil(offset / words); block < Math.min(Math.floor((offset + len) / words), extents.length); block++) k.free_host_block(file, block)
    ilock.upWrite()
    if (offset >= size) return
    const end = Math.min(offset + len, size)
    k.iomap_zero_range(file, offset, end)
    if (end >= size && end % words !== 0) k.filemap_write_and_wait_words(file, end - (end % words), LLONG_MAX)
  },

  /** xfs_flush_unmap_range: whole pages. */
  xfs_flush_unmap_range(k: Kernel, file: AddressSpace, offset: number, len: number): void {
    const { words } = k.config
    const start = offset - (offset % words)
    const end = Math.ceil((offset + len) / words) * words
    k.filemap_write_and_wait_words(file, start, end)
    k.truncate_pagecache_words(file, start, end)
  },

  /** xfs_alloc_file_space: blocks without data where there are none. */
  xfs_alloc_file_space_host(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.xfs_iomap_write_direct(file, first, end)
    hostOf(file).prealloc.set(true)
  },

  /** xfs_collapse_file_space. */
  xfs_collapse_file_space_host(k: Kernel, file: AddressSpace, offset: number, len: number): void {
    const { words } = k.config
    k.xfs_free_file_space_host(file, offset, len)
    k.xfs_prepare_shift(file, offset)
    k.xfs_shift_file_space(file, (offset + len) / words, -len / words)
  },

  /** xfs_prepare_shift: blocks beyond the end of the file go, unless they were preallocated; from the block before on all is written and dropped. */
  xfs_prepare_shift(k: Kernel, file: AddressSpace, offset: number): void {
    const { i_size } = hostOf(file)
    const { words } = k.config
    if (k.xfs_can_free_eofblocks(file)) k.xfs_itruncate_extents(file, i_size.get())
    k.xfs_flush_unmap_range(file, offset === 0 ? 0 : offset - words, i_size.get())
  },

  /** xfs_bmap_collapse_extents, xfs_bmap_insert_extents. */
  xfs_shift_file_space(k: Kernel, file: AddressSpace, from: number, by: number): void {
    const { ilock } = hostOf(file)
    ilock.downWrite()
    k.shift_extents(file, from, by)
    ilock.upWrite()
  },

  /** xfs_vn_setattr_size of ftruncate(2). */
  xfs_vn_setattr_size(k: Kernel, file: AddressSpace, size: number): number {
    const { invalidate_lock } = hostOf(file)
    file.i_rwsem.downWrite()
    invalidate_lock.downWrite()
    k.xfs_falloc_setsize(file, size)
    invalidate_lock.upWrite()
    file.i_rwsem.upWrite()
    return 0
  },

  /**
   * xfs_setattr_size, xfs_falloc_setsize: zeroes what is uncovered, or the rest of the last block; then the page cache, then the map. Context: IOLOCK and
   * MMAPLOCK held for writing.
   */
  xfs_falloc_setsize(k: Kernel, file: AddressSpace, newsize: number): void {
    const { i_size, i_disksize, extents, ilock } = hostOf(file)
    const { words } = k.config
    const oldsize = i_size.get()
    if (newsize === 0 && oldsize === 0 && extents.every((cell) => typeof cell.get() === 'string')) return
    const edge = Math.ceil(newsize / words) * words
    const did_zeroing = newsize > oldsize ? k.iomap_zero_range(file, oldsize, newsize) : newsize < edge && k.iomap_zero_range(file, newsize, edge)
    i_size.set(newsize)
    k.truncate_pagecache(file, newsize)
    if (did_zeroing || (newsize > i_disksize.get() && oldsize !== i_disksize.get())) k.filemap_write_and_wait_words(file, i_disksize.get(), newsize)
    ilock.downWrite()
    i_disksize.set(newsize)
    ilock.upWrite()
    if (newsize <= oldsize) k.xfs_itruncate_extents(file, newsize)
  },

  /** xfs_itruncate_extents: blocks and delayed allocations beyond the end of the file go. */
  xfs_itruncate_extents(k: Kernel, file: AddressSpace, size: number): void {
    const { ilock, extents } = hostOf(file)
    ilock.downWrite()
    for (let block = Math.ceil(size / k.config.words); block < extents.length; block++) k.free_host_block(file, block)
    ilock.upWrite()
  },
}

export const xfsFileSpaceInlines = {
  /** xfs_can_free_eofblocks. */
  xfs_can_free_eofblocks(k: Kernel, file: AddressSpace): boolean {
    const { prealloc, i_size, extents } = hostOf(file)
    if (prealloc.get()) return false
    const first = Math.ceil(i_size.get() / k.config.words)
    return extents.some((_cell, block) => block >= first && extentAt(file, block) !== 'HOLE')
  },
}
