/** mm/memory.c and mm/filemap.c, v5.10-rc5: fault-around. A load that faults on a file also maps pages beside it that are ready for that. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Page, Vma } from '../include/linux/mm-types.js'
import { PageLocked } from '../include/linux/page-flags.js'
import { HPAGE_PMD_NR, pteOf } from '../include/linux/pgtable.js'
import { slotOf } from './filemap.js'
import { fileOf, type VmFault } from './memory.js'

export const faultAround = {
  /**
   * do_fault_around: has the pages mapped that lie in the same aligned stretch, as far as the area and the page table go. Context:
   * page fault for a load, nothing mapped at `address` when it began.
   * @returns NOPAGE if `address` is mapped now, whoever has done it; 0 if the fault has to go on
   */
  do_fault_around(k: Kernel, vma: Vma, address: number): VmFault {
    const pages = vma.huge ? Math.min(k.config.faultAround, HPAGE_PMD_NR) : k.config.faultAround
    const first = Math.max(address - (address % pages), vma.start)
    const end = Math.min(first + pages, vma.start + vma.pages)
    if (!k.filemap_map_pages(vma, first, end)) return 0
    const solved = pteOf(vma.mm, address).get() !== null
    vma.mm.ptl.unlock()
    return solved ? 'VM_FAULT_NOPAGE' : 0
  },

  /**
   * filemap_map_pages, ->map_pages of all files. Context: page fault; sleeps nowhere and takes no lock of the inode's. (XFS has
   * MMAPLOCK around it in v5.10 and v5.15, but not in v4.13, the one version whose XFS files have a MMAPLOCK here.) The PTL is taken
   * when the first page is to be mapped, that page being locked, and kept: the pages after it are looked up and locked under it.
   * @returns whether the PTL is held: vmf->pte is set
   */
  filemap_map_pages(k: Kernel, vma: Vma, first: number, end: number): boolean {
    const mapping = fileOf(vma)
    let locked = false
    for (let address = first; address < end; address++) {
      const index = vma.pgoff + address - vma.start
      const page = k.map_pages_get(mapping, index)
      if (page === null) continue
      if (k.trylock_page(page)) {
        if (k.may_be_mapped_around(page, mapping, index)) {
          // pte_alloc_one_map
          if (!locked && (!vma.huge || k.pte_alloc(vma.mm, address))) {
            vma.mm.ptl.lock()
            locked = true
          }
          if (locked && k.alloc_set_pte(vma, address, false, page)) {
            k.unlock_page(page)
            continue
          }
        }
        k.unlock_page(page)
      }
      k.put_page(page)
    }
    return locked
  },
}

export const faultAroundInlines = {
  /** The beginning of do_read_fault. Fault-around is off unless a program asks for it. */
  read_fault_around(k: Kernel, vma: Vma, address: number): VmFault {
    return k.config.faultAround > 1 ? k.do_fault_around(vma, address) : 0
  },

  /**
   * The look-up in filemap_map_pages. A page that is locked is left without a reference, and one that is gone, or no longer where it
   * was found, is not looked for again.
   * @returns the page with a reference, or null
   */
  map_pages_get(k: Kernel, mapping: AddressSpace, index: number): Page | null {
    const slot = slotOf(mapping, index)
    const page = slot.get()
    if (page === null) return null
    const raw = k.memory.raw(k.memory.indexOf(page))
    if (PageLocked(raw) || !raw.refcount.incUnlessZero()) return null
    const again = slot.get()
    if (again !== null && k.memory.same(again, page)) return again
    k.put_page(k.present_use(page))
    return null
  },

  /**
   * What filemap_map_pages asks of a page that it has locked: still the file's, and not beyond the end of the file. That a page is
   * up to date needs no saying where it is not locked, but for hole pages of DAX.
   */
  may_be_mapped_around(k: Kernel, page: Page, mapping: AddressSpace, index: number): boolean {
    if (page.mapping.get() !== mapping || page.flags.test('PG_hole')) return false
    const { inode } = mapping
    return inode === null || index * inode.blocks_per_page < k.i_size_read(mapping)
  },
}
