/** block/bio.c, mm/gup.c and mm/process_vm_access.c, v6.14 to v6.18: what else has changed about pages of users' buffers, beside that they are pinned. */
import { PageDirty } from '../../include/linux/page-flags.js'
import type { Page } from '../../include/linux/mm-types.js'
import { patch, type Kernel } from '../../kernel.js'
import { FOLL_PIN } from '../../mm/gup.js'

/** bio_for_each_folio_all: a huge page counts once. */
function foliosOf(k: Kernel, pages: readonly Page[]): readonly Page[] {
  return pages.map((page) => k.compound_head(page)).filter((head, i, heads) => i === 0 || !k.memory.same(head, heads[i - 1] as Page))
}

export const directIoOf618 = patch('direct I/O of v6.18', {

  /** Since v6.5 pages of huge ones are dirtied like others. */
  bio_set_pages_dirty(k, _base, bio) {
    for (const folio of foliosOf(k, bio[2])) k.set_page_dirty_lock(folio)
  },

  bio_release_pages(k, _base, bio, mark_dirty) {
    for (const folio of foliosOf(k, bio[2])) {
      if (mark_dirty) k.set_page_dirty_lock(folio)
      for (const page of bio[2]) if (k.memory.same(k.compound_head(page), folio)) k.bio_release_page(page)
    }
  },

  bio_check_pages_dirty(k, _base, bio) {
    if (foliosOf(k, bio[2]).every((folio) => PageDirty(folio))) k.bio_release_pages(bio, false)
    else k.queue_work(bio)
  },

  /** gup_fast: a fork that write-protects entries meanwhile, and may not have seen the pin, sends it the slow way. */
  lockless_pages_from_mm(k, base, mm, start, nr_pages, flags) {
    if ((flags & FOLL_PIN) === 0) return base(mm, start, nr_pages, flags)
    const seq = mm.write_protect_seq.get()
    if (seq % 2 === 1) return []
    const pages = base(mm, start, nr_pages, flags)
    if (mm.write_protect_seq.get() === seq) return pages
    for (const page of pages) k.unpin_user_page(page, false)
    return []
  },

  /** process_vm_rw_core: a pin for a moment. */
  process_vm_readv(k, _base, vma, page) {
    const [got] = k.get_user_pages_unlocked(vma.mm, vma.start + page, 1, FOLL_PIN)
    if (got !== undefined) k.unpin_user_page(got, false)
    return got !== undefined
  },
})
