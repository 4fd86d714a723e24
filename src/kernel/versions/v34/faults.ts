/**
 * mm/memory.c of v3.4: __do_fault and do_wp_page of shared mappings of files with extent maps. The page table lock protects one
 * entry here, so that what is done under it is one step: the entry is replaced if it is still what it was. Mapcounts, which say
 * whether there is an entry to look for, are left out: whoever unmaps a page looks at the entries.
 */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Mm, Page } from '../../include/linux/mm-types.js'
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
} from '../../include/linux/pgtable.js'
import { patch } from '../../patch.js'
import { fileOf } from '../../mm/memory.js'

export const faultsOf34 = patch('faults of v3.4', {
  handle_pte_fault(k, _base, vma, address, write, flags) {
    const orig = pteOf(vma.mm, address).get()
    if (orig === null) return k.do_fault(vma, address, write, flags)
    return write && pte_present(orig) && !pte_write(orig) ? k.do_wp_page(vma, address, orig) : 0
  },

  /** do_wp_page of a shared mapping: the page_mkwrite half, and the entry is made writable if it is still the same. */
  do_wp_page(k, _base, vma, address, orig) {
    const page = pte_page(orig)
    if (page === null) throw new TypeError('Cannot read properties of null (the entry maps no page)')
    k.get_page(page)
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

/** Locks that are not modelled in v3.4, because what they protect is changed in one step: the report of lock orders knows of them. */
export const faultsOf34Inlines = {
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
  /** page_mkclean_one under the PTL: an entry of the page becomes clean and read-only. @returns whether it was not */
  ptep_mkclean(k: Kernel, mm: Mm, address: number, page: Page): boolean {
    const pte = pteOf(mm, address).get()
    const mapped = pte_page(pte)
    if (pte === null || mapped === null || !k.memory.same(mapped, page) || (!pte_dirty(pte) && !pte_write(pte))) return false
    pteOf(mm, address).set(pte_mkclean(pte_wrprotect(pte)))
    return true
  },
}

/** The page table entries in which a page of a file may be mapped. Context: page locked. */
function entriesOf(k: Kernel, page: Page): readonly (readonly [mm: Mm, address: number])[] {
  const { inode } = fileOfPage(k, page)
  const index = k.page_index(page)
  return (inode?.mappings ?? []).flatMap(({ mm, start, pgoff, pages }) => {
    const mapped = index >= pgoff && index < pgoff + pages
    return mapped ? [[mm, start + index - pgoff] as const] : []
  })
}

function fileOfPage(k: Kernel, page: Page): ReturnType<typeof fileOf> {
  const mapping = k.file_of(page)
  if (mapping === null) throw new TypeError('Cannot read properties of null (the page has left its file)')
  return mapping
}
