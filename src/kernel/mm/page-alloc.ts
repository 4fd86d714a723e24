/** mm/page_alloc.c, v5.10-rc5: the same struct page is given out again at once; nothing marks the use it is put to. */
import type { Kernel } from '../kernel.js'
import type { Page } from '../include/linux/mm-types.js'

/** What no page may have when it is freed. (A page may be dirty: who reads into a truncated page dirties it in the end.) */
const FLAGS_NOT_AT_FREE = ['PG_locked', 'PG_writeback', 'PG_private', 'PG_lru'] as const

export const pageAlloc = {
  /**
   * alloc_page and prep_new_page. Context: task. Flags are not reset here but when the page is freed.
   * @returns null without memory, when direct reclaim freed nothing either
   */
  alloc_page(k: Kernel): Page | null {
    let page = k.memory.alloc()
    if (page === null) {
      if (!k.config.directReclaim) return null
      k.try_to_free_pages()
      page = k.memory.alloc()
      if (page === null) return null
    }
    page.use.set(page)
    page.refcount.set(1)
    return page
  },

  /**
   * alloc_pages of order 1 with __GFP_COMP, and prep_compound_page: two neighbouring pages, the second a tail with a
   * reference count of zero. The buddy allocator's search is one look at the first pair.
   */
  alloc_compound_page(k: Kernel): Page | null {
    const head = k.memory.alloc()
    if (head === null) return null
    const tail = k.memory.alloc()
    if (tail === null || k.memory.indexOf(head) + 1 !== k.memory.indexOf(tail)) {
      if (tail !== null) k.memory.free(tail)
      k.memory.free(head)
      return null
    }
    head.use.set(head)
    tail.use.set(tail)
    head.refcount.set(1)
    tail.compound_head.set(head)
    return head
  },

  /**
   * free_pages_prepare and free_unref_page. Context: any, also interrupts. With CONFIG_DEBUG_VM a page in a bad state is
   * reported and never used again; without, an order-0 page on its way to the per-cpu list is not looked at, and its flags
   * are wiped. What is reported here without CONFIG_DEBUG_VM is therefore the model's observation, not the kernel's.
   */
  free_unref_page(k: Kernel, page: Page): void {
    // Until here an anonymous page keeps its mapping.
    const mapping = page.mapping.get()
    const isAnon = mapping !== null && 'areas' in mapping
    if (isAnon) page.mapping.set(null)
    if (page.mapcount.get() !== 0 || (mapping !== null && !isAnon)) k.world.warn('bad-page-state', 'page freed while mapped or in a file')
    const word = page.flags.get()
    const bad = FLAGS_NOT_AT_FREE.filter((flag) => (word & page.flags.mask(flag)) !== 0)
    if (bad.length > 0) k.world.warn('bad-page-state', bad.includes('PG_writeback') ? 'page freed under writeback' : 'page freed in use')
    if (bad.length > 0 && k.config.debugVm) return
    page.flags.assign(0)
    k.memory.free(page)
  },
}

/** Helpers of the model for which the kernel has no code. */
export const pageAllocInlines = {
  /** Fills a page with `content`, a word at a time: a copy from user space. */
  write_words(_k: Kernel, page: Page, content: string): void {
    for (const word of page.words) word.set(content)
  },
}

/** No step: it takes place with the step before, and sees what memory holds. */
export const pageAllocObservations = {
  /**
   * The present use of the memory that `page` lies in, for a task whose speculative reference keeps that use from ending.
   * The kernel has only the address and needs no such thing.
   */
  present_use(k: Kernel, page: Page): Page {
    return k.memory.raw(k.memory.indexOf(page)).use.get() ?? page
  },
}
