/** mm/huge_memory.c and mm/rmap.c, v6.11 to v6.18: a huge page that was freed lazily is discarded whole, without being split. */
import type { HugePmd, Page, Vma } from '../../include/linux/mm-types.js'
import type { SomePte } from '../../include/linux/pgtable.js'
import { pmdOf, pmd_dirty, pmd_trans_huge, pteOf, pte_dirty, pte_page } from '../../include/linux/pgtable.js'
import { PageDirty, PageSwapBacked, SetPageSwapBacked } from '../../include/linux/page-flags.js'
import { patch, type Kernel } from '../../kernel.js'

export const hugeMemoryOf618 = patch('huge pages of v6.18', {
  shrink_page_list_split: (_k, base, page) => (PageSwapBacked(page) ? base(page) : []),
  /** folio_mapped: as a whole, or any part. */
  shrink_page_list_mapped: (k, base, page) => (k.PageHead(page) ? k.total_mapcount(page, k.tail_of(page)) > 0 : base(page)),

  shrink_page_list_free(k, base, page) {
    if (k.PageHead(page)) k.free_compound_page(page)
    else base(page)
  },

  /** try_to_unmap_one with TTU_SPLIT_HUGE_PMD. Pins of huge pages count 1024 here, as those of others; the kernel has _pincount for them. */
  try_to_unmap_one(k, base, page, vma, address, batched) {
    if (!k.PageHead(page)) return base(page, vma, address, batched)
    const { pmd_ptl } = vma.mm
    pmd_ptl.lock()
    const pmd = pmdOf(vma.mm, address).get()
    const whole = pmd_trans_huge(pmd) && k.memory.same(pmd[0], page)
    const discarded = whole && __discard_anon_folio_pmd_locked(k, vma, address, pmd)
    if (whole && !discarded) k.__split_huge_pmd_locked(vma, address, false)
    pmd_ptl.unlock()
    return [discarded || unmap_parts(k, page, vma, address), 'flushed']
  },
})

/** __discard_anon_folio_pmd_locked. Context: pmd_ptl held, page locked. @returns whether the page is mapped here no more */
function __discard_anon_folio_pmd_locked(k: Kernel, vma: Vma, start: number, pmd: HugePmd): boolean {
  const [head, tail] = pmd
  if (PageDirty(head) || pmd_dirty(pmd)) return false
  // pmdp_huge_clear_flush: what hardware has set in the entry meanwhile comes with it.
  const pmdp = pmdOf(vma.mm, start)
  const orig = pmdp.swap(null)
  for (const i of [0, 1]) k.flush_tlb_page(vma, start + i)
  k.smp_mb()
  const refcount = head.refcount.get()
  const mapcount = k.total_mapcount(head, tail)
  k.smp_rmb()
  if (!pmd_trans_huge(orig) || PageDirty(head) || pmd_dirty(orig) || refcount !== mapcount + 1) {
    pmdp.set(orig)
    return false
  }
  k.page_remove_huge_rmap(head)
  k.put_page(head)
  return true
}

/** The entries of the pages of a huge page that is not mapped as one any more. Context: page locked. @returns whether all were cleared */
function unmap_parts(k: Kernel, head: Page, vma: Vma, start: number): boolean {
  const { mm } = vma
  const tail = k.tail_of(head)
  mm.ptl.lock()
  for (const [i, part] of [head, tail].entries()) {
    const mapped = pte_page(pteOf(mm, start + i).get())
    if (mapped === null || !k.memory.same(mapped, part)) continue
    const pteval = k.ptep_clear_flush(vma, start + i) as SomePte
    if (pte_dirty(pteval)) k.set_page_dirty(head)
    k.smp_mb()
    const refcount = head.refcount.get()
    const mapcount = k.total_mapcount(head, tail)
    k.smp_rmb()
    if (refcount !== 1 + mapcount || PageDirty(head)) {
      pteOf(mm, start + i).set(pteval)
      SetPageSwapBacked(head)
      mm.ptl.unlock()
      return false
    }
    k.page_remove_rmap(part)
    k.put_page(head)
  }
  mm.ptl.unlock()
  return true
}
