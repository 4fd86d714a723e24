/** The ways in from user space: mm/fadvise.c, fs/read_write.c, fs/sync.c, fs/open.c, fs/drop_caches.c, v5.10-rc5. Files are open. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace } from '../include/linux/mm-types.js'
import { blockOf, wordOf } from '../block/blocks.js'

export const syscalls = {
  /** write(2) of a file's only page. @returns false for -ENOMEM */
  write(k: Kernel, file: AddressSpace, version: string): boolean {
    return k[file.a_ops.write_iter](file, `${file.name}:${version}`)
  },

  /** read(2) on a file opened with O_DIRECT. @returns what is in the block */
  read_direct(k: Kernel, file: AddressSpace): string {
    return k.ext4_dio_read_iter(file)
  },

  /** fsync(2): file_write_and_wait_range. */
  fsync(k: Kernel, file: AddressSpace): void {
    k.filemap_write_and_wait_range(file)
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

  /** A store through a shared mapping that has to fault. @returns whether there was a page */
  store_fault(k: Kernel, file: AddressSpace, version: string): boolean {
    return k.do_shared_fault(file, `${file.name}:${version}`)
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

/** What a user may rely on. */
export const promises = {
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
