/** mm/vmscan.c in other versions. */
import { __ClearPageFlag } from '../include/linux/page-flags.js'
import { patch } from '../kernel.js'

/** Up to v4.20: reclaim unlocks a page it is about to free without atomic operation, and without waking anybody. */
export const freesWithoutUnlock = patch('reclaim before v4.20', {
  shrink_page_list_unlock_freed(k, _base, page) {
    k.lock_given_up(page)
    __ClearPageFlag(page, 'PG_locked')
  },
})

/**
 * Since v5.16 and before: a lazyfree page whose count could be frozen is freed whether it is dirty or not, because nobody maps
 * it and nobody has a reference; and a page that may be pinned gets no swap space.
 */
export const reclaimOf516 = patch('reclaim of v5.16', {
  freeze_lazyfree: (_k, _base, page) => page.refcount.compareExchange(1, 0),
  shrink_page_list_add_to_swap: (k, base, page) => !k.page_maybe_dma_pinned(page) && base(page),
})
