/** Devices whose blocks are given out, and inodes of files with extent maps, at set-up. */
import type { Cell, World } from '../engine/index.js'
import type { AioRequest, BlockState, Disk, Extent, Inode } from './include/linux/extent-map.js'
import { blockBeneath, stateOf } from './fs/block-map.js'
import type { Host, HostOperations, Journal } from './include/linux/host.js'

export interface FileOptions {
  /** How many blocks a page has: 1 unless said. */
  readonly blocks_per_page?: number
  /** Whether its size changes. */
  readonly resizable?: boolean
  /** Its size at first, in blocks: as many as there are extents unless said. */
  readonly size?: number
}

/** A device of `blocks` free blocks with `words` words each. */
export function createDisk(world: World, name: string, blocks: number, words: number): Disk {
  const each = <T>(make: (block: number) => T): T[] => Array.from({ length: blocks }, (_, block) => make(block))
  return world.struct(name, {
    name,
    blocks: each((block) => Array.from({ length: words }, (_, w) => world.cell(`${name}.block${block}${words === 1 ? '' : `.${w}`}`, ''))),
    states: each((block) => stateCell(world, `${name}.state${block}`, 'FREE')),
    journal: world.rwsem(`${name}.journal`),
  })
}

/** An inode whose blocks of the device are its own from now on. */
export function createInode(world: World, disk: Disk, name: string, extents: readonly Extent[], options: FileOptions): Inode {
  extents.forEach((extent, index) => {
    const block = blockBeneath(extent)
    if (block === null) return
    stateOf(disk, block).set(['OWNED', name])
    disk.blocks[block]?.forEach((word) => word.set(`${name}:${index}`))
  })
  const { size = extents.length } = options
  return {
    disk,
    i_size: options.resizable === true ? world.cell(`${name}.i_size`, size) : size,
    extents: extents.map((extent, index) => world.cell(`${name}.extent${extents.length === 1 ? '' : index}`, extent) as Cell<Extent>),
    ilock: world.rwsem(`${name}.ilock`),
    i_dio_count: world.counter(`${name}.i_dio_count`),
    i_completed_io_list: world.list<AioRequest>(`${name}.i_completed_io_list`),
    i_completed_io_lock: world.spinlock(`${name}.i_completed_io_lock`),
    invalidate_lock: world.rwsem(`${name}.invalidate_lock`),
    blocks_per_page: options.blocks_per_page ?? 1,
    mappings: [],
  }
}

/** The inode of an empty file of v6.18. */
export function createHost(world: World, disk: Disk, name: string, ops: HostOperations, blocks: number, journal: Journal | null): Host {
  return {
    ops,
    disk,
    i_size: world.cell(`${name}.i_size`, 0),
    i_disksize: world.cell(`${name}.i_disksize`, 0),
    journal,
    i_sync_tid: world.cell(`${name}.i_sync_tid`, 0),
    i_datasync_tid: world.cell(`${name}.i_datasync_tid`, 0),
    i_dirty: world.cell<readonly [number, number] | null>(`${name}.i_dirty`, null),
    wb_err: world.cell(`${name}.wb_err`, false),
    prealloc: world.cell(`${name}.prealloc`, false),
    extents: Array.from({ length: blocks }, (_, block) => world.cell(`${name}.extent${block}`, 'HOLE') as Cell<Extent>),
    ilock: world.rwsem(`${name}.ilock`, true),
    invalidate_lock: world.rwsem(`${name}.invalidate_lock`, true),
  }
}

/** The journal of an ext4 file system. */
export function createJournal(world: World, name: string): Journal {
  return world.struct(name, { j_running_tid: world.cell(`${name}.j_running_tid`, 1), files: [] })
}

function stateCell(world: World, name: string, init: BlockState): Cell<BlockState> {
  return world.cell(name, init) as Cell<BlockState>
}
