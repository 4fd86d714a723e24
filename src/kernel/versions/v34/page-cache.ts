/**
 * The page cache of v3.4, for files with extent maps that are neither reclaimed nor migrated. What differs from v5.10: there is no
 * PG_waiters, whoever waits for a bit looks again in a loop, and the end of writeback wakes by address without touching the page.
 *
 * Left out is what nobody in these programs can see: the LRU, the tags (a page bears a tag if it has the flag), and locks whose
 * critical sections are one step each on what they protect (tree_lock).
 */
import { untilDone } from '../../lib/debug.js'
import { firstBlockOf, inodeOf, isExt4 } from '../../fs/block-map.js'
import { page_waitqueue, slotOf, waits_for_page } from '../../mm/filemap.js'
import { patch, type Kernel } from '../../kernel.js'
import type { Page, WaitEntry } from '../../include/linux/mm-types.js'

export const pageCacheOf34 = patch('page cache of v3.4', {
  get_page(k, _base, page) {
    k.page_ref_inc(page)
  },

  put_page(k, _base, page) {
    k.page_ref_dec(page)
  },

  find_get_page(k, _base, mapping, index) {
    const page = slotOf(mapping, index).get()
    if (page !== null) k.page_ref_inc(page)
    return page
  },

  find_get_page_tag(k, _base, mapping, index, tag) {
    const page = slotOf(mapping, index).get()
    if (page === null || !k.page_tagged(page, tag === 'PAGECACHE_TAG_WRITEBACK' ? 'PG_writeback' : 'PG_dirty')) return null
    k.page_ref_inc(page)
    return page
  },

  /** __wait_on_bit, __wait_on_bit_lock: hashed by address and bit, and tested again after each wake-up. */
  wait_on_page_bit_common(k, _base, page, bit, behavior) {
    const { flags } = page
    if (k.config.page_lock_handover && bit === 'PG_locked') return waitForHandover(k, page, behavior === 'EXCLUSIVE')
    return untilDone(k, () => {
      k.world.until(() => !flags.test(bit), `${bit} of the page to be clear`)
      return behavior !== 'EXCLUSIVE' || !flags.testAndSet(bit) ? true : undefined
    })
  },

  unlock_page(k, _base, page) {
    k.lock_given_up(page)
    if (!k.config.page_lock_handover || !handOver(k, page)) page.flags.clear('PG_locked')
  },

  end_page_writeback(k, _base, page) {
    if (!page.flags.testAndClear('PG_writeback')) k.BUG('!test_clear_page_writeback(page)')
  },

  set_page_writeback(_k, _base, page) {
    page.flags.set('PG_writeback')
  },

  add_to_page_cache_lru(k, _base, page, mapping, index) {
    k.page_cache_prepare(page, mapping, index)
    if (slotOf(mapping, index).compareExchange(null, page)) return true
    k.page_cache_dismiss(page)
    return false
  },

  /** filemap_fault: the size is looked at before, and again when the page is locked. */
  filemap_fault(k, _base, file, index, mm) {
    const first = firstBlockOf(file, index)
    if (first >= k.i_size_read(file)) return 'VM_FAULT_SIGBUS'
    return untilDone(k, () => {
      const page = k.find_get_page(file, index)
      if (page === null) return k.fault_reads_page(file, index, mm) ? undefined : 'VM_FAULT_RETRY'
      if (!k.lock_page_or_retry(page, mm)) {
        k.put_page(page)
        return mm === null ? 'VM_FAULT_SIGBUS' : 'VM_FAULT_RETRY'
      }
      const cached = k.page_cached_in(page, file)
      if (cached && first < k.i_size_read(file)) return page
      k.unlock_page(page)
      k.put_page(page)
      return cached ? 'VM_FAULT_SIGBUS' : undefined
    })
  },

  /**
   * vfs_fsync_range, ext4_sync_file, xfs_file_fsync: what is dirty is written and waited for; then ext4 does under i_mutex what workers have
   * not done yet, and waits for the journal; XFS forces the log. (That is done even if nothing of the file is in the running transaction,
   * which may be committed at any time.)
   */
  fsync(k, _base, file) {
    const begun = k.oracle_sync_begins(file)
    k.filemap_write_and_wait_pages(file, 0, file.slots.length)
    if (isExt4(file)) file.i_rwsem.downWrite()
    if (isExt4(file) && k.config.aio > 0) k.ext4_flush_completed_IO(file)
    k.commit(inodeOf(file).disk, file)
    if (isExt4(file)) file.i_rwsem.upWrite()
    k.oracle_file_synced(file, begun)
  },

  truncate_inode_page(k, _base, file, page) {
    k.truncate_page_of_inode(file, page)
  },

  delete_from_page_cache(k, _base, page, mapping) {
    slotOf(mapping, k.page_index(page)).set(null)
    k.page_cache_removed(page)
  },

  /** __set_page_dirty_buffers; callers have the page locked, or its entry in a page table just cleared. */
  set_page_dirty: (_k, _base, page) => !page.flags.testAndSet('PG_dirty'),

  clear_page_dirty_for_io(k, _base, page) {
    if (k.page_mkclean(page) > 0) k.set_page_dirty(page)
    return page.flags.testAndClear('PG_dirty')
  },
})

/** As __wait_on_bit_lock, or __wait_on_bit, but in turn. */
function waitForHandover(k: Kernel, page: Page, exclusive: boolean): boolean {
  const { entries } = page_waitqueue(k, page)
  const entry: WaitEntry = [k.current_waiter(), page, 'PG_locked', exclusive ? 'handoff' : 'shared']
  entries.push(entry)
  return untilDone(k, () => {
    k.world.until(() => !entries.has(entry) || !page.flags.test('PG_locked'), 'PG_locked of the page to be clear')
    if (!entries.has(entry)) return true
    if (exclusive && page.flags.testAndSet('PG_locked')) return undefined
    entries.remove(entry)
    return true
  })
}

/** Lets go who only waits for the lock to be free, and makes the task that has waited longest for it the owner. @returns false if nobody wants it */
function handOver(k: Kernel, page: Page): boolean {
  const { entries } = page_waitqueue(k, page)
  for (const entry of entries.all()) {
    if (typeof entry === 'string' || !waits_for_page(k, entry, page)) continue
    if (entries.remove(entry) && entry[3] === 'handoff') return true
  }
  return false
}
