/** mm/vmscan.c, v5.10-rc5: reclaim. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page } from '../include/linux/mm-types.js'
import {
  ClearPageLRU,
  ClearPageReclaim,
  PageAnon,
  PageDirty,
  PageLRU,
  PageLocked,
  PagePrivate,
  PageReclaim,
  PageSwapBacked,
  PageSwapCache,
  PageWriteback,
  SetPageLRU,
  SetPageReclaim,
  SetPageReferenced,
  TestClearPageReferenced,
  page_mapped,
} from '../include/linux/page-flags.js'
import type { TlbBatch } from './rmap.js'

/** Which LRU lists: those of files and of lazyfree pages, or those of anonymous pages backed by swap. */
export type LruKind = 'file' | 'anon'

/**
 * What became of a page: kept, locked still or already unlocked; to be freed, its count frozen at zero; or an orphan, to be
 * freed by whoever drops its last reference. (The kernel tells `keep` from `activate`: where a page is kept makes no difference
 * here, see Machine.lru.)
 */
type Outcome = 'keep_locked' | 'keep' | 'free' | 'orphan'

const NOTHING_OWED: TlbBatch = [[], false]

export const vmscan = {
  /** balance_pgdat: kswapd goes through the LRU `passes` times. Context: kswapd. */
  balance_pgdat(k: Kernel, passes: number): void {
    for (let pass = 0; pass < passes; pass++) k.shrink_node()
  },

  /** try_to_free_pages: direct reclaim. Context: a task short of memory. */
  try_to_free_pages(k: Kernel): void {
    k.lru_add_drain()
    k.shrink_node()
  },

  /** shrink_all_memory, as hibernation does it: frees what can be freed in two passes. Context: task. */
  shrink_all_memory(k: Kernel): void {
    for (let pass = 0; pass < 2; pass++) k.try_to_free_pages()
  },

  /** shrink_node, shrink_lruvec. Anonymous pages are left alone if there is no swap device. */
  shrink_node(k: Kernel): void {
    if (k.config.swap > 0) k.shrink_inactive_list('anon')
    if (k.config.buffer_heads_over_limit) k.shrink_active_list('file')
    k.shrink_inactive_list('file')
  },

  /**
   * shrink_inactive_list: isolates what is on the LRU and shrinks it, a page at a time. Context: kswapd, on a CPU whose
   * pagevecs are empty, or a task short of memory.
   */
  shrink_inactive_list(k: Kernel, kind: LruKind = 'file'): void {
    for (const page of (kind === 'anon' ? k.lru_anon : k.lru).all()) {
      if (!k.__isolate_lru_page(page, kind)) continue
      for (const left of k.shrink_page_list(page)) k.move_pages_to_lru(left)
    }
  },

  /**
   * shrink_active_list: with too many buffer heads about, pages lose their buffers here whoever else uses them; entries are
   * made old. Context: as shrink_inactive_list.
   */
  shrink_active_list(k: Kernel, kind: LruKind): void {
    for (const page of (kind === 'anon' ? k.lru_anon : k.lru).all()) {
      if (!k.__isolate_lru_page(page, kind)) continue
      if (k.config.buffer_heads_over_limit && PagePrivate(page) && k.shrink_active_list_strips(page) && k.trylock_page(page)) {
        if (PagePrivate(page)) k.try_to_release_page(page)
        k.unlock_page(page)
      }
      k.page_referenced(page, false)
      k.move_pages_to_lru(page)
    }
  },

  /** reclaim_pages: MADV_PAGEOUT's pages, isolated by the caller. Context: task, without the PTL. */
  reclaim_pages(k: Kernel, pages: readonly Page[]): void {
    for (const page of pages) for (const left of k.shrink_page_list(page)) k.putback_lru_page(left)
  },

  /** The isolation of one page in isolate_lru_pages: fails if its last reference is gone, or if another isolated it. */
  __isolate_lru_page(k: Kernel, page: Page, kind: LruKind): boolean {
    const raw = k.memory.raw(k.memory.indexOf(page))
    if (!raw.refcount.incUnlessZero()) return false
    if (!(kind === 'anon' ? k.lru_anon : k.lru).remove(page)) {
      k.put_page(k.present_use(page))
      return false
    }
    ClearPageLRU(page)
    return true
  },

  /** isolate_lru_page. Context: a claim to the page beside the LRU's. @returns whether it was on the LRU */
  isolate_lru_page(k: Kernel, page: Page): boolean {
    if (!PageLRU(page) || (!k.lru.remove(page) && !k.lru_anon.remove(page))) return false
    k.get_page(page)
    ClearPageLRU(page)
    return true
  },

  /** putback_lru_page: by way of the pagevec. */
  putback_lru_page(k: Kernel, page: Page): void {
    k.lru_cache_add(page)
    k.put_page(page)
  },

  /** move_pages_to_lru of one page: back to the list its flags say, and the reference of the isolation is dropped. */
  move_pages_to_lru(k: Kernel, page: Page): void {
    SetPageLRU(page)
    k.add_page_to_lru_list(page)
    k.put_page(page)
  },

  /**
   * shrink_page_list for one isolated page. Context: kswapd, direct reclaim, madvise. Reclaim only tries to lock. What was
   * unmapped is flushed from the TLB before the page is freed, or put back. What is split off a huge page is shrunk too.
   * @returns the pages that were not freed, isolated still
   */
  shrink_page_list(k: Kernel, page: Page): readonly Page[] {
    if (!k.trylock_page(page)) return [page]
    const [outcome, owed, tails] = k.shrink_locked_page(page)
    // The reference count is frozen at zero: nobody else can find the page, and yet it is unlocked like any other.
    if (outcome === 'free') k.shrink_page_list_unlock_freed(page)
    else if (outcome !== 'keep') k.unlock_page(page)
    // A speculative reference may outlive that of an orphan, and frees it.
    const free = outcome === 'free' || (outcome === 'orphan' && page.refcount.decAndTest())
    if (owed[0].length > 0) k.try_to_unmap_flush(owed)
    if (free) k.shrink_page_list_free(page)
    const left = outcome === 'free' || outcome === 'orphan' ? [] : [page]
    return [...left, ...tails.flatMap((tail) => k.shrink_page_list(tail))]
  },

  /**
   * page_check_references: who was used since reclaim last looked stays for another round. A page that was only found in
   * other ways (read, or by GUP) is reclaimed if it is clean. Context: page locked and isolated.
   */
  page_check_references(k: Kernel, page: Page): 'reclaim' | 'reclaim_clean' | 'keep' {
    const referenced_ptes = k.page_referenced(page, true)
    const referenced_page = TestClearPageReferenced(page)
    if (referenced_ptes > 0) {
      SetPageReferenced(page)
      return 'keep'
    }
    return referenced_page && !PageSwapBacked(page) ? 'reclaim_clean' : 'reclaim'
  },

  /**
   * pageout: has a dirty page written. Context: page locked, isolated. References of others than the caller, the page cache
   * and the buffers make it give up.
   * @returns `success`: the page is unlocked, and was written or is being written; otherwise it is still locked
   */
  pageout(k: Kernel, page: Page, mapping: AddressSpace | null): 'keep' | 'success' | 'clean' {
    if (!k.is_page_cache_freeable(page)) return 'keep'
    if (mapping === null) {
      if (!PagePrivate(page) || !k.try_to_free_buffers(page)) return 'keep'
      page.flags.clear('PG_dirty')
      return 'clean'
    }
    const { writepage } = mapping.a_ops
    if (writepage === undefined) return 'keep'
    if (!k.clear_page_dirty_for_io(page)) return 'clean'
    SetPageReclaim(page)
    k[writepage](mapping, page)
    if (!PageWriteback(page)) ClearPageReclaim(page)
    return 'success'
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
      page.refcount.set(2, 'release')
      removed = false
    }
    const swap = removed && mapping === k.swapper_space ? page.swap.get() : 0
    if (swap > 0) k.__delete_from_swap_cache(page, swap)
    else if (removed) k.__delete_from_page_cache(page, mapping)
    mapping.i_pages.unlockIrqrestore()
    if (swap > 0) k.put_swap_page(swap)
    return removed
  },

  /** remove_mapping: the caller is left with the only reference. */
  remove_mapping(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    if (!k.__remove_mapping(mapping, page)) return false
    page.refcount.set(1, 'release')
    return true
  },
}

/** Parts of shrink_page_list and shrink_active_list, on their own so that patches can reach them. */
export const vmscanInlines = {
  current_is_kswapd(k: Kernel): boolean {
    return k.world.currentTask().startsWith('kswapd')
  },

  /** What shrink_page_list does with a page from when it is locked to when it is unlocked. The page lock keeps its mapping as it is. */
  shrink_locked_page(k: Kernel, page: Page): readonly [outcome: Outcome, owed: TlbBatch, tails: readonly Page[]] {
    if (PageWriteback(page)) {
      SetPageReclaim(page)
      return ['keep_locked', NOTHING_OWED, []]
    }
    const references = k.page_check_references(page)
    if (references === 'keep') return ['keep_locked', NOTHING_OWED, []]

    const isAnon = PageAnon(page)
    const needsSwap = isAnon && PageSwapBacked(page) && !PageSwapCache(page)
    // Of a huge page that is backed by swap the kernel tries first whether it can have neighbouring slots.
    const tails = k.shrink_page_list_split(page)
    if (tails === null || (needsSwap && !k.shrink_page_list_add_to_swap(page))) return ['keep_locked', NOTHING_OWED, tails ?? []]

    const mapping = k.page_mapping(page)
    let owed = NOTHING_OWED
    if (k.shrink_page_list_mapped(page)) {
      owed = k.try_to_unmap(page, k.ttu_flags(page))
      if (k.shrink_page_list_mapped(page)) return ['keep_locked', owed, tails]
    }
    if (!k.shrink_page_list_unmapped(page)) return ['keep_locked', owed, tails]
    if (!PageDirty(page)) return [k.shrink_clean_page(page, mapping, isAnon), owed, tails]

    if ((!isAnon || !PageSwapBacked(page)) && !k.kswapd_writes_files(page)) {
      SetPageReclaim(page)
      return ['keep_locked', owed, tails]
    }
    if (references === 'reclaim_clean') return ['keep_locked', owed, tails]
    owed = k.try_to_unmap_flush_dirty(owed)
    return [k.shrink_dirty_page(page, mapping, isAnon), owed, tails]
  },

  /** What shrink_page_list does about a dirty page that is to be written. */
  shrink_dirty_page(k: Kernel, page: Page, mapping: AddressSpace | null, isAnon: boolean): Outcome {
    const written = k.pageout(page, mapping)
    if (written === 'keep') return 'keep_locked'
    if (written === 'clean') return k.shrink_clean_page(page, mapping, isAnon)
    if (PageWriteback(page) || PageDirty(page) || !k.trylock_page(page)) return 'keep'
    if (PageDirty(page) || PageWriteback(page)) return 'keep_locked'
    return k.shrink_clean_page(page, k.page_mapping(page), isAnon)
  },

  /** The end of that, for a page that is clean: buffers are released first, and stay released if the page can not be freed. */
  shrink_clean_page(k: Kernel, page: Page, mapping: AddressSpace | null, isAnon: boolean): Outcome {
    if (PagePrivate(page)) {
      if (!k.try_to_release_page(page)) return 'keep_locked'
      if (mapping === null && page.refcount.get() === 1) return 'orphan'
    }
    if (isAnon && !PageSwapBacked(page)) return k.freeze_lazyfree(page) ? 'free' : 'keep_locked'
    return mapping !== null && k.__remove_mapping(mapping, page) ? 'free' : 'keep_locked'
  },

  /** How shrink_page_list gets swap space for a page. @returns false if there is none */
  shrink_page_list_add_to_swap(k: Kernel, page: Page): boolean {
    return k.add_to_swap(page)
  },

  /** Whether the TLB flush for a page may be put off to the end of the batch (TTU_BATCH_FLUSH). */
  ttu_flags(_k: Kernel, _page: Page): boolean {
    return true
  },

  /** The place in shrink_page_list where the page is mapped nowhere any more. @returns false to keep it */
  shrink_page_list_unmapped(_k: Kernel, _page: Page): boolean {
    return true
  },

  /** Only kswapd writes pages of files, and only when it meets them again on a node full of dirty pages. */
  kswapd_writes_files(k: Kernel, page: Page): boolean {
    return k.config.pgdat_dirty && k.current_is_kswapd() && PageReclaim(page)
  },

  /** is_page_cache_freeable: only the page cache, the isolation and the buffers have references. */
  is_page_cache_freeable(_k: Kernel, page: Page): boolean {
    return page.refcount.get() - (PagePrivate(page) ? 1 : 0) === 2
  },

  /** Freezes the count of a lazyfree page if only the isolation has a reference, then looks at PG_dirty, as __remove_mapping does. */
  freeze_lazyfree(_k: Kernel, page: Page): boolean {
    if (!page.refcount.compareExchange(1, 0)) return false
    if (!PageDirty(page)) return true
    page.refcount.set(1, 'release')
    return false
  },

  /** Where shrink_page_list splits a huge page, which it can not unmap as one. @returns what was split off; null if it could not be split */
  shrink_page_list_split(k: Kernel, page: Page): readonly Page[] | null {
    return k.PageHead(page) ? k.split_huge_page(page, k.tail_of(page), true) : []
  },

  /** page_mapped: what shrink_page_list has split is mapped page by page. */
  shrink_page_list_mapped(_k: Kernel, page: Page): boolean {
    return page_mapped(page)
  },

  /** free_unref_page_list of a page whose count is frozen at zero. */
  shrink_page_list_free(k: Kernel, page: Page): void {
    k.free_unref_page(page)
  },

  /** How shrink_page_list unlocks a page whose count is frozen at zero. */
  shrink_page_list_unlock_freed(k: Kernel, page: Page): void {
    k.unlock_page(page)
  },

  /** Whether shrink_active_list takes the buffers of a page; nobody's references are looked at. */
  shrink_active_list_strips(_k: Kernel, _page: Page): boolean {
    return true
  },

  /** page_maybe_dma_pinned: FOLL_PIN counts 1024 for each pin (GUP_PIN_COUNTING_BIAS); as many references look the same. */
  page_maybe_dma_pinned(_k: Kernel, page: Page): boolean {
    return page.refcount.get() >= 1024
  },
}
