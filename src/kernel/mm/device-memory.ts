/** mm/memory.c and mm/huge_memory.c, v4.13: device memory in page tables. It has no struct page that the VM would count. */
import type { Kernel } from '../kernel.js'
import type { Mm, Page, Vma } from '../include/linux/mm-types.js'
import { PTE_DIRTY, PTE_WRITE, PTE_YOUNG, devmap_pmd, pfn_index, pmdOf, pmd_devmap, pteOf, type SomePte } from '../include/linux/pgtable.js'
import { blockOf, wordOf } from '../block/blocks.js'
import { fileOf, type VmFault } from './memory.js'

export const deviceMemory = {
  /**
   * vm_insert_mixed, insert_pfn: maps device memory, with the protection of the area: read-only, because stores are to be heard of.
   * Context: page fault. @returns false for -EBUSY: something is mapped already
   */
  vm_insert_mixed(k: Kernel, vma: Vma, address: number, pfn: string): boolean {
    k.BUG_ON(!isMixedmap(vma), '!(vma->vm_flags & VM_MIXEDMAP)')
    if (vma.huge && !k.pte_alloc(vma.mm, address)) return false
    const { ptl } = vma.mm
    const ptep = pteOf(vma.mm, address)
    ptl.lock()
    const free = ptep.get() === null
    if (free) ptep.set([pfn, PTE_YOUNG])
    ptl.unlock()
    return free
  },

  /** vmf_insert_pfn_pmd, insert_pfn_pmd: the same for a huge entry, whatever was there. */
  vmf_insert_pfn_pmd(k: Kernel, vma: Vma, address: number, first: number, write: boolean): VmFault {
    k.BUG_ON(!isMixedmap(vma), '!(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP))')
    const { pmd_ptl } = vma.mm
    pmd_ptl.lock()
    pmdOf(vma.mm, address).set(devmap_pmd(first, write ? PTE_YOUNG | PTE_DIRTY | PTE_WRITE : PTE_YOUNG))
    pmd_ptl.unlock()
    return 'VM_FAULT_NOPAGE'
  },

  /** wp_pfn_shared: a store to device memory that is mapped shared and read-only. Context: PTL held, which it gives up. */
  wp_pfn_shared(k: Kernel, vma: Vma, address: number, orig: SomePte): VmFault {
    vma.mm.ptl.unlock()
    const vmf = k.vm_fault(vma, address, true, orig, 'NO_RETRY')
    const fault = k.xfs_filemap_pfn_mkwrite(vmf)
    return fault === 0 ? k.finish_mkwrite_fault(vma, address, orig) : fault
  },
}

export const deviceMemoryInlines = {
  /** Whether an entry is special for vm_normal_page; an area that must not have such entries is reported. Context: PTL held. */
  vm_special(k: Kernel, vma: Vma, pte: SomePte): boolean {
    if (pfn_index(pte) === null) return false
    if (!isMixedmap(vma)) k.world.warn('bad-page-state', 'Bad page map: a special entry in an area without VM_MIXEDMAP')
    return true
  },

  /**
   * cow_user_page of device memory, which has no struct page: through the user's address. (If that is not mapped any more the kernel
   * copies zeros, and throws the copy away.)
   */
  cow_user_page(_k: Kernel, new_page: Page, vma: Vma, orig: SomePte): void {
    const index = pfn_index(orig)
    if (index === null) return
    const block = blockOf(fileOf(vma), index)
    new_page.words.forEach((word, w) => word.set(wordOf(block, w).get()))
  },

  /** Whether a huge entry of device memory is there. */
  pmd_is_devmap(_k: Kernel, vma: Vma, address: number): boolean {
    return vma.huge && pmd_devmap(pmdOf(vma.mm, address).get())
  },

  /** zap_huge_pmd of device memory: nothing is counted. @returns whether there was such an entry */
  zap_devmap_pmd(_k: Kernel, { mm, mixedmap }: Vma, address: number): boolean {
    return mixedmap !== null && clearDevmap(mm, address)
  },

  /** __split_huge_pmd of a file's area: the entry is dropped, to be faulted in again. */
  split_devmap_pmd(_k: Kernel, { mm, huge }: Vma, address: number): void {
    if (huge) clearDevmap(mm, address)
  },

  /** The part of dax_mapping_entry_mkclean for a huge entry. @returns whether there is one */
  devmap_pmd_mkclean(_k: Kernel, vma: Vma, address: number): boolean {
    if (!vma.huge) return false
    const pmdp = pmdOf(vma.mm, address)
    if (!pmd_devmap(pmdp.get())) return false
    vma.mm.pmd_ptl.lock()
    const pmd = pmdp.get()
    const mapped = pmd_devmap(pmd)
    if (mapped) pmdp.set(devmap_pmd(vma.pgoff + address - vma.start, PTE_YOUNG))
    vma.mm.pmd_ptl.unlock()
    return mapped
  },
}

/** VM_MIXEDMAP. */
function isMixedmap(vma: Vma): boolean {
  return vma.mixedmap?.get() === true
}

function clearDevmap(mm: Mm, address: number): boolean {
  const pmdp = pmdOf(mm, address)
  if (!pmd_devmap(pmdp.get())) return false
  mm.pmd_ptl.lock()
  const found = pmd_devmap(pmdp.get())
  if (found) pmdp.set(null)
  mm.pmd_ptl.unlock()
  return found
}
