/** mm/rmap.c: from a page to its page table entries. */

export const rmap = {}

export const rmapInlines = {}
