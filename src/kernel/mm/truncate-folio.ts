/** mm/truncate.c, v6.18, of files that have an inode of that version. Ranges are in words, from `start` to before `end`. */
import type { Kernel } from '../kernel.js'
import { ZERO, type AddressSpace, type Page } from '../include/linux/mm-types.js'
import { PageDirty, PageWriteback, SetPageReclaim, page_mapped } from '../include/linux/page-flags.js'
import { LLONG_MAX, hostOf } from '../include/linux/host.js'
import { wordOf } from '../block/blocks.js'

export const truncateFolio = {
  /** truncate_cleanup_folio. Context: page locked. */
  truncate_cleanup_folio(k: Kernel, mapping: AddressSpace, page: Page): void {
    if (page_mapped(page)) k.unmap_mapping_pages(mapping, page.index.get(), 1, false)
    k[hostOf(mapping).ops.invalidate_folio](page, 0, k.config.words)
    k.cancel_dirty_page(page)
  },

  /** truncate_inode_folio. Context: page locked. */
  truncate_inode_folio(k: Kernel, mapping: AddressSpace, page: Page): void {
    if (page.mapping.get() !== mapping) return
    k.truncate_cleanup_folio(mapping, page)
    k.delete_from_page_cache(page, mapping)
  },

  /** truncate_inode_partial_folio: the part of a page that lies in the range is zeroed; all of it, and the page goes. Context: page locked. */
  truncate_inode_partial_folio(k: Kernel, mapping: AddressSpace, page: Page, start: number, end: number): void {
    const pos = page.index.get() * k.config.words
    const offset = Math.max(start - pos, 0)
    const length = Math.min(end - pos, k.config.words) - offset
    k.wait_on_page_writeback(page)
    if (length === k.config.words) {
      k.truncate_inode_folio(mapping, page)
      return
    }
    k.folio_zero_range(page, offset, length)
    k[hostOf(mapping).ops.invalidate_folio](page, offset, length)
  },

  /** truncate_inode_pages_range: a pass that does not wait, the pages that the range begins and ends in, and a pass that waits. */
  truncate_inode_range(k: Kernel, mapping: AddressSpace, start: number, end = LLONG_MAX): void {
    const { words } = k.config
    const first = Math.ceil(start / words)
    const last = Math.min(Math.floor(end / words), mapping.slots.length)
    for (let index = first; index < last; index++) k.truncate_folio_nowait(mapping, index)
    const edges = new Set([Math.floor(start / words), Math.floor((end - 1) / words)])
    for (const index of edges) {
      if (index >= mapping.slots.length || (index >= first && index < last)) continue
      const page = k.filemap_lock_folio(mapping, index)
      if (page === null) continue
      k.truncate_inode_partial_folio(mapping, page, start, end)
      k.unlock_page(page)
      k.put_page(page)
    }
    k.loop(() => {
      let found = false
      for (let index = first; index < last; index++) if (k.truncate_folio_wait(mapping, index)) found = true
      return found
    })
  },

  /** truncate_pagecache. The size is the new one already. Private copies go too. */
  truncate_pagecache(k: Kernel, mapping: AddressSpace, newsize: number): void {
    const hole = Math.ceil(newsize / k.config.words)
    const pages = mapping.slots.length - hole
    if (pages > 0) k.unmap_mapping_pages(mapping, hole, pages, true)
    k.truncate_inode_range(mapping, newsize)
    if (pages > 0) k.unmap_mapping_pages(mapping, hole, pages, true)
  },

  /**
   * truncate_pagecache_range: before a hole is punched. Private copies stay. Of a range within the first page the last byte of its whole
   * pages is -1, which is not found to be less than the first: everything from there on is unmapped.
   */
  truncate_pagecache_words(k: Kernel, mapping: AddressSpace, start: number, end: number): void {
    const { words } = k.config
    const first = Math.ceil(start / words)
    const last = Math.min(Math.floor(end / words), mapping.slots.length)
    const unmapped = last === 0 ? mapping.slots.length : last
    if (unmapped > first) k.unmap_mapping_pages(mapping, first, unmapped - first, false)
    k.truncate_inode_range(mapping, start, end)
  },

  /**
   * mapping_try_invalidate, of whole pages from `first` to before `last`: what is clean, not under writeback, and used by nobody goes.
   * Waits for nothing.
   */
  mapping_try_invalidate(k: Kernel, mapping: AddressSpace, first: number, last: number): void {
    for (let index = first; index < Math.min(last, mapping.slots.length); index++) {
      const page = k.find_get_page(mapping, index)
      if (page === null) continue
      if (k.trylock_page(page)) {
        if (!PageWriteback(page) && page.mapping.get() === mapping && !k.mapping_evict_folio(mapping, page)) k.deactivate_file_folio(page)
        k.unlock_page(page)
      }
      k.put_page(page)
    }
  },

  /** mapping_evict_folio. Context: page locked. References beside the page cache's, the buffers' and the caller's keep it: each mapping has one. */
  mapping_evict_folio(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    if (PageDirty(page) || PageWriteback(page)) return false
    if (page.refcount.get() > 2 + (page.buffers.get() === null ? 0 : 1)) return false
    if (!k[hostOf(mapping).ops.release_folio](page)) return false
    return k.remove_mapping(mapping, page)
  },
}

export const truncateFolioInlines = {
  /** deactivate_file_folio, lru_deactivate_file (mm/swap.c), with the batch drained at once: a dirty folio is reclaimed as soon as it is written. */
  deactivate_file_folio(_k: Kernel, page: Page): void {
    if (!page_mapped(page) && (PageDirty(page) || PageWriteback(page))) SetPageReclaim(page)
  },

  /** find_lock_entries of one page, in the pass that does not wait. */
  truncate_folio_nowait(k: Kernel, mapping: AddressSpace, index: number): void {
    const page = k.find_get_page(mapping, index)
    if (page === null) return
    if (k.trylock_page(page)) {
      if (!PageWriteback(page) && page.mapping.get() === mapping) {
        k.truncate_cleanup_folio(mapping, page)
        k.delete_from_page_cache(page, mapping)
      }
      k.unlock_page(page)
    }
    k.put_page(page)
  },

  /** One page of the pass that waits. @returns whether there was one */
  truncate_folio_wait(k: Kernel, mapping: AddressSpace, index: number): boolean {
    const page = k.find_get_page(mapping, index)
    if (page === null) return false
    k.lock_page(page)
    k.wait_on_page_writeback(page)
    k.truncate_inode_folio(mapping, page)
    k.unlock_page(page)
    k.put_page(page)
    return true
  },

  /** folio_zero_range. */
  folio_zero_range(_k: Kernel, page: Page, offset: number, length: number): void {
    for (let w = offset; w < offset + length; w++) wordOf(page.words, w).set(ZERO)
  },
}
