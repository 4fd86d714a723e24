/**
 * mm/gup.c, v5.10-rc5: get_user_pages. `start` and `address` are virtual page numbers of the caller's address space.
 *
 * The fast path has interrupts off, which keeps page tables and huge pages from being taken apart by whoever waits for an
 * interrupt of this CPU; page table entries change all the same, and here nothing waits for it.
 */
import type { Kernel } from '../kernel.js'
import type { HugePmd, Mm, Page, Vma } from '../include/linux/mm-types.js'
import {
  HPAGE_PMD_NR,
  pmdOf,
  pmd_present,
  pmd_read,
  pmd_subpage,
  pmd_trans_huge,
  pmd_write,
  pteOf,
  pte_dirty,
  pte_page,
  pte_present,
  pte_write,
} from '../include/linux/pgtable.js'
import { PageDirty, SetPageReferenced } from '../include/linux/page-flags.js'
import { isFault, isFaultError, type FaultFlags, type FaultedPage, type VmFault } from './memory.js'
import { untilDone } from '../lib/debug.js'

export const FOLL_WRITE = 1
export const FOLL_TOUCH = 2
export const FOLL_GET = 4
export const FOLL_PIN = 8

/** A pinned page has so many references more for each pin (GUP_PIN_COUNTING_BIAS). */
export const GUP_PIN_COUNTING_BIAS = 1024

export const gup = {
  /**
   * get_user_pages_fast, internal_get_user_pages_fast. Context: task, no locks. As far as the fast path gets, then the slow
   * one for the rest.
   * @returns the pages, a reference held to each; fewer than asked for, down to none, if the rest cannot be had (EFAULT)
   */
  get_user_pages_fast(k: Kernel, mm: Mm, start: number, nr_pages: number, flags: number): readonly Page[] {
    const pages = k.lockless_pages_from_mm(mm, start, nr_pages, flags)
    if (pages.length === nr_pages) return pages
    return [...pages, ...k.get_user_pages_unlocked(mm, start + pages.length, nr_pages - pages.length, flags)]
  },

  /** lockless_pages_from_mm, gup_pgd_range: up to the first page that the slow path is needed for. Context: interrupts off. */
  lockless_pages_from_mm(k: Kernel, mm: Mm, start: number, nr_pages: number, flags: number): readonly Page[] {
    const pages: Page[] = []
    while (pages.length < nr_pages) {
      const address = start + pages.length
      const pmd = k.config.thp ? pmd_read(mm, address) : null
      if (pmd_trans_huge(pmd)) {
        const some = k.gup_huge_pmd(mm, address, start + nr_pages, flags, pmd)
        if (some.length === 0) break
        pages.push(...some)
      } else {
        const page = k.gup_pte_range(mm, address, flags)
        if (page === null) break
        pages.push(page)
      }
    }
    return pages
  },

  /** gup_huge_pmd: as gup_pte_range, for those pages from `address` to before `end` that one huge entry maps. Context: interrupts off. */
  gup_huge_pmd(k: Kernel, mm: Mm, address: number, end: number, flags: number, orig: HugePmd): readonly Page[] {
    if (!pmd_present(orig) || ((flags & FOLL_WRITE) !== 0 && !pmd_write(orig))) return []
    const next = Math.min(end, (Math.floor(address / HPAGE_PMD_NR) + 1) * HPAGE_PMD_NR)
    const refs = next - address
    if (!k.try_grab_compound_head(orig[0], refs, flags)) return []
    const again = pmdOf(mm, address).get()
    if (!pmd_trans_huge(again) || !k.pmd_same(orig, again)) {
      k.put_compound_head(orig[0], refs, flags)
      return []
    }
    SetPageReferenced(again[0])
    return Array.from({ length: refs }, (_, i) => pmd_subpage(again, address + i))
  },

  /**
   * gup_pte_range for one page. Context: interrupts off, no lock. Reads the entry, takes a reference, reads the entry again:
   * if it has changed the page may be another's by now. To be written to, a page must be mapped writable, not dirty. Neither
   * the page nor the entry becomes dirty, nor the entry young.
   */
  gup_pte_range(k: Kernel, mm: Mm, address: number, flags: number): Page | null {
    const pte = pteOf(mm, address).get()
    const page = pte_page(pte)
    if (page === null || ((flags & FOLL_WRITE) !== 0 && !pte_write(pte))) return null
    if (!k.try_grab_compound_head(k.compound_head(k.memory.raw(k.memory.indexOf(page))), 1, flags)) return null
    const again = pteOf(mm, address).get()
    if (!k.pte_same(pte, again)) {
      k.put_compound_head(page, 1, flags)
      return null
    }
    // The same entry by another use of the same memory: the reference is to that.
    const grabbed = pte_page(again) ?? page
    if (k.gup_pte_range_grabbed(grabbed, flags)) return grabbed
    k.put_compound_head(grabbed, 1, flags)
    return null
  },

  /** get_user_pages_unlocked, __get_user_pages_locked. Context: task. Adds FOLL_TOUCH. */
  get_user_pages_unlocked(k: Kernel, mm: Mm, start: number, nr_pages: number, flags: number): readonly Page[] {
    mm.mmap_lock.downRead()
    const pages = k.__get_user_pages(mm, start, nr_pages, flags | FOLL_TOUCH)
    mm.mmap_lock.upRead()
    return pages
  },

  /**
   * __get_user_pages. Context: mmap_lock held for reading; it is given up while a fault waits for a page, and taken again. Each page is
   * looked up, and faulted in until it is found.
   */
  __get_user_pages(k: Kernel, mm: Mm, start: number, nr_pages: number, flags: number): readonly Page[] {
    const pages: Page[] = []
    for (let address = start; address < start + nr_pages; address++) {
      let page = k.get_user_page_once(mm, address, flags, 'ALLOW_RETRY')
      if (page === 'VM_FAULT_RETRY') {
        // __get_user_pages_locked: FOLL_TRIED for this page.
        mm.mmap_lock.downRead()
        page = k.get_user_page_once(mm, address, flags, 'TRIED')
      }
      if (isFault(page)) break
      pages.push(page)
    }
    return pages
  },

  /** follow_page_mask, follow_pmd_mask. Context: mmap_lock held for reading. @returns null if the page has to be faulted in */
  follow_page_mask(k: Kernel, vma: Vma, address: number, flags: number): Page | null {
    const { mm } = vma
    if (k.config.thp && pmd_trans_huge(pmd_read(mm, address))) {
      mm.pmd_ptl.lock()
      const pmd = pmdOf(mm, address).get()
      const page = pmd_present(pmd) ? k.follow_trans_huge_pmd(vma, address, flags, pmd) : null
      mm.pmd_ptl.unlock()
      return page
    }
    return k.follow_page_pte(vma, address, flags)
  },

  /** follow_page_pte. Context: mmap_lock held for reading. @returns null if the page has to be faulted in */
  follow_page_pte(k: Kernel, vma: Vma, address: number, flags: number): Page | null {
    const { ptl } = vma.mm
    ptl.lock()
    const pte = pteOf(vma.mm, address).get()
    const page = pte_present(pte) && ((flags & FOLL_WRITE) === 0 || pte_write(pte)) ? pte_page(pte) : null
    if (page !== null) {
      k.try_grab_page(page, flags)
      if ((flags & FOLL_TOUCH) !== 0) {
        // Neither the page is locked here, nor does its file system hear of the coming change.
        if ((flags & FOLL_WRITE) !== 0 && !pte_dirty(pte) && !PageDirty(page)) k.set_page_dirty(page)
        k.mark_page_accessed(page)
      }
    }
    ptl.unlock()
    return page
  },

  /** faultin_page. Context: mmap_lock held for reading; given up if RETRY is returned. */
  faultin_page(k: Kernel, vma: Vma, address: number, flags: number, fault_flags: FaultFlags): VmFault {
    return k.handle_mm_fault(vma, address, (flags & FOLL_WRITE) !== 0, fault_flags)
  },

  /** unpin_user_page, unpin_user_pages_dirty_lock with `dirty`. Context: task if dirty, else any. */
  unpin_user_page(k: Kernel, page: Page, dirty: boolean): void {
    const head = k.compound_head(page)
    if (dirty && !PageDirty(head)) k.set_page_dirty_lock(head)
    if (head.refcount.decAndTest(GUP_PIN_COUNTING_BIAS)) k.__put_page(head)
  },
}

/** Inline functions of mm/gup.c and linux/mm.h, and parts of long functions that fixes reach into. */
export const gupInlines = {
  /** What gup_pte_range does with a page whose entry it has found unchanged. @returns false to drop it and take the slow path */
  gup_pte_range_grabbed(_k: Kernel, page: Page, _flags: number): boolean {
    SetPageReferenced(page)
    return true
  },

  /** The loop of __get_user_pages about one page. @returns the page; SIGBUS if it cannot be had; RETRY if the mmap_lock has been given up */
  get_user_page_once(k: Kernel, mm: Mm, address: number, flags: number, fault_flags: FaultFlags): FaultedPage {
    const vma = k.find_vma(mm, address)
    if (vma === undefined) return 'VM_FAULT_SIGBUS'
    return untilDone(k, () => {
      const page = k.follow_page_mask(vma, address, flags)
      if (page !== null) return page
      const fault = k.faultin_page(vma, address, flags, fault_flags)
      if (fault === 'VM_FAULT_RETRY') return fault
      return isFaultError(fault) ? 'VM_FAULT_SIGBUS' : undefined
    })
  },

  /** try_grab_compound_head: speculative references, or pins, of a page that is not known to be in use. A full barrier if it succeeds. */
  try_grab_compound_head(k: Kernel, head: Page, refs: number, flags: number): boolean {
    return k.memory.raw(k.memory.indexOf(head)).refcount.incUnlessZero(referencesOf(refs, flags))
  },

  /** put_compound_head: gives back what try_grab_compound_head has taken, of whatever the memory is used for now. */
  put_compound_head(k: Kernel, page: Page, refs: number, flags: number): void {
    const present = k.compound_head(k.present_use(page))
    if (present.refcount.decAndTest(referencesOf(refs, flags))) k.__put_page(present)
  },

  /** try_grab_page. Context: PTL held, under which the page is mapped. */
  try_grab_page(k: Kernel, page: Page, flags: number): void {
    const head = k.compound_head(page)
    if ((flags & FOLL_PIN) !== 0) head.refcount.add(GUP_PIN_COUNTING_BIAS)
    else k.get_page(head)
  },
}

function referencesOf(refs: number, flags: number): number {
  return (flags & FOLL_PIN) !== 0 ? refs * GUP_PIN_COUNTING_BIAS : refs
}
