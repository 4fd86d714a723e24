/** mm/rmap.c, v5.10-rc5: from a page to its page table entries. */
import type { Kernel } from '../kernel.js'
import type { Page, Vma } from '../include/linux/mm-types.js'
import { __SetPageFlag } from '../include/linux/page-flags.js'

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
}

export const rmapInlines = {
  /** page_dup_rmap: fork copies an entry of the page. Unordered. Context: PTLs of parent and child held. */
  page_dup_rmap(_k: Kernel, page: Page): void {
    page.mapcount.inc()
  },
}
