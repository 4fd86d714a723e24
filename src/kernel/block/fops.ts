/** block/fops.c (fs/block_dev.c before v5.16): direct I/O on block devices. */

export const blockFops = {}

export const blockFopsInlines = {}
