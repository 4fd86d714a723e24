/** fs/buffer.c, v5.10-rc5, for blocks as large as a page: one buffer head a page. */
import type { Kernel } from '../kernel.js'
import type { BufferHead, Page } from '../include/linux/mm-types.js'
import { ClearPagePrivate, PageDirty, PageLocked, PagePrivate, PageWriteback, SetPagePrivate, TestSetPageDirty } from '../include/linux/page-flags.js'

export const buffer = {
  /** create_empty_buffers, attach_page_private: takes a reference to the page. Context: page locked. */
  create_empty_buffers(k: Kernel, page: Page): void {
    const bh = k.buffer_heads.alloc()
    if (bh === null) k.world.fail('assertion', 'out of buffer heads: the machine has as many as pages')
    bh.flags.assign(0)
    const mapping = k.page_mapping(page)
    mapping?.private_lock.lock()
    if (PageDirty(page)) bh.flags.set('BH_Dirty')
    k.get_page(page)
    page.private.set(bh)
    SetPagePrivate(page)
    mapping?.private_lock.unlock()
  },

  /** mark_buffer_dirty: the buffer first, the page second. Context: a claim to the page; no page lock needed. */
  mark_buffer_dirty(k: Kernel, page: Page, bh: BufferHead): void {
    if (bh.flags.testAndSet('BH_Dirty')) return
    if (TestSetPageDirty(page)) return
    const mapping = k.page_mapping(page)
    if (mapping !== null) k.__set_page_dirty(page, mapping)
  },

  /** __set_page_dirty_buffers: under private_lock the buffer, then the page. @returns whether the page was clean */
  __set_page_dirty_buffers(k: Kernel, page: Page): boolean {
    const mapping = k.page_mapping(page)
    if (mapping === null) return !TestSetPageDirty(page)
    mapping.private_lock.lock()
    if (PagePrivate(page)) k.page_buffers(page).flags.set('BH_Dirty')
    const newly = !TestSetPageDirty(page)
    mapping.private_lock.unlock()
    if (newly) k.__set_page_dirty(page, mapping)
    return newly
  },

  /**
   * block_invalidatepage of the whole page. Context: page locked. The buffers stay if the page is under writeback, or if
   * they are busy.
   */
  block_invalidatepage(k: Kernel, page: Page): void {
    k.BUG_ON(!PageLocked(page), '!PageLocked(page)')
    k.page_buffers(page).flags.clear('BH_Dirty')
    k.try_to_release_page(page)
  },

  /** try_to_release_page (mm/filemap.c), ext4_releasepage. Context: page locked. */
  try_to_release_page(k: Kernel, page: Page): boolean {
    k.BUG_ON(!PageLocked(page), '!PageLocked(page)')
    return !PageWriteback(page) && k.try_to_free_buffers(page)
  },

  /**
   * try_to_free_buffers, drop_buffers. Context: page locked. Dirty buffers stay; so do the buffers of a page under
   * writeback. On success the page's dirty bit goes too, unless the page was truncated.
   */
  try_to_free_buffers(k: Kernel, page: Page): boolean {
    if (PageWriteback(page)) return false
    const mapping = k.page_mapping(page)
    mapping?.private_lock.lock()
    const bh = k.page_buffers(page)
    const dropped = !bh.flags.test('BH_Dirty')
    if (dropped) {
      ClearPagePrivate(page)
      page.private.set(null)
      k.put_page(page)
      if (mapping !== null) k.cancel_dirty_page(page)
    }
    mapping?.private_lock.unlock()
    if (dropped) k.buffer_heads.free(bh)
    return dropped
  },
}

export const bufferInlines = {
  /** page_buffers: a macro that insists on buffers. */
  page_buffers(k: Kernel, page: Page): BufferHead {
    k.BUG_ON(!PagePrivate(page), '!PagePrivate(page)')
    const bh = page.private.get()
    if (bh === null) k.world.fail('null-dereference', 'page_private(page) is NULL')
    return bh
  },
}
