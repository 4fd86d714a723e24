/** fs/ext4/inode.c, v5.10-rc5, data=ordered, blocks allocated before: neither journal nor delayed allocation. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Bio, IovIter, Page, SyncMode } from '../../include/linux/mm-types.js'
import { blockOf, wordOf } from '../../block/blocks.js'
import { PageDirty, PageLocked, PagePrivate, PageWriteback } from '../../include/linux/page-flags.js'

export const ext4Inode = {
  /** ext4_writepages. Context: task or flusher. Bios are submitted when the pages are unlocked already. */
  ext4_writepages(k: Kernel, mapping: AddressSpace, sync_mode: SyncMode): void {
    if (!k.mapping_tagged(mapping, 'PAGECACHE_TAG_DIRTY')) return
    if (sync_mode === 'WB_SYNC_ALL') k.tag_pages_for_writeback(mapping)
    for (const bio of k.mpage_prepare_extent_to_map(mapping, sync_mode)) k.submit_bio(bio)
  },

  /**
   * mpage_prepare_extent_to_map: ext4's own copy of write_cache_pages' loop; every block is mapped, so each page is
   * written at once. Context: task or flusher.
   * @returns the bios made
   */
  mpage_prepare_extent_to_map(k: Kernel, mapping: AddressSpace, sync_mode: SyncMode): readonly Bio[] {
    const tag = sync_mode === 'WB_SYNC_ALL' ? 'PAGECACHE_TAG_TOWRITE' : 'PAGECACHE_TAG_DIRTY'
    const bios: Bio[] = []
    for (let index = 0; index < mapping.slots.length; index++) {
      const page = k.find_get_page_tag(mapping, index, tag)
      if (page === null) continue
      k.lock_page(page)
      if (!PageDirty(page) || (sync_mode === 'WB_SYNC_NONE' && PageWriteback(page)) || page.mapping.get() !== mapping) {
        k.unlock_page(page)
      } else {
        k.wait_on_page_writeback(page)
        k.BUG_ON(PageWriteback(page), 'PageWriteback(page)')
        if (k.mpage_prepare_extent_page(mapping, page)) {
          const bio = k.mpage_submit_page(mapping, page)
          if (bio !== null) bios.push(bio)
        } else {
          k.unlock_page(page)
        }
      }
      k.put_page(page)
    }
    return bios
  },

  /** mpage_process_page_bufs and mpage_submit_page of a page whose block is mapped. Context: page locked. */
  mpage_submit_page(k: Kernel, mapping: AddressSpace, page: Page): Bio | null {
    const bh = k.page_buffers(page)
    k.clear_page_dirty_for_io(page)
    return k.ext4_bio_write_page(mapping, page, bh)
  },

  /** ext4_writepage of a page whose block is mapped: for reclaim. Context: kswapd, page locked; unlocks it. */
  ext4_writepage(k: Kernel, mapping: AddressSpace, page: Page): void {
    const bio = k.ext4_bio_write_page(mapping, page, k.page_buffers(page))
    if (bio !== null) k.submit_bio(bio)
  },

  /** ext4_buffered_write_iter, generic_perform_write of one whole page. Context: task. @returns false without memory */
  ext4_buffered_write_iter(k: Kernel, mapping: AddressSpace, word: string): boolean {
    mapping.i_rwsem.downWrite()
    const page = k.ext4_write_begin(mapping)
    if (page !== null) {
      k.write_words(page, word)
      k.ext4_write_end(page)
    }
    mapping.i_rwsem.upWrite()
    return page !== null
  },

  /** ext4_write_begin: the page, locked, with buffers. Context: task, inode locked. */
  ext4_write_begin(k: Kernel, mapping: AddressSpace): Page | null {
    const page = k.grab_cache_page_write_begin(mapping, 0)
    if (page === null) return null
    k.wait_for_stable_page(page)
    if (!PagePrivate(page)) k.create_empty_buffers(page)
    k.note_prepared(page)
    return page
  },

  /** ext4_write_end, block_commit_write: dirties buffer and page. Context: page locked. */
  ext4_write_end(k: Kernel, page: Page): void {
    k.mark_buffer_dirty(page, k.page_buffers(page))
    k.unlock_page(page)
    k.put_page(page)
  },

  /** ext4_set_page_dirty: a page must be locked or dirty already, and have buffers. */
  ext4_set_page_dirty(k: Kernel, page: Page): boolean {
    k.WARN_ON(!PageLocked(page) && !PageDirty(page), '!PageLocked(page) && !PageDirty(page)')
    k.WARN_ON(!PagePrivate(page), '!page_has_buffers(page)')
    k.note_dirtied(page)
    return k.__set_page_dirty_buffers(page)
  },

  /**
   * ext4_page_mkwrite without delayed allocation, up to where the page is returned locked. Context: page fault, a reference
   * held. Waits for a frozen file system. Where all buffers are mapped there is nothing to do; else block_page_mkwrite does it.
   * @returns false if the page was truncated
   */
  ext4_page_mkwrite(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    k.sb_start_pagefault(mapping)
    const prepared = k.ext4_page_mkwrite_locked(mapping, page)
    k.sb_end_pagefault(mapping)
    return prepared
  },

  /**
   * block_page_mkwrite (fs/buffer.c): attaches buffers, and dirties them and the page. Context: page fault, a reference held.
   * @returns whether the page is returned, locked; false if it was truncated
   */
  block_page_mkwrite(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    k.lock_page(page)
    if (page.mapping.get() !== mapping) {
      k.unlock_page(page)
      return false
    }
    // __block_write_begin, block_commit_write
    if (!PagePrivate(page)) k.create_empty_buffers(page)
    k.note_prepared(page)
    k.mark_buffer_dirty(page, k.page_buffers(page))
    k.set_page_dirty(page)
    k.wait_for_stable_page(page)
    return true
  },

  /** ext4_file_read_iter, ext4_dio_read_iter of a file opened with O_DIRECT. @returns whether all was read, or queued */
  ext4_file_read_iter(k: Kernel, file: AddressSpace, block: number, iter: IovIter, sync: boolean): boolean {
    file.i_rwsem.downRead()
    const complete = k.iomap_dio_rw(file, block, iter, sync)
    file.i_rwsem.upRead()
    return complete
  },

  /**
   * ext4_dio_read_iter, iomap_dio_rw, into memory that nobody else knows of: what is dirty in the page cache is written and
   * waited for, then the device is read.
   */
  ext4_dio_read_iter(k: Kernel, mapping: AddressSpace): string {
    mapping.i_rwsem.downRead()
    k.filemap_write_and_wait_range(mapping)
    const word = wordOf(blockOf(mapping, 0), 0).get()
    mapping.i_rwsem.upRead()
    return word
  },
}

/** Parts of functions of fs/ext4/inode.c. */
export const ext4InodeInlines = {
  /** The place in mpage_prepare_extent_to_map before a page's buffers are looked at. @returns whether to write the page */
  mpage_prepare_extent_page(_k: Kernel, _mapping: AddressSpace, _page: Page): boolean {
    return true
  },

  /** ext4_page_mkwrite between freeze protection's two ends. */
  ext4_page_mkwrite_locked(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    k.lock_page(page)
    if (page.mapping.get() !== mapping) {
      k.unlock_page(page)
      return false
    }
    if (PagePrivate(page)) {
      k.wait_for_stable_page(page)
      k.note_prepared(page)
      return true
    }
    k.unlock_page(page)
    return k.block_page_mkwrite(mapping, page)
  },
}
