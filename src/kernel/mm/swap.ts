/** mm/swap.c and include/linux/mm.h, v5.10-rc5: references to pages, and the LRU. */
import type { Kernel } from '../kernel.js'
import type { Page } from '../include/linux/mm-types.js'
import {
  ClearPageLRU,
  ClearPageReferenced,
  ClearPageSwapBacked,
  PageDirty,
  PageLRU,
  PageLocked,
  PageReferenced,
  PageSwapBacked,
  PageSwapCache,
  SetPageLRU,
  SetPageReferenced,
  __ClearPageFlag,
} from '../include/linux/page-flags.js'

export const swap = {
  /** get_page. Context: any, with a claim to the page; unordered. */
  get_page(k: Kernel, page: Page): void {
    const head = k.compound_head(page)
    if (k.config.debugVm) k.VM_BUG_ON(head.refcount.get() <= 0, 'page_ref_zero_or_close_to_overflow(page)')
    head.refcount.inc()
  },

  /** put_page. Context: any, also interrupts. */
  put_page(k: Kernel, page: Page): void {
    const head = k.compound_head(page)
    if (head.refcount.decAndTest()) k.__put_page(head)
  },

  /** __put_page, __page_cache_release: the last reference is gone. */
  __put_page(k: Kernel, page: Page): void {
    if (PageLRU(page)) {
      if (!k.lru.remove(page)) k.lru_anon.remove(page)
      ClearPageLRU(page)
    }
    __ClearPageFlag(page, 'PG_waiters')
    if (k.PageHead(page)) k.free_compound_page(page)
    else k.free_unref_page(page)
  },

  /** lru_cache_add. Context: any, with a reference of the caller's; the pagevec has one of its own until it is drained. */
  lru_cache_add(k: Kernel, page: Page): void {
    if (k.config.pagevec === 1) {
      k.__pagevec_lru_add_fn(page)
      return
    }
    const { lru_add } = k.lru_pvecs
    k.get_page(page)
    lru_add.push(page)
    if (lru_add.length() >= k.config.pagevec) k.__pagevec_lru_add()
  },

  /** __pagevec_lru_add: all of its pages go to the LRU, then all references are dropped. */
  __pagevec_lru_add(k: Kernel): void {
    const pages: Page[] = []
    for (let page = k.lru_pvecs.lru_add.shift(); page !== undefined; page = k.lru_pvecs.lru_add.shift()) {
      k.__pagevec_lru_add_fn(page)
      pages.push(page)
    }
    for (const page of pages) k.put_page(page)
  },

  /**
   * mark_page_lazyfree. Context: madvise, PTL held, the page mapped anonymously there. Nothing is done unless the page is on
   * the LRU and backed by swap. With a pagevec the page becomes lazyfree only when that is drained, and has a reference more
   * till then.
   */
  mark_page_lazyfree(k: Kernel, page: Page): void {
    if (!PageLRU(page) || !PageSwapBacked(page) || (k.config.swap > 0 && PageSwapCache(page))) return
    if (k.config.pagevec === 1) {
      k.lru_lazyfree_fn(page)
      return
    }
    const { lru_lazyfree } = k.lru_pvecs
    k.get_page(page)
    lru_lazyfree.push(page)
    if (lru_lazyfree.length() >= k.config.pagevec) k.pagevec_lru_lazyfree()
  },

  /** pagevec_lru_move_fn of the pagevec of lazyfree pages: references are dropped at the end of the batch. */
  pagevec_lru_lazyfree(k: Kernel): void {
    const pages: Page[] = []
    for (let page = k.lru_pvecs.lru_lazyfree.shift(); page !== undefined; page = k.lru_pvecs.lru_lazyfree.shift()) {
      k.lru_lazyfree_fn(page)
      pages.push(page)
    }
    for (const page of pages) k.put_page(page)
  },

  /** lru_add_drain. Context: a task on the CPU of the pagevecs: munmap, madvise, direct reclaim; or lru_add_drain_all's worker there. */
  lru_add_drain(k: Kernel): void {
    if (k.config.pagevec === 1) return
    if (!k.lru_pvecs.lru_add.isEmpty()) k.__pagevec_lru_add()
    if (!k.lru_pvecs.lru_lazyfree.isEmpty()) k.pagevec_lru_lazyfree()
  },

  /** mark_page_accessed. Context: a claim to the page. What was accessed twice goes to the active list in the kernel. */
  mark_page_accessed(_k: Kernel, page: Page): void {
    if (!PageReferenced(page)) SetPageReferenced(page)
  },

  /**
   * rotate_reclaimable_page, with its per-cpu pagevec drained at once. Context: completion of the bio, before PG_writeback
   * is cleared.
   */
  rotate_reclaimable_page(k: Kernel, page: Page): void {
    if (PageLocked(page) || PageDirty(page) || !PageLRU(page)) return
    k.get_page(page)
    if (k.lru.remove(page)) k.lru.push(page)
    else if (k.lru_anon.remove(page)) k.lru_anon.push(page)
    k.put_page(page)
  },
}

export const swapInlines = {
  /** __pagevec_lru_add_fn of one page. */
  __pagevec_lru_add_fn(k: Kernel, page: Page): void {
    SetPageLRU(page)
    k.smp_mb()
    k.add_page_to_lru_list(page)
  },

  /** add_page_to_lru_list. Pages backed by swap have an LRU list of their own. */
  add_page_to_lru_list(k: Kernel, page: Page): void {
    const list = PageSwapBacked(page) ? k.lru_anon : k.lru
    list.push(page)
  },

  /**
   * lru_lazyfree_fn of one page: unless it was isolated meanwhile (lru_lock excludes that it is being isolated) or got swap
   * space, it is no longer backed by swap, and moves to the LRU list of files.
   */
  lru_lazyfree_fn(k: Kernel, page: Page): void {
    if (k.config.swap > 0 && PageSwapCache(page)) return
    if (!k.lru_anon.remove(page)) return
    ClearPageReferenced(page)
    ClearPageSwapBacked(page)
    k.lru.push(page)
  },
}
