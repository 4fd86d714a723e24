/** The memory management unit: loads and stores of user code, TLB flushes. */

export const mmuInstructions = {}

export const mmuInlines = {}
