/** mm/page-writeback.c, v3.4: what the loops over dirty pages of ext4 and XFS have in common. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page, SyncMode } from '../include/linux/mm-types.js'
import type { Transfer } from '../fs/block-map.js'

/** Steps that the loops of write_cache_pages and write_cache_pages_da have in common. */
export const writebackLoop = {
  /**
   * A dirty page is locked to be written. One under writeback is waited for by WB_SYNC_ALL, and skipped else.
   * @returns the page, locked and referenced; null if it is not to be written
   */
  lock_dirty_page(k: Kernel, file: AddressSpace, index: number, sync_mode: SyncMode): Page | null {
    const page = k.find_get_page(file, index)
    if (page === null) return null
    k.lock_page(page)
    if (k.page_cached_in(page, file) && page.flags.test('PG_dirty') && k.write_cache_pages_wait(page, sync_mode)) return page
    k.unlock_page(page)
    k.put_page(page)
    return null
  },

  /** The transfer of a page under writeback, and its completion. The task that submits does not go on before; nor would it look at the page. */
  writeback_bio(k: Kernel, file: AddressSpace, page: Page, transfer: Transfer): void {
    k.dma_write(page, file, transfer)
    k.end_page_writeback(page)
    k.put_page(page)
  },
}

export const writebackLoopInlines = {
  /** A look for a page that bears the DIRTY tag. */
  find_dirty_page(k: Kernel, file: AddressSpace, index: number): Page | null {
    const page = file.slots[index]?.get() ?? null
    return page !== null && k.page_tagged(page, 'PG_dirty') ? page : null
  },
}
