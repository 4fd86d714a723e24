/** The ways in from user space: mm/fadvise.c, fs/read_write.c, fs/sync.c, fs/open.c, fs/drop_caches.c, v5.10-rc5. Files are open. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, IovIter, Vma } from '../include/linux/mm-types.js'
import { blockOf, wordOf } from '../block/blocks.js'
import { FOLL_GET, FOLL_WRITE } from '../mm/gup.js'

export const syscalls = {
  /** write(2) of a file's only page. @returns false for -ENOMEM */
  write(k: Kernel, file: AddressSpace, version: string): boolean {
    return k[file.a_ops.write_iter](file, `${file.name}:${version}`)
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
    if (k.read_iter(file, block, [vma, first, pages], false)) return [file, block, vma, first, pages, begun]
    k.oracle_read_failed(call, vma, first, pages)
    return null
  },

  /** io_getevents(2): waits until the read has completed. Its pages may not have been put yet. */
  io_getevents(k: Kernel, [file, block, vma, first, pages, begun]: Iocb): void {
    const { completed } = k.current_dio()
    k.world.until(() => completed.get(), 'the completion event')
    k.oracle_read_ends(`aio read by ${k.world.currentTask()}`, file, block, vma, first, pages, begun)
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

  /** ftruncate(2) to nothing. */
  ftruncate(k: Kernel, file: AddressSpace): void {
    file.i_rwsem.downWrite()
    k.truncate_inode_pages_range(file)
    file.i_rwsem.upWrite()
  },

  /** Writing 1 to /proc/sys/vm/drop_caches: drop_pagecache_sb. */
  drop_caches(k: Kernel, file: AddressSpace): void {
    k.invalidate_mapping_pages(file)
  },

  /**
   * A store through a shared mapping that has to fault, without page tables: it is made while the page is still locked. Later,
   * a writeback in between would have write-protected the page, and the store would fault again.
   * @returns false if there is no page to store to, or the task was killed
   */
  store_fault(k: Kernel, file: AddressSpace, version: string): boolean {
    const page = k.filemap_fault(file, 0)
    if (page === null) return false
    k.unlock_page(page)
    const prepared = k[file.a_ops.page_mkwrite](file, page)
    if (prepared) {
      k.write_words(page, `${file.name}:${version}`)
      k.fault_dirty_shared_page(page)
    }
    k.put_page(page)
    return prepared
  },

  /** A load through a shared mapping that has to fault; the page is not entered in page tables. @returns whether it was there */
  load_fault(k: Kernel, file: AddressSpace): boolean {
    const page = k.filemap_fault(file, 0)
    if (page === null) return false
    k.unlock_page(page)
    k.put_page(page)
    return true
  },
}

/** What io_getevents is told about: the read, and what the device held when it was submitted. */
export type Iocb = readonly [file: AddressSpace, block: number, vma: Vma, first: number, pages: number, begun: readonly string[]]

/** What a user may rely on. */
export const promises = {
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
