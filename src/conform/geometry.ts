/** Sizes of the conformance tests. Offsets, lengths and sizes are in words of 512 bytes, so that direct I/O can reach every one. */

export const WORD_BYTES = 512
export const PAGE_WORDS = 8
export const PAGE_BYTES = PAGE_WORDS * WORD_BYTES

/** What the sequences write to: offsets lie in the first 8 pages of the main file. */
export const MAIN_PAGES = 8
/** What is mapped and observed of the main file: it may grow to this. */
export const MAIN_PAGES_MAX = 12
/** The other file: full when a sequence starts, on disk and not in the cache; it never grows. */
export const OTHER_PAGES = 4
/** The anonymous buffer: never touched when a sequence starts. */
export const ANON_PAGES = 4

/** What the other file holds at the start. Each writing step has a value of its own from 1 to 250. */
export const OTHER_VALUE = 251
export const STEP_VALUE_MAX = 250
