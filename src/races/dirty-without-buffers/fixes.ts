/** The fixes of the thread, and those merged later, as patches: for both races of the thread. */
import type { Page } from '../../kernel/include/linux/mm-types.js'
import { ClearPageDirty, PagePrivate } from '../../kernel/include/linux/page-flags.js'
import { patch, type Kernel, type Patch } from '../../kernel/kernel.js'
import { FOLL_PIN, FOLL_WRITE } from '../../kernel/mm/gup.js'

/** Whether an isolated page has references that are not of the isolation, the page cache, page tables or buffers. */
function hasExtraRefs(k: Kernel, page: Page): boolean {
  const count = page.refcount.get()
  const cache = k.page_mapping(page) === null ? 0 : 1
  return count !== 1 + cache + page.mapcount.get() + (PagePrivate(page) ? 1 : 0)
}

/**
 * Dave Chinner, 4 Jan 2018, asks why reclaim tries such pages at all. Here it does not, as soon as it has locked them, nor does
 * it take their buffers when there are too many.
 */
const reclaimSkipsExtraRefs = patch('reclaim-skips-extra-refs', {
  page_check_references: (k, base, page) => (hasExtraRefs(k, page) ? 'keep' : base(page)),
  shrink_active_list_strips: (k, base, page) => !hasExtraRefs(k, page) && base(page),
})

/** As in v6.14: direct I/O pins; shrink_page_list asks once the page is unmapped. shrink_active_list does not ask. */
const follPin = patch('foll-pin', {
  iov_iter_gup_flags: () => FOLL_WRITE | FOLL_PIN,
  bio_release_page: (k, _base, page) => k.unpin_user_page(page, false),
  shrink_page_list_unmapped: (k, base, page) => !k.page_maybe_dma_pinned(page) && base(page),
})

/** As in v5.15.55 and v6.14: before mpage_prepare_extent_to_map asks for the buffers. The xarray's tag stays. */
const ext4Guard = patch('ext4-guard', {
  mpage_prepare_extent_page(k, base, mapping, page) {
    if (PagePrivate(page)) return base(mapping, page)
    k.WARN_ON(true, 'page does not have buffers attached')
    ClearPageDirty(page)
    return false
  },
})

export const patches: readonly Patch[] = [reclaimSkipsExtraRefs, follPin, ext4Guard]
