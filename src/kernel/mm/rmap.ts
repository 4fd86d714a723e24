/** mm/rmap.c and mm/page_vma_mapped.c, v5.10-rc5: from a page to its page table entries. Huge pages are split before they are unmapped. */
import type { Kernel } from '../kernel.js'
import type { Mm, Page, Vma } from '../include/linux/mm-types.js'
import {
  PageAnon,
  PageDirty,
  PageLocked,
  PageSwapBacked,
  PageSwapCache,
  SetPageSwapBacked,
  __SetPageFlag,
  page_mapped,
} from '../include/linux/page-flags.js'
import {
  PTE_YOUNG,
  pmdOf,
  pmd_read,
  pmd_modify,
  pmd_trans_huge,
  pmd_young,
  pteOf,
  pte_dirty,
  pte_mkclean,
  pte_page,
  pte_present,
  pte_write,
  pte_wrprotect,
  swp_entry_to_pte,
  type SomePte,
} from '../include/linux/pgtable.js'

/** What a walk's function says of one area: whether the walk goes on. */
type RmapOne = (vma: Vma, address: number) => boolean

/**
 * tlb_ubc, the flushes a task owes: none, or of which address spaces, and whether a dirty entry was among them. The kernel
 * keeps it in the task; here it is handed up to whoever flushes.
 */
export type TlbBatch = readonly [spaces: readonly Mm[], writable: boolean]

const NOTHING_OWED: TlbBatch = [[], false]

export const rmap = {
  /**
   * page_add_new_anon_rmap: the first mapping of a page nobody else can find yet, at virtual page `address`; plain stores.
   * Context: page fault, PTL held; no page lock needed.
   */
  page_add_new_anon_rmap(_k: Kernel, page: Page, vma: Vma, address: number): void {
    __SetPageFlag(page, 'PG_swapbacked')
    page.mapcount.set(1)
    page.index.set(address)
    page.mapping.set(vma.anon_vma)
  },

  /**
   * do_page_add_anon_rmap: a mapping of a page that may have others, as of one out of the swap cache. Context: page fault,
   * page locked, PTL held. The first mapping says what the page belongs to.
   */
  do_page_add_anon_rmap(_k: Kernel, page: Page, vma: Vma, address: number): void {
    if (page.mapcount.incReturn() > 1) return
    page.index.set(address)
    page.mapping.set(vma.anon_vma)
  },

  /** page_add_file_rmap. Context: page fault, PTL held. */
  page_add_file_rmap(_k: Kernel, page: Page): void {
    page.mapcount.incReturn()
  },

  /**
   * page_remove_rmap: one mapping less. Context: PTL of that mapping held. The page stays anonymous (its mapping is reset
   * when it is freed). Full barrier.
   */
  page_remove_rmap(_k: Kernel, page: Page): void {
    page.mapcount.decReturn()
  },

  /**
   * page_referenced: how many areas have used the page since last asked; makes their entries old. Context: reclaim, page
   * isolated. Without the page lock a file's page is locked for the walk, and counts as referenced if it can not be.
   */
  page_referenced(k: Kernel, page: Page, is_locked: boolean): number {
    const parts = k.PageHead(page) ? [page, k.tail_of(page)] : [page]
    let mapcount = parts.length > 1 ? page.compound_mapcount.get() : 0
    for (const part of parts) mapcount += part.mapcount.get()
    if (mapcount === 0) return 0
    const we_lock = !is_locked && !PageAnon(page)
    if (we_lock && !k.trylock_page(page)) return 1
    let referenced = 0
    k.rmap_walk(page, (vma, address) => {
      const huge = parts.length > 1 ? [k.pmdp_referenced(page, vma.mm, address)] : []
      const found = [...huge, ...parts.map((part, i) => k.ptep_referenced(part, vma, address + i))]
      if (found.includes('young')) referenced++
      mapcount -= found.filter((use) => use !== 'unmapped').length
      return mapcount > 0
    })
    if (we_lock) k.unlock_page(page)
    return referenced
  },

  /** page_mkclean: makes a file's page clean and read-only wherever it is mapped shared. Context: page locked. @returns in how many entries */
  page_mkclean(k: Kernel, page: Page): number {
    k.BUG_ON(!PageLocked(page), '!PageLocked(page)')
    if (!page_mapped(page) || k.page_mapping(page) === null) return 0
    let cleaned = 0
    k.rmap_walk(page, (vma, address) => {
      if (vma.shared && k.page_mkclean_one(page, vma, address)) cleaned++
      return true
    })
    return cleaned
  },

  /** page_mkclean_one. Context: page and its rmap lock held. The walk is PVMW_SYNC: it takes the PTL before it looks. */
  page_mkclean_one(k: Kernel, page: Page, vma: Vma, address: number): boolean {
    const entry = k.page_vma_mapped_walk(page, vma, address, true)
    if (entry === null) return false
    const clean = !pte_dirty(entry) && !pte_write(entry)
    if (!clean) {
      const cleared = k.ptep_clear_flush(vma, address)
      if (cleared !== null) pteOf(vma.mm, address).set(pte_mkclean(pte_wrprotect(cleared)))
    }
    vma.mm.ptl.unlock()
    return !clean
  },

  /**
   * try_to_unmap: takes the page out of every page table, until it is mapped nowhere. Context: reclaim, page locked and
   * isolated; sleeps for the rmap lock. `batched` is TTU_BATCH_FLUSH. What it leaves mapped shows in the mapcount.
   * @returns the flushes that are owed
   */
  try_to_unmap(k: Kernel, page: Page, batched: boolean): TlbBatch {
    let owed = NOTHING_OWED
    k.rmap_walk(page, (vma, address) => {
      const [more, flush] = k.try_to_unmap_one(page, vma, address, batched)
      if (flush !== 'flushed') owed = [[...owed[0].filter((mm) => mm !== vma.mm), vma.mm], owed[1] || flush === 'owed-dirty']
      return more && page_mapped(page)
    })
    return owed
  },

  /**
   * try_to_unmap_one: one area. Context: page locked, its rmap lock held for reading.
   * @returns whether the walk goes on, and whether the TLB was flushed
   */
  try_to_unmap_one(k: Kernel, page: Page, vma: Vma, address: number, batched: boolean): readonly [more: boolean, flush: 'flushed' | 'owed' | 'owed-dirty'] {
    const { mm } = vma
    if (k.page_vma_mapped_walk(page, vma, address, false) === null) return [true, 'flushed']
    const deferred = k.should_defer_flush(batched)
    const pteval = deferred ? k.ptep_get_and_clear(mm, address) : k.ptep_clear_flush(vma, address)
    const dirty = pte_dirty(pteval)
    // set_tlb_ubc_flush_pending
    if (deferred) mm.tlb_flush_batched.set(true)
    const flush = !deferred ? 'flushed' : dirty ? 'owed-dirty' : 'owed'
    if (dirty) k.set_page_dirty(page)
    const more = !PageAnon(page) || k.try_to_unmap_anon(page, mm, address, pteval as SomePte)
    if (more) {
      k.page_remove_rmap(page)
      k.put_page(page)
    }
    mm.ptl.unlock()
    return [more, flush]
  },

  /** try_to_unmap_flush. Context: the task that unmapped, without the PTL. */
  try_to_unmap_flush(k: Kernel, [spaces]: TlbBatch): void {
    for (const mm of spaces) k.flush_tlb_mm(mm)
  },
}

export const rmapInlines = {
  /** page_dup_rmap: fork copies an entry of the page. Unordered. Context: PTLs of parent and child held. */
  page_dup_rmap(_k: Kernel, page: Page): void {
    page.mapcount.inc()
  },

  /**
   * rmap_walk, rmap_walk_anon, rmap_walk_file: every area in which the page may be mapped, and at which virtual page, until
   * `one` says stop. Context: page locked, or the page anonymous and isolated; sleeps.
   */
  rmap_walk(_k: Kernel, page: Page, one: RmapOne): void {
    const mapping = page.mapping.get()
    if (mapping === null) return
    const index = page.index.get()
    const isAnon = 'areas' in mapping
    const lock = isAnon ? mapping.rwsem : mapping.i_mmap_rwsem
    lock.downRead()
    for (const vma of (isAnon ? mapping.areas : mapping.i_mmap).all()) {
      const address = isAnon ? index : vma.start + index - vma.pgoff
      if (address >= vma.start && address < vma.start + vma.pages && !one(vma, address)) break
    }
    lock.upRead()
  },

  /**
   * page_vma_mapped_walk for a base page. Unless `sync` (PVMW_SYNC) an entry that reads as not present is skipped without the
   * PTL: its zapping may be under way, and the page still counted as mapped.
   * @returns the entry that maps the page, with the PTL held; else null, without it
   */
  page_vma_mapped_walk(k: Kernel, page: Page, { mm }: Vma, address: number, sync: boolean): SomePte | null {
    const pte = pteOf(mm, address)
    if (!sync && !pte_present(pte.get())) return null
    mm.ptl.lock()
    const entry = pte.get()
    const mapped = pte_page(entry)
    if (mapped !== null && k.memory.same(mapped, page)) return entry
    mm.ptl.unlock()
    return null
  },

  /** page_referenced_one of a page table entry: makes it old. */
  ptep_referenced(k: Kernel, page: Page, vma: Vma, address: number): 'unmapped' | 'old' | 'young' {
    if (k.page_vma_mapped_walk(page, vma, address, false) === null) return 'unmapped'
    const young = k.ptep_test_and_clear_young(vma.mm, address)
    vma.mm.ptl.unlock()
    return young ? 'young' : 'old'
  },

  /** page_referenced_one of a huge page that is mapped as one. */
  pmdp_referenced(k: Kernel, head: Page, mm: Mm, address: number): 'unmapped' | 'old' | 'young' {
    const pmdp = pmdOf(mm, address)
    if (!pmd_trans_huge(pmd_read(mm, address))) return 'unmapped'
    mm.pmd_ptl.lock()
    let use: 'unmapped' | 'old' | 'young' = 'unmapped'
    for (;;) {
      const pmd = pmdp.get()
      if (!pmd_trans_huge(pmd) || !k.memory.same(pmd[0], head)) break
      use = pmd_young(pmd) ? 'young' : 'old'
      // Hardware may set bits meanwhile.
      if (use === 'old' || pmdp.compareExchange(pmd, pmd_modify(pmd, 0, PTE_YOUNG))) break
    }
    mm.pmd_ptl.unlock()
    return use
  },

  /** should_defer_flush: on x86, where other CPUs may have the entry in their TLBs. */
  should_defer_flush(k: Kernel, batched: boolean): boolean {
    return batched && k.config.tlb
  },

  /** try_to_unmap_flush_dirty: before I/O starts, so that nobody can still write to the page through a TLB. */
  try_to_unmap_flush_dirty(k: Kernel, owed: TlbBatch): TlbBatch {
    if (!owed[1]) return owed
    k.try_to_unmap_flush(owed)
    return NOTHING_OWED
  },

  /**
   * The part of try_to_unmap_one about an anonymous page whose entry was cleared: a lazyfree page is discarded, or mapped again
   * and no longer lazyfree; another gets a swap entry. Context: PTL held.
   * @returns whether the page was unmapped
   */
  try_to_unmap_anon(k: Kernel, page: Page, mm: Mm, address: number, pteval: SomePte): boolean {
    const swapBacked = PageSwapBacked(page)
    if (swapBacked !== PageSwapCache(page)) {
      k.WARN_ON(true, 'PageSwapBacked(page) != PageSwapCache(page)')
      return false
    }
    if (!swapBacked) {
      if (k.lazyfree_discardable(page)) return true
      pteOf(mm, address).set(pteval)
      SetPageSwapBacked(page)
      return false
    }
    const entry = page.swap.get()
    const duplicated = k.swap_duplicate(entry)
    if (duplicated && k.try_share_anon_rmap(page)) {
      pteOf(mm, address).set(swp_entry_to_pte(entry))
      return true
    }
    if (duplicated) k.swap_free(entry)
    pteOf(mm, address).set(pteval)
    return false
  },

  /** folio_try_share_anon_rmap_pte, where an entry gives way to one of swap: up to v5.18 nobody asked whether the page is pinned. */
  try_share_anon_rmap(_k: Kernel, _page: Page): boolean {
    return true
  },

  /** Whether a lazyfree page whose entry was cleared may be discarded: up to v5.17 if nobody has dirtied it. Context: PTL held. */
  lazyfree_discardable(_k: Kernel, page: Page): boolean {
    return !PageDirty(page)
  },
}
