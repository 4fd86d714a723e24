/** fs/direct-io.c. */

export const directIo = {}

export const directIoInlines = {}
