/** mm/mmap.c: areas of an address space. */

export const mmap = {}

export const mmapInlines = {}
