/** mm/huge_memory.c: transparent huge pages. */

export const hugeMemory = {}

export const hugeMemoryInlines = {}
