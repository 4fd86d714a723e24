/** mm/vmscan.c, mm/rmap.c and mm/truncate.c, v6.14 to v6.18. */
import { PageDirty, PagePrivate, PageWriteback } from '../../include/linux/page-flags.js'
import { patch } from '../../kernel.js'

export const reclaimOf618 = patch('reclaim of v6.18', {
  /** No file system has a ->writepage any more, and since v6.16 pageout() only writes shmem and swap: dirty pages of files stay. */
  kswapd_writes_files: () => false,

  /**
   * folio_try_share_anon_rmap_pte: a page that may be pinned is not unmapped. (The kernel asks only of pages that are PageAnonExclusive; a
   * page that is shared can not be pinned for stores, and nothing here pins pages in another way.)
   */
  try_share_anon_rmap(k, _base, page) {
    k.smp_mb()
    return !k.page_maybe_dma_pinned(page)
  },

  /** mapping_evict_folio: references are counted before the buffers are taken. */
  invalidate_inode_page(k, _base, page) {
    const mapping = k.page_mapping(page)
    if (mapping === null || PageDirty(page) || PageWriteback(page)) return false
    if (page.refcount.get() > 2 + (PagePrivate(page) ? 1 : 0)) return false
    if (PagePrivate(page) && !k.try_to_release_page(page)) return false
    return k.remove_mapping(mapping, page)
  },
})
