/** block/bio.c. */

export const bio = {}

export const bioInlines = {}
