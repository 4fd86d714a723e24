/** mm/page-writeback.c, v5.10-rc5: starting and ending writeback of pages. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Bio, Page, PagecacheTag, SyncMode } from '../include/linux/mm-types.js'
import {
  PageDirty,
  PageLocked,
  PageWriteback,
  TestClearPageDirty,
  TestClearPageWriteback,
  TestSetPageDirty,
  TestSetPageWriteback,
} from '../include/linux/page-flags.js'
import { tagsOf } from './filemap.js'

export const pageWriteback = {
  /** do_writepages. Context: task or flusher. */
  do_writepages(k: Kernel, mapping: AddressSpace, sync_mode: SyncMode): void {
    k[mapping.a_ops.writepages](mapping, sync_mode)
  },

  /** tag_pages_for_writeback: what is dirty now is to be written, what is dirtied later need not be. */
  tag_pages_for_writeback(_k: Kernel, mapping: AddressSpace): void {
    mapping.i_pages.lockIrqsave()
    for (const tags of mapping.tags) if (tags.test('PAGECACHE_TAG_DIRTY')) tags.set('PAGECACHE_TAG_TOWRITE')
    mapping.i_pages.unlockIrqrestore()
  },

  /**
   * write_cache_pages over the whole file. Context: task or flusher. File systems without a loop of their own write with it.
   * @returns the bios that `iomap_writepage_map` made, to be submitted by the caller
   */
  write_cache_pages(k: Kernel, mapping: AddressSpace, sync_mode: SyncMode): readonly Bio[] {
    const tag = sync_mode === 'WB_SYNC_ALL' ? 'PAGECACHE_TAG_TOWRITE' : 'PAGECACHE_TAG_DIRTY'
    if (sync_mode === 'WB_SYNC_ALL') k.tag_pages_for_writeback(mapping)
    const bios: Bio[] = []
    for (let index = 0; index < mapping.slots.length; index++) {
      const page = k.find_get_page_tag(mapping, index, tag)
      if (page === null) continue
      k.lock_page(page)
      if (page.mapping.get() !== mapping || !PageDirty(page) || !k.write_cache_pages_wait(page, sync_mode)) {
        k.unlock_page(page)
      } else {
        k.BUG_ON(PageWriteback(page), 'PageWriteback(page)')
        if (k.clear_page_dirty_for_io(page)) bios.push(k.iomap_writepage_map(mapping, page))
        else k.unlock_page(page)
      }
      k.put_page(page)
    }
    return bios
  },

  /**
   * clear_page_dirty_for_io. Context: page locked. A file's page is write-protected wherever it is mapped; dirt that was only
   * in page tables goes to the page first, so that the file system hears of it. The xarray's DIRTY tag stays until writeback
   * starts. References and pins are not looked at.
   */
  clear_page_dirty_for_io(k: Kernel, page: Page): boolean {
    const mapping = k.page_mapping(page)
    if (k.config.debugVm) k.VM_BUG_ON(!PageLocked(page), '!PageLocked(page)')
    if (mapping !== null && mapping !== k.swapper_space && k.page_mkclean(page) > 0) k.set_page_dirty(page)
    const was = TestClearPageDirty(page)
    k.note_write_protected(page)
    return was
  },

  /**
   * __test_set_page_writeback. Context: task with the page locked (which is not asserted). Takes no reference. Swap space has
   * no tags.
   * @returns whether the bit was set already
   */
  __test_set_page_writeback(k: Kernel, page: Page): boolean {
    const mapping = k.page_mapping(page)
    if (mapping === null || mapping === k.swapper_space) return TestSetPageWriteback(page)
    const tags = tagsOf(mapping, page.index.get())
    mapping.i_pages.lockIrqsave()
    const was = TestSetPageWriteback(page)
    if (!was) tags.set('PAGECACHE_TAG_WRITEBACK')
    if (!PageDirty(page)) tags.clear('PAGECACHE_TAG_DIRTY')
    tags.clear('PAGECACHE_TAG_TOWRITE')
    mapping.i_pages.unlockIrqrestore()
    return was
  },

  set_page_writeback(k: Kernel, page: Page): void {
    k.__test_set_page_writeback(page)
  },

  /**
   * test_clear_page_writeback. Context: completion of the bio; no page lock, no reference. After the bit is clear the page
   * may be freed at any moment.
   * @returns whether the bit was set
   */
  test_clear_page_writeback(k: Kernel, page: Page): boolean {
    const mapping = k.page_mapping(page)
    if (mapping === null || mapping === k.swapper_space) return TestClearPageWriteback(page)
    const tags = tagsOf(mapping, page.index.get())
    mapping.i_pages.lockIrqsave()
    const was = TestClearPageWriteback(page)
    if (was) tags.clear('PAGECACHE_TAG_WRITEBACK')
    mapping.i_pages.unlockIrqrestore()
    return was
  },

  /**
   * wait_on_page_writeback. Context: task that holds a reference, with or without the page lock; may sleep.
   * Up to v5.10 the bit is tested once: whoever is woken takes it for clear.
   */
  wait_on_page_writeback(k: Kernel, page: Page): void {
    k.world.mightSleep('wait_on_page_writeback')
    if (PageWriteback(page)) k.wait_on_page_bit(page, 'PG_writeback')
  },

  /**
   * set_page_dirty. Context: many, also under the PTL; with the page locked, or a claim to it. A page of no file and without
   * swap space, anonymous or truncated, just gets the bit.
   * @returns whether it was clean
   */
  set_page_dirty(k: Kernel, page: Page): boolean {
    const mapping = k.page_mapping(page)
    if (mapping !== null) return k[mapping.a_ops.set_page_dirty](page)
    return !PageDirty(page) && !TestSetPageDirty(page)
  },

  /** set_page_dirty_lock, for whoever has only a reference. Context: task or kworker; sleeps. */
  set_page_dirty_lock(k: Kernel, page: Page): boolean {
    k.lock_page(page)
    const newly = k.set_page_dirty(page)
    k.unlock_page(page)
    return newly
  },

  /** __set_page_dirty: tags a page that has just become dirty, unless truncate was faster. */
  __set_page_dirty(_k: Kernel, page: Page, mapping: AddressSpace): void {
    mapping.i_pages.lockIrqsave()
    if (page.mapping.get() !== null) tagsOf(mapping, page.index.get()).set('PAGECACHE_TAG_DIRTY')
    mapping.i_pages.unlockIrqrestore()
  },

  /** __cancel_dirty_page, when a dirty page is thrown away. Context: page locked. */
  cancel_dirty_page(_k: Kernel, page: Page): void {
    if (PageDirty(page)) TestClearPageDirty(page)
  },
}

/** Parts of functions of mm/page-writeback.c that are written out in them, on their own here so that patches can replace them. */
export const pageWritebackInlines = {
  /** wait_for_stable_page: where the device checks what it writes, a page under writeback must not change. Context: page locked. */
  wait_for_stable_page(k: Kernel, page: Page): void {
    if (k.config.stableWrites) k.wait_on_page_writeback(page)
  },

  /** mapping_tagged for the whole file. */
  mapping_tagged(_k: Kernel, mapping: AddressSpace, tag: PagecacheTag): boolean {
    return mapping.tags.some((tags) => tags.test(tag))
  },

  /**
   * What write_cache_pages does about a page that is under writeback already: a data integrity write waits for it.
   * @returns false if the page is to be skipped
   */
  write_cache_pages_wait(k: Kernel, page: Page, sync_mode: SyncMode): boolean {
    if (PageWriteback(page)) {
      if (sync_mode === 'WB_SYNC_NONE') return false
      k.wait_on_page_writeback(page)
    }
    return true
  },
}
