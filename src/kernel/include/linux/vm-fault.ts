/** struct vm_fault (linux/mm.h), v4.13: on the stack of the task that faults. */
import type { Own } from '../../../engine/index.js'
import type { Kernel } from '../../kernel.js'
import type { Page, Vma } from './mm-types.js'
import type { FaultFlags } from '../../mm/memory.js'
import { pte_page, type SomePte } from './pgtable.js'

export interface VmFaultInfo {
  /** For traces. */
  readonly label: string
  readonly vma: Vma
  /** Virtual page number. */
  readonly address: number
  readonly pgoff: number
  /** FAULT_FLAG_WRITE. */
  readonly write: boolean
  /** Whether ->fault may give the mmap_sem up; of no account to ->page_mkwrite, whose VM_FAULT_RETRY is not acted on. */
  readonly flags: FaultFlags
  /** Null when ->fault is entered; set by filemap_fault, and by do_wp_page from the entry. */
  readonly page: Own<Page | null>
  /** What a store to a private mapping is to get. */
  readonly cow_page: Own<Page | null>
  /** The entry when the fault began, if there was one. */
  readonly orig_pte: SomePte | null
  /** Whether the fault is one of DAX, once somebody has looked: kept by a fix only. */
  readonly decided?: Own<boolean | null>
}

export const vmFaultInlines = {
  /** The vm_fault of a fault at a virtual page; do_wp_page fills in the page that the entry maps. */
  vm_fault(k: Kernel, vma: Vma, address: number, write: boolean, orig_pte: SomePte | null, flags: FaultFlags): VmFaultInfo {
    return {
      label: `${write ? 'store to' : 'load from'} ${vma.name}${vma.pages === 1 ? '' : ` page ${address - vma.start}`}`,
      vma,
      address,
      pgoff: vma.pgoff + address - vma.start,
      write,
      flags,
      page: k.world.own<Page | null>('vmf.page', pte_page(orig_pte)),
      cow_page: k.world.own<Page | null>('vmf.cow_page', null),
      orig_pte,
    }
  },
}
