/** mm/truncate.c, v5.10-rc5. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page } from '../include/linux/mm-types.js'
import { PageDirty, PagePrivate, PageWriteback, page_mapped } from '../include/linux/page-flags.js'

export const truncate = {
  /**
   * truncate_inode_pages_range over the whole file, in its two passes. Context: task. The first skips pages that are
   * locked or under writeback; only the second waits, and it does not look at PG_writeback again. Reference counts are
   * not looked at: truncate takes a page from whoever uses it.
   */
  truncate_inode_pages_range(k: Kernel, mapping: AddressSpace): void {
    for (let index = 0; index < mapping.slots.length; index++) k.truncate_first_pass(mapping, index)
    for (let index = 0; index < mapping.slots.length; index++) k.truncate_second_pass(mapping, index)
  },

  /** truncate_cleanup_page. Context: page locked. */
  truncate_cleanup_page(k: Kernel, mapping: AddressSpace, page: Page): void {
    if (page_mapped(page)) k.unmap_mapping_pages(mapping, page.index.get(), 1, false)
    if (PagePrivate(page)) k.block_invalidatepage(page)
    k.cancel_dirty_page(page)
  },

  /** truncate_inode_page. Context: page locked. */
  truncate_inode_page(k: Kernel, mapping: AddressSpace, page: Page): void {
    if (page.mapping.get() !== mapping) return
    k.truncate_cleanup_page(mapping, page)
    k.delete_from_page_cache(page, mapping)
  },

  /** invalidate_mapping_pages over the whole file: drop_caches and fadvise(DONTNEED). Context: task. */
  invalidate_mapping_pages(k: Kernel, mapping: AddressSpace): void {
    for (let index = 0; index < mapping.slots.length; index++) {
      const page = k.find_get_page(mapping, index)
      if (page === null) continue
      if (k.trylock_page(page)) {
        k.invalidate_inode_page(page)
        k.unlock_page(page)
      }
      k.put_page(page)
    }
  },

  /** invalidate_inode_page, invalidate_complete_page. Context: page locked. May strip the buffers and keep the page. */
  invalidate_inode_page(k: Kernel, page: Page): boolean {
    const mapping = k.page_mapping(page)
    if (mapping === null || PageDirty(page) || PageWriteback(page) || page_mapped(page)) return false
    if (PagePrivate(page) && !k.try_to_release_page(page)) return false
    return k.remove_mapping(mapping, page)
  },
}

/** The two passes of truncate_inode_pages_range, for one index each. */
export const truncateInlines = {
  truncate_first_pass(k: Kernel, mapping: AddressSpace, index: number): void {
    const page = k.find_get_page(mapping, index)
    if (page === null) return
    if (k.trylock_page(page)) {
      if (!PageWriteback(page) && page.mapping.get() === mapping) {
        k.truncate_cleanup_page(mapping, page)
        k.delete_from_page_cache(page, mapping)
      }
      k.unlock_page(page)
    }
    k.put_page(page)
  },

  truncate_second_pass(k: Kernel, mapping: AddressSpace, index: number): void {
    const page = k.find_get_page(mapping, index)
    if (page === null) return
    k.lock_page(page)
    k.wait_on_page_writeback(page)
    k.truncate_inode_page(mapping, page)
    k.unlock_page(page)
    k.put_page(page)
  },
}
