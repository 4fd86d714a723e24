/** Which tracked objects belong together in a machine: what a picture of it is drawn from. Plain data; objects are numbers of a recording. */

import type { World } from '../engine/index.js'
import type { NumberOf } from '../engine/recording.js'
import type { AddressSpace, Mm, Page, Vma } from './include/linux/mm-types.js'
import type { Disk } from './include/linux/extent-map.js'
import type { Patch } from './kernel.js'
import { waiterName, type Machine } from './machine.js'
import { sourceOf, type Source } from './sources.js'

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
  /** Null of a raw device, which has nothing in the page cache. */
  readonly slot: ObjectNumber | null
  readonly tags: ObjectNumber | null
  /** The block of a file whose blocks never change, word by word. */
  readonly block: readonly ObjectNumber[]
  /** DAX: the exceptional entry, who waits for its lock, and what would survive a loss of power. */
  readonly entry: ObjectNumber | null
  readonly entry_waiters: ObjectNumber | null
  readonly media: readonly ObjectNumber[]
}

export interface FileLayout {
  readonly name: string
  readonly pages: readonly FileIndexLayout[]
  /** Of each block, if the file has an extent map; and what has a block of the device beneath. */
  readonly extents: readonly ObjectNumber[]
  readonly blocks_per_page: number
  readonly i_mmap: ObjectNumber
  /** Name of the device the extents are on. */
  readonly disk: string | null
  /** Single values of the inode, by the kernel's names: i_size, S_DAX, i_state, i_count, frozen. */
  readonly fields: readonly NamedObject[]
}

export interface NamedObject {
  readonly name: string
  readonly object: ObjectNumber
}

export interface AreaLayout {
  readonly name: string
  readonly start: number
  readonly pages: number
  /** Name of the file that is mapped. */
  readonly file: string | null
  readonly pgoff: number
  readonly shared: boolean
  readonly huge: boolean
  readonly linked: ObjectNumber
}

export interface MmLayout {
  readonly name: string
  readonly ptes: readonly ObjectNumber[]
  readonly pmds: readonly ObjectNumber[]
  readonly tlb: readonly ObjectNumber[]
  readonly areas: readonly AreaLayout[]
  readonly tlb_flush_batched: ObjectNumber
}

export interface DiskLayout {
  readonly name: string
  /** Of each block: whose it is, and its words. */
  readonly blocks: readonly { readonly state: ObjectNumber; readonly words: readonly ObjectNumber[] }[]
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
  /** How a task sleeps: its wait->flags and its state; `entry` is the name of what stands for it in a wait queue. */
  readonly waiters: readonly { readonly task: string; readonly entry: string; readonly flags: ObjectNumber; readonly state: ObjectNumber }[]
  /** Direct I/O of a task. */
  readonly dios: readonly { readonly task: string; readonly fields: readonly NamedObject[] }[]
  /** Numbers of the tasks that are completions of bios, which they are started with. */
  readonly bios: readonly number[]
}

const NAME = 'kernel'

/** What a kernel presents of itself. */
export interface PresentedKernel {
  readonly layout: KernelLayout
  /** Where one of its functions is from; undefined of what is none of its own. */
  sourceOf(fn: string): Source | undefined
}

/** Has a machine presented with recordings of its program. To be called at set-up; the layout is made when that is over. */
export function presentMachine(world: World, version: string, patches: readonly Patch[], machine: Machine): void {
  world.present(NAME, (numberOf): PresentedKernel => ({
    layout: new Planner(numberOf).machine(version, machine),
    sourceOf: (fn) => sourceOf(fn, patches),
  }))
}

/** The kernel that a program runs; null of a program without one. */
export function presentedKernel(presented: ReadonlyMap<string, unknown>): PresentedKernel | null {
  // Nobody else presents anything under this name.
  return (presented.get(NAME) as PresentedKernel | undefined) ?? null
}

/** Turns the machine's structures into numbers of objects. */
class Planner {
  constructor(private readonly number: NumberOf) {}

  machine(version: string, machine: Machine): KernelLayout {
    const { number } = this
    const { memory, buffer_heads, page_wait_table, lru, lru_anon, lru_pvecs, swapper_space, swap_map, device, made, super_blocks } = machine
    return {
      version,
      memory: number(memory),
      pages: Array.from({ length: memory.size }, (_, i) => this.page(memory.nameOf(i), memory.raw(i))),
      buffer_heads: {
        pool: number(buffer_heads),
        flags: Array.from({ length: buffer_heads.size }, (_, i) => number(buffer_heads.raw(i).flags)),
      },
      files: made.files.map((file) => this.file(file, super_blocks.get(file)?.frozen)),
      swap: swap_map.length === 0 ? null : { file: this.file(swapper_space, undefined), map: this.all(swap_map) },
      mms: made.mms.map((mm) => this.mm(mm)),
      disks: made.disks.map((disk) => this.disk(disk)),
      wait_queues: page_wait_table.map(({ lock, entries }) => ({ name: entries.name, lock: number(lock), entries: number(entries) })),
      lists: [
        ...[lru, lru_anon].map((list) => ({ name: list.name, object: number(list), counts: false })),
        ...Object.values(lru_pvecs).map((list) => ({ name: list.name, object: number(list), counts: true })),
      ],
      waiters: Array.from(made.waiters, ([task, { flags, state }]) => ({ task, entry: waiterName(task), flags: number(flags), state: number(state) })),
      dios: Array.from(made.dios, ([task, { ref, waiter, completed, bio_list }]) => ({
        task,
        fields: this.fields({ ref, waiter, completed, bio_list }),
      })),
      bios: Array.from({ length: device.instances }, (_, i) => device.first + i),
    }
  }

  private page(name: string, page: Page): PageLayout {
    const { number } = this
    return {
      name,
      flags: number(page.flags),
      refcount: number(page.refcount),
      mapcount: number(page.mapcount),
      compound_mapcount: number(page.compound_mapcount),
      mapping: number(page.mapping),
      index: number(page.index),
      private: number(page.private),
      compound_head: number(page.compound_head),
      swap: number(page.swap),
      buffers: number(page.buffers),
      words: this.all(page.words),
    }
  }

  private file(file: AddressSpace, frozen: Located | undefined): FileLayout {
    const { number } = this
    const { name, slots, tags, blocks, dax, inode, i_mmap } = file
    const at = (objects: readonly Located[] | undefined, index: number): number | null => {
      const object = objects?.[index]
      return object === undefined ? null : number(object)
    }
    const i_size = inode === null || typeof inode.i_size === 'number' ? null : inode.i_size
    const { S_DAX, di_flags2_dax, i_state, i_count } = dax ?? {}
    return {
      name,
      pages: Array.from({ length: Math.max(slots.length, blocks.length) }, (_, i) => ({
        slot: at(slots, i),
        tags: at(tags, i),
        block: this.all(blocks[i] ?? []),
        entry: at(dax?.entries, i),
        entry_waiters: at(dax?.entry_waiters, i),
        media: this.all(dax?.media[i] ?? []),
      })),
      extents: this.all(inode?.extents ?? dax?.extents ?? []),
      blocks_per_page: inode?.blocks_per_page ?? 1,
      i_mmap: number(i_mmap),
      disk: inode?.disk.name ?? null,
      fields: this.fields({ i_size: i_size ?? undefined, S_DAX, di_flags2_dax, i_state, i_count, frozen }),
    }
  }

  private mm(mm: Mm): MmLayout {
    return {
      name: mm.name,
      ptes: this.all(mm.ptes),
      pmds: this.all(mm.pmds),
      tlb: this.all(mm.tlb),
      areas: mm.areas.map((area) => this.area(area)),
      tlb_flush_batched: this.number(mm.tlb_flush_batched),
    }
  }

  private area({ name, start, pages, file, pgoff, shared, huge, linked }: Vma): AreaLayout {
    return { name, start, pages, file: file?.name ?? null, pgoff, shared, huge, linked: this.number(linked) }
  }

  private disk({ name, blocks, states }: Disk): DiskLayout {
    return { name, blocks: blocks.map((words, i) => ({ state: this.number(states[i] as Located), words: this.all(words) })) }
  }

  private all(objects: readonly Located[]): ObjectNumber[] {
    return objects.map((object) => this.number(object))
  }

  private fields(objects: Readonly<Record<string, Located | undefined>>): NamedObject[] {
    return Object.entries(objects).flatMap(([name, object]) => (object === undefined ? [] : [{ name, object: this.number(object) }]))
  }
}

/** Anything that has a place in the state. */
type Located = Parameters<NumberOf>[0]
