/**
 * The memory management unit, and arch/x86/mm/fault.c: loads and stores of user code.
 *
 * With `config.tlb` the CPU of an address space keeps the entries it has walked to until they are flushed; without, each
 * access walks.
 */
import type { Kernel } from '../kernel.js'
import type { HugePmd, Mm, Page, Pte, Vma } from '../include/linux/mm-types.js'
import { ZERO } from '../include/linux/mm-types.js'
import {
  PMD_INVALID,
  PMD_TABLE,
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  devmap_modify,
  devmap_subpage,
  pfn_index,
  pmdOf,
  pmd_devmap,
  pmd_modify,
  pmd_present,
  pmd_subpage,
  pmd_trans_huge,
  pteOf,
  pte_dirty,
  pte_mkold,
  pte_page,
  pte_present,
  pte_wrprotect,
  pte_write,
  pte_young,
  type SomePte,
} from '../include/linux/pgtable.js'
import { blockOf, wordOf } from '../block/blocks.js'
import { untilDone } from '../lib/debug.js'
import { isFaultError, type FaultFlags, type VmFault } from '../mm/memory.js'

export const mmu = {
  /**
   * User code loads a word of the `page`th page of an area, as often as it faults.
   * @returns what it sees; null for a signal
   */
  user_load(k: Kernel, vma: Vma, page: number, word: number): string | null {
    return untilDone(k, () => k.cpu_load(vma, page, word) ?? (isFaultError(k.do_user_addr_fault(vma, vma.start + page, false)) ? null : undefined))
  },

  /**
   * User code stores `value` to a word of the `page`th page of an area, as often as it faults.
   * @returns false for a signal
   */
  user_store(k: Kernel, vma: Vma, page: number, word: number, value: string): boolean {
    return untilDone(k, () => {
      if (k.cpu_store(vma, page, word, value)) return true
      return isFaultError(k.do_user_addr_fault(vma, vma.start + page, true)) ? false : undefined
    })
  },

  /**
   * do_user_addr_fault (arch/x86/mm/fault.c), v5.10-rc5. Context: page fault of user code. A fault that has given the mmap_lock up while
   * it waited for a page (VM_FAULT_RETRY) is tried once more, with the area looked up anew: what is there now need not be `vma`.
   */
  do_user_addr_fault(k: Kernel, vma: Vma, address: number, write: boolean): VmFault {
    const fault = k.fault_on_address(vma.mm, address, write, 'ALLOW_RETRY')
    return fault === 'VM_FAULT_RETRY' ? k.fault_on_address(vma.mm, address, write, 'TRIED') : fault
  },
}

/** Instructions: one step each. */
export const mmuInstructions = {
  /** A load with its page walk. @returns null if it faults */
  cpu_load(k: Kernel, vma: Vma, page: number, word: number): string | null {
    const address = vma.start + page
    const entry = cached(k, vma.mm, address) ?? walk(k, vma, address)
    if (entry === null) return null
    const words = wordsAt(vma, entry)
    const seen = words === null ? ZERO : wordOf(words, word).get()
    k.oracle_load(vma, page, word, seen)
    return seen
  },

  /** A store with its page walk. @returns false if it faults */
  cpu_store(k: Kernel, vma: Vma, page: number, word: number, value: string): boolean {
    const words = writable(k, vma, vma.start + page)
    if (words === null) return false
    wordOf(words, word).set(value)
    k.oracle_store(vma, page, word, value)
    return true
  },

  /** ptep_set_wrprotect: a locked instruction on x86, which leaves the bits that hardware sets meanwhile. */
  ptep_set_wrprotect(_k: Kernel, mm: Mm, address: number): void {
    const pte = pteOf(mm, address).get()
    if (pte !== null) pteOf(mm, address).swap(pte_wrprotect(pte), 'relaxed')
  },

  /** pmdp_set_wrprotect: the same for a huge page. */
  pmdp_set_wrprotect(_k: Kernel, mm: Mm, address: number): void {
    const pmd = pmdOf(mm, address).get()
    if (pmd_trans_huge(pmd)) pmdOf(mm, address).swap(pmd_modify(pmd, 0, PTE_WRITE), 'relaxed')
  },

  /** The exchange of pmdp_invalidate. @returns what was there; null if that was no huge page */
  pmdp_mkinvalid(_k: Kernel, mm: Mm, address: number): HugePmd | null {
    const pmd = pmdOf(mm, address).get()
    if (!pmd_trans_huge(pmd)) return null
    pmdOf(mm, address).swap(pmd_modify(pmd, PMD_INVALID), 'relaxed')
    return pmd
  },

  /** ptep_test_and_clear_young: a locked instruction on x86. The TLB is not flushed. @returns whether it was young */
  ptep_test_and_clear_young(_k: Kernel, mm: Mm, address: number): boolean {
    const pte = pteOf(mm, address).get()
    if (pte === null || !pte_young(pte)) return false
    pteOf(mm, address).swap(pte_mkold(pte), 'relaxed')
    return true
  },

  /** What a flush makes the CPU of an address space do, by interrupt or broadcast: it has forgotten the entries when this is over. */
  tlb_shootdown(_k: Kernel, mm: Mm, first: number, entries: number): void {
    for (const entry of mm.tlb.slice(first, first + entries)) entry.set(null)
  },
}

export const mmuInlines = {
  /** The part of do_user_addr_fault that is done again. @returns RETRY with the mmap_lock given up */
  fault_on_address(k: Kernel, mm: Mm, address: number, write: boolean, flags: FaultFlags): VmFault {
    mm.mmap_lock.downRead()
    const vma = k.find_vma(mm, address)
    const fault = vma === undefined ? 'VM_FAULT_SIGSEGV' : k.handle_mm_fault(vma, address, write, flags)
    if (fault !== 'VM_FAULT_RETRY') mm.mmap_lock.upRead()
    return fault
  },

  /** flush_tlb_page: the CPUs that may have the entry forget it before this returns. */
  flush_tlb_page(k: Kernel, vma: Vma, address: number): void {
    if (k.config.tlb) k.tlb_shootdown(vma.mm, address, 1)
  },

  /** flush_tlb_mm, flush_tlb_range: the same for all entries of an address space. */
  flush_tlb_mm(k: Kernel, mm: Mm): void {
    if (k.config.tlb) k.tlb_shootdown(mm, 0, mm.tlb.length)
  },
}

/** What an entry maps: a page, or device memory of the area's file; null for the zero page. */
function wordsAt(vma: Vma, entry: SomePte): Page['words'] | null {
  const index = pfn_index(entry)
  if (index !== null) return vma.file === null ? null : blockOf(vma.file, index)
  return pte_page(entry)?.words ?? null
}

function tlbOf(mm: Mm, address: number): Mm['tlb'][number] {
  return mm.tlb[address] as Mm['tlb'][number]
}

/** What the TLB has of an entry. */
function cached(k: Kernel, mm: Mm, address: number): SomePte | null {
  return k.config.tlb ? tlbOf(mm, address).get() : null
}

/** What the page tables have for a virtual page: an entry of its own, or its part of a huge one. */
function translation({ mm, huge }: Vma, address: number): Pte {
  const pmd = huge ? pmdOf(mm, address).get() : PMD_TABLE
  if (pmd === null) return null
  if (pmd_devmap(pmd)) return devmap_subpage(pmd, address)
  if (!pmd_trans_huge(pmd)) return pteOf(mm, address).get()
  return pmd_present(pmd) ? [pmd_subpage(pmd, address), pmd[2]] : null
}

/**
 * Sets bits where a present translation comes from, and remembers it. A read-modify-write, as all changes of bits here: where
 * memory is weak, no clearing of the entry may come between what was read and what is stored.
 */
function update(k: Kernel, { mm, huge }: Vma, address: number, before: SomePte, bits: number): SomePte {
  const entry: SomePte = [before[0], before[1] | bits]
  if (entry[1] !== before[1]) {
    const pmd = huge ? pmdOf(mm, address).get() : null
    if (pmd_trans_huge(pmd)) pmdOf(mm, address).swap(pmd_modify(pmd, bits), 'relaxed')
    else if (pmd_devmap(pmd)) pmdOf(mm, address).swap(devmap_modify(pmd, bits), 'relaxed')
    else pteOf(mm, address).swap(entry, 'relaxed')
  }
  if (k.config.tlb) tlbOf(mm, address).set(entry)
  return entry
}

/** Walks to a present entry, makes it young and remembers it. */
function walk(k: Kernel, vma: Vma, address: number): SomePte | null {
  const pte = translation(vma, address)
  return pte_present(pte) ? update(k, vma, address, pte, PTE_YOUNG) : null
}

/**
 * The words that a store reaches. A cached entry that is dirty serves as it is, even if the page table has changed since; else
 * the dirty bit is set in the page table, if that still has a writable entry. A fault makes the TLB forget the entry.
 */
function writable(k: Kernel, vma: Vma, address: number): Page['words'] | null {
  const remembered = cached(k, vma.mm, address)
  if (remembered !== null && pte_write(remembered) && pte_dirty(remembered)) return wordsAt(vma, remembered)
  const pte = translation(vma, address)
  if (pte_present(pte) && pte_write(pte) && (remembered === null || pte_write(remembered))) {
    return wordsAt(vma, update(k, vma, address, pte, PTE_DIRTY | PTE_YOUNG))
  }
  if (k.config.tlb) tlbOf(vma.mm, address).set(null)
  return null
}
