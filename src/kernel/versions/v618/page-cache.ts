/** mm/filemap.c, mm/memory.c, mm/vmscan.c of v6.18, of files that have an inode of that version: faults and reclaim. */
import { PageUptodate } from '../../mm/filemap-folio.js'
import { hostOf } from '../../include/linux/host.js'
import { PageLocked, PageReclaim } from '../../include/linux/page-flags.js'
import { PMD_TABLE, pmdOf } from '../../include/linux/pgtable.js'
import type { AddressSpace, Mm, Page, Vma } from '../../include/linux/mm-types.js'
import type { Own } from '../../../engine/index.js'
import { untilDone } from '../../lib/debug.js'
import { isFault, type FaultedPage } from '../../mm/memory.js'
import { patch, type Kernel } from '../../kernel.js'

export const pageCacheOf618 = patch('page cache of v6.18', {
  /** filemap_fault: beyond the end of the file there is nothing, before and after the page is locked. A page that is read is read under the invalidate_lock. */
  filemap_fault(k, base, mapping, index, mm) {
    if (mapping.host === null) return base(mapping, index, mm)
    if (isBeyond(k, mapping, index)) return 'VM_FAULT_SIGBUS'
    const unlocked = k.world.own('unlocked', false)
    return untilDone(k, () => faultOnce(k, mapping, index, mm, unlocked))
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
  if (page === null) return false
  // A look without a reference.
  const raw = k.memory.raw(k.memory.indexOf(page))
  return !PageLocked(raw) && !PageReclaim(raw) && PageUptodate(raw) && !isBeyond(k, mapping, index)
}

function isBeyond(k: Kernel, mapping: AddressSpace, index: number): boolean {
  return index * k.config.words >= hostOf(mapping).i_size.get()
}

/** One round of filemap_fault: the page, locked and referenced, or what the fault comes to; undefined to begin again. */
function faultOnce(k: Kernel, mapping: AddressSpace, index: number, mm: Mm | null, unlocked: Own<boolean>): FaultedPage | undefined {
  const { invalidate_lock } = hostOf(mapping)
  const found = k.find_get_page(mapping, index)
  const locks = found === null || !PageUptodate(found)
  if (locks) invalidate_lock.downRead()
  const page = found ?? k.fault_create_folio(mapping, index)
  const outcome = page === null ? (unlocked.get() ? 'VM_FAULT_RETRY' : 'VM_FAULT_SIGBUS') : lockedPage(k, mapping, page, locks, mm, unlocked)
  if (locks) invalidate_lock.upRead()
  if (outcome === undefined || isFault(outcome) || !isBeyond(k, mapping, index)) return outcome
  k.unlock_page(outcome)
  k.put_page(outcome)
  return 'VM_FAULT_SIGBUS'
}

/**
 * The page, locked and up to date; undefined if it has to be looked up again. Uses up the reference then. Before it is waited for or read
 * the mmap_lock of `mm` is given up, if it may be.
 */
function lockedPage(k: Kernel, mapping: AddressSpace, page: Page, mayRead: boolean, mm: Mm | null, unlocked: Own<boolean>): FaultedPage | undefined {
  // lock_folio_maybe_drop_mmap
  if (mm === null || !k.trylock_page(page)) {
    unlocked.set(k.maybe_unlock_mmap_for_io(mm, unlocked.get()))
    if (!k.lock_page_killable(page)) {
      k.put_page(page)
      return unlocked.get() ? 'VM_FAULT_RETRY' : 'VM_FAULT_SIGBUS'
    }
  }
  const cached = page.mapping.get() === mapping
  const uptodate = cached && PageUptodate(page)
  if (uptodate && !unlocked.get()) return page
  const reads = cached && !uptodate && mayRead
  if (reads) {
    unlocked.set(k.maybe_unlock_mmap_for_io(mm, unlocked.get()))
    k.filemap_read_folio(mapping, page)
  } else {
    k.unlock_page(page)
  }
  k.put_page(page)
  return (uptodate || reads) && unlocked.get() ? 'VM_FAULT_RETRY' : undefined
}
