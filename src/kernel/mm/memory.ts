/** mm/memory.c, v5.10-rc5: a store through a shared mapping, always by way of a fault, since no page tables are modelled. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page } from '../include/linux/mm-types.js'

export const memory = {
  /**
   * do_shared_fault and do_page_mkwrite. Context: page fault. The store itself is made while the page is still locked: later,
   * a writeback in between would have write-protected the page, and the store would fault again.
   * @returns false if there is no page to store to, or the task was killed
   */
  do_shared_fault(k: Kernel, mapping: AddressSpace, word: string): boolean {
    const page = k.filemap_fault(mapping, 0)
    if (page === null) return false
    k.unlock_page(page)
    const prepared = k[mapping.a_ops.page_mkwrite](mapping, page)
    if (prepared) {
      k.write_words(page, word)
      k.fault_dirty_shared_page(page)
    }
    k.put_page(page)
    return prepared
  },

  /** fault_dirty_shared_page. Context: page fault, page locked; unlocks it. */
  fault_dirty_shared_page(k: Kernel, page: Page): void {
    k.set_page_dirty(page)
    k.unlock_page(page)
  },
}
