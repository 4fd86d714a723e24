/** What was merged about the page that the end of the file lies in. */
import { inodeOf } from '../../kernel/fs/block-map.js'
import { patch, type Patch } from '../../kernel/kernel.js'

/** pagecache_isize_extended, 90a8020278c1 (v3.18): when a file grows, the page of its old end is write-protected, so that the next store asks. */
const pagecacheIsizeExtended = patch('pagecache-isize-extended', {
  truncate_setsize(k, base, file, size) {
    const before = k.i_size_read(file)
    base(file, size)
    const { blocks_per_page } = inodeOf(file)
    if (size <= before || before % blocks_per_page === 0) return
    const page = k.find_get_page(file, Math.floor(before / blocks_per_page))
    if (page === null) return
    k.lock_page(page)
    if (k.page_cached_in(page, file) && k.page_mkclean(page) > 0) k.set_page_dirty(page)
    k.unlock_page(page)
    k.put_page(page)
  },
})

export const patches: readonly Patch[] = [pagecacheIsizeExtended]
