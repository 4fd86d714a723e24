/** mm/filemap.c, mm/memory.c, mm/vmscan.c of v6.18, of files that have an inode of that version: faults and reclaim. */
import { PageUptodate } from '../../mm/filemap-folio.js'
import { hostOf } from '../../include/linux/host.js'
import { PageLocked, PageReclaim } from '../../include/linux/page-flags.js'
import { PMD_TABLE, pmdOf } from '../../include/linux/pgtable.js'
import type { AddressSpace, Page, Vma } from '../../include/linux/mm-types.js'
import { untilDone } from '../../lib/debug.js'
import { patch, type Kernel } from '../../kernel.js'

export const pageCacheOf618 = patch('page cache of v6.18', {
  /** filemap_fault: beyond the end of the file there is nothing, before and after the page is locked. A page that is read is read under the invalidate_lock. */
  filemap_fault(k, base, mapping, index) {
    if (mapping.host === null) return base(mapping, index)
    if (isBeyond(k, mapping, index)) return null
    return untilDone(k, () => faultOnce(k, mapping, index))
  },

  /** do_read_fault. A page that has to be read is read without the lock of the address space, and the fault begins again. */
  do_read_fault(k, base, vma, address) {
    const mapping = vma.file
    if (!isHosted(mapping)) return base(vma, address)
    const around = k.read_fault_around(vma, address)
    if (around !== 0) return around
    if (k.filemap_fault_retry(mapping, vma.pgoff + address - vma.start)) return 'VM_FAULT_NOPAGE'
    const page = k.__do_fault(vma, address)
    if (page === null) return 'VM_FAULT_SIGBUS'
    const fault = k.finish_fault(vma, address, false, page)
    k.unlock_page(page)
    if (fault !== 0) k.put_page(page)
    return fault
  },

  /**
   * next_uptodate_folio. PG_reclaim and PG_readahead are one bit: what reclaim, or invalidation, has met dirty is taken for a folio that
   * is to start readahead.
   */
  may_be_mapped_around(k, base, page, mapping, index) {
    if (mapping.host === null) return base(page, mapping, index)
    return page.mapping.get() === mapping && PageUptodate(page) && !PageReclaim(page) && !isBeyond(k, mapping, index)
  },

  /**
   * filemap_map_pages. Where there is no page table yet, one is made only if the first page found is not the last of the file (the test
   * is for huge pages): else nothing is mapped.
   */
  filemap_map_pages(k, base, vma, first, end) {
    const mapping = vma.file
    if (!isHosted(mapping)) return base(vma, first, end)
    const pages = Array.from({ length: end - first }, (_, i) => vma.pgoff + first + i - vma.start)
    const found = pages.find((index) => isReady(k, mapping, index))
    if (found === undefined) return false
    if (pageTableOf(vma).get() === null) {
      if (isBeyond(k, mapping, found + 1)) return false
      pageTableOf(vma).set(PMD_TABLE)
    }
    return base(vma, first, end)
  },

  /** finish_fault makes the page table. */
  alloc_set_pte(_k, base, vma, address, write, page) {
    const set = base(vma, address, write, page)
    if (set && isHosted(vma.file) && pageTableOf(vma).get() === null) pageTableOf(vma).set(PMD_TABLE)
    return set
  },

  /** free_pgtables. */
  vma_unlink(_k, base, vma) {
    base(vma)
    if (isHosted(vma.file)) pageTableOf(vma).set(null)
  },

  ext4_page_mkwrite: (k, base, mapping, page) => (mapping.host === null ? base(mapping, page) : k.ext4_da_page_mkwrite(mapping, page)),

  iomap_page_mkwrite: (k, base, mapping, page) => (mapping.host === null ? base(mapping, page) : k.xfs_page_mkwrite(mapping, page)),

  /** shrink_folio_list of a clean folio: filemap_release_folio first. */
  shrink_clean_page(k, base, page, mapping, isAnon) {
    const host = mapping?.host ?? null
    if (host !== null && !k[host.ops.release_folio](page)) return 'keep_locked'
    return base(page, mapping, isAnon)
  },

  /** The end of iomap_dio_bio_end_io: pages that were written from stay as they are. */
  bio_check_pages_dirty(k, base, bio) {
    if (bio[0] === 'READ') base(bio)
    else k.bio_release_pages(bio, false)
  },

  /** A bio that says word by word where its data go. */
  dma_transfer(k, base, bio) {
    if (bio[7] === undefined) base(bio)
    else k.dma_transfer_segments(bio)
  },
})

/** Whether it is a file that has an inode of v6.18. */
function isHosted(mapping: AddressSpace | null): mapping is AddressSpace {
  return mapping !== null && mapping.host !== null
}

/** Each area has a page table of its own. */
function pageTableOf(vma: Vma): Vma['mm']['pmds'][number] {
  return pmdOf(vma.mm, vma.start)
}

/** A look of next_uptodate_folio. */
function isReady(k: Kernel, mapping: AddressSpace, index: number): boolean {
  const page = mapping.slots[index]?.get() ?? null
  return page !== null && !PageLocked(page) && !PageReclaim(page) && PageUptodate(page) && !isBeyond(k, mapping, index)
}

function isBeyond(k: Kernel, mapping: AddressSpace, index: number): boolean {
  return index * k.config.words >= hostOf(mapping).i_size.get()
}

/** One round of filemap_fault: the page, locked and referenced; null for SIGBUS; undefined to begin again. */
function faultOnce(k: Kernel, mapping: AddressSpace, index: number): Page | null | undefined {
  const { invalidate_lock } = hostOf(mapping)
  const found = k.find_get_page(mapping, index)
  const locks = found === null || !PageUptodate(found)
  if (locks) invalidate_lock.downRead()
  const page = found ?? k.fault_create_folio(mapping, index)
  const outcome = page === null ? null : lockedPage(k, mapping, page, locks)
  if (locks) invalidate_lock.upRead()
  if (outcome === null || outcome === undefined || !isBeyond(k, mapping, index)) return outcome
  k.unlock_page(outcome)
  k.put_page(outcome)
  return null
}

/** The page, locked and up to date; undefined if it has to be looked up again. Uses up the reference then. */
function lockedPage(k: Kernel, mapping: AddressSpace, page: Page, mayRead: boolean): Page | null | undefined {
  if (!k.lock_page_killable(page)) {
    k.put_page(page)
    return null
  }
  if (page.mapping.get() === mapping) {
    if (PageUptodate(page)) return page
    if (mayRead) k.filemap_read_folio(mapping, page)
    else k.unlock_page(page)
  } else {
    k.unlock_page(page)
  }
  k.put_page(page)
  return undefined
}
