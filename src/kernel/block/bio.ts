/** block/bio.c, v5.10-rc5: the pages of bios of direct I/O. Each has a reference that is the bio's. */
import type { Kernel } from '../kernel.js'
import type { Bio, IovIter, Page } from '../include/linux/mm-types.js'
import { PageDirty } from '../include/linux/page-flags.js'
import { FOLL_GET, FOLL_WRITE } from '../mm/gup.js'

export const bio = {
  /**
   * bio_iov_iter_get_pages, __bio_iov_iter_get_pages: pages `from` to `from + nr` of the user's buffer. Context: task.
   * @returns the pages; fewer than asked for if the rest cannot be had
   */
  bio_iov_iter_get_pages(k: Kernel, iter: IovIter, from: number, nr: number): readonly Page[] {
    return k.iov_iter_get_pages(iter, from, nr)
  },

  /** iov_iter_get_pages (lib/iov_iter.c) of a buffer that is to be written to. */
  iov_iter_get_pages(k: Kernel, [vma, first]: IovIter, from: number, nr: number): readonly Page[] {
    return k.get_user_pages_fast(vma.mm, vma.start + first + from, nr, k.iov_iter_gup_flags())
  },

  /** bio_set_pages_dirty: before submission, and so before the pages are written to. Context: task. Pages of compound ones stay clean. */
  bio_set_pages_dirty(k: Kernel, bio: Bio): void {
    for (const page of bio[2]) if (!k.PageCompound(page)) k.set_page_dirty_lock(page)
  },

  /** bio_release_pages. Context: task or kworker if `mark_dirty`, else any. Each page is dirtied, then put. */
  bio_release_pages(k: Kernel, bio: Bio, mark_dirty: boolean): void {
    for (const page of bio[2]) {
      if (mark_dirty && !k.PageCompound(page)) k.set_page_dirty_lock(page)
      k.bio_release_page(page)
    }
  },

  /**
   * bio_check_pages_dirty: at completion of a read whose pages were dirtied before. Context: interrupt. If one is clean again,
   * because it was written meanwhile, the bio is left to a kernel worker, which may sleep.
   */
  bio_check_pages_dirty(k: Kernel, bio: Bio): void {
    for (const page of bio[2]) {
      if (PageDirty(page) || k.PageCompound(page)) continue
      // bio_dirty_list, schedule_work: each bio is an item of work of its own here.
      k.queue_work(bio)
      return
    }
    k.bio_release_pages(bio, false)
  },

  /** bio_dirty_fn of one bio. Context: kworker. */
  bio_dirty_fn(k: Kernel, bio: Bio): void {
    k.bio_release_pages(bio, true)
  },
}

/** What fixes and versions change about the references of direct I/O. */
export const bioInlines = {
  /** How direct I/O asks for pages that are read into: references, not pins, up to v6.1. */
  iov_iter_gup_flags(_k: Kernel): number {
    return FOLL_WRITE | FOLL_GET
  },

  /** Gives up a reference that direct I/O has to a page. */
  bio_release_page(k: Kernel, page: Page): void {
    k.put_page(page)
  },
}
