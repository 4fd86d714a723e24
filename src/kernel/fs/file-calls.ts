/** System calls on files with extent maps, v3.4. Pages and blocks are counted from the beginning of the file. */
import type { Kernel } from '../kernel.js'
import { ZERO, type AddressSpace, type Vma } from '../include/linux/mm-types.js'
import type { Disk } from '../include/linux/extent-map.js'
import type { UserPage } from '../mm/filemap-io.js'
import { inodeOf, isExt4 } from './block-map.js'

export const fileCalls = {
  /** fallocate(2) with FALLOC_FL_PUNCH_HOLE of blocks `first` to before `end`. */
  fallocate_punch(k: Kernel, file: AddressSpace, first: number, end: number): void {
    const call = `fallocate by ${k.world.currentTask()}`
    k.oracle_blocks_begin(call, file, first, end)
    if (isExt4(file)) k.ext4_ext_punch_hole(file, first, end)
    else k.xfs_file_fallocate(file, 'punch', first, end)
    k.oracle_blocks_end(call, file, first, end, ZERO)
  },

  /** fallocate(2) without a mode: holes get blocks. Users see no difference. */
  fallocate_prealloc(k: Kernel, file: AddressSpace, first: number, end: number): void {
    if (isExt4(file)) k.ext4_fallocate(file, first, end)
    else k.xfs_file_fallocate(file, 'prealloc', first, end)
  },

  /** fallocate(2) with FALLOC_FL_ZERO_RANGE (v3.15): whole pages are zeros from now on, and have blocks. */
  fallocate_zero(k: Kernel, file: AddressSpace, first: number, end: number): void {
    const call = `fallocate by ${k.world.currentTask()}`
    wholePages(file, first, end)
    k.oracle_blocks_begin(call, file, first, end)
    if (isExt4(file)) k.ext4_zero_range(file, first, end)
    else k.xfs_file_fallocate(file, 'zero', first, end)
    k.oracle_blocks_end(call, file, first, end, ZERO)
  },

  /** fallocate(2) with FALLOC_FL_COLLAPSE_RANGE (v3.15): whole pages are taken out, the rest moves up. @returns false for an error */
  fallocate_collapse(k: Kernel, file: AddressSpace, first: number, end: number): boolean {
    const call = `fallocate by ${k.world.currentTask()}`
    wholePages(file, first, end)
    const begun = k.oracle_shift_begins(call, file, first)
    const done = isExt4(file) ? k.ext4_collapse_range(file, first, end) : k.xfs_file_fallocate(file, 'collapse', first, end)
    k.oracle_shift_ends(call, file, first, end, first - end, begun, done)
    return done
  },

  /** fallocate(2) with FALLOC_FL_INSERT_RANGE (XFS v4.1, ext4 v4.2): a hole of whole pages is put in, the rest moves on. @returns false for an error */
  fallocate_insert(k: Kernel, file: AddressSpace, first: number, end: number): boolean {
    const call = `fallocate by ${k.world.currentTask()}`
    wholePages(file, first, end)
    const begun = k.oracle_shift_begins(call, file, first)
    const done = isExt4(file) ? k.ext4_insert_range(file, first, end) : k.xfs_file_fallocate(file, 'insert', first, end)
    k.oracle_shift_ends(call, file, first, end, end - first, begun, done)
    return done
  },

  /** ftruncate(2) to `size` blocks. */
  ftruncate_to(k: Kernel, file: AddressSpace, size: number): void {
    const call = `ftruncate by ${k.world.currentTask()}`
    const blocks = inodeOf(file).extents.length
    k.oracle_blocks_begin(call, file, size, blocks)
    k.oracle_copies_begin(call, file, size)
    file.i_rwsem.downWrite()
    if (isExt4(file)) k.ext4_setattr(file, size)
    else k.xfs_setattr_size(file, size)
    file.i_rwsem.upWrite()
    k.oracle_copies_end(call, file, size)
    k.oracle_blocks_end(call, file, size, blocks, ZERO)
  },

  /** pread(2) of a page, to memory that nobody else knows of or to a page of an area. @returns false for an error, or at the end of the file */
  pread(k: Kernel, file: AddressSpace, index: number, to: UserPage | null = null): boolean {
    const begun = k.oracle_pread_begins(file, index)
    const words = isExt4(file) ? k.generic_file_aio_read(file, index, to) : k.xfs_file_aio_read(file, index, to)
    if (words !== null) k.oracle_pread_ends(file, index, begun, words)
    return words !== null
  },

  /** pread(2) of a page, of a file opened with O_DIRECT, to memory as in pread. @returns false for an error */
  pread_direct(k: Kernel, file: AddressSpace, index: number, to: UserPage | null = null): boolean {
    const call = `pread by ${k.world.currentTask()}`
    const begun = k.oracle_pread_begins(file, index)
    const buffer = to === null ? null : bufferBlocks(to)
    if (buffer !== null) k.oracle_blocks_begin(call, ...buffer)
    const words = isExt4(file) ? k.generic_file_aio_read_direct(file, index, to, null) : k.xfs_file_aio_read_direct(file, index, to, null)
    if (words !== null) k.oracle_pread_ends(file, index, begun, words)
    if (buffer !== null) k.oracle_blocks_end(call, ...buffer, null)
    return words !== null
  },

  /** pwrite(2) of a page, from a page of an area, or of a value of its own. @returns false for an error */
  pwrite(k: Kernel, file: AddressSpace, index: number, from: UserPage | string): boolean {
    const call = `pwrite by ${k.world.currentTask()}`
    const [first, end] = blocksOfPage(file, index)
    k.oracle_blocks_begin(call, file, first, end)
    const written = isExt4(file) ? k.generic_file_aio_write(file, index, from) : k.xfs_file_aio_write(file, index, from)
    k.oracle_blocks_end(call, file, first, end, written && typeof from === 'string' ? from : null)
    return written
  },

  /** pwrite(2) of a page, of a file opened with O_DIRECT. @returns false for an error */
  pwrite_direct(k: Kernel, file: AddressSpace, index: number, content: string): boolean {
    const call = `pwrite by ${k.world.currentTask()}`
    const [first, end] = blocksOfPage(file, index)
    k.oracle_blocks_begin(call, file, first, end)
    const written = isExt4(file) ? k.generic_file_aio_write_direct(file, index, content, null) : k.xfs_file_aio_write_direct(file, index, content, null)
    k.oracle_blocks_end(call, file, first, end, written === 'written' ? content : null)
    return written === 'written'
  },

  /** io_submit(2) of a write of a page, of a file opened with O_DIRECT: one at a time for each task. */
  io_submit_pwrite(k: Kernel, file: AddressSpace, index: number, content: string): void {
    const call = `io_submit by ${k.world.currentTask()}`
    const [first, end] = blocksOfPage(file, index)
    const dio = k.current_dio()
    k.dio_init(dio, 1)
    k.oracle_blocks_begin(call, file, first, end)
    const written = isExt4(file) ? k.generic_file_aio_write_direct(file, index, content, call) : k.xfs_file_aio_write_direct(file, index, content, call)
    if (written === 'queued') return
    // aio_run_iocb: what is not queued has its event at once.
    k.ki_complete(dio)
    k.oracle_blocks_end(call, file, first, end, written === 'written' ? content : null)
  },

  /** io_submit(2) of a read of a page, of a file opened with O_DIRECT, to memory that nobody else knows of. */
  io_submit_pread(k: Kernel, file: AddressSpace, index: number): void {
    k.dio_init(k.current_dio(), 1)
    const begun = k.oracle_pread_begins(file, index)
    if (isExt4(file)) k.generic_file_aio_read_direct(file, index, null, begun)
    else k.xfs_file_aio_read_direct(file, index, null, begun)
  },

  /** io_getevents(2): waits for what the task has submitted. */
  io_getevents_direct(k: Kernel): void {
    k.dio_wait_for_event(k.current_dio())
  },

  /** readahead(2), posix_fadvise(2) with POSIX_FADV_WILLNEED. */
  fadvise_willneed(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.force_page_cache_readahead(file, first, end)
  },

  /** madvise(2) with MADV_WILLNEED of a whole area of a file. */
  madvise_willneed(k: Kernel, vma: Vma): void {
    vma.mm.mmap_lock.downRead()
    if (vma.file !== null) k.force_page_cache_readahead(vma.file, vma.pgoff, vma.pgoff + vma.pages)
    vma.mm.mmap_lock.upRead()
  },

  /** mmap(2) or munmap(2) of something else in the same process: only the lock matters. */
  mmap_elsewhere(k: Kernel): void {
    const { mmap_lock } = k.current_mm()
    mmap_lock.downWrite()
    mmap_lock.upWrite()
  },

  /** The journal or the log is committed: by kjournald, or when the log is forced. */
  commit(k: Kernel, disk: Disk, file: AddressSpace): void {
    if (isExt4(file)) k.jbd2_journal_commit_transaction(disk)
    else k.xfs_log_force(disk)
  },
}

function wholePages(file: AddressSpace, first: number, end: number): void {
  const { blocks_per_page } = inodeOf(file)
  if (first % blocks_per_page === 0 && end % blocks_per_page === 0) return
  throw new RangeError(`blocks ${first} to ${end} of ${file.name} are not whole pages: a page has ${blocks_per_page}`)
}

/** The blocks of the file that a buffer is a mapping of. */
function bufferBlocks([vma, page]: UserPage): readonly [file: AddressSpace, first: number, end: number] | null {
  return vma.file === null ? null : [vma.file, ...blocksOfPage(vma.file, vma.pgoff + page)]
}

function blocksOfPage(file: AddressSpace, index: number): readonly [first: number, end: number] {
  const { blocks_per_page } = inodeOf(file)
  return [index * blocks_per_page, (index + 1) * blocks_per_page]
}
