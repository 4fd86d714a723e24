/** include/linux/pgtable.h: the bits of a page table entry. */

export const PTE_WRITE = 1
export const PTE_DIRTY = 2
export const PTE_YOUNG = 4
