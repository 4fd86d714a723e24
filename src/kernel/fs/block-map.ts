/** Extent maps, the blocks beneath them, and what fs/buffer.c of v3.4 does with buffers that remember their block. */
import type { Kernel } from '../kernel.js'
import type { Cell } from '../../engine/index.js'
import { ZERO, type AddressSpace, type Page } from '../include/linux/mm-types.js'
import type { BlockState, Buffer, Disk, Extent, Inode } from '../include/linux/extent-map.js'
import { wordOf } from '../block/blocks.js'

/** The inode of a file that is known to have an extent map. */
export function inodeOf(file: AddressSpace): Inode {
  if (file.inode === null) throw new RangeError(`${file.name} has no extent map: open it with open_on_disk()`)
  return file.inode
}

/** Whether a file with an extent map is on ext4; else it is on XFS. */
export function isExt4(file: AddressSpace): boolean {
  return file.a_ops.writepages === 'ext4_da_writepages'
}

export function extentOf(file: AddressSpace, block: number): Cell<Extent> {
  return inodeOf(file).extents[block] as Cell<Extent>
}

export function stateOf(disk: Disk, block: number): Cell<BlockState> {
  return disk.states[block] as Cell<BlockState>
}

/** The first block of a page. */
export function firstBlockOf(file: AddressSpace, index: number): number {
  return index * inodeOf(file).blocks_per_page
}

/** The page that a block is in; of an `end`, the page after the last. */
export function firstPageOf(file: AddressSpace, block: number): number {
  return Math.floor(block / inodeOf(file).blocks_per_page)
}

/** The blocks of a page of a file. */
export function blocksOf(file: AddressSpace, index: number): readonly number[] {
  return Array.from({ length: inodeOf(file).blocks_per_page }, (_, i) => firstBlockOf(file, index) + i)
}

/** The block of the device beneath an extent; null for a hole or a reservation. */
export function blockBeneath(extent: Extent): number | null {
  return typeof extent === 'string' ? null : extent[1]
}

/** What a reader of a word of a page would get from the device. */
export function onDisk(file: AddressSpace, index: number, word: number, words: number): string {
  const { disk, blocks_per_page } = inodeOf(file)
  const each = words / blocks_per_page
  const extent = extentOf(file, index * blocks_per_page + Math.floor(word / each)).get()
  const beneath = blockBeneath(extent)
  return beneath === null || extent[0] !== 'WRITTEN' ? ZERO : wordOf(disk.blocks[beneath] ?? [], word % each).get()
}

/** Where to transfer the blocks of a page: one entry for each, null for those that are not part of the transfer. */
export type Transfer = readonly (number | null)[]

export const blockMap = {
  /**
   * mpage_readpage: the blocks of a page that is being read; what lies beyond the end of the file is zeros, whatever the map says.
   * Context: page locked.
   * @returns where they are; null for zeros
   */
  mpage_readpage(k: Kernel, file: AddressSpace, index: number): Transfer {
    const size = k.i_size_read(file)
    return blocksOf(file, index).map((block) => {
      if (block >= size) return null
      const extent = extentOf(file, block).get()
      return extent[0] === 'WRITTEN' ? blockBeneath(extent) : null
    })
  },

  /**
   * block_page_mkwrite, __block_page_mkwrite (fs/buffer.c), up to where the page is returned locked. Context: page fault, a
   * reference held. @returns false (-EFAULT, so NOPAGE) if the page was truncated, or lies beyond the end of the file
   */
  block_page_mkwrite_mapped(k: Kernel, file: AddressSpace, page: Page): boolean {
    k.lock_page(page)
    if (!k.page_cached_in(page, file) || firstBlockOf(file, k.page_index(page)) >= k.i_size_read(file)) {
      k.unlock_page(page)
      return false
    }
    k.__block_write_begin(file, page)
    k.set_page_dirty(page)
    return true
  },

  /** __block_write_begin: a buffer that is mapped already is kept as it is, without a look at the map. Context: page locked. */
  __block_write_begin(k: Kernel, file: AddressSpace, page: Page): void {
    const index = k.page_index(page)
    const before = k.buffers_of(page)
    const size = k.i_size_read(file)
    const after = blocksOf(file, index).map((block, i): Buffer => {
      const buffer = before?.[i] ?? 'unmapped'
      return buffer === 'unmapped' && block < size ? k.get_block(file, block) : buffer
    })
    k.set_buffers(page, after)
  },
}

/** One step each. */
export const blockMapInstructions = {
  /** The device stores the blocks of a page that is being read. What is not beneath it is zero already. */
  dma_read(_k: Kernel, page: Page, file: AddressSpace, transfer: Transfer): void {
    const { disk, blocks_per_page } = inodeOf(file)
    const words = page.words.length / blocks_per_page
    page.words.forEach((word, w) => {
      const block = transfer[Math.floor(w / words)] ?? null
      if (block !== null) word.set(wordOf(disk.blocks[block] ?? [], w % words).get())
    })
  },

  /** The device takes the blocks of a page that is written. */
  dma_write(k: Kernel, page: Page, file: AddressSpace, transfer: Transfer): void {
    const { disk, blocks_per_page } = inodeOf(file)
    const words = page.words.length / blocks_per_page
    transfer.forEach((block, i) => {
      if (block === null) return
      k.oracle_block_written(file, block)
      for (let w = 0; w < words; w++) wordOf(disk.blocks[block] ?? [], w).set(wordOf(page.words, i * words + w).get())
    })
  },

  /** The device takes a block from memory that nobody else knows of: a direct write. */
  dma_write_direct(k: Kernel, file: AddressSpace, block: number, content: string): void {
    k.oracle_block_written(file, block)
    for (const word of inodeOf(file).disk.blocks[block] ?? []) word.set(content)
  },

  /** The device reads a block for memory that nobody else knows of. */
  words_of_block(_k: Kernel, disk: Disk, block: number): readonly string[] {
    return (disk.blocks[block] ?? []).map((word) => word.get())
  },

  /** ext4_mb_new_blocks, xfs_alloc_vextent: the lowest free block. Context: task; under locks of the allocator. @returns null if there is none (ENOSPC) */
  new_block(_k: Kernel, file: AddressSpace): number | null {
    const { disk } = inodeOf(file)
    for (let block = 0; block < disk.states.length; block++) {
      if (stateOf(disk, block).get() !== 'FREE') continue
      stateOf(disk, block).set(['OWNED', file.name])
      return block
    }
    return null
  },

  /**
   * A hole gets a block that has no data yet; with `convert` a block loses its data. What takes the place of a delayed allocation counts
   * as written (xfs_bmapi_write). Context: ilock held for writing, a transaction started.
   */
  map_unwritten(k: Kernel, file: AddressSpace, block: number, convert: boolean): void {
    const cell = extentOf(file, block)
    const extent = cell.get()
    const beneath = blockBeneath(extent) ?? k.new_block(file)
    const written = extent === 'DELALLOC' || (extent[0] === 'WRITTEN' && !convert)
    if (beneath !== null) cell.set([written ? 'WRITTEN' : 'UNWRITTEN', beneath])
  },

  /**
   * A block without data has some now. Where a hole has been made meanwhile, ext4 (EXT4_GET_BLOCKS_IO_CONVERT_EXT) gives it a block without
   * data, and XFS (xfs_bmapi_write without XFS_BMAPI_PREALLOC) one that counts as written. Context: ilock held for writing, a transaction started.
   */
  convert_unwritten(k: Kernel, file: AddressSpace, block: number): void {
    const cell = extentOf(file, block)
    const extent = cell.get()
    const there = blockBeneath(extent)
    const beneath = there ?? k.new_block(file)
    if (beneath !== null) cell.set([there === null && isExt4(file) ? 'UNWRITTEN' : 'WRITTEN', beneath])
  },

  /** Moves what is in the map from `first` to before `end` on by `by` blocks; what was there is overwritten. Context: ilock held for writing. */
  shift_blocks(_k: Kernel, file: AddressSpace, first: number, end: number, by: number): void {
    const blocks = Array.from({ length: end - first }, (_, i) => (by < 0 ? first + i : end - 1 - i))
    for (const block of blocks) extentOf(file, block + by).set(extentOf(file, block).swap('HOLE'))
  },

  /** Takes a range out of the map, and moves up what is behind it. Context: ilock held for writing, a handle started. */
  collapse_blocks(k: Kernel, file: AddressSpace, first: number, end: number): void {
    for (let block = first; block < end; block++) k.unmap_block(file, block)
    k.shift_blocks(file, end, inodeOf(file).extents.length, first - end)
  },

  /** mapping->nrpages: whether anything of the file is cached. */
  nrpages(_k: Kernel, file: AddressSpace): number {
    return file.slots.filter((slot) => slot.get() !== null).length
  },

  /** What has been freed by transactions that are committed now can be given out again: ext4_free_data_callback, xfs_extent_busy_clear. */
  release_freed_blocks(_k: Kernel, disk: Disk): void {
    for (const state of disk.states) if (state.get()[0] === 'PENDING_FREE') state.set('FREE')
  },
}

export const blockMapInlines = {
  /** i_size_read, in blocks: a step only where some program changes it. */
  i_size_read(_k: Kernel, file: AddressSpace): number {
    const { i_size } = inodeOf(file)
    return typeof i_size === 'number' ? i_size : i_size.get()
  },

  i_size_write(_k: Kernel, file: AddressSpace, size: number): void {
    const { i_size } = inodeOf(file)
    if (typeof i_size === 'number') throw new RangeError(`the size of ${file.name} does not change: open it with resizable`)
    i_size.set(size)
  },

  /** inode_dio_wait: until no direct I/O is under way, or was begun. May sleep. */
  inode_dio_wait(k: Kernel, file: AddressSpace): void {
    const { i_dio_count } = inodeOf(file)
    k.world.until(() => i_dio_count.get() === 0, `direct I/O to ${file.name} to end`)
  },

  /** The get_block of a file's file system, for a block that is to be written. */
  get_block(k: Kernel, file: AddressSpace, block: number): Buffer {
    return isExt4(file) ? k.ext4_da_get_block_prep(file, block) : k.xfs_get_blocks(file, block)
  },

  /** ext4_journal_start, xfs_trans_reserve. May sleep. Log space of XFS is never short here: only the order of locks knows of it. */
  transaction_start(k: Kernel, file: AddressSpace): void {
    const { disk } = inodeOf(file)
    if (isExt4(file)) {
      disk.journal.downRead()
      return
    }
    k.world.noteLock(`${disk.name}.log_space`, 'awaited')
    k.world.noteLock(`${disk.name}.log_space`, 'taken')
  },

  /** ext4_journal_stop, xfs_trans_commit. */
  transaction_stop(k: Kernel, file: AddressSpace): void {
    const { disk } = inodeOf(file)
    if (isExt4(file)) disk.journal.upRead()
    else k.world.noteLock(`${disk.name}.log_space`, 'released')
  },

  /** Takes a block out of the map, and gives back what was beneath: on XFS that is where its transaction commits. Context: ilock held for writing. */
  unmap_block(_k: Kernel, file: AddressSpace, block: number): void {
    const { disk } = inodeOf(file)
    const beneath = blockBeneath(extentOf(file, block).swap('HOLE'))
    if (beneath !== null) stateOf(disk, beneath).set(['PENDING_FREE', file.name])
  },
}
