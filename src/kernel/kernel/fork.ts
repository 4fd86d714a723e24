/** kernel/fork.c, kernel/exit.c, and the part of mm/memory.c that fork runs, v5.10-rc5. */
import type { Kernel } from '../kernel.js'
import type { Expected } from '../expectations.js'
import type { Mm, Vma } from '../include/linux/mm-types.js'
import {
  HPAGE_PMD_NR,
  PMD_TABLE,
  pmd_read,
  pmd_trans_huge,
  pteOf,
  pte_mkold,
  pte_page,
  pte_present,
  pte_to_swp_entry,
  pte_write,
  pte_wrprotect,
  type SomePte,
} from '../include/linux/pgtable.js'

export const fork = {
  /** fork(2) of the calling task into `child`, whose task is started. */
  fork(k: Kernel, child: Mm): void {
    k.dup_mmap(child, k.current_mm())
    k.wake_up_new_task(child)
  },

  /** dup_mmap. Context: task. Holds the mmap_lock of both for writing, so that neither faults meanwhile. */
  dup_mmap(k: Kernel, mm: Mm, oldmm: Mm): void {
    oldmm.mmap_lock.downWrite()
    mm.mmap_lock.downWrite()
    const copied: (readonly [vma: Vma, copy: Vma, expected: readonly Expected[]])[] = []
    for (const copy of mm.areas) {
      const { copy_of } = copy
      if (copy_of?.mm !== oldmm || !copy_of.linked.get()) continue
      if (!copy.shared) copied.push([copy_of, copy, k.oracle_fork_begins(copy_of)])
      // anon_vma_fork, and the insertion into i_mmap: walks from pages find the copy before it has entries.
      k.vma_link(copy)
      k.copy_page_range(copy, copy_of)
    }
    mm.mmap_lock.upWrite()
    // Until here the parent's stores may still go through entries in a TLB, to pages that are the child's too.
    k.flush_tlb_mm(oldmm)
    for (const [vma, copy, expected] of copied) k.oracle_fork_ends(vma, copy, expected)
    oldmm.mmap_lock.upWrite()
  },

  /** copy_page_range, copy_pmd_range. What a fault would fill in again, as of a shared mapping of a file, is not copied. */
  copy_page_range(k: Kernel, dst_vma: Vma, src_vma: Vma): void {
    if (src_vma.shared) return
    const { start, pages, huge } = src_vma
    if (!huge) {
      k.copy_pte_range(dst_vma, src_vma, start, start + pages)
      return
    }
    for (let address = start; address < start + pages; address += HPAGE_PMD_NR) {
      if (pmd_trans_huge(pmd_read(src_vma.mm, address)) && k.copy_huge_pmd(dst_vma, src_vma, address)) continue
      if (pmd_read(src_vma.mm, address) !== PMD_TABLE) continue
      k.pte_alloc(dst_vma.mm, address)
      k.copy_pte_range(dst_vma, src_vma, address, Math.min(start + pages, address + HPAGE_PMD_NR))
    }
  },

  /** copy_pte_range. */
  copy_pte_range(k: Kernel, dst_vma: Vma, src_vma: Vma, first: number, end: number): void {
    const { ptl: dst_ptl } = dst_vma.mm
    const { ptl: src_ptl } = src_vma.mm
    dst_ptl.lock()
    src_ptl.lock()
    for (let address = first; address < end; address++) {
      const pte = pteOf(src_vma.mm, address).get()
      if (pte === null) continue
      if (pte_present(pte)) k.copy_present_pte(dst_vma, src_vma, address, pte)
      else k.copy_nonpresent_pte(dst_vma, address, pte)
    }
    src_ptl.unlock()
    dst_ptl.unlock()
  },

  /**
   * copy_present_pte. Context: both mmap_locks held for writing, both PTLs. The reference comes before the mapping, and neither
   * is ordered: who looks at both counts meanwhile may see either without the other. Then both entries lose their write
   * permission. (Since v5.9-rc7 a page that may be pinned by FOLL_PIN is copied at once; nothing in the model pins pages of
   * private mappings.)
   */
  copy_present_pte(k: Kernel, dst_vma: Vma, src_vma: Vma, address: number, orig: SomePte): void {
    let pte = orig
    const page = pte_page(pte)
    if (page !== null) {
      k.get_page(page)
      k.page_dup_rmap(page)
    }
    if (pte_write(pte)) {
      k.ptep_set_wrprotect(src_vma.mm, address)
      pte = pte_wrprotect(pte)
    }
    pteOf(dst_vma.mm, address).set(pte_mkold(pte))
  },

  /** copy_nonpresent_pte: another user of the swap slot. Context: as copy_present_pte. */
  copy_nonpresent_pte(k: Kernel, dst_vma: Vma, address: number, pte: SomePte): void {
    k.swap_duplicate(pte_to_swp_entry(pte))
    pteOf(dst_vma.mm, address).set(pte)
  },

  /** exit_mm and mmput: the calling task was the last of its address space. */
  exit_mm(k: Kernel): void {
    k.exit_mmap(k.current_mm())
  },
}

export const forkInlines = {}
