/**
 * mm/memory.c of v3.4: __do_fault and do_wp_page of mappings of files with extent maps. The page table lock protects one
 * entry here, so that what is done under it is one step: the entry is replaced if it is still what it was. Mapcounts, which say
 * whether there is an entry to look for, are left out: whoever unmaps a page looks at the entries. So is the LRU: nothing is reclaimed.
 */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Mm, Page, Pte, Vma } from '../../include/linux/mm-types.js'
import {
  mk_pte,
  pteOf,
  pte_dirty,
  pte_mkclean,
  pte_mkdirty,
  pte_mkwrite,
  pte_mkyoung,
  pte_page,
  pte_present,
  pte_write,
  pte_wrprotect,
  type SomePte,
} from '../../include/linux/pgtable.js'
import { patch } from '../../patch.js'
import { fileOf, isFault, type VmFault } from '../../mm/memory.js'

export const faultsOf34 = patch('faults of v3.4', {
  handle_pte_fault(k, _base, vma, address, write, flags) {
    const orig = pteOf(vma.mm, address).get()
    if (orig === null) return k.do_fault(vma, address, write, flags)
    return write && pte_present(orig) && !pte_write(orig) ? k.do_wp_page(vma, address, orig) : 0
  },

  /**
   * do_wp_page: of a shared mapping the page_mkwrite half, and the entry is made writable if it is still the same; of a private one the
   * page of the file is replaced by a copy, which is made without the page lock. (Copies are mapped for stores from the first: no fork.)
   */
  do_wp_page(k, _base, vma, address, orig) {
    const page = pte_page(orig)
    if (page === null) throw new TypeError('Cannot read properties of null (the entry maps no page)')
    k.get_page(page)
    if (!vma.shared) {
      const fault = copyMapped(k, vma.mm, address, orig, page)
      k.put_page(page)
      return fault
    }
    const fault = k.do_page_mkwrite(vma, page)
    if (fault === 0) {
      k.note_ptl(vma.mm)
      if (pteOf(vma.mm, address).compareExchange(orig, pte_mkwrite(pte_mkdirty(pte_mkyoung(orig))))) k.set_page_dirty(page)
      k.unlock_page(page)
    }
    k.put_page(page)
    return fault
  },

  do_page_mkwrite(k, _base, vma, page) {
    const mapping = fileOf(vma)
    return k[mapping.a_ops.page_mkwrite](mapping, page) ? 0 : 'VM_FAULT_NOPAGE'
  },

  /** With delayed allocation: block_page_mkwrite, and no handle. */
  ext4_page_mkwrite: (k, _base, file, page) => k.block_page_mkwrite_mapped(file, page),

  /** The end of __do_fault: the entry is set if there is none. Context: page locked. */
  finish_fault(k, _base, vma, address, write, page) {
    k.note_ptl(vma.mm)
    const pte = write ? pte_mkwrite(pte_mkdirty(mk_pte(page))) : mk_pte(page)
    return pteOf(vma.mm, address).compareExchange(null, pte) ? 0 : 'VM_FAULT_NOPAGE'
  },

  /** do_cow_fault: the part of __do_fault about private mappings. The copy is made with the page of the file locked. */
  do_cow_fault(k, _base, vma, address, flags) {
    const cow_page = k.alloc_anonymous_page()
    if (cow_page === null) return 'VM_FAULT_OOM'
    const page = k.__do_fault(vma, address, flags)
    if (isFault(page)) {
      k.put_page(cow_page)
      return page
    }
    k.copy_user_highpage(cow_page, page)
    const fault = k.finish_fault(vma, address, true, cow_page)
    if (fault !== 0) k.put_page(cow_page)
    k.unlock_page(page)
    k.put_page(page)
    return fault
  },

  /** munmap: unmap_vmas and what of unlinking is to be seen. Context: mmap_sem held for writing. */
  unmap_region(k, _base, _mm, areas) {
    for (const vma of areas) {
      for (let address = vma.start; address < vma.start + vma.pages; address++) k.zap_pte_of_file(vma, address, true)
    }
  },

  page_mkclean(k, _base, page) {
    const file = fileOfPage(k, page)
    let cleaned = 0
    k.note_i_mmap_mutex(file, 'taken')
    for (const [mm, address] of entriesOf(k, page)) {
      k.note_ptl(mm)
      if (k.ptep_mkclean(mm, address, page)) cleaned++
    }
    k.note_i_mmap_mutex(file, 'released')
    return cleaned
  },
})

/** The gotten half of do_wp_page: a copy takes the place of the entry if that is still `orig`, whose reference is given up. */
function copyMapped(k: Kernel, mm: Mm, address: number, orig: SomePte, page: Page): VmFault {
  const new_page = k.alloc_anonymous_page()
  if (new_page === null) return 'VM_FAULT_OOM'
  k.copy_user_highpage(new_page, page)
  k.note_ptl(mm)
  const replaced = pteOf(mm, address).compareExchange(orig, pte_mkwrite(pte_mkdirty(mk_pte(new_page))))
  k.put_page(replaced ? page : new_page)
  return 0
}

/** Locks that are not modelled in v3.4, because what they protect is changed in one step: the report of lock orders knows of them. */
export const faultsOf34Inlines = {
  /** zap_pte_range of one entry: the dirt of a page of the file is handed to the page, and its reference given up. */
  zap_pte_of_file(k: Kernel, vma: Vma, address: number, even_cows: boolean): void {
    if (pteOf(vma.mm, address).get() === null) return
    k.note_ptl(vma.mm)
    const pte = k.ptep_zap(vma, address, even_cows)
    const page = pte_page(pte)
    if (page === null) return
    if (pte_dirty(pte) && vma.shared) k.set_page_dirty(page)
    k.put_page(page)
  },

  /** The page table lock is taken and given up again. */
  note_ptl(k: Kernel, mm: Mm): void {
    for (const event of ['awaited', 'taken', 'released'] as const) k.world.noteLock(`${mm.name}.ptl`, event)
  },

  note_i_mmap_mutex(k: Kernel, file: AddressSpace, event: 'taken' | 'released'): void {
    k.world.noteLock(`${file.name}.i_mmap_mutex`, event)
  },
}

/** One step each: sections under the page table lock. */
export const pteInstructions = {
  /** zap_pte_range under the PTL: takes an entry away, unless it maps a private copy and these are spared. @returns what was taken */
  ptep_zap(_k: Kernel, vma: Vma, address: number, even_cows: boolean): Pte {
    const ptep = pteOf(vma.mm, address)
    const page = pte_page(ptep.get())
    if (!even_cows && page !== null && page.mapping.get() === null) return null
    return ptep.swap(null)
  },

  /** page_mkclean_one under the PTL: an entry of the page becomes clean and read-only. @returns whether it was not */
  ptep_mkclean(k: Kernel, mm: Mm, address: number, page: Page): boolean {
    const pte = pteOf(mm, address).get()
    const mapped = pte_page(pte)
    if (pte === null || mapped === null || !k.memory.same(mapped, page) || (!pte_dirty(pte) && !pte_write(pte))) return false
    pteOf(mm, address).set(pte_mkclean(pte_wrprotect(pte)))
    return true
  },
}

/** The page table entries of shared mappings in which a page of a file may be mapped. Context: page locked. */
function entriesOf(k: Kernel, page: Page): readonly (readonly [mm: Mm, address: number])[] {
  const { inode } = fileOfPage(k, page)
  const index = k.page_index(page)
  return (inode?.mappings ?? []).flatMap(({ mm, start, pgoff, pages, shared }) => {
    const mapped = shared && index >= pgoff && index < pgoff + pages
    return mapped ? [[mm, start + index - pgoff] as const] : []
  })
}

function fileOfPage(k: Kernel, page: Page): ReturnType<typeof fileOf> {
  const mapping = k.file_of(page)
  if (mapping === null) throw new TypeError('Cannot read properties of null (the page has left its file)')
  return mapping
}
