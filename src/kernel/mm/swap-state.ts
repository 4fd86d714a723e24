/** mm/swap_state.c, mm/swapfile.c: swap. */

export const swapState = {}

export const swapStateInlines = {}
