/** struct inode of v6.18 on ext4 and XFS: sizes in words, an extent map with blocks as large as a page. */
import type { Cell, Rwsem } from '../../../engine/index.js'
import type { Disk, Extent } from './extent-map.js'
import type { AddressSpace, Page, Vma } from './mm-types.js'

/** Functions of a file system, by their names in the kernel's tables. */
export interface HostOperations {
  readonly read_iter: 'ext4_file_read' | 'xfs_file_read'
  readonly write_iter: 'ext4_file_write_iter' | 'xfs_file_write'
  readonly read_folio: 'ext4_read_folio' | 'xfs_vm_read_folio'
  readonly writepages: 'ext4_do_writepages' | 'iomap_writepages'
  readonly release_folio: 'ext4_release_folio' | 'iomap_release_folio'
  readonly invalidate_folio: 'ext4_invalidate_folio' | 'iomap_invalidate_folio'
  readonly iomap_begin: 'ext4_iomap_begin' | 'xfs_direct_iomap_begin'
  readonly dio_end_io: 'ext4_dio_write_end_io' | 'xfs_dio_write_end_io'
  readonly end_ioend: 'ext4_end_io_end' | 'xfs_end_ioend'
  readonly fallocate: 'ext4_fallocate_host' | 'xfs_fallocate'
  readonly fsync: 'ext4_sync_file' | 'xfs_file_fsync'
  readonly fadvise: 'force_page_cache_ra' | 'xfs_file_fadvise'
  readonly setattr: 'ext4_setattr_size' | 'xfs_vn_setattr_size'
}

export interface Host {
  readonly ops: HostOperations
  readonly disk: Disk
  /** i_size, in words. */
  readonly i_size: Cell<number>
  /** ext4 i_disksize, XFS i_disk_size: the size that the device knows, or will after the next commit. In words. */
  readonly i_disksize: Cell<number>
  /** Null on XFS. */
  readonly journal: Journal | null
  /** The transactions in which the file last changed, and changed so that fdatasync has to commit it. */
  readonly i_sync_tid: Cell<number>
  readonly i_datasync_tid: Cell<number>
  /** jinode->i_dirty_start, i_dirty_end: words that are written before the running transaction commits. */
  readonly i_dirty: Cell<readonly [start: number, end: number] | null>
  /** mapping->wb_err: something was not written as it should be, and nobody has been told. */
  readonly wb_err: Cell<boolean>
  /** XFS_DIFLAG_PREALLOC: blocks beyond the end of the file were asked for by fallocate. */
  readonly prealloc: Cell<boolean>
  /** Of each block; ext4's delayed allocations are in its extent status tree. */
  readonly extents: readonly Cell<Extent>[]
  /** ext4 i_data_sem, XFS ILOCK. */
  readonly ilock: Rwsem
  /** mapping->invalidate_lock, XFS MMAPLOCK: faults that read take it for reading. */
  readonly invalidate_lock: Rwsem
}

/** journal_t of an ext4 file system. */
export interface Journal {
  readonly j_running_tid: Cell<number>
  /** Filled at set-up. */
  readonly files: AddressSpace[]
}

/** struct writeback_control: what is to be written. Bytes are counted in words; `end` is the word after the last. */
export type WritebackControl = readonly [sync_mode: 'WB_SYNC_NONE' | 'WB_SYNC_ALL', start: number, end: number]

/** struct bio_vec: words of a page, and the words of a block of the device that they go to or come from. `null`: zeros. */
export type Segment = readonly [page: Page | null, word: number, block: number, blockWord: number, words: number]

/** struct iomap_ioend, ext4_io_end: the part of a file that a bio writes, and whether its extents have no data yet. In words. */
export type Ioend = readonly [unwritten: boolean, start: number, end: number]

/** struct iov_iter over words of an area, from the `first`th word of the area on. */
export type UserWords = readonly [vma: Vma, first: number, words: number]

/** Memory that nobody else knows of, from the second byte of a page on: with what is in it if it is written from. */
export type Misaligned = readonly [at: null, content: readonly string[]]

/** A user's buffer: words of an area, or memory that nobody else knows of, with what is in it if it is written from. */
export type UserBuffer = UserWords | Misaligned | readonly string[] | null

/** What read(2) returns: words read or -errno, and what was read if the buffer is nobody else's. */
export type ReadResult = readonly [result: number, data: readonly string[]]

/** struct iomap: a part of a file, from `block` to before `end`, of one kind; `addr` is its first block on the device. */
export type Iomap = readonly [type: 'HOLE' | 'DELALLOC' | 'UNWRITTEN' | 'MAPPED', block: number, end: number, addr: number | null, isNew: boolean]

export const EFAULT = -14
export const EAGAIN = -11
export const EBUSY = -16
export const EINVAL = -22
export const EFBIG = -27
export const ENOSPC = -28
export const ENOTBLK = -15
export const EIO = -5

/** Beyond every offset. */
export const LLONG_MAX = 0x7fffffff

/** The inode of a file of v6.18. */
export function hostOf(file: AddressSpace): Host {
  if (file.host === null) throw new RangeError(`${file.name} has no inode of v6.18: open it with open_host()`)
  return file.host
}

export function isUserWords(buffer: UserBuffer): buffer is UserWords {
  return buffer !== null && typeof buffer[0] === 'object' && buffer[0] !== null
}

export function isMisaligned(buffer: UserBuffer): buffer is Misaligned {
  return buffer !== null && buffer[0] === null
}

/** What is in a buffer that nobody else knows of. */
export function contentOf(buffer: UserBuffer): readonly string[] {
  if (buffer === null || isUserWords(buffer)) return []
  return isMisaligned(buffer) ? buffer[1] : buffer
}
