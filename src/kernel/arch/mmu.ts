/** The memory management unit: loads and stores of user code, TLB flushes. */

export const mmu = {}

export const mmuInlines = {}
