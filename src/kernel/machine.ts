/** The machine a kernel is booted on: memory, wait queues, files, tasks, a disk. */
import type { Cell, List, Objects, Pool, TaskHandle, World } from '../engine/index.js'
import type {
  AddressSpace,
  AddressSpaceOperations,
  AnonVma,
  Bio,
  BufferHead,
  Mm,
  Page,
  Pte,
  Vma,
  WaitEntry,
  WaitQueueHead,
  Waiter,
} from './include/linux/mm-types.js'
import { BH_FLAGS, PAGECACHE_TAGS } from './include/linux/mm-types.js'
import { PAGE_FLAGS } from './include/linux/page-flags.js'
import { TASK_STATE, WQ_FLAGS } from './include/linux/wait.js'
import type { Kernel } from './kernel.js'

/** How large the machine is, and how its kernel was configured. */
export interface MachineConfig {
  /** Physical pages. */
  readonly pages: number
  /** Hashed wait queues (256 in the kernel): with one, waiters of all pages share it. */
  readonly waitTable: number
  /** CONFIG_DEBUG_VM and CONFIG_DEBUG_VM_PGFLAGS. */
  readonly debugVm: boolean
  /** sysctl_page_lock_unfairness: how often a waiter accepts that the lock is taken before it. 5 in the kernel. */
  readonly unfairness: number
  /** Entries walked before a bookmark (WAITQUEUE_WALK_BREAK_CNT, 64 in the kernel). */
  readonly bookmarkAfter: number
  /** Whether owners of page locks are recorded, so that two owners are noticed. */
  readonly lockLedger: boolean
  /** Whether an allocation that finds no memory reclaims some itself. */
  readonly directReclaim: boolean
  /** How many bios are submitted at most. */
  readonly bios: number
  /** Words of a page and of a block: 1, or 2 where a half-written one is to be seen. */
  readonly words: number
  /** How many items of work are queued for kernel workers at most. */
  readonly works: number
  /** Whether translations stay in the TLB of an address space's CPU from one access to the next. */
  readonly tlb: boolean
}

const DEFAULTS: MachineConfig = {
  pages: 1,
  waitTable: 1,
  debugVm: false,
  unfairness: 5,
  bookmarkAfter: 64,
  lockLedger: false,
  directReclaim: false,
  bios: 2,
  words: 1,
  works: 0,
  tlb: false,
}

export const EXT4: AddressSpaceOperations = {
  write_iter: 'ext4_buffered_write_iter',
  writepages: 'ext4_writepages',
  page_mkwrite: 'ext4_page_mkwrite',
  set_page_dirty: 'ext4_set_page_dirty',
  }

export const XFS: AddressSpaceOperations = {
  write_iter: 'xfs_file_buffered_aio_write',
  writepages: 'xfs_vm_writepages',
  page_mkwrite: 'iomap_page_mkwrite',
  set_page_dirty: 'iomap_set_page_dirty',
}

export const SHMEM: AddressSpaceOperations = {
  write_iter: 'shmem_file_write_iter',
  writepages: 'shmem_writepages',
  page_mkwrite: 'iomap_page_mkwrite',
  set_page_dirty: 'iomap_set_page_dirty',
}

export interface Machine {
  readonly world: World
  readonly config: MachineConfig
  readonly memory: Pool<Page>
  readonly buffer_heads: Pool<BufferHead>
  readonly page_wait_table: readonly WaitQueueHead[]
  readonly lru: List<Page>
  readonly device: TaskHandle
  /** The wait entry of a task that was made with `spawn`. */
  waiter_of(task: string): Waiter
  /** Makes an open file without anything in the page cache, `pages` long (1 unless said). */
  open(name: string, a_ops: AddressSpaceOperations, pages?: number): AddressSpace
  /** Makes an address space of `pages` virtual pages without areas. */
  address_space(name: string, pages: number): Mm
  /** Makes an area of an address space, mapped unless told otherwise. */
  area(mm: Mm, options: AreaOptions): Vma
  /** Makes a task that can sleep in the kernel; of a process if it has an address space. */
  spawn(name: string, body: () => void, mm?: Mm): Waiter
  /** The address space of the task that runs. */
  current_mm(): Mm
}

export interface AreaOptions {
  readonly name: string
  /** First virtual page: 0 unless said. */
  readonly start?: number
  /** 1 unless said. */
  readonly pages?: number
  /** A file that is mapped; anonymous memory if absent. */
  readonly file?: AddressSpace
  readonly pgoff?: number
  /** Files are mapped shared, and anonymous memory private, unless said. */
  readonly shared?: boolean
  /** Not mapped yet: to be mapped by mmap(2), or by fork if `copyOf` is what it will be the copy of. */
  readonly later?: boolean
  readonly copyOf?: Vma
}

export function createMachine(world: World, config: Partial<MachineConfig>, k: Kernel): Machine {
  const full = { ...DEFAULTS, ...config }
  const waiters = new Map<string, Waiter>()
  const spaces = new Map<string, Mm>()
  return {
    world,
    config: full,
    memory: world.pool<Page>('page', full.pages, (make) => page(make, full.words)),
    buffer_heads: world.pool<BufferHead>('bh', full.pages, (make) => ({ flags: make.flags('b_state', BH_FLAGS) })),
    page_wait_table: Array.from({ length: full.waitTable }, (_, i) => waitQueueHead(world, full.waitTable === 1 ? 'page_wait_table' : `page_wait_table${i}`)),
    lru: world.list<Page>('lru'),
    device: world.task(
      'bio',
      (bio?: Bio) => {
        if (bio === undefined) return
        k.dma_transfer(bio)
        k.bio_endio(bio)
      },
      { context: 'irq', start: false, instances: full.bios },
    ),
    waiter_of(task) {
      const known = waiters.get(task)
      if (known === undefined) throw new RangeError(`task ${task} can not wait for a page: make it with spawn()`)
      return known
    },
    open: (name, a_ops, pages = 1) => addressSpace(world, name, a_ops, pages, full.words),
    address_space: (name, pages) => addressSpaceOfProcess(world, name, pages),
    area: (mm, options) => area(world, mm, options),
    current_mm() {
      const mm = spaces.get(world.currentTask())
      if (mm === undefined) throw new RangeError(`task ${world.currentTask()} has no address space: give it one in spawn()`)
      return mm
    },
    spawn(name, body, mm) {
      if (mm !== undefined) spaces.set(name, mm)
      const waiter = world.struct(`wait of ${name}`, {
        flags: world.flags(`${name}.wait`, WQ_FLAGS),
        state: world.flags(`${name}.state`, TASK_STATE, ['TASK_RUNNING']),
      })
      waiters.set(name, waiter)
      world.task(name, body)
      return waiter
    },
  }
}

function page(make: Objects, words: number): Page {
  return {
    flags: make.flags('flags', PAGE_FLAGS),
    refcount: make.counter('refcount', 0),
    mapcount: make.counter('mapcount', 0),
    mapping: make.ref<AddressSpace | AnonVma>('mapping'),
    index: make.cell('index', 0),
    private: make.ref<BufferHead>('private'),
    compound_head: make.ref<Page>('compound_head'),
    swap: make.cell('swap', 0),
    words: wordCells(make, 'data', words),
    use: make.ref<Page>('use'),
    lock_owner: make.cell('lock_owner', ''),
  }
}

function waitQueueHead(world: World, name: string): WaitQueueHead {
  return { lock: world.spinlock(`${name}.lock`), entries: world.list<WaitEntry>(`${name}.head`) }
}

function addressSpace(world: World, name: string, a_ops: AddressSpaceOperations, pages: number, words: number): AddressSpace {
  const each = <T>(make: (at: string) => T): T[] => Array.from({ length: pages }, (_, i) => make(pages === 1 ? '' : String(i)))
  return world.struct(`${name}.i_mapping`, {
    name,
    a_ops,
    i_rwsem: world.rwsem(`${name}.i_rwsem`),
    i_pages: world.spinlock(`${name}.i_pages`),
    private_lock: world.spinlock(`${name}.private_lock`),
    slots: each((at) => world.ref<Page>(`${name}.slot${at}`)),
    tags: each((at) => world.flags(`${name}.tags${at}`, PAGECACHE_TAGS)),
    blocks: each((at) => wordCells(world, `${name}.block${at}`, words)),
    i_mmap: world.list<Vma>(`${name}.i_mmap`),
    i_mmap_rwsem: world.rwsem(`${name}.i_mmap_rwsem`),
  })
}

function wordCells(make: Objects, name: string, words: number): Cell<string>[] {
  return Array.from({ length: words }, (_, i) => make.cell(words === 1 ? name : `${name}.${i}`, ''))
}

function addressSpaceOfProcess(world: World, name: string, pages: number): Mm {
  const entries = (kind: string): Cell<Pte>[] => Array.from({ length: pages }, (_, i) => world.cell<Pte>(`${name}.${kind}${pages === 1 ? '' : i}`, null))
  return world.struct(`mm of ${name}`, {
    name,
    mmap_lock: world.rwsem(`${name}.mmap_lock`),
    ptl: world.spinlock(`${name}.ptl`),
    ptes: entries('pte'),
    tlb: entries('tlb'),
    tlb_flush_batched: world.cell(`${name}.tlb_flush_batched`, false),
    areas: [],
  })
}

function area(world: World, mm: Mm, options: AreaOptions): Vma {
  const { name, start = 0, pages = 1, file = null, pgoff = 0, shared = file !== null, later = false, copyOf } = options
  const anon_vma: AnonVma =
    copyOf?.anon_vma ??
    world.struct(`anon_vma of ${name}`, { name, rwsem: world.rwsem(`${name}.anon_vma`), areas: world.list<Vma>(`${name}.areas`) })
  const linked = world.cell(`${name}.linked`, !later)
  const vma: Vma = world.struct(name, { name, mm, start, pages, file, pgoff, shared, anon_vma, linked })
  mm.areas.push(vma)
  if (!later) (file === null ? anon_vma.areas : file.i_mmap).push(vma)
  return vma
}
