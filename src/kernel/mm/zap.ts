/** mm/memory.c and mm/mmu_gather.c, v5.10-rc5: taking pages out of page tables. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Mm, Page, Vma } from '../include/linux/mm-types.js'
import {
  HPAGE_PMD_NR,
  PMD_TABLE,
  pmd_read,
  pmd_trans_huge,
  pteOf,
  pte_dirty,
  pte_page,
  pte_present,
  pte_to_swp_entry,
  pte_young,
} from '../include/linux/pgtable.js'
import { PageAnon } from '../include/linux/page-flags.js'

export const zap = {
  /**
   * zap_pte_range. Context: task, mmap_lock held, or i_mmap_rwsem. Under the PTL entries are cleared, the dirt of file pages
   * (but not of anonymous ones) is handed to the page, and mappings are taken off its count; the references are only
   * gathered. If a file page was dirty, TLBs are flushed before the PTL is given up: its stores must not be missed.
   * @returns the pages whose references the caller has to give up after a flush of the TLB
   */
  zap_pte_range(k: Kernel, vma: Vma, first: number, end: number, check_mapping: AddressSpace | null): readonly Page[] {
    const { mm } = vma
    const batch: Page[] = []
    let force_flush = false
    mm.ptl.lock()
    k.flush_tlb_batched_pending(mm)
    for (let address = first; address < end; address++) {
      const ptep = pteOf(mm, address)
      const seen = ptep.get()
      if (seen === null) continue
      if (!pte_present(seen)) {
        if (check_mapping !== null) continue
        k.free_swap_and_cache(pte_to_swp_entry(seen))
        ptep.set(null)
        continue
      }
      const page = pte_page(seen)
      if (page !== null && check_mapping !== null && page.mapping.get() !== check_mapping) continue
      const pte = k.ptep_get_and_clear(mm, address)
      if (page === null) continue
      if (!PageAnon(page)) {
        if (pte_dirty(pte)) {
          force_flush = true
          k.set_page_dirty(page)
        }
        if (pte_young(pte)) k.mark_page_accessed(page)
      }
      k.page_remove_rmap(page)
      batch.push(page)
    }
    if (force_flush) k.flush_tlb_mm(mm)
    mm.ptl.unlock()
    return batch
  },

  /** tlb_finish_mmu: no TLB has the entries any more when the references are given up. */
  tlb_finish_mmu(k: Kernel, mm: Mm, batch: readonly Page[]): void {
    k.flush_tlb_mm(mm)
    for (const page of batch) k.put_page(page)
  },

  /** zap_page_range: MADV_DONTNEED. Context: task, mmap_lock held for reading. `first` and `end` are virtual page numbers. */
  zap_page_range(k: Kernel, vma: Vma, first: number, end: number): void {
    k.tlb_finish_mmu(vma.mm, k.unmap_page_range(vma, first, end, null))
  },

  /**
   * unmap_mapping_pages: takes pages of a file, or what was copied from them too (`even_cows`), out of all address spaces.
   * Context: task; may sleep.
   */
  unmap_mapping_pages(k: Kernel, mapping: AddressSpace, start: number, count: number, even_cows: boolean): void {
    mapping.i_mmap_rwsem.downWrite()
    for (const vma of mapping.i_mmap.all()) {
      const first = vma.start + Math.max(start - vma.pgoff, 0)
      const end = vma.start + Math.min(start + count - vma.pgoff, vma.pages)
      if (first < end) k.tlb_finish_mmu(vma.mm, k.unmap_page_range(vma, first, end, even_cows ? null : mapping))
    }
    mapping.i_mmap_rwsem.upWrite()
  },
}

export const zapInlines = {
  /** unmap_page_range, zap_pmd_range. A huge page of which only a part goes is mapped page by page first. */
  unmap_page_range(k: Kernel, vma: Vma, first: number, end: number, check_mapping: AddressSpace | null): readonly Page[] {
    if (!vma.huge) return k.zap_pte_range(vma, first, end, check_mapping)
    const batch: Page[] = []
    for (let address = first, next = first; address < end; address = next) {
      next = Math.min(end, address - (address % HPAGE_PMD_NR) + HPAGE_PMD_NR)
      if (k.zap_devmap_pmd(vma, address)) continue
      if (pmd_trans_huge(pmd_read(vma.mm, address))) {
        if (next - address < HPAGE_PMD_NR) k.__split_huge_pmd(vma, address, false, null)
        else {
          const head = k.zap_huge_pmd(vma, address)
          if (head !== null) {
            batch.push(head)
            continue
          }
        }
      }
      if (pmd_read(vma.mm, address) === PMD_TABLE) batch.push(...k.zap_pte_range(vma, address, next, check_mapping))
    }
    return batch
  },

  /** flush_tlb_batched_pending (mm/rmap.c): reclaim may have cleared entries whose flush it still owes. Context: PTL held. */
  flush_tlb_batched_pending(k: Kernel, mm: Mm): void {
    if (!k.config.tlb || !mm.tlb_flush_batched.get()) return
    k.flush_tlb_mm(mm)
    mm.tlb_flush_batched.set(false)
  },
}
