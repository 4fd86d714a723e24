/** Processes of tests: address spaces, and what their page tables map. */
import type { AddressSpace, Mm, Page, Pte, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { PTE_DIRTY, PTE_WRITE, PTE_YOUNG, pte_page } from '../../src/kernel/include/linux/pgtable.js'
import type { Kernel } from '../../src/kernel/kernel.js'

/** The bits of an entry that was stored through. */
export const STORED = PTE_WRITE | PTE_DIRTY | PTE_YOUNG

interface ProcessOptions {
  readonly name?: string
  readonly pages?: number
  readonly file?: AddressSpace
  readonly shared?: boolean
  readonly huge?: boolean
  readonly copyOf?: Vma
}

/** A process with one area, which is yet to be mapped by fork if it is a copy. */
export function process(k: Kernel, { name = 'P', pages = 1, copyOf, ...options }: ProcessOptions = {}): readonly [mm: Mm, area: Vma] {
  const mm = k.address_space(name, pages)
  const forked = copyOf === undefined ? {} : { copyOf, later: true }
  return [mm, k.area(mm, { name: `${name}.area`, pages, ...options, ...forked })]
}

export function entry(mm: Mm, address = 0): Pte {
  return mm.ptes[address]?.get() ?? null
}

export function mapped(mm: Mm, address = 0): Page {
  const page = pte_page(entry(mm, address))
  if (page === null) throw new Error(`no page is mapped at ${address}`)
  return page
}

export function counts(page: Page): readonly [refcount: number, mapcount: number] {
  return [page.refcount.get(), page.mapcount.get()]
}

/** How many physical pages are in use. */
export function pagesInUse(k: Kernel): number {
  return Array.from({ length: k.memory.size }, (_, i) => k.memory.raw(i)).filter((page) => page.refcount.get() > 0 || page.compound_head.get() !== null).length
}
