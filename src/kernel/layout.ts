/** Which tracked objects belong together in a machine: what a picture of it is drawn from. Plain data; objects are numbers of a recording. */

/** Number of a tracked object in a recording. */
export type ObjectNumber = number

/** struct page: the members of the pool `KernelLayout.memory`, in order. */
export interface PageLayout {
  readonly name: string
  readonly flags: ObjectNumber
  readonly refcount: ObjectNumber
  readonly mapcount: ObjectNumber
  readonly compound_mapcount: ObjectNumber
  readonly mapping: ObjectNumber
  readonly index: ObjectNumber
  readonly private: ObjectNumber
  readonly compound_head: ObjectNumber
  readonly swap: ObjectNumber
  readonly buffers: ObjectNumber
  readonly words: readonly ObjectNumber[]
}

/** One index of a file. */
export interface FileIndexLayout {
  readonly slot: ObjectNumber
  readonly tags: ObjectNumber
  /** The block of a file whose blocks never change, word by word. */
  readonly block: readonly ObjectNumber[]
  /** DAX: the exceptional entry, who waits for its lock, and what would survive a loss of power. */
  readonly entry: ObjectNumber | null
  readonly entry_waiters: ObjectNumber | null
  readonly media: readonly ObjectNumber[]
}

export interface FileLayout {
  /** Name of the file, and that under which values refer to it. */
  readonly name: string
  readonly reference: string
  readonly pages: readonly FileIndexLayout[]
  /** Of each block, if the file has an extent map; and what has a block of the device beneath. */
  readonly extents: readonly ObjectNumber[]
  readonly blocks_per_page: number
  readonly i_size: ObjectNumber | null
  readonly i_mmap: ObjectNumber
  /** Name of the device the extents are on. */
  readonly disk: string | null
  /** Single values of the inode, by the kernel's names: S_DAX, i_state, i_count, frozen. */
  readonly fields: readonly { readonly name: string; readonly object: ObjectNumber }[]
  readonly locks: readonly ObjectNumber[]
}

export interface AreaLayout {
  readonly name: string
  readonly start: number
  readonly pages: number
  /** Name of the file that is mapped. */
  readonly file: string | null
  readonly pgoff: number
  readonly shared: boolean
  readonly linked: ObjectNumber
  readonly mixedmap: ObjectNumber | null
}

export interface MmLayout {
  readonly name: string
  readonly ptes: readonly ObjectNumber[]
  readonly pmds: readonly ObjectNumber[]
  readonly tlb: readonly ObjectNumber[]
  readonly areas: readonly AreaLayout[]
  readonly tlb_flush_batched: ObjectNumber
  readonly locks: readonly ObjectNumber[]
}

export interface DiskLayout {
  readonly name: string
  /** Of each block: whose it is, and its words. */
  readonly blocks: readonly { readonly state: ObjectNumber; readonly words: readonly ObjectNumber[] }[]
  readonly journal: ObjectNumber
}

export interface KernelLayout {
  readonly version: string
  /** The pool of pages. */
  readonly memory: ObjectNumber
  readonly pages: readonly PageLayout[]
  readonly buffer_heads: { readonly pool: ObjectNumber; readonly flags: readonly ObjectNumber[] }
  readonly files: readonly FileLayout[]
  readonly swap: { readonly file: FileLayout; readonly map: readonly ObjectNumber[] } | null
  readonly mms: readonly MmLayout[]
  readonly disks: readonly DiskLayout[]
  readonly wait_queues: readonly { readonly name: string; readonly lock: ObjectNumber; readonly entries: ObjectNumber }[]
  /** Lists of pages: the LRU, and pagevecs, which have a reference to each of theirs. */
  readonly lists: readonly { readonly name: string; readonly object: ObjectNumber; readonly counts: boolean }[]
  /** How a task sleeps: its wait->flags and its state. */
  readonly waiters: readonly { readonly task: string; readonly flags: ObjectNumber; readonly state: ObjectNumber }[]
  /** Direct I/O of a task. */
  readonly dios: readonly { readonly task: string; readonly fields: readonly { readonly name: string; readonly object: ObjectNumber }[] }[]
  /** Numbers of the tasks that are completions of bios, which they are started with. */
  readonly bios: readonly number[]
}
