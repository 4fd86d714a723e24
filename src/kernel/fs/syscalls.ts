/** The ways in from user space: mm/fadvise.c, fs/read_write.c, fs/sync.c, fs/open.c, fs/drop_caches.c, v5.10-rc5. Files are open. */
import type { Kernel } from '../kernel.js'
import { ZERO, type AddressSpace, type Dio, type IovIter, type Vma } from '../include/linux/mm-types.js'
import { blockOf, wordOf } from '../block/blocks.js'
import { FOLL_GET, FOLL_WRITE } from '../mm/gup.js'
import type { Advice } from '../mm/madvise.js'
import { isFault } from '../mm/memory.js'

export const syscalls = {
  /** write(2) of a file's only page. @returns false for -ENOMEM */
  write(k: Kernel, file: AddressSpace, version: string): boolean {
    const content = `${file.name}:${version}`
    if (k.expectations.ofFile(file) === undefined) return k.vfs_write(file, content)
    const call = `write by ${k.world.currentTask()}`
    k.oracle_change_begins(call, file, 0, 1)
    const written = k.vfs_write(file, content)
    k.oracle_change_ends(call, file, 0, 1, written ? content : null)
    return written
  },

  /** read(2) on a file opened with O_DIRECT. @returns what is in the block */
  read_direct(k: Kernel, file: AddressSpace): string {
    return k.ext4_dio_read_iter(file)
  },

  /**
   * read(2) of `pages` blocks of `file`, opened with O_DIRECT, into pages of an area from the `first`th on.
   * @returns false for a short read or an error
   */
  read_direct_into(k: Kernel, file: AddressSpace, block: number, vma: Vma, first: number, pages: number): boolean {
    const call = `read by ${k.world.currentTask()}`
    const begun = k.oracle_read_begins(call, file, block, vma, first, pages)
    const complete = k.read_iter(file, block, [vma, first, pages], true)
    if (complete) k.oracle_read_ends(call, file, block, vma, first, pages, begun)
    else k.oracle_read_failed(call, vma, first, pages)
    return complete
  },

  /**
   * io_submit(2) of the same read: returns when it is queued. To be followed by io_getevents, before the task reads again.
   * @returns what io_getevents needs; null if nothing was queued
   */
  io_submit_read(k: Kernel, file: AddressSpace, block: number, vma: Vma, first: number, pages: number): Iocb | null {
    const call = `aio read by ${k.world.currentTask()}`
    const begun = k.oracle_read_begins(call, file, block, vma, first, pages)
    if (k.read_iter(file, block, [vma, first, pages], false)) return [k.current_dio(), call, file, block, vma, first, pages, begun]
    k.oracle_read_failed(call, vma, first, pages)
    return null
  },

  /** io_getevents(2): waits until the read has completed. Its pages may not have been put yet. */
  io_getevents(k: Kernel, [dio, call, file, block, vma, first, pages, begun]: Iocb): void {
    k.world.until(() => dio.completed.get(), 'the completion event')
    k.oracle_read_ends(call, file, block, vma, first, pages, begun)
  },

  /**
   * A driver that fills a page of the user's buffer on its behalf, as those do that dirty pages without the page lock:
   * get_user_pages_fast for writing, the CPU's stores, set_page_dirty, put_page. Not a function of the kernel's.
   */
  driver_fill(k: Kernel, vma: Vma, page: number, value: string): boolean {
    const call = `driver for ${k.world.currentTask()}`
    k.oracle_free_begins(call, vma, page, 1)
    const [got] = k.get_user_pages_fast(vma.mm, vma.start + page, 1, FOLL_WRITE | FOLL_GET)
    if (got !== undefined) {
      k.write_words(got, value)
      k.set_page_dirty(got)
      k.put_page(got)
    }
    k.oracle_filled(call, vma, page, got === undefined ? null : value)
    return got !== undefined
  },

  /** process_vm_readv(2) of one page: a reference for a moment, without anything being written. */
  process_vm_readv(k: Kernel, vma: Vma, page: number): boolean {
    const [got] = k.get_user_pages_unlocked(vma.mm, vma.start + page, 1, FOLL_GET)
    if (got !== undefined) k.put_page(got)
    return got !== undefined
  },

  /** madvise(2). @returns false for an error */
  madvise(k: Kernel, vma: Vma, first: number, pages: number, advice: Advice): boolean {
    const frees = advice !== 'MADV_PAGEOUT'
    const call = `madvise by ${k.world.currentTask()}`
    if (frees) k.oracle_free_begins(call, vma, first, pages)
    const done = k.do_madvise(vma, first, pages, advice)
    if (frees) k.oracle_free_ends(call, vma, first, pages, advice === 'MADV_DONTNEED' && done ? 'zero' : 'anything')
    return done
  },

  /** fsync(2): file_write_and_wait_range. */
  fsync(k: Kernel, file: AddressSpace): void {
    if (k.expectations.ofFile(file) === undefined) {
      k.filemap_write_and_wait_range(file)
      return
    }
    const begun = k.oracle_sync_begins(file)
    k.filemap_write_and_wait_range(file)
    k.oracle_sync_ends(file, begun)
  },

  /** msync(2) with MS_SYNC of a mapping of a file: vfs_fsync_range. */
  msync(k: Kernel, vma: Vma): void {
    const { file } = vma
    if (file !== null && vma.shared) k.fsync(file)
  },

  /** sync_file_range(2) with SYNC_FILE_RANGE_WRITE: starts writing what is dirty and not under writeback; does not wait. */
  sync_file_range_write(k: Kernel, file: AddressSpace): void {
    k.__filemap_fdatawrite_range(file, 'WB_SYNC_NONE')
  },

  /** sync_file_range(2) with SYNC_FILE_RANGE_WAIT_BEFORE: waits for what is under writeback. */
  sync_file_range_wait(k: Kernel, file: AddressSpace): void {
    k.__filemap_fdatawait_range(file)
  },

  /** ftruncate(2) to nothing; a file that is mapped is made as long again, of zeros, in the same call. */
  ftruncate(k: Kernel, file: AddressSpace): void {
    file.i_rwsem.downWrite()
    const mapped = k.expectations.ofFile(file) !== undefined
    const call = `ftruncate by ${k.world.currentTask()}`
    if (mapped) k.oracle_change_begins(call, file, 0, file.slots.length)
    k.truncate_inode_pages_range(file)
    if (mapped) {
      k.free_blocks(file)
      k.oracle_change_ends(call, file, 0, file.slots.length, ZERO)
    }
    file.i_rwsem.upWrite()
  },

  /**
   * fallocate(2) with FALLOC_FL_PUNCH_HOLE of a whole mapped file: ext4_punch_hole. What is dirty is written and waited for,
   * the page cache is emptied, the blocks are freed. (Faults are not kept out meanwhile: the mmap_sem of the inode is not there.)
   */
  fallocate_punch_hole(k: Kernel, file: AddressSpace): void {
    const call = `fallocate by ${k.world.currentTask()}`
    k.sb_start_write(file)
    k.oracle_change_begins(call, file, 0, file.slots.length)
    k.filemap_write_and_wait_range(file)
    file.i_rwsem.downWrite()
    k.unmap_mapping_pages(file, 0, file.slots.length, false)
    k.truncate_inode_pages_range(file)
    k.free_blocks(file)
    file.i_rwsem.upWrite()
    k.oracle_change_ends(call, file, 0, file.slots.length, ZERO)
    k.sb_end_write(file)
  },

  /** Writing 1 to /proc/sys/vm/drop_caches: drop_pagecache_sb. */
  drop_caches(k: Kernel, file: AddressSpace): void {
    k.invalidate_mapping_pages(file)
  },

  /** A load through a shared mapping that has to fault; the page is not entered in page tables. @returns whether it was there */
  load_fault(k: Kernel, file: AddressSpace): boolean {
    const page = k.filemap_fault(file, 0, null)
    if (isFault(page)) return false
    k.unlock_page(page)
    k.put_page(page)
    return true
  },
}

/** What io_getevents is told about: the read, and what the device held when it was submitted. Submitted by any task of the process, or at set-up. */
export type Iocb = readonly [dio: Dio, call: string, file: AddressSpace, block: number, vma: Vma, first: number, pages: number, begun: readonly string[]]

/** What a user may rely on. */
export const promises = {
  /** vfs_write of a file's only page. */
  vfs_write(k: Kernel, file: AddressSpace, content: string): boolean {
    k.sb_start_write(file)
    const written = k[file.a_ops.write_iter](file, content)
    k.sb_end_write(file)
    return written
  },

  /** The blocks of a file are given back, and read as zeros. */
  free_blocks(_k: Kernel, file: AddressSpace): void {
    for (const block of file.blocks) for (const word of block) word.set(ZERO)
  },

  /** Fills the blocks of a file, at set-up, before it is mapped. */
  fill_blocks(_k: Kernel, file: AddressSpace, content: (block: number, word: number) => string = (block, word) => `${file.name}:${block}.${word}`): void {
    file.blocks.forEach((block, b) => block.forEach((cell, w) => cell.set(content(b, w))))
  },
  /** call_read_iter: read(2) of a file opened with O_DIRECT. */
  read_iter(k: Kernel, file: AddressSpace, block: number, iter: IovIter, sync: boolean): boolean {
    const { read_iter } = file.a_ops
    if (read_iter === undefined) throw new RangeError(`${file.name} can not be read with O_DIRECT`)
    return k[read_iter](file, block, iter, sync)
  },

  /** A direct read that began after `version` was written sees it, if nobody has written since. */
  expect_read(k: Kernel, file: AddressSpace, version: string, word: string): void {
    if (word !== `${file.name}:${version}`) k.world.warn('data-stale', 'a direct read has overtaken the data it was to flush')
  },

  /** After an fsync that began after `version` was written, the device has it. */
  expect_durable(k: Kernel, file: AddressSpace, version: string): void {
    const word = wordOf(blockOf(file, 0), 0).get()
    if (word !== `${file.name}:${version}`) k.world.warn('data-lost', 'fsync has returned before the data were on the device')
  },
}
