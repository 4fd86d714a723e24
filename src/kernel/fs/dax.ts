/**
 * fs/dax.c, v4.13: faults on files without page cache, reading and writing them, and flushing what was written. Blocks are device
 * memory that the CPU reaches itself: words of `blocks` are what is stored to them, whether or not CPU caches were flushed.
 */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page, SyncMode, Vma } from '../include/linux/mm-types.js'
import { pfnOf } from '../include/linux/dax-types.js'
import { HPAGE_PMD_NR, PMD_TABLE, pmdOf, pteOf, pte_dirty, pte_mkclean, pte_write, pte_wrprotect } from '../include/linux/pgtable.js'
import type { VmFaultInfo } from '../include/linux/vm-fault.js'
import { PageDirty } from '../include/linux/page-flags.js'
import { blockOf, wordOf } from '../block/blocks.js'
import { slotOf, tagsOf } from '../mm/filemap.js'
import { fileOf, type VmFault } from '../mm/memory.js'
import { daxOf, deleteEntry, entryAt, isEmptyEntry, isPmdEntry, lockNameOf, pmdStart, setEntry, startOf } from './dax-entries.js'
import type { DaxSize, GrabbedEntry } from './dax-entries.js'

export const dax = {
  /** dax_iomap_fault. Context: page fault; the file system keeps truncate and the switch of S_DAX out. */
  dax_iomap_fault(k: Kernel, vmf: VmFaultInfo, size: DaxSize): VmFault {
    return size === 'PTE' ? k.dax_iomap_pte_fault(vmf) : k.dax_iomap_pmd_fault(vmf)
  },

  /** dax_iomap_pte_fault. Never returns 0 nor LOCKED, and leaves vmf->page as it was. The file does not end before the fault. */
  dax_iomap_pte_fault(k: Kernel, vmf: VmFaultInfo): VmFault {
    const mapping = fileOf(vmf.vma)
    const entry = k.grab_mapping_entry(mapping, vmf.pgoff, 'PTE')
    const [fault, locked] = k.pmd_is_devmap(vmf.vma, vmf.address) ? (['VM_FAULT_NOPAGE', entry] as const) : k.dax_pte_fault_locked(vmf, entry)
    k.put_locked_mapping_entry(mapping, vmf.pgoff, locked)
    return fault
  },

  /**
   * dax_iomap_pmd_fault. There is no huge zero page to be had: a load from a hole falls back, as do mappings that do not cover both
   * pages, and stores to private ones.
   */
  dax_iomap_pmd_fault(k: Kernel, vmf: VmFaultInfo): VmFault {
    const { vma, write } = vmf
    const fault = write && !vma.shared ? 'VM_FAULT_FALLBACK' : k.dax_pmd_fault_grabbed(vmf)
    // split_huge_pmd of a file's area: the entry is dropped.
    if (fault === 'VM_FAULT_FALLBACK') k.split_devmap_pmd(vma, vmf.address)
    return fault
  },

  /**
   * dax_insert_mapping_entry: puts the block into the radix tree, in place of a page that stood for a hole or of an empty entry.
   * Context: `entry` locked. @returns what is locked now
   */
  dax_insert_mapping_entry(k: Kernel, vmf: VmFaultInfo, entry: GrabbedEntry, kind: 'PTE' | 'PMD'): GrabbedEntry {
    const mapping = fileOf(vmf.vma)
    const index = vmf.pgoff
    const hole_fill = typeof entry !== 'string'
    if (hole_fill) k.unmap_mapping_pages(mapping, index, 1, false)
    mapping.i_pages.lockIrqsave()
    if (hole_fill) {
      k.WARN_ON(PageDirty(entry), 'PageDirty(page)')
      k.__delete_from_page_cache(entry, mapping)
      k.put_page(entry)
    }
    // A normal entry that is there already stays.
    const inserts = hole_fill || isEmptyEntry(entry as 'EMPTY')
    if (inserts) setEntry(mapping, index, kind, 'locked')
    if (vmf.write) tagsOf(mapping, startOf(index, entryAt(mapping, index))).set('PAGECACHE_TAG_DIRTY')
    mapping.i_pages.unlockIrqrestore()
    if (hole_fill) {
      k.unlock_page(entry)
      k.put_page(entry)
      k.world.noteLock(lockNameOf(mapping), 'taken')
    }
    return inserts ? kind : entry
  },

  /**
   * dax_load_hole, up to v4.14: a page of the page cache, full of zeros, stands for a hole. (vmf->page is that page while
   * finish_fault looks at it, and null again.)
   * @returns what is locked now, too
   */
  dax_load_hole(k: Kernel, vmf: VmFaultInfo, entry: GrabbedEntry): readonly [fault: VmFault, locked: GrabbedEntry] {
    // A new page replaces the locked entry.
    const page = typeof entry === 'string' ? k.find_or_create_zeroed_page(fileOf(vmf.vma), vmf.pgoff) : entry
    if (page === null) return ['VM_FAULT_OOM', entry]
    if (typeof entry === 'string') k.world.noteLock(lockNameOf(fileOf(vmf.vma)), 'released')
    const fault = k.finish_fault(vmf.vma, vmf.address, false, page)
    if (fault !== 0) return [fault, page]
    k.get_page(page)
    return ['VM_FAULT_NOPAGE', page]
  },

  /**
   * dax_pfn_mkwrite: the first store to what is mapped read-only. Always NOPAGE: the store is tried again, whether or not the
   * entry could be made writable.
   */
  dax_pfn_mkwrite(k: Kernel, vmf: VmFaultInfo): VmFault {
    const mapping = fileOf(vmf.vma)
    k.world.noteLock(lockNameOf(mapping), 'awaited')
    mapping.i_pages.lockIrqsave()
    const entry = k.get_unlocked_mapping_entry(mapping, vmf.pgoff)
    if (entry === null) {
      mapping.i_pages.unlockIrqrestore()
      return 'VM_FAULT_NOPAGE'
    }
    tagsOf(mapping, startOf(vmf.pgoff, entry)).set('PAGECACHE_TAG_DIRTY')
    setEntry(mapping, vmf.pgoff, entry[0], 'locked')
    mapping.i_pages.unlockIrqrestore()
    k.world.noteLock(lockNameOf(mapping), 'taken')
    if (vmf.orig_pte !== null) k.finish_mkwrite_fault(vmf.vma, vmf.address, vmf.orig_pte)
    k.put_locked_mapping_entry(mapping, vmf.pgoff, entry[0])
    return 'VM_FAULT_NOPAGE'
  },

  /** dax_writeback_mapping_range over the whole file. Context: task. Only for data integrity. @returns false for -EIO */
  dax_writeback_mapping_range(k: Kernel, mapping: AddressSpace, sync_mode: SyncMode): boolean {
    if (sync_mode !== 'WB_SYNC_ALL' || !daxOf(mapping).entries.some((entry) => entry.get() !== null)) return true
    k.tag_pages_for_writeback(mapping)
    for (let index = 0; index < mapping.slots.length; index++) {
      if (!tagsOf(mapping, index).test('PAGECACHE_TAG_TOWRITE')) continue
      if (!k.dax_writeback_one(mapping, index)) return false
    }
    return true
  },

  /**
   * dax_writeback_one: makes the entry's page table entries clean and read-only, then flushes CPU caches. The entry is locked, so
   * that no fault makes it dirty meanwhile. @returns false for -EIO
   */
  dax_writeback_one(k: Kernel, mapping: AddressSpace, index: number): boolean {
    const { i_pages } = mapping
    if (entryAt(mapping, index) === null) {
      if (slotOf(mapping, index).get() === null) return true
      k.WARN_ON(true, '!radix_tree_exceptional_entry(entry)')
      return false
    }
    k.world.noteLock(lockNameOf(mapping), 'awaited')
    i_pages.lockIrqsave()
    const entry = k.get_unlocked_mapping_entry(mapping, index)
    if (entry === null || !tagsOf(mapping, index).test('PAGECACHE_TAG_TOWRITE')) {
      if (entry !== null) k.dax_wake_mapping_entry_waiter(mapping, index, entry, false)
      i_pages.unlockIrqrestore()
      return true
    }
    setEntry(mapping, index, entry[0], 'locked')
    k.dax_writeback_locked(mapping, index)
    i_pages.unlockIrqrestore()
    k.world.noteLock(lockNameOf(mapping), 'taken')
    k.dax_mapping_entry_mkclean(mapping, index, isPmdEntry(entry[0]))
    for (let i = 0; i < (isPmdEntry(entry[0]) ? HPAGE_PMD_NR : 1); i++) k.dax_flush(mapping, index + i)
    i_pages.lockIrqsave()
    k.dax_writeback_flushed(mapping, index)
    i_pages.unlockIrqrestore()
    k.put_locked_mapping_entry(mapping, index, entry[0])
    return true
  },

  /** dax_mapping_entry_mkclean. Context: entry locked; sleeps for i_mmap_rwsem. */
  dax_mapping_entry_mkclean(k: Kernel, mapping: AddressSpace, index: number, pmd: boolean): void {
    mapping.i_mmap_rwsem.downRead()
    for (const vma of mapping.i_mmap.all()) {
      const address = vma.start + index - vma.pgoff
      if (!vma.shared || address < vma.start || address >= vma.start + vma.pages) continue
      if (!pmd || !k.devmap_pmd_mkclean(vma, address)) k.dax_pte_mkclean(vma, address, index)
    }
    mapping.i_mmap_rwsem.upRead()
  },

  /** dax_iomap_rw of one word of a block, for writing. Context: task, IOLOCK held for writing. @returns false for an error */
  dax_iomap_write(k: Kernel, mapping: AddressSpace, index: number, content: string): boolean {
    const [type, fresh] = k.xfs_file_iomap_begin(mapping, index, 1, 'IOMAP_WRITE', null)
    if (type !== 'WRITTEN') {
      k.WARN_ON(true, 'iomap->type != IOMAP_MAPPED')
      return false
    }
    // What maps the hole that was here until now must go.
    if (fresh) k.invalidate_inode_pages2(mapping, index, index)
    for (const word of blockOf(mapping, index)) word.set(content)
    // dax_copy_from_iter leaves nothing in CPU caches.
    k.dax_flush(mapping, index)
    return true
  },

  /** dax_iomap_rw of one word of a block, for reading. Context: task, IOLOCK held for reading. */
  dax_iomap_read(k: Kernel, mapping: AddressSpace, index: number): string {
    const [type] = k.xfs_file_iomap_begin(mapping, index, 1, '', null)
    return type === 'WRITTEN' ? wordOf(blockOf(mapping, index), 0).get() : ''
  },
}

/** Parts of the functions above. */
export const daxInlines = {
  /** The body of dax_iomap_pte_fault while the entry is locked. @returns what is locked in the end, too */
  dax_pte_fault_locked(k: Kernel, vmf: VmFaultInfo, entry: GrabbedEntry): readonly [fault: VmFault, locked: GrabbedEntry] {
    const mapping = fileOf(vmf.vma)
    const cow_page = vmf.cow_page.get()
    const [type] = k.xfs_file_iomap_begin(mapping, vmf.pgoff, 1, vmf.write && cow_page === null ? 'IOMAP_WRITE' : '', vmf)
    if (cow_page !== null) {
      if (type === 'WRITTEN') k.copy_user_dax(cow_page, mapping, vmf.pgoff)
      else k.clear_user_highpage(cow_page)
      k.__SetPageUptodate(cow_page)
      const fault = k.finish_fault(vmf.vma, vmf.address, true, cow_page)
      return [fault === 0 ? 'VM_FAULT_DONE_COW' : fault, entry]
    }
    if (type === 'WRITTEN') {
      const locked = k.dax_insert_mapping_entry(vmf, entry, 'PTE')
      // -EBUSY is fine: somebody else was faster.
      k.vm_insert_mixed(vmf.vma, vmf.address, pfnOf(vmf.pgoff))
      return ['VM_FAULT_NOPAGE', locked]
    }
    if (type === 'DELALLOC' || vmf.write) {
      k.WARN_ON(true, 'iomap.type in dax_iomap_pte_fault')
      return ['VM_FAULT_SIGBUS', entry]
    }
    return k.dax_load_hole(vmf, entry)
  },

  /** The body of dax_iomap_pmd_fault from where it asks for the entry. */
  dax_pmd_fault_grabbed(k: Kernel, vmf: VmFaultInfo): VmFault {
    const { vma, address, write } = vmf
    const mapping = fileOf(vma)
    const pgoff = pmdStart(vmf.pgoff)
    const start = pmdStart(address)
    if (vma.pgoff % HPAGE_PMD_NR !== vma.start % HPAGE_PMD_NR || start < vma.start || start + HPAGE_PMD_NR > vma.start + vma.pages) return 'VM_FAULT_FALLBACK'
    if (pgoff + HPAGE_PMD_NR > mapping.slots.length) return 'VM_FAULT_FALLBACK'
    const entry = k.grab_mapping_entry(mapping, pgoff, 'PMD')
    if (entry === '-EEXIST') return 'VM_FAULT_FALLBACK'
    let fault: VmFault = 'VM_FAULT_FALLBACK'
    let locked: GrabbedEntry = entry
    if (pmdOf(vma.mm, address).get() === PMD_TABLE) {
      fault = 0
    } else if (k.xfs_file_iomap_begin(mapping, pgoff, HPAGE_PMD_NR, write ? 'IOMAP_WRITE' : '', vmf)[0] === 'WRITTEN') {
      locked = k.dax_insert_mapping_entry({ ...vmf, pgoff }, entry, 'PMD')
      fault = k.vmf_insert_pfn_pmd(vma, address, pgoff, write)
    }
    k.put_locked_mapping_entry(mapping, pgoff, locked)
    return fault
  },

  /**
   * What dax_writeback_one does about tags once the entry is locked: it is not to be written any more, though it is not flushed yet.
   * Who finds it tagged waits for its lock; who looks for tagged entries now passes it by. Context: tree lock held.
   */
  dax_writeback_locked(_k: Kernel, mapping: AddressSpace, index: number): void {
    tagsOf(mapping, index).clear('PAGECACHE_TAG_TOWRITE')
  },

  /** What it does about them once the entry is flushed. Context: tree lock held. */
  dax_writeback_flushed(_k: Kernel, mapping: AddressSpace, index: number): void {
    tagsOf(mapping, index).clear('PAGECACHE_TAG_DIRTY')
  },

  /** dax_flush of one block: what was stored survives a loss of power. */
  dax_flush(_k: Kernel, mapping: AddressSpace, index: number): void {
    daxOf(mapping).media[index]?.forEach((word, w) => word.set(wordOf(blockOf(mapping, index), w).get()))
  },

  /** copy_user_dax. */
  copy_user_dax(_k: Kernel, to: Page, mapping: AddressSpace, index: number): void {
    to.words.forEach((word, w) => word.set(wordOf(blockOf(mapping, index), w).get()))
  },

  /** The part of dax_mapping_entry_mkclean for one page table entry. */
  dax_pte_mkclean(k: Kernel, vma: Vma, address: number, index: number): void {
    const { ptl } = vma.mm
    ptl.lock()
    const pte = pteOf(vma.mm, address).get()
    if (pte !== null && pte[0] === pfnOf(index) && (pte_dirty(pte) || pte_write(pte))) {
      const cleared = k.ptep_clear_flush(vma, address)
      if (cleared !== null) pteOf(vma.mm, address).set(pte_mkclean(pte_wrprotect(cleared)))
    }
    ptl.unlock()
  },

  /** Deletes an entry that nobody can wait for any more. Context: tree lock held. */
  clear_shadow_entry(_k: Kernel, mapping: AddressSpace, index: number): void {
    const entry = entryAt(mapping, index)
    if (entry !== null) deleteEntry(mapping, index, entry)
  },
}
