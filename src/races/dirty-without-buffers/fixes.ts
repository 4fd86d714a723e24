/** The fixes of the thread, and those merged later, as patches: for both races of the thread. */
import type { Page } from '../../kernel/include/linux/mm-types.js'
import { PagePrivate } from '../../kernel/include/linux/page-flags.js'
import { patch, type Kernel, type Patch } from '../../kernel/kernel.js'
import { ext4Guard, follPin } from '../../kernel/versions/merged-fixes.js'

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

export const patches: readonly Patch[] = [reclaimSkipsExtraRefs, follPin, ext4Guard]
