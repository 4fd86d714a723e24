/** mm/memory.c, v5.19 to v6.18: what fork does with pages that are pinned. */
import type { Page } from '../../include/linux/mm-types.js'
import { mk_pte, pteOf, pte_mkdirty, pte_mkwrite, pte_page, pte_present } from '../../include/linux/pgtable.js'
import { PageAnon } from '../../include/linux/page-flags.js'
import { patch } from '../../kernel.js'

export const forkOf618 = patch('fork of v6.18', {
  copy_page_range(_k, base, dst_vma, src_vma) {
    const { write_protect_seq } = src_vma.mm
    if (src_vma.shared) return
    write_protect_seq.inc()
    base(dst_vma, src_vma)
    write_protect_seq.inc()
  },

  /**
   * copy_pte_range, copy_present_page: a page that may be pinned stays the parent's, and the child gets a copy; memory for that is
   * allocated without the PTLs. (Of huge pages copy_huge_pmd would split the entry instead: no program forks one.)
   */
  copy_pte_range(k, _base, dst_vma, src_vma, first, end) {
    const { ptl: dst_ptl } = dst_vma.mm
    const { ptl: src_ptl } = src_vma.mm
    let prealloc: Page | null = null
    for (let address = first; address < end; ) {
      dst_ptl.lock()
      src_ptl.lock()
      for (; address < end; address++) {
        const pte = pteOf(src_vma.mm, address).get()
        if (pte === null) continue
        if (!pte_present(pte)) {
          k.copy_nonpresent_pte(dst_vma, address, pte)
          continue
        }
        const page = pte_page(pte)
        if (page === null || !PageAnon(page) || !k.page_maybe_dma_pinned(page)) {
          k.copy_present_pte(dst_vma, src_vma, address, pte)
          continue
        }
        if (prealloc === null) break
        k.copy_user_highpage(prealloc, page)
        k.__SetPageUptodate(prealloc)
        k.page_add_new_anon_rmap(prealloc, dst_vma, address)
        k.lru_cache_add(prealloc)
        pteOf(dst_vma.mm, address).set(pte_mkwrite(pte_mkdirty(mk_pte(prealloc))))
        prealloc = null
      }
      src_ptl.unlock()
      dst_ptl.unlock()
      if (address === end) break
      prealloc = k.alloc_page()
      if (prealloc === null) throw new RangeError('fork has no memory for a copy of a pinned page: give the machine more pages')
    }
    if (prealloc !== null) k.put_page(prealloc)
  },
})
