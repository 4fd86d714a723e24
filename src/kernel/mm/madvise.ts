/** mm/madvise.c, v5.10-rc5: MADV_FREE, MADV_DONTNEED, MADV_PAGEOUT. */
import type { Kernel } from '../kernel.js'
import type { Mm, Page, Vma } from '../include/linux/mm-types.js'
import { ClearPageDirty, ClearPageReferenced, PageDirty, PageSwapCache } from '../include/linux/page-flags.js'
import {
  HPAGE_PMD_NR,
  PTE_YOUNG,
  is_swap_pte,
  pmdOf,
  pmd_read,
  pmd_modify,
  pmd_present,
  pmd_trans_huge,
  pmd_young,
  pteOf,
  pte_dirty,
  pte_mkclean,
  pte_mkold,
  pte_page,
  pte_to_swp_entry,
  pte_young,
  type SomePte,
} from '../include/linux/pgtable.js'

export type Advice = 'MADV_FREE' | 'MADV_DONTNEED' | 'MADV_PAGEOUT'

export const madvise = {
  /**
   * do_madvise of `pages` pages of an area from its `first` page on. Context: task. All of this advice takes the mmap_lock for
   * reading only.
   * @returns false for -ENOMEM or -EINVAL: nothing is mapped there, or the advice is not for such an area
   */
  do_madvise(k: Kernel, vma: Vma, first: number, pages: number, advice: Advice): boolean {
    vma.mm.mmap_lock.downRead()
    const done = vma.linked.get() && k.madvise_vma(vma, vma.start + first, vma.start + first + pages, advice)
    vma.mm.mmap_lock.upRead()
    return done
  },

  /** madvise_free_single_vma: anonymous memory only. The TLB is flushed before it returns. */
  madvise_free_single_vma(k: Kernel, vma: Vma, start: number, end: number): boolean {
    if (vma.file !== null) return false
    k.lru_add_drain()
    let changed = false
    for (const [first, next] of pmdRanges(k, start, end)) changed = k.madvise_free_pmd(vma, first, next) || changed
    if (changed) k.flush_tlb_mm(vma.mm)
    return true
  },

  /**
   * madvise_free_pte_range. Context: mmap_lock held for reading. Entries become clean and old, and stay writable. A page that
   * is dirty or in the swap cache is cleaned only if it can be locked at once and is mapped nowhere else; a clean one is taken
   * even if it is shared.
   * @returns whether entries were changed, so that a flush is due
   */
  madvise_free_pte_range(k: Kernel, vma: Vma, start: number, end: number): boolean {
    const { mm } = vma
    let changed = false
    mm.ptl.lock()
    k.flush_tlb_batched_pending(mm)
    for (let address = start; address < end; address++) {
      const ptent = pteOf(mm, address).get()
      if (is_swap_pte(ptent)) {
        k.free_swap_and_cache(pte_to_swp_entry(ptent))
        pteOf(mm, address).set(null)
        continue
      }
      const page = pte_page(ptent)
      if (page === null) continue
      if (k.PageCompound(page)) {
        if (!k.madvise_split(mm, page)) break
        address--
        continue
      }
      if (!k.madvise_free_page(page)) continue
      if (pte_young(ptent) || pte_dirty(ptent)) {
        k.madvise_set_pte(mm, address, (pte) => pte_mkclean(pte_mkold(pte)))
        changed = true
      }
      k.mark_page_lazyfree(page)
    }
    mm.ptl.unlock()
    return changed
  },

  /** madvise_dontneed_single_vma. Context: mmap_lock held for reading. */
  madvise_dontneed_single_vma(k: Kernel, vma: Vma, start: number, end: number): void {
    k.zap_page_range(vma, start, end)
  },

  /** madvise_pageout: isolates the pages that are mapped nowhere else, and reclaims them at once, without the PTL. */
  madvise_pageout(k: Kernel, vma: Vma, start: number, end: number): void {
    k.lru_add_drain()
    let changed = false
    for (const [first, next] of pmdRanges(k, start, end)) {
      const [pages, cleared] = k.madvise_pageout_pmd(vma, first, next) ?? k.madvise_cold_or_pageout_pte_range(vma, first, next)
      k.reclaim_pages(pages)
      changed ||= cleared
    }
    if (changed) k.flush_tlb_mm(vma.mm)
  },

  /**
   * The part of madvise_cold_or_pageout_pte_range under the PTL. Context: mmap_lock held for reading.
   * @returns the isolated pages, and whether entries were changed
   */
  madvise_cold_or_pageout_pte_range(k: Kernel, vma: Vma, start: number, end: number): readonly [pages: readonly Page[], changed: boolean] {
    const { mm } = vma
    const pages: Page[] = []
    let changed = false
    mm.ptl.lock()
    k.flush_tlb_batched_pending(mm)
    for (let address = start; address < end; address++) {
      const ptent = pteOf(mm, address).get()
      const page = pte_page(ptent)
      if (page === null) continue
      if (k.PageCompound(page)) {
        if (!k.madvise_split(mm, page)) break
        address--
        continue
      }
      if (page.mapcount.get() !== 1) continue
      if (pte_young(ptent)) {
        k.madvise_set_pte(mm, address, pte_mkold)
        changed = true
      }
      ClearPageReferenced(page)
      if (k.isolate_lru_page(page)) pages.push(page)
    }
    mm.ptl.unlock()
    return [pages, changed]
  },
}

export const madviseInlines = {
  /** madvise_vma. */
  madvise_vma(k: Kernel, vma: Vma, start: number, end: number, advice: Advice): boolean {
    if (advice === 'MADV_FREE') return k.madvise_free_single_vma(vma, start, end)
    if (advice === 'MADV_DONTNEED') k.madvise_dontneed_single_vma(vma, start, end)
    else k.madvise_pageout(vma, start, end)
    return true
  },

  /** The beginning of madvise_free_pte_range: a range that is mapped as one huge page is freed as one, or not at all. */
  madvise_free_pmd(k: Kernel, vma: Vma, start: number, end: number): boolean {
    const isHuge = (): boolean => k.config.thp && pmd_trans_huge(pmd_read(vma.mm, start))
    if (isHuge() && k.madvise_free_huge_pmd(vma, start, end)) return true
    // pmd_trans_unstable
    return !isHuge() && k.madvise_free_pte_range(vma, start, end)
  },

  /**
   * The beginning of madvise_cold_or_pageout_pte_range: what is mapped as one huge page is isolated as one, or split if only a
   * part of it is meant. Context: mmap_lock held for reading.
   * @returns null if the pages are to be looked at one by one
   */
  madvise_pageout_pmd(k: Kernel, vma: Vma, start: number, end: number): readonly [pages: readonly Page[], changed: boolean] | null {
    const { pmd_ptl } = vma.mm
    const pmdp = k.config.thp ? pmdOf(vma.mm, start) : null
    if (pmdp === null || !pmd_trans_huge(pmd_read(vma.mm, start))) return null
    pmd_ptl.lock()
    const pmd = pmdp.get()
    if (!pmd_present(pmd) || k.total_mapcount(pmd[0], pmd[1]) !== 1) {
      pmd_ptl.unlock()
      return pmd_trans_huge(pmd) ? [[], false] : null
    }
    const [head, tail] = pmd
    if (end - start < HPAGE_PMD_NR) {
      k.get_page(head)
      pmd_ptl.unlock()
      k.lock_page(head)
      const split = k.split_huge_page(head, tail, false) !== null
      k.unlock_page(head)
      k.put_page(head)
      return split ? null : [[], false]
    }
    if (pmd_young(pmd)) {
      const old = k.pmdp_invalidate(vma, start)
      if (old !== null) pmdp.set(pmd_modify(old, 0, PTE_YOUNG))
    }
    ClearPageReferenced(head)
    const pages = k.isolate_lru_page(head) ? [head] : []
    pmd_ptl.unlock()
    return [pages, pmd_young(pmd)]
  },

  /** Splits a huge page that only this entry maps. Context: PTL held, given up meanwhile. @returns whether it was split */
  madvise_split(k: Kernel, mm: Mm, page: Page): boolean {
    const head = k.compound_head(page)
    if (page.mapcount.get() + head.compound_mapcount.get() !== 1) return false
    k.get_page(head)
    if (!k.trylock_page(head)) {
      k.put_page(head)
      return false
    }
    mm.ptl.unlock()
    const split = k.split_huge_page(head, k.tail_of(head), false) !== null
    k.unlock_page(head)
    k.put_page(head)
    mm.ptl.lock()
    return split
  },

  /** What madvise_free_pte_range asks of a page that is dirty or in the swap cache. Context: PTL held. @returns false to leave it alone */
  madvise_free_page(k: Kernel, page: Page): boolean {
    if (!(k.config.swap > 0 && PageSwapCache(page)) && !PageDirty(page)) return true
    if (!k.trylock_page(page)) return false
    const mine = page.mapcount.get() === 1 && (!(k.config.swap > 0 && PageSwapCache(page)) || k.try_to_free_swap(page))
    if (mine) ClearPageDirty(page)
    k.unlock_page(page)
    return mine
  },

  /** Changes an entry: cleared, so that hardware can not interfere, then set. Context: PTL held. */
  madvise_set_pte(k: Kernel, mm: Mm, address: number, change: (pte: SomePte) => SomePte): void {
    const pte = k.ptep_get_and_clear(mm, address)
    if (pte !== null) pteOf(mm, address).set(change(pte))
  },
}

/** walk_page_range: the parts of a range of virtual pages that one entry of the page middle directory covers each. */
function pmdRanges(k: Kernel, start: number, end: number): readonly (readonly [start: number, end: number])[] {
  if (!k.config.thp) return [[start, end]]
  const ranges: (readonly [number, number])[] = []
  for (let first = start; first < end; ) {
    const next = Math.min(first - (first % HPAGE_PMD_NR) + HPAGE_PMD_NR, end)
    ranges.push([first, next])
    first = next
  }
  return ranges
}
