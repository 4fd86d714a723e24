/** The kernel's shared structures, as far as the model has them (include/linux/mm_types.h, fs.h, buffer_head.h, wait.h). */
import type { Cell, Counter, Flags, List, Rwsem, Spinlock } from '../../../engine/index.js'

/**
 * struct page. One physical page is always the same memory, whoever owns it: a pointer that outlived its owner's use
 * reaches the next owner's page.
 */
export interface Page {
  /** One word: PG_waiters, PG_locked and PG_writeback are ordered with each other because they share it. */
  readonly flags: Flags
  /**
   * Who contributes: the page cache 1, attached buffers 1, a pagevec or a lookup 1, isolation by reclaim 1. PG_writeback,
   * PG_locked and being on the LRU contribute nothing.
   */
  readonly refcount: Counter
  readonly mapping: Cell<AddressSpace | null>
  readonly index: Cell<number>
  /** Buffer head of the page's only block; meaningful while PG_private is set. */
  readonly private: Cell<BufferHead | null>
  /** Null unless the page is the tail of a compound page; not a flag. */
  readonly compound_head: Cell<Page | null>
  /** The page's content: who wrote it, and when (`F2:v1`). */
  readonly data: Cell<string>
  /** The use that this memory was last allocated for: not visible to the kernel, which has only addresses. */
  readonly use: Cell<Page | null>
  /** Who owns the page lock: kept for the check that nobody else does, not visible to the kernel. */
  readonly lock_owner: Cell<string>
}

/**
 * struct buffer_head of a block as large as the page. (BH_Async_Write would say nothing that PG_writeback does not: it tells
 * the buffers of one page apart.)
 */
export interface BufferHead {
  readonly flags: Flags
}

export const BH_FLAGS = ['BH_Dirty'] as const

/** Which functions a mapping's file system brings along: names in the kernel's tables. */
export interface AddressSpaceOperations {
  readonly write_iter: 'ext4_buffered_write_iter' | 'xfs_file_buffered_aio_write' | 'shmem_file_write_iter'
  readonly writepages: 'ext4_writepages' | 'xfs_vm_writepages' | 'shmem_writepages'
  readonly page_mkwrite: 'ext4_page_mkwrite' | 'iomap_page_mkwrite'
  readonly set_page_dirty: 'ext4_set_page_dirty' | 'iomap_set_page_dirty'
  readonly bi_end_io: 'ext4_end_bio' | 'iomap_writepage_end_bio'
}

/** struct inode and its struct address_space, which have the same life here. */
export interface AddressSpace {
  readonly name: string
  readonly a_ops: AddressSpaceOperations
  /** inode_lock(): taken for writing by write(2) and truncate, for reading by direct reads. */
  readonly i_rwsem: Rwsem
  /** The xarray's lock, taken with interrupts off: protects slots, tags, and mapping membership. */
  readonly i_pages: Spinlock
  readonly private_lock: Spinlock
  /** The xarray: page or null at each index. */
  readonly slots: readonly Cell<Page | null>[]
  /** The xarray's marks at each index. */
  readonly tags: readonly Flags[]
  /** The blocks of the file on its device, one for each index. */
  readonly blocks: readonly Cell<string>[]
}

export const PAGECACHE_TAGS = ['PAGECACHE_TAG_DIRTY', 'PAGECACHE_TAG_WRITEBACK', 'PAGECACHE_TAG_TOWRITE'] as const
export type PagecacheTag = (typeof PAGECACHE_TAGS)[number]

export type SyncMode = 'WB_SYNC_NONE' | 'WB_SYNC_ALL'

/** struct bio of one page: what is written where. It holds no reference to the page. */
export type Bio = readonly [page: Page, mapping: AddressSpace, index: number]

/** A task that can sleep in the kernel: its wait->flags, its state and its pending signal. */
export interface Waiter {
  readonly flags: Flags
  readonly state: Flags
}

/** How a waiter wants the bit: not at all, to take it when woken, or to be handed it. */
export type WaitKind = 'shared' | 'exclusive' | 'handoff'

/** An entry of a hashed wait queue; a bookmark is the name of the waker that left it. */
export type WaitEntry = readonly [waiter: Waiter, page: Page, bit: WaitBit, kind: WaitKind] | string

export type WaitBit = 'PG_locked' | 'PG_writeback'

export interface WaitQueueHead {
  readonly lock: Spinlock
  readonly entries: List<WaitEntry>
}
