/** mm/truncate.c and unmapping, v3.4, of ranges of files with extent maps; `end` is the page after the last. */
import type { Kernel } from '../kernel.js'
import { ZERO, type AddressSpace, type Page } from '../include/linux/mm-types.js'
import { inodeOf } from '../fs/block-map.js'

export const truncateRange = {
  /** truncate_pagecache_range: takes whole pages out of all page tables, then out of the page cache. Context: task. */
  truncate_pagecache_range(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.unmap_mapping_range(file, first, end, false)
    k.truncate_inode_pages(file, first, end)
  },

  /**
   * truncate_setsize: the size first, then the pages beyond it: unmapped, truncated, and unmapped once more for private copies made
   * meanwhile. `size` is in blocks. Context: task that has the inode locked.
   */
  truncate_setsize(k: Kernel, file: AddressSpace, size: number): void {
    k.i_size_write(file, size)
    const first = Math.ceil(size / inodeOf(file).blocks_per_page)
    k.unmap_mapping_range(file, first, file.slots.length, true)
    k.truncate_partial_page(file, size)
    k.truncate_inode_pages(file, first, file.slots.length)
    k.unmap_copies_again(file, first)
  },

  /**
   * The part of truncate_inode_pages_range about the page that the end of the file lies in, and block_invalidatepage: what is beyond
   * the end is zeroed, its buffers forget their blocks. The page stays mapped.
   */
  truncate_partial_page(k: Kernel, file: AddressSpace, size: number): void {
    const { blocks_per_page } = inodeOf(file)
    const kept = size % blocks_per_page
    if (kept === 0) return
    const page = k.find_get_page(file, Math.floor(size / blocks_per_page))
    if (page === null) return
    k.lock_page(page)
    if (k.page_cached_in(page, file)) {
      k.wait_on_page_writeback(page)
      const words = page.words.length / blocks_per_page
      page.words.forEach((word, w) => {
        if (w >= kept * words) word.set(ZERO)
      })
      const buffers = k.buffers_of(page)
      if (buffers !== null)
        k.set_buffers(
          page,
          buffers.map((buffer, i) => (i < kept ? buffer : 'unmapped')),
        )
    }
    k.unlock_page(page)
    k.put_page(page)
  },

  /**
   * truncate_inode_pages_range. The first pass skips pages that are locked or under writeback; the second waits for them, and goes
   * over the range again until it is empty.
   */
  truncate_inode_pages(k: Kernel, file: AddressSpace, first: number, end: number): void {
    for (let index = first; index < end; index++) k.truncate_one(file, index, false)
    k.loop(() => {
      let found = false
      for (let index = first; index < end; index++) if (k.truncate_one(file, index, true)) found = true
      return found
    })
  },

  /** One page of either pass. @returns whether there was one */
  truncate_one(k: Kernel, file: AddressSpace, index: number, wait: boolean): boolean {
    const page = k.find_get_page(file, index)
    if (page === null) return false
    if (wait || k.trylock_page(page)) {
      if (wait) {
        k.lock_page(page)
        k.wait_on_page_writeback(page)
      }
      if (wait || !page.flags.test('PG_writeback')) k.truncate_inode_page(file, page)
      k.unlock_page(page)
    }
    k.put_page(page)
    return true
  },

  /**
   * unmap_mapping_range of pages, with their private copies (`even_cows`) or without. Context: task, with or without a page lock. (Its
   * locks: see v34/faults.ts.)
   */
  unmap_mapping_range(k: Kernel, file: AddressSpace, first: number, end: number, even_cows: boolean): void {
    k.note_i_mmap_mutex(file, 'taken')
    for (const vma of inodeOf(file).mappings) {
      const { start, pgoff, pages } = vma
      for (let index = Math.max(first, pgoff); index < Math.min(end, pgoff + pages); index++) k.zap_pte_of_file(vma, start + index - pgoff, even_cows)
    }
    k.note_i_mmap_mutex(file, 'released')
  },

  /**
   * invalidate_inode_pages2_range: drops pages that are clean once they are locked, no longer under writeback and unmapped.
   * @returns false (-EBUSY) if one stayed
   */
  invalidate_inode_pages2_range(k: Kernel, file: AddressSpace, first: number, end: number): boolean {
    let all = true
    for (let index = first; index < end; index++) {
      const page = k.find_get_page(file, index)
      if (page === null) continue
      k.lock_page(page)
      if (k.page_cached_in(page, file)) {
        k.wait_on_page_writeback(page)
        k.unmap_mapping_range(file, index, index + 1, false)
        // invalidate_complete_page2
        if (page.flags.test('PG_dirty')) all = false
        else k.delete_from_page_cache(page, file)
      }
      k.unlock_page(page)
      k.put_page(page)
    }
    return all
  },
}

export const truncateRangeInlines = {
  /** The second unmap_mapping_range of truncate_pagecache, from a page on: only private copies can have come meanwhile. */
  unmap_copies_again(k: Kernel, file: AddressSpace, first: number): void {
    if (inodeOf(file).mappings.some(({ shared }) => !shared)) k.unmap_mapping_range(file, first, file.slots.length, true)
  },

  /** truncate_inode_page of v3.4: unmaps it, throws its buffers and its dirt away. Context: page locked. */
  truncate_page_of_inode(k: Kernel, file: AddressSpace, page: Page): void {
    if (!k.page_cached_in(page, file)) return
    const index = k.page_index(page)
    k.unmap_mapping_range(file, index, index + 1, false)
    if (page.flags.test('PG_dirty')) page.flags.clear('PG_dirty')
    k.delete_from_page_cache(page, file)
  },
}
