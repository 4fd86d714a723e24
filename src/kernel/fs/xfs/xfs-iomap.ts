/** fs/xfs/xfs_iomap.c, v4.13: from places in a file to blocks. */
import type { Kernel } from '../../kernel.js'
import type { DaxInode, Extent } from '../../include/linux/dax-types.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import type { VmFaultInfo } from '../../include/linux/vm-fault.js'
import { blockOf } from '../../block/blocks.js'
import { daxOf } from '../dax-entries.js'
import { ZERO } from '../../include/linux/mm-types.js'

export const xfsIomap = {
  /**
   * xfs_file_iomap_begin of `count` blocks. Context: IOLOCK or MMAPLOCK held, so that S_DAX is what the caller found; a page or a
   * DAX entry may be locked. Stores to files with page cache reserve blocks (xfs_file_iomap_begin_delay), those to files without
   * get them at once, zeroed (xfs_iomap_write_direct). Where the map never changes its lock is left out.
   * @returns what is there, HOLE if not all of it is the same, and whether it is new
   */
  xfs_file_iomap_begin(
    k: Kernel,
    mapping: AddressSpace,
    index: number,
    count: number,
    flags: 'IOMAP_WRITE' | '',
    vmf: VmFaultInfo | null,
  ): readonly [type: Extent, fresh: boolean] {
    const { i_lock } = daxOf(mapping)
    const is_dax = flags === 'IOMAP_WRITE' && k.fault_IS_DAX(mapping, vmf)
    const extents = extentsOf(mapping, index, count)
    if (extents.length === 0) return ['WRITTEN', false]
    if (flags !== 'IOMAP_WRITE') {
      i_lock.downRead()
      const types = extents.map((extent) => extent.get())
      i_lock.upRead()
      return [sameOf(types), false]
    }
    i_lock.downWrite()
    let fresh = false
    extents.forEach((extent, i) => {
      const type = extent.get()
      if (type === 'WRITTEN' || (type === 'UNWRITTEN' && !is_dax)) return
      fresh = true
      if (!is_dax) {
        extent.set('DELALLOC')
        return
      }
      for (const word of blockOf(mapping, index + i)) word.set(ZERO)
      extent.set('WRITTEN')
    })
    const types = extents.map((extent) => extent.get())
    i_lock.upWrite()
    return [sameOf(types), fresh]
  },

  /**
   * xfs_map_blocks, xfs_iomap_write_allocate: what is written back gets its block. Context: task or flusher, page locked. (A new
   * block counts as written from here on, not from the completion of the bio.)
   */
  xfs_map_blocks(_k: Kernel, mapping: AddressSpace, index: number): void {
    const { i_lock } = daxOf(mapping)
    const [extent] = extentsOf(mapping, index, 1)
    if (extent === undefined) return
    i_lock.downWrite()
    if (extent.get() !== 'WRITTEN') extent.set('WRITTEN')
    i_lock.upWrite()
  },
}

export const xfsIomapInlines = {
  /** IS_DAX(inode), where a fault asks. */
  fault_IS_DAX(k: Kernel, mapping: AddressSpace, _vmf: VmFaultInfo | null): boolean {
    return k.IS_DAX(mapping)
  },
}

function extentsOf(mapping: AddressSpace, index: number, count: number): DaxInode['extents'] {
  return daxOf(mapping).extents.slice(index, index + count)
}

function sameOf(types: readonly Extent[]): Extent {
  return types.every((type) => type === types[0]) ? (types[0] ?? 'HOLE') : 'HOLE'
}
