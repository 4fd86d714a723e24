/**
 * References to pages, and what is done to a page under its lock, where no program looks at a count (no reclaim, no migration): a
 * step of its own would tell nobody anything, so that each takes place with the step before it.
 */
import type { Kernel } from '../kernel.js'
import { ZERO, type AddressSpace, type Page } from '../include/linux/mm-types.js'
import type { Buffer } from '../include/linux/extent-map.js'

export const pageRefObservations = {
  page_ref_inc(_k: Kernel, page: Page): void {
    page.refcount.inc()
  },

  /** Gives up a reference: the last one frees the page, which is wiped so that nobody is told what was in it. */
  page_ref_dec(k: Kernel, page: Page): void {
    if (!page.refcount.decAndTest()) return
    if (page.mapping.get() !== null) k.world.warn('bad-page-state', 'page freed while in a file')
    page.flags.assign(0)
    page.buffers.set(null)
    for (const word of page.words) word.set(ZERO)
    k.memory.free(page)
  },

  /** A page just allocated is made ready to be inserted: locked, with the page cache's reference besides the caller's. */
  page_cache_prepare(_k: Kernel, page: Page, mapping: AddressSpace, index: number): void {
    page.use.set(page)
    page.flags.assign(page.flags.mask('PG_locked'))
    page.refcount.set(2)
    page.mapping.set(mapping)
    page.index.set(index)
  },

  /** A page just allocated for private memory, with the caller's reference. */
  anonymous_page_prepare(_k: Kernel, page: Page): void {
    page.use.set(page)
    page.refcount.set(1)
  },

  /** Somebody else was faster: the caller still has its reference. */
  page_cache_dismiss(_k: Kernel, page: Page): void {
    page.mapping.set(null)
    page.refcount.dec()
  },

  /** The page has left its slot. Context: page locked. */
  page_cache_removed(k: Kernel, page: Page): void {
    page.mapping.set(null)
    page.buffers.set(null)
    k.page_ref_dec(page)
  },

  /** Whether a page just found bears a tag, which is a flag here. */
  page_tagged(_k: Kernel, page: Page, flag: 'PG_dirty' | 'PG_writeback'): boolean {
    return page.flags.test(flag)
  },

  /** Whether the page still caches the file. Context: page locked. */
  page_cached_in(_k: Kernel, page: Page, mapping: AddressSpace): boolean {
    return page.mapping.get() === mapping
  },

  /** page->mapping. Context: page locked. */
  file_of(_k: Kernel, page: Page): AddressSpace | null {
    const mapping = page.mapping.get()
    return mapping === null || 'areas' in mapping ? null : mapping
  },

  /** page_index. Context: page locked. */
  page_index(_k: Kernel, page: Page): number {
    return page.index.get()
  },

  /** page_buffers, or null. Context: page locked. */
  buffers_of(_k: Kernel, page: Page): readonly Buffer[] | null {
    return page.buffers.get()
  },

  /** What map_bh and the like do to the buffers of a page. Context: page locked. */
  set_buffers(_k: Kernel, page: Page, buffers: readonly Buffer[]): void {
    page.buffers.set(buffers)
  },
}
