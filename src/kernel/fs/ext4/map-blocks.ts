/** fs/ext4/inode.c, fs/ext4/extents.c, v6.18: the extent map. Delayed allocations are in it as they are in the extent status tree. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import type { Buffer, Extent } from '../../include/linux/extent-map.js'
import { ENOSPC, hostOf, type Iomap } from '../../include/linux/host.js'
import { blockBeneath } from '../block-map.js'

/** What ext4_map_blocks is to do about blocks: look them up, or allocate with data to come (written) or without (unwritten). */
export type GetBlocks = 'LOOKUP' | 'CREATE' | 'CREATE_UNWRIT_EXT'

/** The entry of a block in the map; a hole beyond what the model keeps. */
export function extentAt(file: AddressSpace, block: number): Extent {
  return hostOf(file).extents[block]?.get() ?? 'HOLE'
}

const kindOf = (extent: Extent): 'HOLE' | 'DELALLOC' | 'UNWRITTEN' | 'WRITTEN' => (typeof extent === 'string' ? extent : extent[0])

/** The block after the last that is like `block`: of the same kind, and without a gap on the device. */
export function endOfRun(file: AddressSpace, block: number, end: number): number {
  const first = extentAt(file, block)
  for (let next = block + 1; next < end; next++) {
    const extent = extentAt(file, next)
    const beneath = blockBeneath(first)
    if (kindOf(extent) !== kindOf(first) || (beneath !== null && blockBeneath(extent) !== beneath + next - block)) return next
  }
  return Math.max(end, block + 1)
}

export function iomapOf(file: AddressSpace, block: number, end: number, isNew: boolean): Iomap {
  const extent = extentAt(file, block)
  const kind = kindOf(extent)
  return [kind === 'WRITTEN' ? 'MAPPED' : kind, block, endOfRun(file, block, end), blockBeneath(extent), isNew]
}

export const ext4MapBlocks = {
  /**
   * ext4_map_blocks, ext4_ext_map_blocks: blocks from `block` to before `end` at most, of one kind. A block that has no data is
   * converted by CREATE alone.
   * @returns what is there now; -ENOSPC
   */
  ext4_map_blocks_host(k: Kernel, file: AddressSpace, block: number, end: number, flags: GetBlocks): Iomap | number {
    const { ilock } = hostOf(file)
    if (flags === 'LOOKUP') {
      ilock.downRead()
      const found = iomapOf(file, block, end, false)
      ilock.upRead()
      return found
    }
    ilock.downWrite()
    const mapped = k.ext4_map_create_blocks(file, block, end, flags)
    ilock.upWrite()
    return mapped
  },

  /** ext4_map_create_blocks. Context: i_data_sem held for writing. */
  ext4_map_create_blocks(k: Kernel, file: AddressSpace, block: number, end: number, flags: GetBlocks): Iomap | number {
    const last = endOfRun(file, block, end)
    const kind = kindOf(extentAt(file, block))
    if (kind === 'WRITTEN' || (kind === 'UNWRITTEN' && flags === 'CREATE_UNWRIT_EXT')) return iomapOf(file, block, last, false)
    k.ext4_update_inode_fsync_trans(file, flags === 'CREATE')
    // Data of blocks that are to be read after the commit are ordered before it.
    if (flags === 'CREATE') k.ext4_jbd2_inode_add_write(file, block * k.config.words, last * k.config.words)
    for (let at = block; at < last; at++) {
      const beneath = blockBeneath(extentAt(file, at)) ?? k.new_host_block(file)
      if (beneath === null) return ENOSPC
      hostOf(file).extents[at]?.set([flags === 'CREATE' ? 'WRITTEN' : 'UNWRITTEN', beneath])
    }
    return iomapOf(file, block, last, true)
  },

  /**
   * ext4_da_map_blocks, ext4_da_get_block_prep: a block that is to be written by delayed allocation.
   * @returns what its buffer becomes
   */
  ext4_da_map_blocks(_k: Kernel, file: AddressSpace, block: number): Buffer {
    const { ilock, extents } = hostOf(file)
    ilock.downRead()
    let extent = extentAt(file, block)
    ilock.upRead()
    if (extent === 'HOLE') {
      ilock.downWrite()
      extent = extentAt(file, block)
      if (extent === 'HOLE') {
        extents[block]?.set('DELALLOC')
        extent = 'DELALLOC'
      }
      ilock.upWrite()
    }
    return typeof extent === 'string' ? 'delay' : [extent[0] === 'WRITTEN' ? 'mapped' : 'unwritten', extent[1]]
  },

  /** ext4_get_block for looking up: a hole, a delayed allocation, or a block without data leaves the buffer unmapped. */
  ext4_get_block(k: Kernel, file: AddressSpace, block: number): Buffer {
    const found = k.ext4_map_blocks_host(file, block, block + 1, 'LOOKUP')
    return typeof found === 'number' || found[0] !== 'MAPPED' || found[3] === null ? 'unmapped' : ['mapped', found[3]]
  },

  /** ext4_convert_unwritten_extents of what lies in words `start` to before `end`: there are data now. */
  ext4_convert_unwritten_extents(k: Kernel, file: AddressSpace, start: number, end: number): void {
    const { ilock } = hostOf(file)
    ilock.downWrite()
    for (const block of k.pages_of_range(file, start, end)) k.convert_block(file, block, 'UNWRITTEN', 'WRITTEN')
    k.ext4_update_inode_fsync_trans(file, true)
    ilock.upWrite()
  },

  /** ext4_ext_remove_space, ext4_es_remove_extent: blocks go, as do delayed allocations. Context: i_data_sem held for writing. */
  ext4_ext_rm_leaf(k: Kernel, file: AddressSpace, first: number, end: number): void {
    for (let block = first; block < Math.min(end, hostOf(file).extents.length); block++) k.free_host_block(file, block)
  },

  /** ext4_ext_shift_extents: the map from `from` on moves by `by` blocks. Context: i_data_sem held for writing. */
  ext4_ext_shift_extents(k: Kernel, file: AddressSpace, from: number, by: number): void {
    k.shift_extents(file, from, by)
  },
}

export const hostBlockInlines = {
  /** A block that has one state gets the other. */
  convert_block(_k: Kernel, file: AddressSpace, block: number, from: 'UNWRITTEN' | 'WRITTEN', to: 'UNWRITTEN' | 'WRITTEN'): void {
    const extent = extentAt(file, block)
    if (typeof extent !== 'string' && extent[0] === from) hostOf(file).extents[block]?.set([to, extent[1]])
  },

  /** Takes a block out of the map and gives back what was beneath. */
  free_host_block(_k: Kernel, file: AddressSpace, block: number): void {
    const { disk, extents } = hostOf(file)
    const beneath = blockBeneath(extents[block]?.swap('HOLE') ?? 'HOLE')
    if (beneath !== null) disk.states[beneath]?.set('FREE')
  },

  /** Moves all entries from a block on: to the left over a hole, or to the right, leaving one. */
  shift_extents(_k: Kernel, file: AddressSpace, from: number, by: number): void {
    const { extents } = hostOf(file)
    const before = extents.map((cell) => cell.get())
    for (let block = Math.min(from, from + by); block < extents.length; block++) {
      const source = block - by
      extents[block]?.set(source >= from ? (before[source] ?? 'HOLE') : 'HOLE')
    }
  },
}

/** One step each. */
export const hostBlockInstructions = {
  /** ext4_mb_new_blocks, xfs_bmap_btalloc: the lowest free block, under locks of the allocator. @returns null if there is none */
  new_host_block(_k: Kernel, file: AddressSpace): number | null {
    const { states } = hostOf(file).disk
    const block = states.findIndex((state) => state.get() === 'FREE')
    states[block]?.set(['OWNED', file.name])
    return block < 0 ? null : block
  },
}
