/** fs/iomap/direct-io.c. */

export const iomapDirectIo = {}

export const iomapDirectIoInlines = {}
