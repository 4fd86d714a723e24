/** What was proposed in the threads of the catalogue, or after them, and merged: part of later versions, and fixes for those before. */
import { ClearPageDirty, PageDirty, PagePrivate } from '../include/linux/page-flags.js'
import { patch } from '../kernel.js'
import { FOLL_PIN, FOLL_WRITE } from '../mm/gup.js'

/** 6c8e2a256915 (v5.18), mm/rmap.c: the barrier pairs with fast GUP's reference. */
export const lazyfreeReferencesCounted = patch('lazyfree references counted', {
  lazyfree_discardable(k, _base, page) {
    k.smp_mb()
    const refcount = page.refcount.get()
    const mapcount = page.mapcount.get()
    k.smp_rmb()
    return refcount === 1 + mapcount && !PageDirty(page)
  },
})

/** As in v6.14: direct I/O pins; shrink_page_list asks once the page is unmapped. shrink_active_list does not ask. */
export const follPin = patch('foll-pin', {
  iov_iter_gup_flags: () => FOLL_WRITE | FOLL_PIN,
  bio_release_page: (k, _base, page) => k.unpin_user_page(page, false),
  shrink_page_list_unmapped: (k, base, page) => !k.page_maybe_dma_pinned(page) && base(page),
})

/** As in v5.15.55 and v6.14: before mpage_prepare_extent_to_map asks for the buffers. The xarray's tag stays. */
export const ext4Guard = patch('ext4-guard', {
  mpage_prepare_extent_page(k, base, mapping, page) {
    if (PagePrivate(page)) return base(mapping, page)
    k.WARN_ON(true, 'page does not have buffers attached')
    ClearPageDirty(page)
    return false
  },
})

/** Merged for v5.8: FS_IOC_FSSETXATTR flushes nothing, and S_DAX follows when the inode is read into memory again. */
export const daxFixedInCore = patch('fixed-in-core', {
  xfs_ioctl_setattr_dax_invalidate: () => 'nothing',
  xfs_diflags_to_linux: () => undefined,
})
