/** mm/truncate.c, v4.13: invalidate_inode_pages2, which finds also mapped pages, and entries of DAX. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page } from '../include/linux/mm-types.js'
import { PageDirty, PagePrivate, page_mapped } from '../include/linux/page-flags.js'
import { entryAt } from '../fs/dax-entries.js'
import { slotOf } from './filemap.js'

export const invalidate = {
  /** invalidate_inode_pages2. Context: task. @returns false for -EBUSY: something stayed because it is dirty, or has buffers that are in use */
  invalidate_inode_pages2(k: Kernel, mapping: AddressSpace, start: number, end: number): boolean {
    const indices = Array.from({ length: end - start + 1 }, (_, i) => start + i)
    if (!indices.some((index) => slotOf(mapping, index).get() !== null || (mapping.dax !== null && entryAt(mapping, index) !== null))) return true
    let complete = true
    for (const index of indices) {
      if (mapping.dax !== null && entryAt(mapping, index) !== null) {
        if (!k.invalidate_exceptional_entry2(mapping, index)) complete = false
        continue
      }
      const page = k.find_get_page(mapping, index)
      if (page === null) continue
      k.lock_page(page)
      if (page.mapping.get() === mapping) {
        k.wait_on_page_writeback(page)
        if (page_mapped(page)) k.unmap_mapping_pages(mapping, index, end - index + 1, false)
        k.BUG_ON(page_mapped(page), 'page_mapped(page)')
        if (!k.invalidate_complete_page2(mapping, page)) complete = false
      }
      k.unlock_page(page)
      k.put_page(page)
    }
    // Entries of DAX first, then page tables: an entry that is gone may have been mapped again before.
    if (k.dax_mapping(mapping)) k.unmap_mapping_pages(mapping, start, end - start + 1, false)
    return complete
  },

  /** invalidate_complete_page2. Context: page locked. */
  invalidate_complete_page2(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    if (PagePrivate(page) && !k.try_to_release_page(page)) return false
    mapping.i_pages.lockIrqsave()
    if (PageDirty(page)) {
      mapping.i_pages.unlockIrqrestore()
      return false
    }
    k.__delete_from_page_cache(page, mapping)
    mapping.i_pages.unlockIrqrestore()
    k.put_page(page)
    return true
  },
}

export const invalidateInlines = {
  /** invalidate_exceptional_entry2: a clean entry of DAX goes; where S_DAX is off, it is taken for a shadow and goes too. */
  invalidate_exceptional_entry2(k: Kernel, mapping: AddressSpace, index: number): boolean {
    if (k.dax_mapping(mapping)) return k.__dax_invalidate_mapping_entry(mapping, index, false)
    mapping.i_pages.lockIrqsave()
    k.clear_shadow_entry(mapping, index)
    mapping.i_pages.unlockIrqrestore()
    return true
  },
}
