/** fs/xfs/xfs_iomap.c, xfs_aops.c, xfs_bmap.c, v6.18: the extent map, delayed allocation and its conversion. Blocks are as large as a page. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import { EAGAIN, ENOSPC, hostOf, type Iomap } from '../../include/linux/host.js'
import { blockBeneath } from '../block-map.js'
import { endOfRun, extentAt, iomapOf } from '../ext4/map-blocks.js'

export const xfsIomapBegin = {
  /** xfs_read_iomap_begin. */
  xfs_read_iomap_begin(_k: Kernel, file: AddressSpace, block: number, end: number): Iomap {
    const { ilock } = hostOf(file)
    ilock.downRead()
    const map = iomapOf(file, block, end, false)
    ilock.upRead()
    return map
  },

  /**
   * xfs_buffered_write_iomap_begin: a hole gets a delayed allocation; when zeroing it stays one. A delayed allocation that begins beyond the
   * end of the file is not zeroed but converted, and its page cache goes. (Files of less than 64 KiB get no speculative preallocation.)
   */
  xfs_buffered_write_iomap_begin(k: Kernel, file: AddressSpace, start: number, end: number, zero: boolean): Iomap {
    const { ilock, i_size, extents } = hostOf(file)
    const { words } = k.config
    const block = Math.floor(start / words)
    let last = Math.ceil(end / words)
    ilock.downWrite()
    const extent = extentAt(file, block)
    if (zero) {
      const eof = Math.ceil(i_size.get() / words)
      if (extent === 'DELALLOC' && block >= eof) {
        ilock.upWrite()
        k.truncate_pagecache(file, start)
        k.xfs_bmapi_convert_delalloc(file, block)
        return iomapOf(file, block, last, false)
      }
      if (block < eof && last > eof) last = eof
    }
    let isNew = false
    if (extent === 'HOLE' && !zero) {
      last = endOfRun(file, block, last)
      for (let at = block; at < last; at++) extents[at]?.set('DELALLOC')
      isNew = true
    }
    const map = iomapOf(file, block, last, isNew)
    ilock.upWrite()
    return map
  },

  /** xfs_buffered_write_iomap_end: a new delayed allocation of what was not written goes again. */
  xfs_buffered_write_iomap_end(k: Kernel, file: AddressSpace, start: number, end: number, written: number, map: Iomap): void {
    if (map[0] !== 'DELALLOC' || !map[4]) return
    const { words } = k.config
    const first = written > start ? Math.ceil(written / words) : Math.floor(start / words)
    const { extents, ilock } = hostOf(file)
    ilock.downWrite()
    for (let block = first; block < Math.ceil(end / words); block++) if (extentAt(file, block) === 'DELALLOC') extents[block]?.set('HOLE')
    ilock.upWrite()
  },

  /** xfs_map_blocks, xfs_writeback_range: the block of a page that is written back; a delayed allocation gets blocks. Context: page locked. */
  xfs_writeback_range(k: Kernel, file: AddressSpace, block: number): Iomap {
    const { ilock } = hostOf(file)
    ilock.downRead()
    const delayed = extentAt(file, block) === 'DELALLOC'
    ilock.upRead()
    if (delayed) k.xfs_bmapi_convert_delalloc(file, block)
    return k.xfs_read_iomap_begin(file, block, block + 1)
  },

  /** xfs_bmapi_convert_delalloc: all of the delayed allocation that a block is part of gets blocks, which have no data yet. */
  xfs_bmapi_convert_delalloc(k: Kernel, file: AddressSpace, block: number): void {
    const { ilock, extents } = hostOf(file)
    ilock.downWrite()
    let first = block
    while (first > 0 && extentAt(file, first - 1) === 'DELALLOC') first--
    for (let at = first; extentAt(file, at) === 'DELALLOC'; at++) {
      const beneath = k.new_host_block(file)
      if (beneath === null) k.world.fail('assertion', 'out of blocks: the device has too few for the program')
      extents[at]?.set(['UNWRITTEN', beneath])
    }
    ilock.upWrite()
  },

  /**
   * xfs_direct_write_iomap_begin, and xfs_read_iomap_begin for a direct read. @param overwriteOnly no block may be allocated, nor one
   * without data be written in part @returns -EAGAIN where that is asked for
   */
  xfs_direct_iomap_begin(k: Kernel, file: AddressSpace, pos: number, end: number, write: boolean, overwriteOnly: boolean): Iomap | number {
    const { words } = k.config
    const [block, last] = [Math.floor(pos / words), Math.ceil(end / words)]
    const map = k.xfs_read_iomap_begin(file, block, last)
    if (!write) return map
    if (map[0] === 'HOLE' || map[0] === 'DELALLOC') return overwriteOnly ? EAGAIN : k.xfs_iomap_write_direct(file, block, map[2])
    return overwriteOnly && (map[2] < last || (map[0] === 'UNWRITTEN' && (pos % words !== 0 || end % words !== 0))) ? EAGAIN : map
  },

  /** xfs_iomap_write_direct, xfs_alloc_file_space: blocks without data. @returns them, new; -ENOSPC */
  xfs_iomap_write_direct(k: Kernel, file: AddressSpace, block: number, end: number): Iomap | number {
    const { ilock, extents } = hostOf(file)
    ilock.downWrite()
    for (let at = block; at < end; at++) {
      if (blockBeneath(extentAt(file, at)) !== null) continue
      const beneath = k.new_host_block(file)
      if (beneath === null) {
        ilock.upWrite()
        return ENOSPC
      }
      extents[at]?.set(['UNWRITTEN', beneath])
    }
    const map = iomapOf(file, block, end, true)
    ilock.upWrite()
    return map
  },

  /** xfs_iomap_write_unwritten: blocks have data now, and the size on disk follows. @param update_isize after a direct write */
  xfs_iomap_write_unwritten(k: Kernel, file: AddressSpace, start: number, end: number, update_isize: boolean): void {
    const { ilock, i_size } = hostOf(file)
    ilock.downWrite()
    for (const block of k.pages_of_range(file, start, end)) k.convert_block(file, block, 'UNWRITTEN', 'WRITTEN')
    if (update_isize && end > i_size.get()) i_size.set(end)
    k.xfs_new_eof(file, end)
    ilock.upWrite()
  },

  /** xfs_setfilesize: the size on disk. */
  xfs_setfilesize(k: Kernel, file: AddressSpace, end: number): void {
    const { ilock } = hostOf(file)
    ilock.downWrite()
    k.xfs_new_eof(file, end)
    ilock.upWrite()
  },
}

export const xfsIomapBeginInlines = {
  /** xfs_new_eof: the size on disk grows up to the file's. Context: ILOCK held for writing. */
  xfs_new_eof(_k: Kernel, file: AddressSpace, end: number): void {
    const { i_size, i_disksize } = hostOf(file)
    const size = Math.min(end, i_size.get())
    if (size > i_disksize.get()) i_disksize.set(size)
  },
}
