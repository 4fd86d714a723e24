/** include/linux/pgtable.h, arch/x86/include/asm/pgtable.h: page table entries and their bits. */
import type { Kernel } from '../../kernel.js'
import { pfnOf } from './dax-types.js'
import type { HugePmd, Mm, Page, Pmd, Pte, Vma } from './mm-types.js'

export const PTE_WRITE = 1
export const PTE_DIRTY = 2
export const PTE_YOUNG = 4
/** An entry of a huge page that is being split: hardware and lock-free walks take it for not present, the kernel for huge. */
export const PMD_INVALID = 8

/** The entry of a page table. */
export const PMD_TABLE = 'table'

/** Pages of a huge page: 512 on x86. */
export const HPAGE_PMD_NR = 2

/** An entry that is not none. */
export type SomePte = Exclude<Pte, null>

const SWAP = 'swap:'
const MIGRATION = 'migration:'

/** The entry of virtual page `address`; protected by the PTL, and read without it by hardware, faults and fast GUP. */
export function pteOf(mm: Mm, address: number): Mm['ptes'][number] {
  return mm.ptes[address] as Mm['ptes'][number]
}

/** mk_pte with the protection of a private mapping, or of a shared one that wants to hear of the first store: read-only, young. */
export const mk_pte = (page: Page): SomePte => [page, PTE_YOUNG]
/** The read-only, young entry of the zero page. */
export const zero_pte = (): SomePte => ['zero', PTE_YOUNG]
/** swp_entry_to_pte of slot `slot`. */
export const swp_entry_to_pte = (slot: number): SomePte => [`${SWAP}${slot}`, 0]

const numberAfter = ([target]: SomePte, kind: string): number => (typeof target === 'string' ? Number(target.slice(kind.length)) : NaN)
const startsWith = (pte: Pte, kind: string): boolean => pte !== null && typeof pte[0] === 'string' && pte[0].startsWith(kind)
export const is_swap_pte = (pte: Pte): pte is SomePte => startsWith(pte, SWAP) || startsWith(pte, MIGRATION)
/** is_migration_entry: stands for a page whose mappings were taken away for a moment. */
export const is_migration_entry = (pte: SomePte): boolean => startsWith(pte, MIGRATION)
export const pte_present = (pte: Pte): pte is SomePte => pte !== null && !is_swap_pte(pte)
/** pte_to_swp_entry: the slot of a swap entry. */
export const pte_to_swp_entry = (pte: SomePte): number => numberAfter(pte, SWAP)
/** make_migration_entry: the place of a page, and whether the entry it stands for was writable. */
export const make_migration_entry = (place: number, write: boolean): SomePte => [`${MIGRATION}${place}`, write ? PTE_WRITE : 0]
/** migration_entry_to_page: the place of the page. */
export const migration_entry_to_place = (pte: SomePte): number => numberAfter(pte, MIGRATION)
/** vm_normal_page: the page an entry maps; null for the zero page, which has no references, and for what is not present. */
export const pte_page = (pte: Pte): Page | null => (pte === null || typeof pte[0] === 'string' ? null : pte[0])

/** pte_pfn of an entry of device memory: the index of its block; null for any other. */
export const pfn_index = ([target]: SomePte): number | null => (typeof target === 'string' && target.startsWith('pfn:') ? Number(target.slice(4)) : null)

const has = (pte: Pte, bit: number): boolean => pte !== null && (pte[1] & bit) !== 0
export const pte_write = (pte: Pte): boolean => has(pte, PTE_WRITE)
export const pte_dirty = (pte: Pte): boolean => has(pte, PTE_DIRTY)
export const pte_young = (pte: Pte): boolean => has(pte, PTE_YOUNG)

export const pte_mkwrite = (pte: SomePte): SomePte => [pte[0], pte[1] | PTE_WRITE]
export const pte_mkdirty = (pte: SomePte): SomePte => [pte[0], pte[1] | PTE_DIRTY]
export const pte_mkyoung = (pte: SomePte): SomePte => [pte[0], pte[1] | PTE_YOUNG]
export const pte_wrprotect = (pte: SomePte): SomePte => [pte[0], pte[1] & ~PTE_WRITE]
export const pte_mkclean = (pte: SomePte): SomePte => [pte[0], pte[1] & ~PTE_DIRTY]
export const pte_mkold = (pte: SomePte): SomePte => [pte[0], pte[1] & ~PTE_YOUNG]

/** The entry of the page middle directory for virtual page `address`; protected by pmd_ptl. */
export function pmdOf(mm: Mm, address: number): Mm['pmds'][number] {
  return mm.pmds[Math.floor(address / HPAGE_PMD_NR)] as Mm['pmds'][number]
}

/** Such an entry, read without its lock: the entries of the page table are reached through it, and so read after it. */
export const pmd_read = (mm: Mm, address: number): Pmd => pmdOf(mm, address).get('acquire')

export const pmd_trans_huge = (pmd: Pmd): pmd is HugePmd => pmd !== null && typeof pmd !== 'string'
/** A huge entry that hardware and fast GUP may use. */
export const pmd_present = (pmd: Pmd): pmd is HugePmd => pmd_trans_huge(pmd) && (pmd[2] & PMD_INVALID) === 0
export const pmd_write = (pmd: HugePmd): boolean => (pmd[2] & PTE_WRITE) !== 0
export const pmd_dirty = (pmd: HugePmd): boolean => (pmd[2] & PTE_DIRTY) !== 0
export const pmd_young = (pmd: HugePmd): boolean => (pmd[2] & PTE_YOUNG) !== 0
/** The entry with some bits more and some fewer. */
export const pmd_modify = ([head, tail, bits]: HugePmd, more: number, fewer = 0): HugePmd => [head, tail, (bits | more) & ~fewer]
const DEVMAP = 'devmap:'
/** A huge entry of device memory, from the block of index `first` on. */
export const devmap_pmd = (first: number, bits: number): string => `${DEVMAP}${first}:${bits}`
/** pmd_devmap. */
export const pmd_devmap = (pmd: Pmd): pmd is string => typeof pmd === 'string' && pmd.startsWith(DEVMAP)
/** Whether a huge entry of device memory lets stores through. */
export const pmd_write_devmap = (pmd: string): boolean => (devmap_subpage(pmd, 0)[1] & PTE_WRITE) !== 0
/** What a huge entry of device memory has for virtual page `address`. */
export function devmap_subpage(pmd: string, address: number): SomePte {
  const [first = 0, bits = 0] = pmd.slice(DEVMAP.length).split(':').map(Number)
  return [pfnOf(first + (address % HPAGE_PMD_NR)), bits]
}
/** A huge entry of device memory with some bits more. */
export function devmap_modify(pmd: string, more: number): string {
  const [first = 0, bits = 0] = pmd.slice(DEVMAP.length).split(':').map(Number)
  return devmap_pmd(first, bits | more)
}

/** The page of a huge page that virtual page `address` is mapped to. */
export const pmd_subpage = (pmd: HugePmd, address: number): Page => (address % HPAGE_PMD_NR === 0 ? pmd[0] : pmd[1])

/** Operations on entries. Callers hold the PTL unless they are hardware. */
export const pgtableInlines = {
  /** pte_same: by physical page and bits. An entry of another use of the same memory is the same entry. */
  pte_same(k: Kernel, a: Pte, b: Pte): boolean {
    if (a === null || b === null) return a === b
    if (a[1] !== b[1]) return false
    const [x] = a
    const [y] = b
    return typeof x === 'string' || typeof y === 'string' ? x === y : k.memory.same(x, y)
  },

  /** pmd_same: by physical page and bits. */
  pmd_same(k: Kernel, a: Pmd, b: Pmd): boolean {
    if (!pmd_trans_huge(a) || !pmd_trans_huge(b)) return a === b
    return a[2] === b[2] && k.memory.same(a[0], b[0])
  },

  /**
   * ptep_get_and_clear. One exchange, a full barrier on x86 and none on arm64. The TLB may still have the entry.
   */
  ptep_get_and_clear(_k: Kernel, mm: Mm, address: number): Pte {
    return pteOf(mm, address).swap(null, 'relaxed')
  },

  /** ptep_clear_flush: clears the entry, and flushes it if a TLB may have it. */
  ptep_clear_flush(k: Kernel, vma: Vma, address: number): Pte {
    const pte = k.ptep_get_and_clear(vma.mm, address)
    if (pte_present(pte)) k.flush_tlb_page(vma, address)
    return pte
  },

  /**
   * ptep_set_access_flags (x86): bits are only ever added. Without a store to be allowed nothing is written: hardware has set
   * the young bit.
   */
  ptep_set_access_flags(k: Kernel, vma: Vma, address: number, entry: SomePte, dirty: boolean): void {
    const ptep = pteOf(vma.mm, address)
    if (!k.pte_same(ptep.get(), entry) && dirty) ptep.set(entry)
  },
}
