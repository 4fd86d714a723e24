/** The fixes of the thread, as patches. */
import { PageAnon, PageDirty, PageSwapBacked } from '../../kernel/include/linux/page-flags.js'
import { patch, type Patch } from '../../kernel/kernel.js'
import { FOLL_WRITE } from '../../kernel/mm/gup.js'
import { lazyfreeReferencesCounted } from '../../kernel/versions/merged-fixes.js'

/** Mauricio Faria de Oliveira, before 5 Jan: one reference of the isolation, one of the only mapping. */
const v1 = patch('v1', {
  lazyfree_discardable(k, _base, page) {
    const refcount = page.refcount.get()
    k.smp_rmb()
    return refcount === 2 && !PageDirty(page)
  },
})

/** The same, 5 Jan, idea of Minchan Kim: as many mappings as there are. */
const v2 = patch('v2', {
  lazyfree_discardable(k, _base, page) {
    const refcount = page.refcount.get()
    const mapcount = page.mapcount.get()
    k.smp_rmb()
    return refcount - 1 === mapcount && !PageDirty(page)
  },
})

/** The same, 31 Jan, after Yu Zhao; merged as 6c8e2a256915 (v5.18). */
const v3 = patch('v3', lazyfreeReferencesCounted.replacements)

/** Yang Shi, 7 Jan 00:11. */
const noDirtyTest = patch('no-dirty-test', {
  lazyfree_discardable(_k, _base, page) {
    const refcount = page.refcount.get()
    return refcount - 1 === page.mapcount.get()
  },
})

/** Minchan Kim, 11 Jan 18:54: what asynchronous direct reads do before they submit, synchronous ones do too. */
const preDirty = patch('pre-dirty', {
  blkdev_simple_before_submit: (k, _base, bio) => k.bio_set_pages_dirty(bio),
})

/** Minchan Kim, 11 Jan 18:54: fast GUP does what FOLL_TOUCH makes slow GUP do, beside its SetPageReferenced. */
const follTouch = patch('foll-touch', {
  gup_pte_range_grabbed(k, base, page, flags) {
    if ((flags & FOLL_WRITE) !== 0) {
      if (!k.trylock_page(page)) return false
      k.set_page_dirty(page)
      k.unlock_page(page)
    }
    return base(page, flags)
  },
})

/** Minchan Kim, 12 Jan 17:33: written out in that mail. */
const noBatchedFlush = patch('no-batched-flush', {
  lazyfree_discardable(_k, _base, page) {
    if (PageDirty(page)) return false
    const mapcount = page.mapcount.get()
    return mapcount + 1 === page.refcount.get()
  },
  ttu_flags: (_k, base, page) => (PageSwapBacked(page) || !PageAnon(page)) && base(page),
})

/** Huang Ying's question of 13 Jan 05:47. */
const mapcountFirst = patch('mapcount-first', {
  lazyfree_discardable(k, _base, page) {
    k.smp_mb()
    const mapcount = page.mapcount.get()
    const refcount = page.refcount.get()
    k.smp_rmb()
    return refcount === 1 + mapcount && !PageDirty(page)
  },
})

export const patches: readonly Patch[] = [v1, v2, v3, noDirtyTest, preDirty, follTouch, noBatchedFlush, mapcountFirst]
