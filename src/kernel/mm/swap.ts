/** mm/swap.c and include/linux/mm.h, v5.10-rc5: references to pages, and the LRU. */
import type { Kernel } from '../kernel.js'
import type { Page } from '../include/linux/mm-types.js'
import { ClearPageLRU, PageDirty, PageLRU, PageLocked, SetPageLRU, __ClearPageFlag } from '../include/linux/page-flags.js'

export const swap = {
  /** get_page. Context: any, with a claim to the page; unordered. */
  get_page(k: Kernel, page: Page): void {
    if (k.config.debugVm) k.VM_BUG_ON(page.refcount.get() <= 0, 'page_ref_zero_or_close_to_overflow(page)')
    page.refcount.inc()
  },

  /** put_page. Context: any, also interrupts. */
  put_page(k: Kernel, page: Page): void {
    if (page.refcount.decAndTest()) k.__put_page(page)
  },

  /** __put_page, __page_cache_release: the last reference is gone. */
  __put_page(k: Kernel, page: Page): void {
    if (PageLRU(page)) {
      k.lru.remove(page)
      ClearPageLRU(page)
    }
    __ClearPageFlag(page, 'PG_waiters')
    k.free_unref_page(page)
  },

  /** lru_cache_add, with its per-cpu pagevec drained at once: a reference in a pagevec would hide races. */
  lru_cache_add(k: Kernel, page: Page): void {
    SetPageLRU(page)
    k.lru.push(page)
  },

  /**
   * rotate_reclaimable_page, with its per-cpu pagevec drained at once. Context: completion of the bio, before PG_writeback
   * is cleared.
   */
  rotate_reclaimable_page(k: Kernel, page: Page): void {
    if (PageLocked(page) || PageDirty(page) || !PageLRU(page)) return
    k.get_page(page)
    if (k.lru.remove(page)) k.lru.push(page)
    k.put_page(page)
  },
}
