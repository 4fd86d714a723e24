/** mm/memory.c of v4.13: faults of files that come with a struct vm_fault; other files fault as in the base. */
import { patch, type Kernel } from '../kernel.js'
import type { Page, Vma } from '../include/linux/mm-types.js'
import { pmdOf, pmd_devmap, pmd_write_devmap } from '../include/linux/pgtable.js'
import type { VmFaultInfo } from '../include/linux/vm-fault.js'
import { isFaultError, type VmFault } from '../mm/memory.js'

export const faultsOf413 = patch('faults of v4.13', {
  /** handle_mm_fault, __handle_mm_fault: create_huge_pmd and wp_huge_pmd ask the file system. */
  handle_mm_fault(k, base, vma, address, write, flags) {
    if (vma.mixedmap === null || !vma.huge) return base(vma, address, write, flags)
    const pmd = pmdOf(vma.mm, address).get()
    if (pmd === null || (pmd_devmap(pmd) && write && !pmd_write_devmap(pmd))) {
      const fault = k.xfs_filemap_huge_fault(k.vm_fault(vma, address, write, null, flags), 'PMD')
      if (fault !== 'VM_FAULT_FALLBACK') return fault
    } else if (pmd_devmap(pmd)) {
      // huge_pmd_set_accessed: hardware has set what it needs.
      return 0
    }
    return k.handle_pte_fault(vma, address, write, flags)
  },

  /** handle_pte_fault: a huge entry that has come meanwhile is met by trying again. */
  handle_pte_fault(k, base, vma, address, write, flags) {
    return vma.mixedmap !== null && k.pmd_is_devmap(vma, address) ? 0 : base(vma, address, write, flags)
  },

  pte_alloc: (_k, base, mm, address) => base(mm, address) && !pmd_devmap(pmdOf(mm, address).get()),

  /** finish_fault, alloc_set_pte: with a page table to be had first. */
  finish_fault(k, base, vma, address, write, page) {
    return vma.mixedmap !== null && vma.huge && !k.pte_alloc(vma.mm, address) ? 'VM_FAULT_NOPAGE' : base(vma, address, write, page)
  },

  do_read_fault(k, base, vma, address, flags) {
    if (vma.mixedmap === null) return base(vma, address, flags)
    const around = k.read_fault_around(vma, address)
    if (around !== 0) return around
    const vmf = k.vm_fault(vma, address, false, null, flags)
    const fault = k.xfs_filemap_fault(vmf)
    const page = vmf.page.get()
    if (fault !== 'VM_FAULT_LOCKED' || page === null) return fault
    const finished = k.finish_fault(vma, address, false, page)
    unlock_mapped(k, page)
    if (finished !== 0) k.put_page(page)
    return finished
  },

  /** do_cow_fault: DAX copies to cow_page itself. */
  do_cow_fault(k, base, vma, address, flags) {
    if (vma.mixedmap === null) return base(vma, address, flags)
    const vmf = k.vm_fault(vma, address, true, null, flags)
    const cow_page = k.alloc_page()
    if (cow_page === null) return 'VM_FAULT_OOM'
    vmf.cow_page.set(cow_page)
    const fault = k.xfs_filemap_fault(vmf)
    if (fault === 'VM_FAULT_DONE_COW') return 0
    const page = vmf.page.get()
    if (fault !== 'VM_FAULT_LOCKED' || page === null) {
      k.put_page(cow_page)
      return fault
    }
    k.copy_user_highpage(cow_page, page)
    k.__SetPageUptodate(cow_page)
    const finished = k.finish_fault(vma, address, true, cow_page)
    k.unlock_page(page)
    k.put_page(page)
    if (finished !== 0) k.put_page(cow_page)
    return finished
  },

  /** do_shared_fault: between ->fault and ->page_mkwrite neither the page nor the inode is locked. */
  do_shared_fault(k, base, vma, address, flags) {
    if (vma.mixedmap === null) return base(vma, address, flags)
    const vmf = k.vm_fault(vma, address, true, null, flags)
    const fault = k.xfs_filemap_fault(vmf)
    const page = vmf.page.get()
    if (fault !== 'VM_FAULT_LOCKED' || page === null) return fault
    k.unlock_page(page)
    const prepared = page_mkwrite(k, vmf)
    if (prepared !== 'VM_FAULT_LOCKED') {
      k.put_page(page)
      return prepared
    }
    const finished = k.finish_fault(vma, address, true, page)
    if (finished === 0) {
      k.fault_dirty_shared_page(page)
    } else {
      k.unlock_page(page)
      k.put_page(page)
    }
    return finished
  },

  fault_dirty_shared_page(k, _base, page) {
    k.set_page_dirty(page)
    unlock_mapped(k, page)
  },

  /** do_wp_page: device memory first (vm_normal_page says NULL). */
  do_wp_page(k, base, vma, address, orig) {
    if (vma.mixedmap === null || !k.vm_special(vma, orig)) return base(vma, address, orig)
    if (vma.shared) return k.wp_pfn_shared(vma, address, orig)
    vma.mm.ptl.unlock()
    return k.wp_page_copy(vma, address, orig, null)
  },

  wp_page_shared(k, base, vma, address, orig, page) {
    if (vma.mixedmap === null) return base(vma, address, orig, page)
    const vmf = k.vm_fault(vma, address, true, orig, 'NO_RETRY')
    k.get_page(page)
    vma.mm.ptl.unlock()
    let fault = page_mkwrite(k, vmf)
    if (fault === 'VM_FAULT_LOCKED') {
      fault = k.finish_mkwrite_fault(vma, address, orig)
      if (fault === 0) k.fault_dirty_shared_page(page)
      else k.unlock_page(page)
    }
    k.put_page(page)
    return fault
  },

  /** The child's area begins with the flags of the parent's (dup_mmap copies the area). */
  vma_link(_k, base, vma) {
    vma.mixedmap?.set(vma.copy_of === null ? vma.mixedmap.get() : isMixedmap(vma.copy_of))
    base(vma)
  },

  /** copy_page_range: entries of a VM_MIXEDMAP area are copied even if it is shared. */
  copy_page_range(k, base, dst_vma, src_vma) {
    if (!src_vma.shared || !isMixedmap(src_vma)) {
      base(dst_vma, src_vma)
      return
    }
    // Huge entries of files are left to faults.
    if (!k.pmd_is_devmap(src_vma, src_vma.start)) k.copy_pte_range(dst_vma, src_vma, src_vma.start, src_vma.start + src_vma.pages)
  },
})

/**
 * unlock_page of a page whose reference the page table entry has now: once it is unlocked it may be unmapped and freed, before its
 * waiters are woken. What comes of it is explored, the access itself is not reported.
 */
function unlock_mapped(k: Kernel, page: Page): void {
  k.unlock_page(k.memory.raw(k.memory.indexOf(page)))
}

/** do_page_mkwrite. A handler that returned neither an error nor LOCKED would have the page locked here; XFS's does not. */
function page_mkwrite(k: Kernel, vmf: VmFaultInfo): VmFault {
  const fault = k.xfs_filemap_page_mkwrite(vmf)
  if (isFaultError(fault) || fault === 'VM_FAULT_NOPAGE' || fault === 'VM_FAULT_LOCKED') return fault
  throw new TypeError(`page_mkwrite returned ${fault}`)
}

function isMixedmap(vma: Vma): boolean {
  return vma.mixedmap?.get() === true
}
