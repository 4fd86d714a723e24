/** mm/filemap.c and mm/page-writeback.c, v6.14 to v6.18: the end of writeback, and who is woken. Folios bear the names of pages here. */
import { PageWriteback } from '../../include/linux/page-flags.js'
import { patch } from '../../kernel.js'
import { page_waitqueue, tagsOf, waits_for_page } from '../../mm/filemap.js'

export const pageBitWaitOf618 = patch('page bits of v6.18', {
  /** folio_end_writeback: holds a reference, and wakes only if somebody waited at the moment the bit was cleared. */
  end_page_writeback(k, _base, page) {
    if (k.config.debugVm) k.VM_BUG_ON(!PageWriteback(page), '!folio_test_writeback(folio)')
    k.end_page_writeback_reclaim(page)
    k.get_page(page)
    if (k.test_clear_page_writeback(page)) k.wake_up_page_bit(page, 'PG_writeback')
    k.put_page(page)
  },

  /** __folio_end_writeback: clears the bit and looks for waiters in one operation. @returns whether there are any */
  test_clear_page_writeback(k, _base, page) {
    const mapping = k.page_mapping(page)
    if (mapping === null || mapping === k.swapper_space) return page.flags.clearAndTest('PG_writeback', 'PG_waiters')
    mapping.i_pages.lockIrqsave()
    const waiters = page.flags.clearAndTest('PG_writeback', 'PG_waiters')
    tagsOf(mapping, page.index.get()).clear('PAGECACHE_TAG_WRITEBACK')
    mapping.i_pages.unlockIrqrestore()
    return waiters
  },

  /** folio_wait_writeback. */
  wait_on_page_writeback(k, _base, page) {
    k.world.mightSleep('folio_wait_writeback')
    k.loop(() => {
      if (!PageWriteback(page)) return false
      k.wait_on_page_bit(page, 'PG_writeback')
      return true
    })
  },

  /** folio_wake_bit: the queue is walked to its end under the lock. Bookmarks went with v6.7. */
  wake_up_page_bit(k, _base, page, bit) {
    const q = page_waitqueue(k, page)
    q.lock.lockIrqsave()
    let page_match = false
    for (const entry of q.entries.all()) {
      if (typeof entry === 'string' || !waits_for_page(k, entry, page)) continue
      page_match = true
      if (entry[2] === bit && k.wake_page_function(entry, page, bit) !== 0) break
    }
    if (q.entries.isEmpty() || !page_match) k.ClearPageWaiters(page)
    q.lock.unlockIrqrestore()
  },
})
