/** Files whose blocks are device memory that the CPU reaches directly (DAX), v4.13. */
import type { Cell, Counter, List, Rwsem, Spinlock } from '../../../engine/index.js'

/** What an exceptional entry of the page cache stands for; an empty one only for its lock. Two sizes, as of page table entries. */
export type DaxEntryKind = 'EMPTY' | 'PTE' | 'EMPTY_PMD' | 'PMD'

/** An exceptional entry. Its sector is not kept: block `i` of the device is that of index `i`. */
export type DaxEntry = readonly [kind: DaxEntryKind, locked: 'locked' | 'unlocked']

/** What the extent map has for an index. The block is that of the index. */
export type Extent = 'HOLE' | 'DELALLOC' | 'UNWRITTEN' | 'WRITTEN'

/** struct xfs_inode and the part of struct address_space that files on a DAX device have beside the rest. */
export interface DaxInode {
  /** S_DAX of inode->i_flags: whether the file bypasses the page cache. */
  readonly S_DAX: Cell<boolean>
  /** XFS_DIFLAG2_DAX: what S_DAX is to be when the inode is read next. */
  readonly di_flags2_dax: Cell<boolean>
  /** Where the inode is: `in memory`, `I_FREEING`, `on disk`; and how many have it open, of those who say so. */
  readonly i_state: Cell<string>
  readonly i_count: Counter
  readonly inode_hash_lock: Spinlock
  /** XFS_MMAPLOCK. (XFS_IOLOCK is i_rwsem.) */
  readonly i_mmaplock: Rwsem
  /** XFS_ILOCK: the extent map, and the inode's own fields. */
  readonly i_lock: Rwsem
  /**
   * Exceptional entries of the radix tree, under the tree's lock. The kernel keeps them in the slots of pages; a slot has a page
   * or an entry. Whoever looks for a page takes an entry for nothing.
   */
  readonly entries: readonly Cell<DaxEntry | null>[]
  /** Tasks that wait for the lock of each entry. */
  readonly entry_waiters: readonly List<string>[]
  /** What of each block would survive a loss of power, word by word: what CPU caches were flushed of. Empty unless it is asked for. */
  readonly media: readonly (readonly Cell<string>[])[]
  /** The extent map; empty if all blocks are written and stay so. */
  readonly extents: readonly Cell<Extent>[]
}

/** How a file on a DAX device begins. */
export interface DaxOptions {
  /** Whether S_DAX is set. */
  readonly on: boolean
  /** Its extents, if they are to change. */
  readonly extents?: readonly Extent[]
  /** Whether fsync is checked by what would survive a loss of power. */
  readonly media?: boolean
}

/** A page table entry of device memory: the block of that index. */
export const pfnOf = (index: number): string => `pfn:${index}`
