/** fs/open.c, fs/read_write.c, fs/sync.c, mm/fadvise.c, mm/msync.c, v6.18: system calls on files that have an inode of that version. Offsets are in words. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace } from '../include/linux/mm-types.js'
import { EINVAL, LLONG_MAX, hostOf, type ReadResult, type UserBuffer } from '../include/linux/host.js'

/** Modes of fallocate(2), of which only allocation and zeroing come with and without FALLOC_FL_KEEP_SIZE. */
export type FallocateMode = 'ALLOCATE' | 'PUNCH_HOLE' | 'ZERO_RANGE' | 'COLLAPSE_RANGE' | 'INSERT_RANGE'

/** What sync_file_range(2) is to do, in this order. */
export type SyncFlag = 'WAIT_BEFORE' | 'WRITE' | 'WAIT_AFTER'

export const openCalls = {
  /** pread64(2). @param direct whether the file was opened with O_DIRECT */
  ksys_pread64(k: Kernel, file: AddressSpace, pos: number, count: number, to: UserBuffer, direct: boolean): ReadResult {
    if (pos < 0) return [EINVAL, []]
    return count === 0 ? [0, []] : k[hostOf(file).ops.read_iter](file, pos, count, to, direct)
  },

  /** pwrite64(2). @returns words written, or an error */
  ksys_pwrite64(k: Kernel, file: AddressSpace, pos: number, count: number, from: UserBuffer, direct: boolean): number {
    if (pos < 0) return EINVAL
    return count === 0 ? 0 : k[hostOf(file).ops.write_iter](file, pos, count, from, direct)
  },

  /** ftruncate(2). */
  do_ftruncate(k: Kernel, file: AddressSpace, size: number): number {
    return size < 0 ? EINVAL : k[hostOf(file).ops.setattr](file, size)
  },

  /** fallocate(2). */
  vfs_fallocate(k: Kernel, file: AddressSpace, mode: FallocateMode, keep_size: boolean, offset: number, len: number): number {
    if (offset < 0 || len <= 0) return EINVAL
    return k[hostOf(file).ops.fallocate](file, mode, keep_size, offset, len)
  },

  /** fsync(2); with `datasync` fdatasync(2), and msync(2) with MS_SYNC. @returns 0, or -EIO for what went wrong before */
  vfs_fsync_range(k: Kernel, file: AddressSpace, start: number, end: number, datasync: boolean): number {
    k[hostOf(file).ops.fsync](file, start, end, datasync)
    return k.file_check_and_advance_wb_err(file)
  },

  /** sync_file_range(2). @param len 0: to the end */
  ksys_sync_file_range(k: Kernel, file: AddressSpace, offset: number, len: number, flags: readonly SyncFlag[]): number {
    if (offset < 0 || len < 0) return EINVAL
    const end = len === 0 ? LLONG_MAX : offset + len
    if (flags.includes('WAIT_BEFORE')) {
      const failed = k.file_fdatawait_range(file, offset, end)
      if (failed !== 0) return failed
    }
    if (flags.includes('WRITE')) k.filemap_fdatawrite_wbc(file, [flags.length === 3 ? 'WB_SYNC_ALL' : 'WB_SYNC_NONE', offset, end])
    return flags.includes('WAIT_AFTER') ? k.file_fdatawait_range(file, offset, end) : 0
  },

  /** file_fdatawait_range (mm/filemap.c). */
  file_fdatawait_range(k: Kernel, file: AddressSpace, start: number, end: number): number {
    k.filemap_fdatawait_range(file, start, end)
    return k.file_check_and_advance_wb_err(file)
  },

  /** posix_fadvise(2) with POSIX_FADV_DONTNEED: writeback is started, and whole pages that are clean go. @param len 0: to the end */
  fadvise_dontneed(k: Kernel, file: AddressSpace, offset: number, len: number): void {
    const { words } = k.config
    const end = len === 0 ? LLONG_MAX : offset + len
    k.filemap_fdatawrite_wbc(file, ['WB_SYNC_NONE', offset, end])
    k.lru_add_drain()
    k.mapping_try_invalidate(file, Math.ceil(offset / words), len === 0 ? file.slots.length : Math.floor(end / words))
  },

  /** posix_fadvise(2) with POSIX_FADV_WILLNEED, madvise(2) with MADV_WILLNEED, of pages `first` to before `end`. */
  vfs_fadvise_willneed(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k[hostOf(file).ops.fadvise](file, first, end)
  },

  /** xfs_file_fadvise. */
  xfs_file_fadvise(k: Kernel, file: AddressSpace, first: number, end: number): void {
    file.i_rwsem.downRead()
    k.force_page_cache_ra(file, first, end)
    file.i_rwsem.upRead()
  },

  /** generic_fadvise, force_page_cache_ra, page_cache_ra_unbounded: pages are read, up to the end of the file, under the invalidate_lock. */
  force_page_cache_ra(k: Kernel, file: AddressSpace, first: number, end: number): void {
    const { i_size, invalidate_lock, ops } = hostOf(file)
    invalidate_lock.downRead()
    for (let index = first; index < Math.min(end, Math.ceil(i_size.get() / k.config.words)); index++) {
      if (file.slots[index]?.get() !== null) continue
      const page = k.alloc_page()
      if (page === null) break
      if (k.add_to_page_cache_lru(page, file, index)) {
        k[ops.read_folio](file, page)
      } else {
        k.lock_given_up(page)
        page.flags.clear('PG_locked')
      }
      k.put_page(page)
    }
    invalidate_lock.upRead()
  },
}
