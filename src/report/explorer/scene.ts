/** The state of everything at one step of a schedule, as cards. Plain data, built from a situation without running anything again. */
import type { Claim, ObjectKind, OpenCall, TaskMoment } from '../../engine/recording.js'

/** A value on a card, and where it comes from. */
export interface Field<T> {
  /** Number of the tracked object, to ask for its history. */
  readonly object: number
  readonly value: T
  /** How many steps had been taken when it got this value: 0 if it has it from the beginning, else it was step `since - 1`. */
  readonly since: number
  /** Task of that step; null if it has it from the beginning. */
  readonly by: number | null
  /** Whether the last step changed it. */
  readonly changed: boolean
}

/** A bit of a word of flags. */
export interface Bit extends Field<boolean> {
  readonly name: string
}

/** Somebody who holds references to a page, or maps it. */
export interface Contributor {
  /** `uncounted`: fewer are counted than there are, as while reclaim has frozen the count; its own count is negative. */
  readonly kind: 'page cache' | 'swap cache' | 'page table' | 'buffers' | 'pagevec' | 'task' | 'uncounted'
  /** In words: `slot 0 of F`, `entry 0 of P`, `kswapd since __isolate_lru_page`. */
  readonly text: string
  readonly count: number
  /** A task that holds the reference itself, and how many steps had been taken when it got it. */
  readonly task?: number
  readonly since?: number
  readonly fn?: string
}

export interface PageCard {
  readonly name: string
  readonly live: boolean
  /** How often this memory has been allocated. */
  readonly use: Field<number>
  readonly flags: readonly Bit[]
  readonly refcount: Field<number>
  readonly references: readonly Contributor[]
  /** Null in versions of the model that do not keep it. */
  readonly mapcount: Field<number> | null
  readonly mappings: readonly Contributor[]
  readonly mapping: Field<string>
  readonly index: Field<number>
  readonly words: readonly Field<string>[]
  /** What only some pages have: compound_head, compound_mapcount, swap slot, buffer head, buffers. */
  readonly more: readonly (Field<string> & { readonly name: string })[]
}

export interface FileCard {
  readonly name: string
  readonly pages: readonly {
    readonly index: number
    /** Null of a raw device. */
    readonly slot: Field<string> | null
    readonly tags: readonly Bit[]
    /** What the file has on its device, word by word. */
    readonly block: readonly Field<string>[]
    /** DAX entry; who waits for its lock. */
    readonly entry: Field<string> | null
    readonly entryWaiters: readonly string[]
    readonly media: readonly Field<string>[]
  }[]
  /** Extent map, by block. */
  readonly extents: readonly Field<string>[]
  readonly disk: string | null
  readonly fields: readonly (Field<string> & { readonly name: string })[]
}

export interface ProcessCard {
  readonly name: string
  readonly entries: readonly {
    readonly address: number
    readonly area: string
    /** `page0`, `zero`, `swap:1`, `pfn:0`, or empty if there is none; bits by name. */
    readonly target: Field<string>
    readonly bits: readonly string[]
    /** What the TLB remembers: empty if nothing. */
    readonly tlb: Field<string>
  }[]
  readonly huge: readonly { readonly address: number; readonly entry: Field<string>; readonly bits: readonly string[] }[]
  readonly areas: readonly {
    readonly name: string
    readonly start: number
    readonly pages: number
    readonly file: string | null
    readonly pgoff: number
    readonly shared: boolean
    readonly linked: Field<boolean>
  }[]
}

export interface LockCard {
  readonly name: string
  readonly kind: 'spinlock' | 'mutex' | 'rwsem' | 'page lock' | 'entry lock'
  /** Its number among the objects; for a page lock that of the flags. */
  readonly object: number
  readonly holders: readonly Claim[]
  /** Tasks that wait for it, in order of their queue where it has one. */
  readonly waiters: readonly Claim[]
  readonly since: number
  readonly changed: boolean
}

export interface WaitQueueCard {
  readonly name: string
  readonly object: number
  readonly changed: boolean
  readonly entries: readonly { readonly task: string; readonly page: string; readonly bit: string; readonly kind: string }[]
}

export interface DiskCard {
  readonly name: string
  readonly blocks: readonly { readonly block: number; readonly state: Field<string>; readonly words: readonly Field<string>[] }[]
}

export interface BioCard {
  readonly task: number
  readonly op: 'READ' | 'WRITE'
  readonly pages: readonly string[]
  readonly file: string
  readonly index: number
  readonly status: 'submitted' | 'completing'
}

/** An object that belongs to none of the cards: of a program of the user's own, or the model's. */
export interface ObjectCard {
  readonly name: string
  readonly kind: ObjectKind
  readonly field: Field<string>
  /** Bits, of a word of flags. */
  readonly bits: readonly Bit[]
}

export interface TaskCard extends TaskMoment {
  readonly name: string
  readonly context: 'task' | 'irq'
  /** Whether it stands elsewhere than before the last step, or in another way. */
  readonly changed: boolean
}

/** Where memory is weak: what tasks may still see of an object, beside what is there now. */
export interface OlderCard {
  readonly name: string
  readonly object: number
  /** In the order in which they came, the newest last. */
  readonly values: readonly string[]
  /** Tasks that may still read one that is not the newest, and which they may read. */
  readonly readers: readonly { readonly task: number; readonly values: readonly string[] }[]
}

/** The state after `cursor` steps. */
export interface Scene {
  readonly cursor: number
  /** The step that led here, with the calls that it was made in, outermost first; its task may have left them since. Null at 0. */
  readonly step: { readonly at: number; readonly task: number; readonly calls: readonly OpenCall[] } | null
  readonly tasks: readonly TaskCard[]
  readonly pages: readonly PageCard[]
  readonly files: readonly FileCard[]
  readonly processes: readonly ProcessCard[]
  /** Locks that are held, waited for, or were just given up. */
  readonly locks: readonly LockCard[]
  readonly waitQueues: readonly WaitQueueCard[]
  readonly disks: readonly DiskCard[]
  readonly bios: readonly BioCard[]
  readonly lists: readonly { readonly name: string; readonly object: number; readonly entries: readonly string[]; readonly changed: boolean }[]
  readonly swapSlots: readonly (Field<number> & { readonly contributors: readonly Contributor[] })[]
  /** Empty where memory is sequentially consistent. */
  readonly older: readonly OlderCard[]
  /** What is on no card and is changed at some step; of a program without a kernel everything but its locks. */
  readonly objects: readonly ObjectCard[]
}

/** One change of an object. */
export interface Moment {
  /** Position of the step among the steps of the trace (choices count); the state after it is that of cursor `at + 1`. */
  readonly at: number
  readonly task: number
  readonly before: string
  readonly after: string
}
