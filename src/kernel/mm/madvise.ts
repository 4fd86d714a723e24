/** mm/madvise.c. */

export const madvise = {}

export const madviseInlines = {}
