/** Files whose blocks are allocated, freed and used again: extent maps, buffers that remember blocks, and the device beneath. */
import type { Cell, Counter, List, Rwsem, Spinlock } from '../../../engine/index.js'
import type { Expected } from '../../expectations.js'
import type { AddressSpace, Dio, Vma } from './mm-types.js'

/**
 * What is at a block of a file, as the in-core extent map says: nothing; a reservation without a block (XFS: a delayed
 * allocation is an extent); or a block of the device, with data of the file in it, or without yet.
 */
export type Extent = 'HOLE' | 'DELALLOC' | readonly [kind: 'UNWRITTEN' | 'WRITTEN', block: number]

/** Whose a block of the device is. One that was freed can not be given out before the journal, or log, has committed that. */
export type BlockState = 'FREE' | readonly [state: 'OWNED' | 'PENDING_FREE', file: string]

/**
 * A buffer head's b_state and b_blocknr: without a block; without one, but reserved (BH_Delay); of a block (BH_Mapped); of a block
 * that has no data yet (BH_Unwritten). Buffers are written if their page is dirty: BH_Dirty is not told apart.
 * BH_Uptodate is kept where the buffer may be up to date and its page is not.
 */
export type Buffer = 'unmapped' | 'delay' | readonly [state: 'mapped' | 'unwritten', block: number, uptodate?: 'uptodate']

/** A device with a file system on it. */
export interface Disk {
  readonly name: string
  /** Content of each block, word by word. */
  readonly blocks: readonly (readonly Cell<string>[])[]
  readonly states: readonly Cell<BlockState>[]
  /** jbd2's transaction: handles have it for reading, a commit that waits for them for writing. */
  readonly journal: Rwsem
}

/**
 * Asynchronous direct I/O of a page, from submission to the event: struct dio with its kiocb, and ext4_io_end or xfs_ioend. `unwritten`:
 * it is to blocks that have no data yet. `call` and `begun` are for the oracle: who writes, or what was expected when a read began.
 */
export type AioRequest = readonly [
  op: 'READ' | 'WRITE',
  file: AddressSpace,
  index: number,
  transfer: readonly (number | null)[],
  content: string,
  dio: Dio,
  unwritten: boolean,
  call: string,
  begun: readonly Expected[],
]

/** struct inode of a file with an extent map; its i_rwsem (i_mutex, IOLOCK) is that of the AddressSpace. */
export interface Inode {
  readonly disk: Disk
  /** In blocks; a number where no program changes it. */
  readonly i_size: Cell<number> | number
  /** Of each block. */
  readonly extents: readonly Cell<Extent>[]
  /** XFS ILOCK, ext4 i_data_sem: taken by whoever changes the map in several steps. */
  readonly ilock: Rwsem
  /** The lock of the fixes: XFS i_mmaplock, ext4 i_mmap_sem, invalidate_lock. Not taken without one. */
  readonly invalidate_lock: Rwsem
  /** Direct I/O under way that does not hold the lock of the inode until it is done. */
  readonly i_dio_count: Counter
  /** ext4: requests whose blocks are to be converted. */
  readonly i_completed_io_list: List<AioRequest>
  readonly i_completed_io_lock: Spinlock
  readonly blocks_per_page: number
  /** The areas that map the file, all there will be. */
  readonly mappings: Vma[]
}
