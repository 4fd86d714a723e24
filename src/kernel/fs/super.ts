/** fs/super.c and linux/fs.h, v5.10-rc5: freezing file systems. Each file has a file system of its own. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, SuperBlock } from '../include/linux/mm-types.js'

export const superBlocks = {
  /** freeze_super, FIFREEZE: keeps writers out, then faults, writes what is dirty, and writes nothing more. Context: task. */
  freeze_super(k: Kernel, file: AddressSpace): void {
    const sb = superOf(k, file)
    sb.freeze_write.downWrite()
    sb.freeze_pagefault.downWrite()
    k.filemap_write_and_wait_range(file)
    sb.frozen.set(true)
  },

  /** thaw_super, FITHAW. Context: the task that froze it. */
  thaw_super(k: Kernel, file: AddressSpace): void {
    const sb = superOf(k, file)
    sb.frozen.set(false)
    sb.freeze_pagefault.upWrite()
    sb.freeze_write.upWrite()
  },
}

/** Freeze protection: steps only where programs freeze; the order of locks knows of it everywhere. */
export const superInlines = {
  /** sb_start_write, file_start_write: write(2) and the like. May sleep. */
  sb_start_write(k: Kernel, file: AddressSpace): void {
    if (k.config.freeze) superOf(k, file).freeze_write.downRead()
    else noteTaken(k, `${file.name}.freeze_write`)
  },

  sb_end_write(k: Kernel, file: AddressSpace): void {
    if (k.config.freeze) superOf(k, file).freeze_write.upRead()
    else k.world.noteLock(`${file.name}.freeze_write`, 'released')
  },

  /** sb_start_pagefault: stores through a mapping. May sleep. */
  sb_start_pagefault(k: Kernel, file: AddressSpace): void {
    if (k.config.freeze) superOf(k, file).freeze_pagefault.downRead()
    else noteTaken(k, `${file.name}.freeze_pagefault`)
  },

  sb_end_pagefault(k: Kernel, file: AddressSpace): void {
    if (k.config.freeze) superOf(k, file).freeze_pagefault.upRead()
    else k.world.noteLock(`${file.name}.freeze_pagefault`, 'released')
  },
}

function noteTaken(k: Kernel, name: string): void {
  k.world.noteLock(name, 'awaited')
  k.world.noteLock(name, 'taken')
}

function superOf(k: Kernel, file: AddressSpace): SuperBlock {
  const sb = k.super_blocks.get(file)
  if (sb === undefined) throw new RangeError(`the file system of ${file.name} can not be frozen: configure the machine with freeze`)
  return sb
}
