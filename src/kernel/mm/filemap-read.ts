/** mm/filemap.c, v4.13: reading through the page cache, and pages that are made for a file. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page } from '../include/linux/mm-types.js'
import { PageLocked, __SetPageFlag } from '../include/linux/page-flags.js'
import { wordOf } from '../block/blocks.js'

export const filemapRead = {
  /**
   * generic_file_read_iter, do_generic_file_read of the first word of a page. Context: task. A page that is being read is locked,
   * which is all that says that it is not up to date yet: any locked page is waited for.
   * @returns null without memory
   */
  generic_file_read_iter(k: Kernel, mapping: AddressSpace, index: number): string | null {
    for (;;) {
      const page = k.find_get_page(mapping, index)
      if (page === null) {
        if (!k.page_cache_ra_unbounded(mapping, index)) return null
        continue
      }
      if (PageLocked(page)) k.wait_on_page_bit(page, 'PG_locked')
      const word = wordOf(page.words, 0).get()
      k.put_page(page)
      return word
    }
  },

  /**
   * find_or_create_page with __GFP_ZERO, of hole pages: nobody says of them that they are up to date.
   * @returns the page, locked and referenced; null without memory
   */
  find_or_create_zeroed_page(k: Kernel, mapping: AddressSpace, index: number): Page | null {
    for (;;) {
      const found = k.find_get_page(mapping, index)
      if (found !== null) {
        k.lock_page(found)
        if (found.mapping.get() === mapping) return found
        k.unlock_page(found)
        k.put_page(found)
        continue
      }
      const page = k.alloc_zeroed_user_highpage()
      if (page === null) return null
      if (k.config.faultAround > 1) __SetPageFlag(page, 'PG_hole')
      if (k.add_to_page_cache_lru(page, mapping, index)) return page
      k.lock_given_up(page)
      page.flags.clear('PG_locked')
      k.put_page(page)
    }
  },
}

export const filemapReadInlines = {
  /**
   * filemap_write_and_wait, v4.13: with S_DAX entries count as something to write, without it pages do. S_DAX is looked at for
   * each of the two questions. (-EIO of DAX is not handed on: it comes with a WARN_ON, and what it is about is still there.)
   */
  filemap_write_and_wait(k: Kernel, mapping: AddressSpace): void {
    const nrpages = (): boolean => mapping.slots.some((slot) => slot.get() !== null)
    const nrexceptional = (): boolean => mapping.dax?.entries.some((entry) => entry.get() !== null) === true
    if (!(!k.dax_mapping(mapping) && nrpages()) && !(k.dax_mapping(mapping) && nrexceptional())) return
    k.__filemap_fdatawrite_range(mapping, 'WB_SYNC_ALL')
    k.__filemap_fdatawait_range(mapping)
  },
}
