/** mm/filemap.c as it was up to v5.0, before 6b4c9f446981: a fault gives the mmap_sem up for a page that is locked, not before it reads one. */
import { patch } from '../kernel.js'

export const oldFaultRetry = patch('old-fault-retry', {
  /** Up to v5.0: the page is waited for, but not locked, without the mmap_sem (lock_page_or_retry). */
  filemap_fault(k, _base, mapping, index, mm) {
    for (;;) {
      const page = k.find_get_page(mapping, index)
      if (page === null) {
        if (!k.filemap_fault_read(mapping, index)) return 'VM_FAULT_SIGBUS'
        continue
      }
      if (!k.lock_page_or_retry(page, mm)) {
        k.put_page(page)
        return mm === null ? 'VM_FAULT_SIGBUS' : 'VM_FAULT_RETRY'
      }
      if (page.mapping.get() === mapping) return page
      k.unlock_page(page)
      k.put_page(page)
    }
  },
})
