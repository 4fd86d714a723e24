/**
 * mm/swap_state.c, mm/swapfile.c, mm/page_io.c, v5.10-rc5: the swap cache and the slots of one swap device, as far as reclaim of
 * anonymous pages needs them. A slot's entry is its number, from 1. Each change of a slot's count is one step: the kernel makes
 * it under the lock of the slot's cluster.
 */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Bio, Page } from '../include/linux/mm-types.js'
import {
  ClearPageSwapCache,
  PageDirty,
  PageLocked,
  PageSwapCache,
  PageWriteback,
  SetPageDirty,
  SetPageSwapCache,
  TestSetPageDirty,
  __SetPageFlag,
  page_mapped,
} from '../include/linux/page-flags.js'
import { blockOf, wordOf } from '../block/blocks.js'
import { untilDone } from '../lib/debug.js'
import { slotOf } from './filemap.js'

/** The swap cache's part in a slot's count; the rest are page table entries. */
const SWAP_HAS_CACHE = 64

export const swapState = {
  /** add_to_swap. Context: reclaim, page locked and isolated. The page is dirty afterwards. @returns false without a free slot */
  add_to_swap(k: Kernel, page: Page): boolean {
    const entry = k.get_swap_page()
    if (entry === 0) return false
    k.add_to_swap_cache(page, entry)
    k.set_page_dirty(page)
    return true
  },

  /** get_swap_page: a slot that nobody uses, counted for the swap cache; 0 if there is none. */
  get_swap_page(k: Kernel): number {
    return k.swap_map.findIndex((count) => count.compareExchange(0, SWAP_HAS_CACHE)) + 1
  },

  /** add_to_swap_cache. Context: page locked. */
  add_to_swap_cache(k: Kernel, page: Page, entry: number): void {
    page.refcount.inc()
    SetPageSwapCache(page)
    k.swapper_space.i_pages.lockIrqsave()
    page.swap.set(entry)
    slotOf(k.swapper_space, entry - 1).set(page)
    k.swapper_space.i_pages.unlockIrqrestore()
  },

  /** delete_from_swap_cache. Context: page locked; with a reference beside the swap cache's. */
  delete_from_swap_cache(k: Kernel, page: Page): void {
    const entry = page.swap.get()
    k.swapper_space.i_pages.lockIrqsave()
    k.__delete_from_swap_cache(page, entry)
    k.swapper_space.i_pages.unlockIrqrestore()
    k.put_swap_page(entry)
    page.refcount.add(-1)
  },

  /** try_to_free_swap: gives up the swap space of a page that no entry refers to. Context: page locked. */
  try_to_free_swap(k: Kernel, page: Page): boolean {
    if (!PageSwapCache(page) || PageWriteback(page) || k.page_swapcount(page) > 0) return false
    k.delete_from_swap_cache(page)
    SetPageDirty(page)
    return true
  },

  /**
   * reuse_swap_page: whether a write fault may take the page of the swap cache for its own: if nobody else maps it or has its
   * swap entry. Context: page fault, page locked.
   */
  reuse_swap_page(k: Kernel, page: Page): boolean {
    const count = page.mapcount.get() + (PageSwapCache(page) ? k.page_swapcount(page) : 0)
    if (count === 1 && PageSwapCache(page) && !PageWriteback(page)) {
      k.delete_from_swap_cache(page)
      SetPageDirty(page)
    }
    return count <= 1
  },

  /** free_swap_and_cache: an entry goes; if it was the last, the swap cache's page goes too, when it is unmapped and not busy. */
  free_swap_and_cache(k: Kernel, entry: number): void {
    if (k.swap_free(entry) !== SWAP_HAS_CACHE) return
    const page = k.lookup_swap_cache(entry)
    if (page === null) return
    if (k.trylock_page(page)) {
      if (!page_mapped(page)) k.try_to_free_swap(page)
      k.unlock_page(page)
    }
    k.put_page(page)
  },

  /**
   * lookup_swap_cache, find_get_page of swap space. Context: page fault, also under the PTL: while reclaim has frozen the page's
   * count it spins. @returns the page with a reference
   */
  lookup_swap_cache(k: Kernel, entry: number): Page | null {
    const slot = slotOf(k.swapper_space, entry - 1)
    return untilDone(k, () => {
      const page = slot.get()
      if (page === null) return null
      if (!k.memory.raw(k.memory.indexOf(page)).refcount.incUnlessZero()) return undefined
      const again = slot.get()
      if (again !== null && k.memory.same(again, page)) return again
      k.put_page(k.present_use(page))
      return undefined
    })
  },

  /**
   * read_swap_cache_async, with the read done when it returns. Context: page fault, mmap_lock held.
   * @returns the page of the swap cache, unlocked, with a reference; null without memory, or if the entry has gone
   */
  read_swap_cache_async(k: Kernel, entry: number): Page | null {
    for (;;) {
      const found = k.lookup_swap_cache(entry)
      if (found !== null) return found
      const page = k.alloc_page()
      if (page === null) return null
      const prepared = k.swapcache_prepare(entry)
      if (prepared === 'ok') {
        __SetPageFlag(page, 'PG_locked')
        __SetPageFlag(page, 'PG_swapbacked')
        k.add_to_swap_cache(page, entry)
        k.lru_cache_add(page)
        k.swap_readpage(page, entry)
        return page
      }
      k.put_page(page)
      if (prepared === 'gone') return null
      // schedule_timeout_uninterruptible
      k.world.until(() => slotOf(k.swapper_space, entry - 1).get() !== null || !k.swap_has_cache(entry), 'the swap cache to be settled')
    }
  },

  /** swap_readpage: the device fills the page, and unlocks it when it has. */
  swap_readpage(k: Kernel, page: Page, entry: number): void {
    page.words.forEach((word, w) => word.set(wordOf(blockOf(k.swapper_space, entry - 1), w).get()))
    k.unlock_page(page)
  },

  /** swap_writepage. Context: reclaim, page locked; unlocks it. A page whose entries have all gone need not be written. */
  swap_writepage(k: Kernel, mapping: AddressSpace, page: Page): void {
    if (k.try_to_free_swap(page)) {
      k.unlock_page(page)
      return
    }
    const index = page.swap.get() - 1
    k.set_page_writeback(page)
    k.unlock_page(page)
    k.submit_bio(['WRITE', 'end_swap_bio_write', [page], mapping, index, null])
  },

  /** end_swap_bio_write. Context: completion interrupt. */
  end_swap_bio_write(k: Kernel, bio: Bio): void {
    for (const page of bio[2]) k.end_page_writeback(page)
  },

  /** swap_set_page_dirty, __set_page_dirty_no_writeback: swap space has neither buffers nor tags. */
  swap_set_page_dirty(_k: Kernel, page: Page): boolean {
    return !PageDirty(page) && !TestSetPageDirty(page)
  },
}

export const swapStateInlines = {
  /** __delete_from_swap_cache. Context: page and swap cache locked. */
  __delete_from_swap_cache(k: Kernel, page: Page, entry: number): void {
    if (k.config.debugVm) {
      k.VM_BUG_ON(!PageLocked(page), '!PageLocked(page)')
      k.VM_BUG_ON(PageWriteback(page), 'PageWriteback(page)')
    }
    slotOf(k.swapper_space, entry - 1).set(null)
    page.swap.set(0)
    ClearPageSwapCache(page)
  },

  /** put_swap_page: the swap cache has left the slot. */
  put_swap_page(k: Kernel, entry: number): void {
    swapCount(k, entry).add(-SWAP_HAS_CACHE)
  },

  /** swapcache_prepare: counts the slot for the swap cache, unless it is there already, or nobody refers to the slot any more. */
  swapcache_prepare(k: Kernel, entry: number): 'ok' | 'exists' | 'gone' {
    for (;;) {
      const count = swapCount(k, entry).get()
      if (count === 0) return 'gone'
      if (count >= SWAP_HAS_CACHE) return 'exists'
      if (swapCount(k, entry).compareExchange(count, count + SWAP_HAS_CACHE)) return 'ok'
    }
  },

  /** Whether the slot is counted for the swap cache. */
  swap_has_cache(k: Kernel, entry: number): boolean {
    return swapCount(k, entry).get() >= SWAP_HAS_CACHE
  },

  /** swap_duplicate: one page table entry more refers to the slot. @returns false if the slot is free */
  swap_duplicate(k: Kernel, entry: number): boolean {
    return swapCount(k, entry).incUnlessZero()
  },

  /** swap_free: one page table entry less. @returns what is left of the count */
  swap_free(k: Kernel, entry: number): number {
    return swapCount(k, entry).decReturn()
  },

  /** page_swapcount: how many page table entries refer to the slot of a page in the swap cache. Context: page locked. */
  page_swapcount(k: Kernel, page: Page): number {
    return swapCount(k, page.swap.get()).get() % SWAP_HAS_CACHE
  },
}

function swapCount(k: Kernel, entry: number): Kernel['swap_map'][number] {
  return k.swap_map[entry - 1] as Kernel['swap_map'][number]
}
