/** mm/memory.c as it was up to v5.8, before 09854ba94c6a (copy on write) and 70e806e4e645 (fork). */
import { patch } from '../kernel.js'
import { pteOf, pte_mkold, pte_page, pte_write, pte_wrprotect } from '../include/linux/pgtable.js'
import { PageAnon } from '../include/linux/page-flags.js'

export const oldCow = patch('old-cow', {
  /**
   * Up to v5.8: who maps an anonymous page alone stores to it in place, whoever else has references to it. The page lock is
   * waited for, without the PTL. Context: PTL held, which it gives up.
   */
  do_wp_page(k, base, vma, address, orig) {
    const page = pte_page(orig)
    if (page === null || !PageAnon(page)) return base(vma, address, orig)
    const { ptl } = vma.mm
    if (!k.trylock_page(page)) {
      k.get_page(page)
      ptl.unlock()
      k.lock_page(page)
      ptl.lock()
      const same = k.pte_same(pteOf(vma.mm, address).get(), orig)
      if (!same) {
        k.unlock_page(page)
        ptl.unlock()
      }
      k.put_page(page)
      if (!same) return 0
    }
    const reuse = k.reuse_swap_page(page)
    k.unlock_page(page)
    if (reuse) {
      k.wp_page_reuse(vma, address, orig)
      return 0
    }
    k.get_page(page)
    ptl.unlock()
    return k.wp_page_copy(vma, address, orig, page)
  },

  /** copy_one_pte, up to v5.8: write permission goes before reference and mapping are counted. Context: as copy_present_pte. */
  copy_present_pte(k, _base, dst_vma, src_vma, address, orig) {
    if (pte_write(orig)) k.ptep_set_wrprotect(src_vma.mm, address)
    const page = pte_page(orig)
    if (page !== null) {
      k.get_page(page)
      k.page_dup_rmap(page)
    }
    pteOf(dst_vma.mm, address).set(pte_mkold(pte_wrprotect(orig)))
  },
})
