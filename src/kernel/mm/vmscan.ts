/** mm/vmscan.c, v5.10-rc5: the file side of reclaim. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page } from '../include/linux/mm-types.js'
import { ClearPageLRU, PageDirty, PageLocked, PagePrivate, PageWriteback, SetPageLRU, SetPageReclaim } from '../include/linux/page-flags.js'

export const vmscan = {
  /** shrink_inactive_list: isolates what is on the LRU and shrinks it. Context: kswapd, or a task short of memory. */
  shrink_inactive_list(k: Kernel): void {
    for (const page of k.lru.all()) {
      if (!k.isolate_lru_page(page)) continue
      if (!k.shrink_page_list(page)) k.putback_lru_page(page)
    }
  },

  /** The isolation of one page: fails if its last reference is gone, or if another isolated it. */
  isolate_lru_page(k: Kernel, page: Page): boolean {
    const raw = k.memory.raw(k.memory.indexOf(page))
    if (!raw.refcount.incUnlessZero()) return false
    if (!k.lru.remove(page)) {
      k.put_page(k.present_use(page))
      return false
    }
    ClearPageLRU(page)
    return true
  },

  putback_lru_page(k: Kernel, page: Page): void {
    SetPageLRU(page)
    k.lru.push(page)
    k.put_page(page)
  },

  /**
   * shrink_page_list for one isolated, unmapped page that was not referenced. Context: kswapd, direct reclaim.
   * Reclaim only tries to lock. Dirty pages are left to the flusher.
   * @returns whether the page was freed
   */
  shrink_page_list(k: Kernel, page: Page): boolean {
    if (!k.trylock_page(page)) return false
    if (PageWriteback(page) || PageDirty(page)) {
      SetPageReclaim(page)
      k.unlock_page(page)
      return false
    }
    const released = !PagePrivate(page) || k.try_to_release_page(page)
    const mapping = k.page_mapping(page)
    if (!released || mapping === null || !k.__remove_mapping(mapping, page)) {
      k.unlock_page(page)
      return false
    }
    // The reference count is frozen at zero: nobody else can find the page, and yet it is unlocked like any other.
    k.unlock_page(page)
    k.free_unref_page(page)
    return true
  },

  /**
   * __remove_mapping. Context: page locked and isolated. Freezes the count at zero if only the page cache and the caller
   * hold references, then looks at PG_dirty: in this order, because whoever dirties and puts meanwhile would be missed.
   */
  __remove_mapping(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    k.BUG_ON(!PageLocked(page), '!PageLocked(page)')
    mapping.i_pages.lockIrqsave()
    let removed = page.refcount.compareExchange(2, 0)
    if (removed && PageDirty(page)) {
      page.refcount.set(2)
      removed = false
    }
    if (removed) k.__delete_from_page_cache(page, mapping)
    mapping.i_pages.unlockIrqrestore()
    return removed
  },

  /** remove_mapping: the caller is left with the only reference. */
  remove_mapping(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    if (!k.__remove_mapping(mapping, page)) return false
    page.refcount.set(1)
    return true
  },
}
