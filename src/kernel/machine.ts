/** The machine a kernel is booted on: memory, wait queues, files, tasks, a disk. */
import type { List, Objects, Pool, TaskHandle, World } from '../engine/index.js'
import type { AddressSpace, AddressSpaceOperations, Bio, BufferHead, Page, WaitEntry, WaitQueueHead, Waiter } from './include/linux/mm-types.js'
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
}

export const EXT4: AddressSpaceOperations = {
  write_iter: 'ext4_buffered_write_iter',
  writepages: 'ext4_writepages',
  page_mkwrite: 'ext4_page_mkwrite',
  set_page_dirty: 'ext4_set_page_dirty',
  bi_end_io: 'ext4_end_bio',
}

export const XFS: AddressSpaceOperations = {
  write_iter: 'xfs_file_buffered_aio_write',
  writepages: 'xfs_vm_writepages',
  page_mkwrite: 'iomap_page_mkwrite',
  set_page_dirty: 'iomap_set_page_dirty',
  bi_end_io: 'iomap_writepage_end_bio',
}

export const SHMEM: AddressSpaceOperations = {
  write_iter: 'shmem_file_write_iter',
  writepages: 'shmem_writepages',
  page_mkwrite: 'iomap_page_mkwrite',
  set_page_dirty: 'iomap_set_page_dirty',
  bi_end_io: 'iomap_writepage_end_bio',
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
  /** Makes an open file, empty, one page long. */
  open(name: string, a_ops: AddressSpaceOperations): AddressSpace
  /** Makes a task that can sleep in the kernel. */
  spawn(name: string, body: () => void): Waiter
}

export function createMachine(world: World, config: Partial<MachineConfig>, k: Kernel): Machine {
  const full = { ...DEFAULTS, ...config }
  const waiters = new Map<string, Waiter>()
  return {
    world,
    config: full,
    memory: world.pool<Page>('page', full.pages, page),
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
    open: (name, a_ops) => addressSpace(world, name, a_ops),
    spawn(name, body) {
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

function page(make: Objects): Page {
  return {
    flags: make.flags('flags', PAGE_FLAGS),
    refcount: make.counter('refcount', 0),
    mapping: make.ref<AddressSpace>('mapping'),
    index: make.cell('index', 0),
    private: make.ref<BufferHead>('private'),
    compound_head: make.ref<Page>('compound_head'),
    data: make.cell('data', ''),
    use: make.ref<Page>('use'),
    lock_owner: make.cell('lock_owner', ''),
  }
}

function waitQueueHead(world: World, name: string): WaitQueueHead {
  return { lock: world.spinlock(`${name}.lock`), entries: world.list<WaitEntry>(`${name}.head`) }
}

function addressSpace(world: World, name: string, a_ops: AddressSpaceOperations): AddressSpace {
  return world.struct(`${name}.i_mapping`, {
    name,
    a_ops,
    i_rwsem: world.rwsem(`${name}.i_rwsem`),
    i_pages: world.spinlock(`${name}.i_pages`),
    private_lock: world.spinlock(`${name}.private_lock`),
    slots: [world.ref<Page>(`${name}.slot`)],
    tags: [world.flags(`${name}.tags`, PAGECACHE_TAGS)],
    blocks: [world.cell(`${name}.block`, '')],
  })
}
