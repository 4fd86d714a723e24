/** The kernel's shared structures, as far as the model has them (include/linux/mm_types.h, fs.h, buffer_head.h, wait.h). */
import type { Cell, Counter, Flags, List, Rwsem, Spinlock } from '../../../engine/index.js'
import type { DaxInode } from './dax-types.js'
import type { Buffer, Inode } from './extent-map.js'
import type { Host, Ioend, Segment } from './host.js'

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
  /** page_mapcount(): how many page table entries map the page. (The kernel stores one less.) */
  readonly mapcount: Counter
  /** compound_mapcount() of the head of a huge page: how many page middle directories map all of it. In a tail page in the kernel. */
  readonly compound_mapcount: Counter
  /** The file it caches, the anon_vma of an anonymous page (told apart by a tag bit in the kernel), or nothing. */
  readonly mapping: Cell<AddressSpace | AnonVma | null>
  readonly index: Cell<number>
  /** Buffer head of the page's only block; meaningful while PG_private is set. */
  readonly private: Cell<BufferHead | null>
  /** Null unless the page is the tail of a compound page; not a flag. */
  readonly compound_head: Cell<Page | null>
  /** Swap slot of a page in the swap cache; the kernel keeps it in `private`. */
  readonly swap: Cell<number>
  /** The buffers of a page of a file with an extent map, protected by the page lock; null while it has none. */
  readonly buffers: Cell<readonly Buffer[] | null>
  /** The page's content, word by word: who wrote it, and when (`F2:v1`). */
  readonly words: readonly Cell<string>[]
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
  /** Reads with O_DIRECT; absent where nothing is read so. */
  readonly read_iter?: 'ext4_file_read_iter' | 'xfs_file_read_iter' | 'blkdev_read_iter'
  readonly write_iter: 'ext4_buffered_write_iter' | 'xfs_file_buffered_aio_write' | 'xfs_file_write_iter' | 'shmem_file_write_iter'
  readonly writepages: 'ext4_writepages' | 'xfs_vm_writepages' | 'shmem_writepages' | 'ext4_da_writepages' | 'generic_writepages'
  readonly page_mkwrite: 'ext4_page_mkwrite' | 'iomap_page_mkwrite' | 'xfs_vm_page_mkwrite'
  readonly set_page_dirty: 'ext4_set_page_dirty' | 'iomap_set_page_dirty' | 'swap_set_page_dirty' | 'folio_mark_dirty'
  /** Writes one page on behalf of reclaim; absent where reclaim can not have pages written. */
  readonly writepage?: 'ext4_writepage' | 'xfs_vm_writepage' | 'swap_writepage' | undefined
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
  /** The blocks of the file on its device, one for each index, word by word. */
  readonly blocks: readonly (readonly Cell<string>[])[]
  /** The inode of a file with an extent map; null for one whose blocks never change. */
  readonly inode: Inode | null
  /** The inode of a file of v6.18; null elsewhere. */
  readonly host: Host | null
  /** What a file on a DAX device has beside; null elsewhere. */
  readonly dax: DaxInode | null
  /** i_mmap: the areas that map the file, for walks from a page to its page table entries. */
  readonly i_mmap: List<Vma>
  readonly i_mmap_rwsem: Rwsem
}

/** struct super_block, as far as it is frozen: one lock each for write(2) and for page faults (s_writers). */
export interface SuperBlock {
  readonly freeze_write: Rwsem
  readonly freeze_pagefault: Rwsem
  /** SB_FREEZE_COMPLETE: nothing must be written any more. */
  readonly frozen: Cell<boolean>
}

export const PAGECACHE_TAGS = ['PAGECACHE_TAG_DIRTY', 'PAGECACHE_TAG_WRITEBACK', 'PAGECACHE_TAG_TOWRITE'] as const
export type PagecacheTag = (typeof PAGECACHE_TAGS)[number]

export type SyncMode = 'WB_SYNC_NONE' | 'WB_SYNC_ALL'

/** The function that hears of the completion of a bio: a name in the kernel's tables. */
export type BioEndIo =
  | 'mpage_end_io'
  | 'blkdev_bio_end_io_simple'
  | 'blkdev_bio_end_io'
  | 'blkdev_bio_end_io_async'
  | 'dio_bio_end_io'
  | 'dio_bio_end_aio'
  | 'iomap_dio_bio_end_io'
  | 'ext4_end_bio' | 'iomap_writepage_end_bio' | 'end_swap_bio_write'
  | 'folio_end_read_bio' | 'end_buffer_read_sync' | 'ioend_end_bio'

/**
 * struct bio: pages that are written to, or read from, consecutive blocks of `file` from `index` on. A bio of writeback
 * holds no reference to its pages, one of direct I/O does. `owner` is bi_private; `guards` stand for the integrity data that go
 * with it, one for each word.
 */
export type Bio = readonly [
  op: BioOp,
  end_io: BioEndIo,
  pages: readonly Page[],
  file: AddressSpace,
  index: number,
  owner: DioOwner | null,
  guards?: readonly string[] | undefined,
  /** v6.18: where the data go word by word, and the ioend that the bio is of. */
  segments?: readonly Segment[],
  ioend?: Ioend,
]

export type BioOp = 'READ' | 'WRITE'

/** The direct I/O that a bio is part of, and what does not change about it any more. */
export type DioOwner = readonly [dio: Dio, ...flags: readonly DioFlag[]]

export type DioFlag = 'is_sync' | 'multi_bio'

/** struct blkdev_dio, struct dio, struct iomap_dio, or the bio on the stack: a task has one direct I/O under way at a time. */
export interface Dio {
  /** How many bios, and submitters, use it. */
  readonly ref: Counter
  /** Whether its task is to be woken. */
  readonly waiter: Cell<boolean>
  /** The completion event of asynchronous I/O. */
  readonly completed: Cell<boolean>
  /** Of fs/direct-io.c: completed bios, and what protects them and the count. */
  readonly bio_lock: Spinlock
  readonly bio_list: List<Bio>
}

/** struct iov_iter over a user's buffer: pages of an area. */
export type IovIter = readonly [vma: Vma, first: number, pages: number]

/** struct anon_vma: the areas in which an anonymous page may be mapped; each at the page's own index. */
export interface AnonVma {
  readonly name: string
  readonly rwsem: Rwsem
  readonly areas: List<Vma>
}

/**
 * struct vm_area_struct. All areas a program will ever have are made at set-up, most of them mapped already; `linked` says
 * whether the area is in its address space now.
 */
export interface Vma {
  readonly name: string
  readonly mm: Mm
  /** First virtual page, and how many. */
  readonly start: number
  readonly pages: number
  /** Null for anonymous memory. */
  readonly file: AddressSpace | null
  /** Index in the file of the first page. */
  readonly pgoff: number
  /** VM_SHARED. A private mapping is copied on write. */
  readonly shared: boolean
  /** Whether its anonymous pages may be huge (transparent_hugepage=always, aligned). */
  readonly huge: boolean
  /** VM_MIXEDMAP: whether device memory may be mapped. Null if the file has none. */
  readonly mixedmap: Cell<boolean> | null
  /** Where pages of this area have their anon_vma: shared with the area it was forked from. */
  readonly anon_vma: AnonVma
  /** The area that fork makes this one from. */
  readonly copy_of: Vma | null
  readonly linked: Cell<boolean>
}

/** The content of a word that was zeroed, or that nobody has written yet. */
export const ZERO = ''

/** What a page table entry points to: a page, the zero page, or a slot of swap (`swap:1`). */
export type PteTarget = Page | string

/**
 * A page table entry: one word, null if there is none. Bits are PTE_WRITE, PTE_DIRTY and PTE_YOUNG (include/linux/pgtable.ts):
 * an entry of a page or of the zero page is present, one of swap is not.
 */
export type Pte = readonly [target: PteTarget, bits: number] | null

/**
 * An entry of the page middle directory: a page table (PMD_TABLE), a huge page of two pages with its bits (PMD_INVALID beside those of
 * page table entries), or nothing.
 */
export type Pmd = string | HugePmd | null
export type HugePmd = readonly [head: Page, tail: Page, bits: number]

/** struct mm_struct with one page table, whose entries are protected by one lock. */
export interface Mm {
  readonly name: string
  readonly mmap_lock: Rwsem
  /** The lock of the page table page (PTL). */
  readonly ptl: Spinlock
  /** Entry of each virtual page. */
  readonly ptes: readonly Cell<Pte>[]
  /** Entry of each pair of virtual pages; looked at in areas that may have huge pages only. */
  readonly pmds: readonly Cell<Pmd>[]
  /** pmd_lock(). */
  readonly pmd_ptl: Spinlock
  /** What the translation look-aside buffer of the mm's CPU remembers of each entry; null if nothing. */
  readonly tlb: readonly Cell<Pte>[]
  /** write_protect_seq, since v5.11: odd while fork write-protects entries, for fast GUP that pins. */
  readonly write_protect_seq: Counter
  /** tlb_flush_batched: an unmapped entry may still be in a TLB. */
  readonly tlb_flush_batched: Cell<boolean>
  /** Filled at set-up. */
  readonly areas: Vma[]
}

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
