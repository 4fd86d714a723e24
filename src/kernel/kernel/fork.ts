/** kernel/fork.c. */

export const fork = {}

export const forkInlines = {}
