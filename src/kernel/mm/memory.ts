/** mm/memory.c, v5.10-rc5: page faults. What a load maps besides its own page is in fault-around.ts. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Mm, Page, Vma } from '../include/linux/mm-types.js'
import { ZERO } from '../include/linux/mm-types.js'
import {
  PMD_TABLE,
  is_migration_entry,
  mk_pte,
  pmdOf,
  pmd_read,
  pmd_trans_huge,
  pmd_write,
  pteOf,
  pte_mkdirty,
  pte_mkwrite,
  pte_mkyoung,
  pte_page,
  pte_present,
  pte_to_swp_entry,
  pte_write,
  zero_pte,
  type SomePte,
} from '../include/linux/pgtable.js'
import { PageAnon, PageLocked, PageSwapCache } from '../include/linux/page-flags.js'
import { wordOf } from '../block/blocks.js'

/**
 * vm_fault_t: 0 if the fault was dealt with; NOPAGE if the entry has changed, so that the access is to be tried again; or a
 * signal. RETRY: the mmap_lock has been given up. (VM_FAULT_WRITE is left out: it says something only to those who write to what is
 * mapped read-only.)
 */
export type VmFault =
  | 0
  | 'VM_FAULT_NOPAGE'
  | 'VM_FAULT_LOCKED'
  | 'VM_FAULT_DONE_COW'
  | 'VM_FAULT_FALLBACK'
  | 'VM_FAULT_RETRY'
  | 'VM_FAULT_OOM'
  | 'VM_FAULT_SIGBUS'
  | 'VM_FAULT_SIGSEGV'

/** What ->fault returns: a page, or that there is none: beyond the end of the file, without memory, or not yet. */
export type FaultedPage = Page | 'VM_FAULT_SIGBUS' | 'VM_FAULT_RETRY'

export function isFault(page: FaultedPage): page is 'VM_FAULT_SIGBUS' | 'VM_FAULT_RETRY' {
  return typeof page === 'string'
}

/** VM_FAULT_ERROR. */
export function isFaultError(fault: VmFault): boolean {
  return fault === 'VM_FAULT_OOM' || fault === 'VM_FAULT_SIGBUS' || fault === 'VM_FAULT_SIGSEGV'
}

/**
 * FAULT_FLAG_ALLOW_RETRY, FAULT_FLAG_TRIED, or neither. The first time whoever waits for a page in a fault gives the mmap_lock up, and the
 * fault returns RETRY; the second time it keeps it. (Up to v5.6 ALLOW_RETRY is taken away for that, since v5.7 TRIED is added and
 * fault_flag_allow_retry_first looks at both: who waits for pages sees no difference.)
 */
export type FaultFlags = 'ALLOW_RETRY' | 'TRIED' | 'NO_RETRY'

/** Context of all of them: page fault or get_user_pages, mmap_lock held for reading; `address` is a virtual page number. */
export const memory = {
  /** handle_mm_fault, __handle_mm_fault: where huge pages may be, they come first. */
  handle_mm_fault(k: Kernel, vma: Vma, address: number, write: boolean, flags: FaultFlags): VmFault {
    if (vma.huge) {
      const pmd = pmd_read(vma.mm, address)
      let fault: VmFault = 'VM_FAULT_FALLBACK'
      if (pmd === null) fault = k.do_huge_pmd_anonymous_page(vma, address)
      else if (pmd_trans_huge(pmd)) {
        if (!write || pmd_write(pmd)) {
          k.huge_pmd_set_accessed(vma, address, write, pmd)
          return 0
        }
        fault = k.do_huge_pmd_wp_page(vma, address, pmd)
      }
      if (fault !== 'VM_FAULT_FALLBACK') return fault
    }
    return k.handle_pte_fault(vma, address, write, flags)
  },

  /** handle_pte_fault. Looks at the entry without the PTL, and again under it. */
  handle_pte_fault(k: Kernel, vma: Vma, address: number, write: boolean, flags: FaultFlags): VmFault {
    const { ptl } = vma.mm
    const ptep = pteOf(vma.mm, address)
    if (vma.huge && pmd_trans_huge(pmd_read(vma.mm, address))) return 0
    const orig = ptep.get()
    if (orig === null) return vma.file === null ? k.do_anonymous_page(vma, address, write) : k.do_fault(vma, address, write, flags)
    if (!pte_present(orig)) return k.do_swap_page(vma, address, write, orig, flags)
    ptl.lock()
    if (k.pte_same(ptep.get(), orig)) {
      if (write && !pte_write(orig)) return k.do_wp_page(vma, address, orig)
      k.ptep_set_access_flags(vma, address, write ? pte_mkyoung(pte_mkdirty(orig)) : pte_mkyoung(orig), write)
    }
    ptl.unlock()
    return 0
  },

  /** do_anonymous_page. A load gets the zero page, without an allocation, a reference or a mapping counted. */
  do_anonymous_page(k: Kernel, vma: Vma, address: number, write: boolean): VmFault {
    const { ptl } = vma.mm
    const ptep = pteOf(vma.mm, address)
    if (vma.huge && !k.pte_alloc(vma.mm, address)) return 0
    if (!write) {
      ptl.lock()
      if (ptep.get() === null) ptep.set(zero_pte())
      ptl.unlock()
      return 0
    }
    const page = k.alloc_zeroed_user_highpage()
    if (page === null) return 'VM_FAULT_OOM'
    k.__SetPageUptodate(page)
    ptl.lock()
    if (ptep.get() === null) {
      k.page_add_new_anon_rmap(page, vma, address)
      k.lru_cache_add(page)
      ptep.set(pte_mkwrite(pte_mkdirty(mk_pte(page))))
    } else {
      k.put_page(page)
    }
    ptl.unlock()
    return 0
  },

  /** alloc_zeroed_user_highpage_movable. @returns null without memory */
  alloc_zeroed_user_highpage(k: Kernel): Page | null {
    const page = k.alloc_page()
    if (page !== null) k.clear_user_highpage(page)
    return page
  },

  /** do_wp_page: a store to what is mapped read-only. Context: PTL held, which it gives up. */
  do_wp_page(k: Kernel, vma: Vma, address: number, orig: SomePte): VmFault {
    const page = pte_page(orig)
    if (page !== null) {
      if (PageAnon(page)) {
        if (k.do_wp_page_reuses(page)) {
          k.wp_page_reuse(vma, address, orig)
          return 0
        }
      } else if (vma.shared) {
        return k.wp_page_shared(vma, address, orig, page)
      }
      k.get_page(page)
    }
    vma.mm.ptl.unlock()
    return k.wp_page_copy(vma, address, orig, page)
  },

  /**
   * wp_page_copy: replaces the mapped page by a copy, if the entry is still `orig`. Context: a reference to the old page is
   * held and used up; null for the zero page.
   */
  wp_page_copy(k: Kernel, vma: Vma, address: number, orig: SomePte, old_page: Page | null): VmFault {
    const { ptl } = vma.mm
    const ptep = pteOf(vma.mm, address)
    const new_page = old_page === null ? k.alloc_zeroed_user_highpage() : k.alloc_page()
    if (new_page === null) {
      if (old_page !== null) k.put_page(old_page)
      return 'VM_FAULT_OOM'
    }
    if (old_page !== null) k.copy_user_highpage(new_page, old_page)
    else k.cow_user_page(new_page, vma, orig)
    k.__SetPageUptodate(new_page)
    ptl.lock()
    if (k.pte_same(ptep.get(), orig)) {
      // Cleared and flushed first: no CPU may read the old page after another has stored to the new one.
      k.ptep_clear_flush(vma, address)
      k.page_add_new_anon_rmap(new_page, vma, address)
      k.lru_cache_add(new_page)
      ptep.set(pte_mkwrite(pte_mkdirty(mk_pte(new_page))))
      // Only now: whoever finds the old page mapped once may store to it in place.
      if (old_page !== null) {
        k.page_remove_rmap(old_page)
        k.put_page(old_page)
      }
    } else {
      k.put_page(new_page)
    }
    ptl.unlock()
    if (old_page !== null) k.put_page(old_page)
    return 0
  },

  /** wp_page_shared, of a file whose file system wants to hear of the store. Context: PTL held, which it gives up. */
  wp_page_shared(k: Kernel, vma: Vma, address: number, orig: SomePte, page: Page): VmFault {
    k.get_page(page)
    vma.mm.ptl.unlock()
    let fault = k.do_page_mkwrite(vma, page)
    if (fault === 0) {
      fault = k.finish_mkwrite_fault(vma, address, orig)
      if (fault === 0) k.fault_dirty_shared_page(page)
      else k.unlock_page(page)
    }
    k.put_page(page)
    return fault
  },

  /**
   * do_page_mkwrite: the file system prepares the page for stores. Context: a reference held, no lock.
   * @returns 0 with the page locked; NOPAGE if it was truncated
   */
  do_page_mkwrite(k: Kernel, vma: Vma, page: Page): VmFault {
    const mapping = fileOf(vma)
    return k[mapping.a_ops.page_mkwrite](mapping, page) ? 0 : 'VM_FAULT_NOPAGE'
  },

  /** finish_mkwrite_fault: makes the entry writable and dirty, if it is still `orig`. Context: page locked. */
  finish_mkwrite_fault(k: Kernel, vma: Vma, address: number, orig: SomePte): VmFault {
    const { ptl } = vma.mm
    ptl.lock()
    if (!k.pte_same(pteOf(vma.mm, address).get(), orig)) {
      ptl.unlock()
      return 'VM_FAULT_NOPAGE'
    }
    k.wp_page_reuse(vma, address, orig)
    return 0
  },

  /** fault_dirty_shared_page. Context: page locked; unlocks it. */
  fault_dirty_shared_page(k: Kernel, page: Page): void {
    k.set_page_dirty(page)
    if (k.config.debugVm) k.VM_BUG_ON(PageAnon(page), 'PageAnon(page)')
    k.unlock_page(page)
  },

  /** do_fault: nothing is mapped yet of a file. */
  do_fault(k: Kernel, vma: Vma, address: number, write: boolean, flags: FaultFlags): VmFault {
    if (!write) return k.do_read_fault(vma, address, flags)
    return vma.shared ? k.do_shared_fault(vma, address, flags) : k.do_cow_fault(vma, address, flags)
  },

  /** do_read_fault: maps the page of the file read-only. */
  do_read_fault(k: Kernel, vma: Vma, address: number, flags: FaultFlags): VmFault {
    const around = k.read_fault_around(vma, address)
    if (around !== 0) return around
    const page = k.__do_fault(vma, address, flags)
    if (isFault(page)) return page
    const fault = k.finish_fault(vma, address, false, page)
    k.unlock_page(page)
    if (fault !== 0) k.put_page(page)
    return fault
  },

  /** do_cow_fault: a store to a private mapping of a file gets a copy. */
  do_cow_fault(k: Kernel, vma: Vma, address: number, flags: FaultFlags): VmFault {
    const cow_page = k.alloc_page()
    if (cow_page === null) return 'VM_FAULT_OOM'
    const page = k.__do_fault(vma, address, flags)
    if (isFault(page)) {
      k.put_page(cow_page)
      return page
    }
    k.copy_user_highpage(cow_page, page)
    k.__SetPageUptodate(cow_page)
    const fault = k.finish_fault(vma, address, true, cow_page)
    k.unlock_page(page)
    k.put_page(page)
    if (fault !== 0) k.put_page(cow_page)
    return fault
  },

  /** do_shared_fault: the page is unlocked for page_mkwrite, which locks it again until it is mapped and dirty. */
  do_shared_fault(k: Kernel, vma: Vma, address: number, flags: FaultFlags): VmFault {
    const page = k.__do_fault(vma, address, flags)
    if (isFault(page)) return page
    k.unlock_page(page)
    let fault = k.do_page_mkwrite(vma, page)
    if (fault !== 0) {
      k.put_page(page)
      return fault
    }
    fault = k.finish_fault(vma, address, true, page)
    if (fault === 0) {
      k.fault_dirty_shared_page(page)
    } else {
      k.unlock_page(page)
      k.put_page(page)
    }
    return fault
  },

  /** __do_fault. @returns the page of the file, locked and referenced; or what the fault comes to */
  __do_fault(k: Kernel, vma: Vma, address: number, flags: FaultFlags): FaultedPage {
    const page = k.filemap_fault(fileOf(vma), vma.pgoff + address - vma.start, flags === 'ALLOW_RETRY' ? vma.mm : null)
    if (!isFault(page) && k.config.debugVm) k.VM_BUG_ON(!PageLocked(page), '!PageLocked(page)')
    return page
  },

  /** finish_fault: maps the page if nothing is mapped; then the entry has the caller's reference. Context: file page locked. */
  finish_fault(k: Kernel, vma: Vma, address: number, write: boolean, page: Page): VmFault {
    const { ptl } = vma.mm
    ptl.lock()
    const set = k.alloc_set_pte(vma, address, write, page)
    ptl.unlock()
    return set ? 0 : 'VM_FAULT_NOPAGE'
  },

  /**
   * do_swap_page, of a swap device that is read through the swap cache. For a store, a page whose swap slot nobody else uses is
   * taken as it is; another is mapped read-only first and then copied. Swap is never full, so the page stays in the swap cache.
   */
  do_swap_page(k: Kernel, vma: Vma, address: number, write: boolean, orig: SomePte, flags: FaultFlags): VmFault {
    const { ptl } = vma.mm
    const ptep = pteOf(vma.mm, address)
    if (is_migration_entry(orig)) {
      k.migration_entry_wait(vma.mm, address)
      return 0
    }
    const entry = pte_to_swp_entry(orig)
    const page = k.lookup_swap_cache(entry) ?? k.read_swap_cache_async(entry)
    if (page === null) {
      ptl.lock()
      const same = k.pte_same(ptep.get(), orig)
      ptl.unlock()
      return same ? 'VM_FAULT_OOM' : 0
    }
    if (!k.lock_page_or_retry(page, flags === 'ALLOW_RETRY' ? vma.mm : null)) {
      k.put_page(page)
      return flags === 'ALLOW_RETRY' ? 'VM_FAULT_RETRY' : 'VM_FAULT_SIGBUS'
    }
    const cached = PageSwapCache(page) && page.swap.get() === entry
    if (cached) ptl.lock()
    if (!cached || !k.pte_same(ptep.get(), orig)) {
      if (cached) ptl.unlock()
      k.unlock_page(page)
      k.put_page(page)
      return 0
    }
    let pte = mk_pte(page)
    const reused = write && k.reuse_swap_page(page)
    if (reused) pte = pte_mkwrite(pte_mkdirty(pte))
    ptep.set(pte)
    k.do_page_add_anon_rmap(page, vma, address)
    k.swap_free(entry)
    k.unlock_page(page)
    if (write && !reused) return k.do_wp_page(vma, address, pte)
    ptl.unlock()
    return 0
  },
}

/** Inline functions of mm/memory.c and linux/highmem.h, and parts of long functions that differ between versions. */
export const memoryInlines = {
  /** pte_alloc, pmd_trans_unstable: a page table where nothing is yet. @returns false if there is a huge page now */
  pte_alloc(_k: Kernel, mm: Mm, address: number): boolean {
    const pmdp = pmdOf(mm, address)
    if (pmd_read(mm, address) === null) {
      mm.pmd_ptl.lock()
      if (pmdp.get() === null) pmdp.set(PMD_TABLE)
      mm.pmd_ptl.unlock()
    }
    return !pmd_trans_huge(pmd_read(mm, address))
  },

  /**
   * alloc_set_pte. Context: file page locked, PTL held.
   * @returns false (NOPAGE) if something is mapped already
   */
  alloc_set_pte(k: Kernel, vma: Vma, address: number, write: boolean, page: Page): boolean {
    const ptep = pteOf(vma.mm, address)
    if (ptep.get() !== null) return false
    if (write && !vma.shared) {
      k.page_add_new_anon_rmap(page, vma, address)
      k.lru_cache_add(page)
    } else {
      k.page_add_file_rmap(page)
    }
    ptep.set(write ? pte_mkwrite(pte_mkdirty(mk_pte(page))) : mk_pte(page))
    return true
  },

  /**
   * Whether do_wp_page lets the only user of an anonymous page store to it in place. Since v5.9 it is the count of references
   * that decides: another's, also a speculative one or one of the LRU's, means a copy. Context: PTL held.
   */
  do_wp_page_reuses(k: Kernel, page: Page): boolean {
    const head = k.compound_head(page)
    if (head.refcount.get() !== 1) return false
    if (!k.trylock_page(head)) return false
    const alone = page.mapcount.get() === 1 && head.refcount.get() === 1
    k.unlock_page(head)
    return alone
  },

  /** wp_page_reuse: makes the entry writable and dirty. Context: PTL held, which it gives up. */
  wp_page_reuse(k: Kernel, vma: Vma, address: number, orig: SomePte): void {
    k.ptep_set_access_flags(vma, address, pte_mkwrite(pte_mkdirty(pte_mkyoung(orig))), true)
    vma.mm.ptl.unlock()
  },

  clear_user_highpage(_k: Kernel, page: Page): void {
    for (const word of page.words) word.set(ZERO)
  },

  copy_user_highpage(_k: Kernel, to: Page, from: Page): void {
    to.words.forEach((word, w) => word.set(wordOf(from.words, w).get()))
  },

  /**
   * __SetPageUptodate: what the page holds is visible before whatever makes the page visible. (The bit itself says nothing
   * here: pages are always up to date.)
   */
  __SetPageUptodate(k: Kernel, _page: Page): void {
    k.smp_wmb()
  },
}

/** vm_file->f_mapping of an area that is known to map a file. */
export function fileOf(vma: Vma): AddressSpace {
  if (vma.file === null) throw new TypeError(`Cannot read properties of null (${vma.name} maps no file)`)
  return vma.file
}
