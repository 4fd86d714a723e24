/** fs/iomap/buffered-io.c, v5.10-rc5, for blocks as large as a page: pages have nothing private. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Bio, Page } from '../../include/linux/mm-types.js'
import { PageLocked, PageWriteback, TestSetPageDirty } from '../../include/linux/page-flags.js'

export const iomapBufferedIo = {
  /** iomap_writepage_map of a mapped page. Context: page locked; unlocks it. */
  iomap_writepage_map(k: Kernel, mapping: AddressSpace, page: Page): Bio {
    k.WARN_ON(!PageLocked(page), '!PageLocked(page)')
    k.WARN_ON(PageWriteback(page), 'PageWriteback(page)')
    const index = page.index.get()
    k.clear_page_dirty_for_io(page)
    k.set_page_writeback(page)
    k.unlock_page(page)
    return ['WRITE', 'iomap_writepage_end_bio', [page], mapping, index, null]
  },

  /** iomap_writepage_end_bio, iomap_finish_ioend. Context: completion interrupt. */
  iomap_writepage_end_bio(k: Kernel, bio: Bio): void {
    for (const page of bio[2]) k.end_page_writeback(page)
  },

  /** iomap_set_page_dirty. @returns whether the page was clean */
  iomap_set_page_dirty(k: Kernel, page: Page): boolean {
    const mapping = k.page_mapping(page)
    if (TestSetPageDirty(page)) return false
    if (mapping !== null) k.__set_page_dirty(page, mapping)
    return true
  },

  /** iomap_page_mkwrite, up to where the page is returned locked. @returns false if the page was truncated */
  iomap_page_mkwrite(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    k.sb_start_pagefault(mapping)
    k.lock_page(page)
    const prepared = page.mapping.get() === mapping
    if (prepared) {
      k.wait_for_stable_page(page)
      k.note_prepared(page)
    } else {
      k.unlock_page(page)
    }
    k.sb_end_pagefault(mapping)
    return prepared
  },

  /** iomap_file_buffered_write of one whole page. Context: task, inode locked. @returns false without memory */
  iomap_file_buffered_write(k: Kernel, mapping: AddressSpace, word: string): boolean {
    const page = k.grab_cache_page_write_begin(mapping, 0)
    if (page === null) return false
    k.write_words(page, word)
    k.iomap_set_page_dirty(page)
    k.unlock_page(page)
    k.put_page(page)
    return true
  },
}
