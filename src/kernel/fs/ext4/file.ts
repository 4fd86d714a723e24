/** fs/ext4/file.c and the direct I/O of fs/ext4/inode.c, v6.18. Offsets are in words. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Page } from '../../include/linux/mm-types.js'
import { hostOf, type Iomap, type ReadResult, type UserBuffer } from '../../include/linux/host.js'

export const ext4File = {
  /** ext4_file_read_iter: without a lock, or with the inode locked for reading where the file was opened with O_DIRECT. */
  ext4_file_read(k: Kernel, file: AddressSpace, pos: number, count: number, to: UserBuffer, direct: boolean): ReadResult {
    if (!direct) return k.filemap_read(file, pos, count, to)
    file.i_rwsem.downRead()
    const read = k.__iomap_dio_rw(file, pos, count, to, false, false)
    file.i_rwsem.upRead()
    return read
  },

  /** ext4_file_write_iter, ext4_buffered_write_iter. @returns words written, or an error */
  ext4_file_write_iter(k: Kernel, file: AddressSpace, pos: number, count: number, from: UserBuffer, direct: boolean): number {
    if (direct) return k.ext4_dio_write_iter(file, pos, count, from)
    file.i_rwsem.downWrite()
    // file_modified: the time.
    k.ext4_update_inode_fsync_trans(file, false)
    const written = k.generic_perform_write_iter(file, pos, count, from)
    file.i_rwsem.upWrite()
    return written
  },

  /**
   * ext4_dio_write_iter, ext4_dio_write_checks: the inode is locked for reading only to overwrite blocks that are allocated, and have data if
   * the write is not of whole blocks. What direct I/O leaves undone is written through the page cache.
   */
  ext4_dio_write_iter(k: Kernel, file: AddressSpace, pos: number, count: number, from: UserBuffer): number {
    const { i_size, i_disksize } = hostOf(file)
    const { i_rwsem } = file
    i_rwsem.downRead()
    const shared = pos + count <= i_size.get() && pos + count <= i_disksize.get() && k.ext4_overwrite_io(file, pos, count)
    if (!shared) {
      i_rwsem.upRead()
      i_rwsem.downWrite()
    }
    k.ext4_update_inode_fsync_trans(file, false)
    const extend = pos + count > i_size.get() || pos + count > i_disksize.get()
    const [written] = k.__iomap_dio_rw(file, pos, count, from, true, false)
    const result = k.is_enotblk(written) ? 0 : written
    if (extend) k.ext4_inode_extension_cleanup(file, result < 0)
    if (shared) i_rwsem.upRead()
    else i_rwsem.upWrite()
    return result
  },

  /** ext4_overwrite_io: whether the blocks are allocated, with data or without, all of one kind. */
  ext4_overwrite_io(k: Kernel, file: AddressSpace, pos: number, count: number): boolean {
    const end = Math.ceil((pos + count) / k.config.words)
    const map = k.ext4_map_blocks_host(file, Math.floor(pos / k.config.words), end, 'LOOKUP')
    const aligned = pos % k.config.words === 0 && count % k.config.words === 0
    return typeof map !== 'number' && (map[0] === 'MAPPED' || (map[0] === 'UNWRITTEN' && aligned)) && map[2] >= end
  },

  /**
   * ext4_inode_extension_cleanup: after a direct write that was to extend the file; an error leaves blocks beyond the end of the file,
   * which go.
   */
  ext4_inode_extension_cleanup(k: Kernel, file: AddressSpace, need_trunc: boolean): void {
    if (!need_trunc) return
    const { invalidate_lock, i_size } = hostOf(file)
    invalidate_lock.downWrite()
    k.truncate_inode_range(file, i_size.get())
    k.ext4_truncate(file)
    invalidate_lock.upWrite()
  },

  /**
   * ext4_iomap_begin, ext4_iomap_alloc: what a direct read or write of words `pos` to before `end` finds. Blocks beyond the end of the
   * file are allocated as if they had data, others without. @returns an error
   */
  ext4_iomap_begin(k: Kernel, file: AddressSpace, pos: number, end: number, write: boolean, _overwriteOnly: boolean): Iomap | number {
    const { words } = k.config
    const { i_size } = hostOf(file)
    const block = Math.floor(pos / words)
    const last = Math.ceil(end / words)
    if (!write) return k.ext4_map_blocks_host(file, block, last, 'LOOKUP')
    if (end <= i_size.get()) {
      const found = k.ext4_map_blocks_host(file, block, last, 'LOOKUP')
      if (typeof found !== 'number' && (found[0] === 'MAPPED' || found[0] === 'UNWRITTEN')) return found
    }
    return k.ext4_map_blocks_host(file, block, last, block * words >= i_size.get() ? 'CREATE' : 'CREATE_UNWRIT_EXT')
  },

  /** ext4_dio_write_end_io: blocks that had no data have some now, and the file is extended. Context: task. */
  ext4_dio_write_end_io(k: Kernel, file: AddressSpace, pos: number, size: number, unwritten: boolean): number {
    const { i_size, i_disksize } = hostOf(file)
    if (size === 0) return 0
    if (unwritten) k.ext4_convert_unwritten_extents(file, pos, pos + size)
    if (pos + size <= i_disksize.get() && pos + size <= i_size.get()) return 0
    // ext4_handle_inode_extension, ext4_update_inode_size. What the page cache has beyond the old end is not looked at.
    k.ext4_update_inode_size(file, pos + size)
    return 0
  },

  /** block_page_mkwrite of ext4's delayed allocation. Context: page fault, a reference held. @returns whether the page is returned, locked */
  ext4_da_page_mkwrite(k: Kernel, file: AddressSpace, page: Page): boolean {
    const { i_size, invalidate_lock } = hostOf(file)
    k.ext4_update_inode_fsync_trans(file, false)
    invalidate_lock.downRead()
    k.lock_page(page)
    const size = i_size.get() - page.index.get() * k.config.words
    const prepared = page.mapping.get() === file && size > 0
    if (prepared) {
      k.ext4_block_write_begin(file, page, 0, Math.min(size, k.config.words))
      k.block_commit_write(page)
      k.set_page_dirty(page)
      k.wait_for_stable_page(page)
    } else {
      k.unlock_page(page)
    }
    invalidate_lock.upRead()
    return prepared
  },
}
