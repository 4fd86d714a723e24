/**
 * mm/huge_memory.c, v5.10-rc5: transparent huge pages of anonymous memory, of HPAGE_PMD_NR pages.
 *
 * Left out: the huge zero page (use_zero_page is 0: a load gets a page too), the deposit of page tables, the queue of deferred
 * splits, and PG_double_map, which only saves counting: the sum of a huge page's counts is the same.
 */
import type { Kernel } from '../kernel.js'
import type { HugePmd, Mm, Page, Vma } from '../include/linux/mm-types.js'
import {
  HPAGE_PMD_NR,
  PMD_TABLE,
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  make_migration_entry,
  migration_entry_to_place,
  is_migration_entry,
  mk_pte,
  pmdOf,
  pmd_dirty,
  pmd_modify,
  pmd_present,
  pmd_read,
  pmd_subpage,
  pmd_trans_huge,
  pmd_write,
  pmd_young,
  pteOf,
  pte_dirty,
  pte_mkold,
  pte_mkwrite,
  pte_page,
  pte_write,
} from '../include/linux/pgtable.js'
import { ClearPageDirty, PageDirty, PageLocked, PageWriteback, SetPageDirty } from '../include/linux/page-flags.js'
import { FOLL_TOUCH, FOLL_WRITE } from './gup.js'
import type { VmFault } from './memory.js'

export const hugeMemory = {
  /** do_huge_pmd_anonymous_page, __do_huge_pmd_anonymous_page. Context: page fault. @returns FALLBACK if there are no neighbouring pages */
  do_huge_pmd_anonymous_page(k: Kernel, vma: Vma, address: number): VmFault {
    const { mm } = vma
    const head = k.alloc_compound_page()
    if (head === null) return 'VM_FAULT_FALLBACK'
    head.flags.set('PG_head')
    const tail = k.tail_of(head)
    k.clear_user_highpage(head)
    k.clear_user_highpage(tail)
    k.__SetPageUptodate(head)
    mm.pmd_ptl.lock()
    if (pmdOf(mm, address).get() === null) {
      k.page_add_new_anon_huge_rmap(head, vma, hugeStart(address))
      k.lru_cache_add(head)
      pmdOf(mm, address).set([head, tail, PTE_WRITE | PTE_DIRTY | PTE_YOUNG])
    } else {
      k.put_page(head)
    }
    mm.pmd_ptl.unlock()
    return 0
  },

  /** huge_pmd_set_accessed: a fault that finds what it needs. */
  huge_pmd_set_accessed(k: Kernel, vma: Vma, address: number, write: boolean, orig: HugePmd): void {
    const { pmd_ptl } = vma.mm
    pmd_ptl.lock()
    const entry = pmd_modify(orig, write ? PTE_DIRTY | PTE_YOUNG : PTE_YOUNG)
    if (k.pmd_same(pmdOf(vma.mm, address).get(), orig)) k.pmdp_set_access_flags(vma, address, entry, write)
    pmd_ptl.unlock()
  },

  /**
   * do_huge_pmd_wp_page: a store to a huge page that is mapped read-only. Its only user stores in place; for another the
   * mapping is split, and one page copied. @returns FALLBACK in the second case
   */
  do_huge_pmd_wp_page(k: Kernel, vma: Vma, address: number, orig: HugePmd): VmFault {
    const { pmd_ptl } = vma.mm
    const pmdp = pmdOf(vma.mm, address)
    const [head] = orig
    pmd_ptl.lock()
    if (!k.pmd_same(pmdp.get(), orig)) {
      pmd_ptl.unlock()
      return 0
    }
    if (!k.trylock_page(head)) {
      k.get_page(head)
      pmd_ptl.unlock()
      k.lock_page(head)
      pmd_ptl.lock()
      const same = k.pmd_same(pmdp.get(), orig)
      if (!same) {
        pmd_ptl.unlock()
        k.unlock_page(head)
      }
      k.put_page(head)
      if (!same) return 0
    }
    // reuse_swap_page, of a page that is not in the swap cache
    const reuse = k.total_mapcount(head, orig[1]) <= 1
    if (reuse) k.pmdp_set_access_flags(vma, address, pmd_modify(orig, PTE_WRITE | PTE_DIRTY | PTE_YOUNG), true)
    k.unlock_page(head)
    pmd_ptl.unlock()
    if (reuse) return 0
    k.__split_huge_pmd(vma, address, false, null)
    return 'VM_FAULT_FALLBACK'
  },

  /**
   * follow_trans_huge_pmd: what slow get_user_pages does with a huge entry. Context: pmd_ptl held. With FOLL_TOUCH and
   * FOLL_WRITE (touch_pmd) it makes the entry dirty.
   * @returns the page, its head referenced or pinned; null if the entry is to be made writable first
   */
  follow_trans_huge_pmd(k: Kernel, vma: Vma, address: number, flags: number, pmd: HugePmd): Page | null {
    const write = (flags & FOLL_WRITE) !== 0
    if (write && !pmd_write(pmd)) return null
    k.try_grab_page(pmd[0], flags)
    if ((flags & FOLL_TOUCH) !== 0) k.pmdp_set_access_flags(vma, address, pmd_modify(pmd, write ? PTE_DIRTY | PTE_YOUNG : PTE_YOUNG), write)
    return pmd_subpage(pmd, address)
  },

  /**
   * madvise_free_huge_pmd, as in v5.17: before, mappings of the tail alone were not counted. Context: madvise, mmap_lock held
   * for reading. A huge page of which only a part is freed is split.
   * @returns whether the whole of it was dealt with; else its pages are to be looked at one by one
   */
  madvise_free_huge_pmd(k: Kernel, vma: Vma, address: number, end: number): boolean {
    const { mm } = vma
    mm.pmd_ptl.lock()
    const orig = pmdOf(mm, address).get()
    if (!pmd_present(orig)) {
      mm.pmd_ptl.unlock()
      return false
    }
    const [head, tail] = orig
    if (k.total_mapcount(head, tail) !== 1 || !k.trylock_page(head)) {
      mm.pmd_ptl.unlock()
      return false
    }
    if (end - address < HPAGE_PMD_NR) {
      k.get_page(head)
      mm.pmd_ptl.unlock()
      k.split_huge_page(head, tail, false)
      k.unlock_page(head)
      k.put_page(head)
      return false
    }
    if (PageDirty(head)) ClearPageDirty(head)
    k.unlock_page(head)
    if (pmd_young(orig) || pmd_dirty(orig)) {
      k.pmdp_invalidate(vma, address)
      pmdOf(mm, address).set(pmd_modify(orig, 0, PTE_YOUNG | PTE_DIRTY))
    }
    k.mark_page_lazyfree(head)
    mm.pmd_ptl.unlock()
    return true
  },

  /** zap_huge_pmd. @returns the huge page whose reference is to be given up after a flush; null if the entry is not huge any more */
  zap_huge_pmd(k: Kernel, vma: Vma, address: number): Page | null {
    const { mm } = vma
    mm.pmd_ptl.lock()
    const pmd = pmdOf(mm, address).get()
    if (pmd_trans_huge(pmd)) {
      // pmdp_huge_get_and_clear: what hardware has set in the entry meanwhile goes with it.
      pmdOf(mm, address).swap(null, 'relaxed')
      k.page_remove_huge_rmap(pmd[0])
    }
    mm.pmd_ptl.unlock()
    return pmd_trans_huge(pmd) ? pmd[0] : null
  },

  /** copy_huge_pmd: fork. Context: both mmap_locks held for writing. @returns false if the entry is not huge any more */
  copy_huge_pmd(k: Kernel, dst_vma: Vma, src_vma: Vma, address: number): boolean {
    const { pmd_ptl: dst_ptl } = dst_vma.mm
    const { pmd_ptl: src_ptl } = src_vma.mm
    dst_ptl.lock()
    src_ptl.lock()
    const pmd = pmdOf(src_vma.mm, address).get()
    if (pmd_trans_huge(pmd)) {
      k.get_page(pmd[0])
      pmd[0].compound_mapcount.inc()
      k.pmdp_set_wrprotect(src_vma.mm, address)
      pmdOf(dst_vma.mm, address).set(pmd_modify(pmd, 0, PTE_WRITE | PTE_YOUNG))
    }
    src_ptl.unlock()
    dst_ptl.unlock()
    return pmd_trans_huge(pmd)
  },

  /**
   * __split_huge_pmd: maps the pages of a huge page one by one. Context: task, or reclaim with the rmap lock. To freeze the page
   * the caller has locked it and says so by `locked`; otherwise it is locked here.
   */
  __split_huge_pmd(k: Kernel, vma: Vma, address: number, freeze: boolean, locked: Page | null): void {
    const { pmd_ptl } = vma.mm
    const pmdp = pmdOf(vma.mm, address)
    pmd_ptl.lock()
    for (;;) {
      const pmd = pmdp.get()
      if (!pmd_trans_huge(pmd) || (locked !== null && !k.memory.same(locked, pmd[0]))) break
      const [head] = pmd
      if (locked === null && !k.trylock_page(head)) {
        k.get_page(head)
        pmd_ptl.unlock()
        k.lock_page(head)
        pmd_ptl.lock()
        const same = k.pmd_same(pmdp.get(), pmd)
        if (!same) k.unlock_page(head)
        k.put_page(head)
        if (!same) continue
      }
      k.__split_huge_pmd_locked(vma, hugeStart(address), freeze)
      if (locked === null) k.unlock_page(head)
      break
    }
    pmd_ptl.unlock()
  },

  /**
   * __split_huge_pmd_locked. Context: pmd_ptl held, page locked. The entry is made invalid first, so that no access goes through
   * it while the entries of its pages are made; its dirt goes to the page. To freeze means entries of migration, which wait
   * for the page lock: then nothing maps the page.
   */
  __split_huge_pmd_locked(k: Kernel, vma: Vma, start: number, freeze: boolean): void {
    const old = k.pmdp_invalidate(vma, start)
    if (old === null) return
    const [head, tail] = old
    const pages = [head, tail]
    if (pmd_dirty(old)) SetPageDirty(head)
    head.refcount.add(HPAGE_PMD_NR - 1)
    pages.forEach((page, i) => {
      const pte = pmd_write(old) ? pte_mkwrite(mk_pte(page)) : mk_pte(page)
      const entry = freeze ? make_migration_entry(k.memory.indexOf(page), pmd_write(old)) : pmd_young(old) ? pte : pte_mkold(pte)
      pteOf(vma.mm, start + i).set(entry)
      page.mapcount.inc()
    })
    k.page_remove_huge_rmap(head)
    k.smp_wmb()
    pmdOf(vma.mm, start).set(PMD_TABLE)
    if (!freeze) return
    for (const page of pages) {
      k.page_remove_rmap(page)
      k.put_page(page)
    }
  },

  /**
   * split_huge_page_to_list, of anonymous memory. Context: task or reclaim, page locked and referenced; takes the anon_vma for
   * writing. Nobody else may have a reference: it is looked at before the page is unmapped, and again, by freezing the count,
   * when it is. With `isolated` (a list) the tail is the caller's to reclaim, with a reference; else it goes to the LRU.
   * @returns the pages it was split off; null if the page is busy
   */
  split_huge_page(k: Kernel, head: Page, tail: Page, isolated: boolean): readonly Page[] | null {
    if (PageWriteback(head)) return null
    const mapping = head.mapping.get()
    if (mapping === null || !('areas' in mapping)) return null
    mapping.rwsem.downWrite()
    let split = k.total_mapcount(head, tail) === head.refcount.get() - 1
    if (split) {
      k.unmap_page(head, mapping.areas.all())
      split = k.total_mapcount(head, tail) === 0 && head.refcount.compareExchange(1, 0)
      if (split) k.__split_huge_page(head, tail, isolated)
      k.remap_page(head, tail, mapping.areas.all())
    }
    mapping.rwsem.upWrite()
    if (!split) return null
    k.unlock_page(tail)
    k.put_page(tail)
    return [tail]
  },

  /** unmap_page: try_to_unmap with TTU_SPLIT_HUGE_PMD and TTU_SPLIT_FREEZE. Context: page locked, anon_vma held. */
  unmap_page(k: Kernel, head: Page, areas: readonly Vma[]): void {
    const start = head.index.get()
    for (const vma of areas) {
      if (pmd_trans_huge(pmd_read(vma.mm, start))) k.__split_huge_pmd(vma, start, true, head)
      else for (const [i, page] of [head, k.tail_of(head)].entries()) k.freeze_pte(vma, page, start + i)
    }
  },

  /** try_to_unmap_one with TTU_SPLIT_FREEZE: an entry of a page of a huge page becomes one of migration. Context: page locked. */
  freeze_pte(k: Kernel, vma: Vma, page: Page, address: number): void {
    const { ptl } = vma.mm
    const ptep = pteOf(vma.mm, address)
    ptl.lock()
    const mapped = pte_page(ptep.get())
    if (mapped !== null && k.memory.same(mapped, page)) {
      const pte = k.ptep_clear_flush(vma, address)
      if (pte_dirty(pte)) SetPageDirty(k.compound_head(page))
      ptep.set(make_migration_entry(k.memory.indexOf(page), pte_write(pte)))
      k.page_remove_rmap(page)
      k.put_page(page)
    }
    ptl.unlock()
  },

  /** __split_huge_page. Context: page locked, its count frozen at zero. The tail becomes a page of its own, locked too. */
  __split_huge_page(k: Kernel, head: Page, tail: Page, isolated: boolean): void {
    // __split_huge_page_tail: flags before the count, because whoever gets a reference may change them at once.
    const word = head.flags.get()
    tail.flags.assign(word & tail.flags.mask('PG_referenced', 'PG_swapbacked', 'PG_locked', 'PG_dirty'))
    tail.mapping.set(head.mapping.get())
    tail.index.set(head.index.get() + 1)
    k.smp_wmb()
    tail.compound_head.set(null)
    tail.refcount.set(1, 'release')
    if (isolated) k.get_page(tail)
    else k.__pagevec_lru_add_fn(tail)
    head.flags.clear('PG_head')
    head.refcount.inc()
  },

  /** remap_page, remove_migration_ptes: entries of migration become entries of the pages again. Context: pages locked, anon_vma held. */
  remap_page(k: Kernel, head: Page, tail: Page, areas: readonly Vma[]): void {
    const start = head.index.get()
    for (const vma of areas) for (const [i, page] of [head, tail].entries()) k.remove_migration_pte(vma, page, start + i)
  },

  /** remove_migration_pte. Context: page locked. */
  remove_migration_pte(k: Kernel, vma: Vma, page: Page, address: number): void {
    const { ptl } = vma.mm
    ptl.lock()
    const entry = pteOf(vma.mm, address).get()
    if (entry !== null && is_migration_entry(entry) && migration_entry_to_place(entry) === k.memory.indexOf(page)) {
      k.get_page(page)
      const pte = pte_mkold(mk_pte(page))
      pteOf(vma.mm, address).set(pte_write(entry) ? pte_mkwrite(pte) : pte)
      page.mapcount.incReturn()
    }
    ptl.unlock()
  },

  /** migration_entry_wait (mm/migrate.c): waits for the lock of the page that an entry of migration stands for. Context: page fault. */
  migration_entry_wait(k: Kernel, mm: Mm, address: number): void {
    mm.ptl.lock()
    const entry = pteOf(mm, address).get()
    const raw = entry !== null && is_migration_entry(entry) ? k.memory.raw(migration_entry_to_place(entry)) : null
    const head = raw === null ? null : k.compound_head(raw)
    const referenced = head !== null && k.memory.raw(k.memory.indexOf(head)).refcount.incUnlessZero()
    mm.ptl.unlock()
    if (head === null || !referenced) return
    const page = k.present_use(head)
    if (PageLocked(page)) k.put_and_wait_on_page_locked(page)
    else k.put_page(page)
  },

  /** free_transhuge_page, free_compound_page: the last reference to a huge page is gone. Context: any. */
  free_compound_page(k: Kernel, head: Page): void {
    const tail = k.tail_of(head)
    tail.compound_head.set(null)
    tail.mapping.set(null)
    k.free_unref_page(head)
    k.free_unref_page(tail)
  },
}

export const hugeMemoryInlines = {
  /** head + 1. */
  tail_of(k: Kernel, head: Page): Page {
    return k.present_use(k.memory.raw(k.memory.indexOf(head) + 1))
  },

  /** total_mapcount: how often the page or a part of it is mapped. One counter after the other. */
  total_mapcount(_k: Kernel, head: Page, tail: Page): number {
    return head.compound_mapcount.get() + head.mapcount.get() + tail.mapcount.get()
  },

  /** page_add_new_anon_rmap of a whole huge page. Context: pmd_ptl held. */
  page_add_new_anon_huge_rmap(_k: Kernel, head: Page, vma: Vma, start: number): void {
    head.flags.set('PG_swapbacked')
    head.compound_mapcount.set(1)
    head.index.set(start)
    head.mapping.set(vma.anon_vma)
  },

  /** page_remove_rmap of a whole huge page. Context: pmd_ptl held. Full barrier. */
  page_remove_huge_rmap(_k: Kernel, head: Page): void {
    head.compound_mapcount.decReturn()
  },

  /** pmdp_set_access_flags (x86). Context: pmd_ptl held. */
  pmdp_set_access_flags(k: Kernel, vma: Vma, address: number, entry: HugePmd, dirty: boolean): void {
    const pmdp = pmdOf(vma.mm, address)
    if (!k.pmd_same(pmdp.get(), entry) && dirty) pmdp.set(entry)
  },

  /** pmdp_invalidate: one exchange, then a flush. Context: pmd_ptl held. @returns what it was */
  pmdp_invalidate(k: Kernel, vma: Vma, address: number): HugePmd | null {
    const old = k.pmdp_mkinvalid(vma.mm, address)
    for (let i = 0; i < HPAGE_PMD_NR; i++) k.flush_tlb_page(vma, hugeStart(address) + i)
    return old
  },

}

/** First virtual page of the huge page that `address` lies in. */
function hugeStart(address: number): number {
  return address - (address % HPAGE_PMD_NR)
}
