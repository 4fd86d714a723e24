/** The machine a kernel is booted on: memory, wait queues, files, tasks, a disk. */
import type { Cell, Counter, List, Pool, TaskHandle, World } from '../engine/index.js'
import type {
  AddressSpace,
  AddressSpaceOperations,
  AnonVma,
  Bio,
  BufferHead,
  Dio,
  Mm,
  Page,
  Pmd,
  Pte,
  SuperBlock,
  Vma,
  WaitQueueHead,
  Waiter,
} from './include/linux/mm-types.js'
import type { DaxEntry, DaxInode, DaxOptions, Extent } from './include/linux/dax-types.js'
import type { AioRequest, Disk, Extent as FileExtent, Inode } from './include/linux/extent-map.js'
import type { Host, HostOperations, Journal } from './include/linux/host.js'
import { createDisk, createHost, createInode, createJournal, type FileOptions } from './machine-disks.js'
import { dio, page, superBlock, waitQueueHead, wordCells } from './machine-parts.js'
import { Expectations } from './expectations.js'
import { BH_FLAGS, PAGECACHE_TAGS } from './include/linux/mm-types.js'
import { HPAGE_PMD_NR } from './include/linux/pgtable.js'
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
  /**
   * Whether each use of a physical page is told from the next, so that accesses by pointers that have outlived theirs are noticed.
   * Without, a program in which pages come and go without end has finitely many states.
   */
  readonly incarnations: boolean
  /**
   * v3.4: whether a page lock that somebody waits for is handed over. In the kernel it is not, and a task that comes back for it soon
   * may get it before who was woken, but not for ever: to be set where tasks that run for ever are looked for.
   */
  readonly page_lock_handover: boolean
  /** Whether owners of page locks are recorded, so that two owners are noticed. */
  readonly lockLedger: boolean
  /** Whether an allocation that finds no memory reclaims some itself. */
  readonly directReclaim: boolean
  /** How many bios are submitted at most. */
  readonly bios: number
  /** Words of a page and of a block: 1, or 2 where a half-written one is to be seen. */
  readonly words: number
  /** BIO_MAX_PAGES: how many pages a bio of a direct read has at most. 256 in the kernel. */
  readonly bioMaxPages: number
  /** fault_around_bytes, in pages: how many pages a load that faults on a file may map. 16 in the kernel; with 1 it maps its own. */
  readonly faultAround: number
  /** BDI_CAP_STABLE_WRITES: devices check that pages do not change while they are written. */
  readonly stableWrites: boolean
  /** Whether it is recorded which pages of files are prepared for being changed, and changes of others are failures. */
  readonly mkwriteLedger: boolean
  /** Whether programs freeze file systems: only then is freeze protection taken. */
  readonly freeze: boolean
  /** How many items of work are queued for kernel workers at most. */
  readonly works: number
  /** Asynchronous direct I/O of a page that a program makes, to files with extent maps. */
  readonly aio: number
  /** Whether what user code may rely on is kept and checked: not of files that have an inode of v6.18. */
  readonly promises: boolean
  /** Whether translations stay in the TLB of an address space's CPU from one access to the next. */
  readonly tlb: boolean
  /** CONFIG_TRANSPARENT_HUGEPAGE: whether a page may be part of a huge one. */
  readonly thp: boolean
  /** Slots of the swap device: without any, anonymous pages that are backed by swap are not reclaimed. */
  readonly swap: number
  /** Pages in a per-cpu pagevec when it is drained (PAGEVEC_SIZE, 15 in the kernel): with 1 at once, without a reference. */
  readonly pagevec: number
  /** buffer_heads_over_limit: reclaim strips pages on the active list of their buffers. */
  readonly buffer_heads_over_limit: boolean
  /** PGDAT_DIRTY: the node is so full of dirty pages that kswapd writes pages of files itself. */
  readonly pgdat_dirty: boolean
}

const DEFAULTS: MachineConfig = {
  pages: 1,
  waitTable: 1,
  debugVm: false,
  unfairness: 5,
  bookmarkAfter: 64,
  incarnations: true,
  page_lock_handover: false,
  lockLedger: false,
  bioMaxPages: 256,
  faultAround: 1,
  stableWrites: false,
  mkwriteLedger: false,
  freeze: false,
  directReclaim: false,
  bios: 2,
  words: 1,
  works: 0,
  aio: 0,
  promises: true,
  tlb: false,
  thp: false,
  swap: 0,
  pagevec: 1,
  buffer_heads_over_limit: false,
  pgdat_dirty: false,
}

export const EXT4: AddressSpaceOperations = {
  read_iter: 'ext4_file_read_iter',
  write_iter: 'ext4_buffered_write_iter',
  writepages: 'ext4_writepages',
  page_mkwrite: 'ext4_page_mkwrite',
  set_page_dirty: 'ext4_set_page_dirty',
  writepage: 'ext4_writepage',
}

export const XFS: AddressSpaceOperations = {
  read_iter: 'xfs_file_read_iter',
  write_iter: 'xfs_file_buffered_aio_write',
  writepages: 'xfs_vm_writepages',
  page_mkwrite: 'iomap_page_mkwrite',
  set_page_dirty: 'iomap_set_page_dirty',
  writepage: 'xfs_vm_writepage',
}

/** XFS of v4.13 on a DAX device: to be opened with DaxOptions. */
export const XFS_DAX: AddressSpaceOperations = { ...XFS, write_iter: 'xfs_file_write_iter' }

/** ext4 of v3.4 with delayed allocation, and XFS of v3.4 with buffer heads: of files with extent maps. */
export const EXT4_34: AddressSpaceOperations = { ...EXT4, writepages: 'ext4_da_writepages' }
export const XFS_34: AddressSpaceOperations = { ...XFS, writepages: 'generic_writepages', page_mkwrite: 'xfs_vm_page_mkwrite' }

/** What mm/ asks of files of v6.18. */
const HOST_A_OPS: Readonly<Record<HostOperations['writepages'], AddressSpaceOperations>> = {
  ext4_do_writepages: { ...EXT4, set_page_dirty: 'folio_mark_dirty', writepage: undefined },
  iomap_writepages: { ...XFS, set_page_dirty: 'folio_mark_dirty', writepage: undefined },
}

/** A raw block device: only read from, with O_DIRECT, so that it has nothing in the page cache. */
export const BDEV = { read_iter: 'blkdev_read_iter' } as AddressSpaceOperations

export const SHMEM: AddressSpaceOperations = {
  write_iter: 'shmem_file_write_iter',
  writepages: 'shmem_writepages',
  page_mkwrite: 'iomap_page_mkwrite',
  set_page_dirty: 'iomap_set_page_dirty',
}

/** swap_aops: swap space is neither written to by users, nor synced, nor faulted on. */
const SWAP = { set_page_dirty: 'swap_set_page_dirty', writepage: 'swap_writepage' } as AddressSpaceOperations

export interface Machine {
  readonly world: World
  readonly config: MachineConfig
  readonly memory: Pool<Page>
  readonly buffer_heads: Pool<BufferHead>
  readonly page_wait_table: readonly WaitQueueHead[]
  /** The LRU lists of file and lazyfree pages, active and inactive in one: reclaim may find a page on either at any time. */
  readonly lru: List<Page>
  /** The same for anonymous pages that are backed by swap. */
  readonly lru_anon: List<Page>
  /** Pages on their way to the LRU, and to be lazyfree, each with a reference: pagevecs of the CPU that runs user tasks. */
  readonly lru_pvecs: { readonly lru_add: List<Page>; readonly lru_lazyfree: List<Page> }
  readonly swapper_space: AddressSpace
  /** References of each swap slot: one for each page table entry, and SWAP_HAS_CACHE. */
  readonly swap_map: readonly Counter[]
  readonly device: TaskHandle
  /** Kernel workers, each for one item of work: bios whose pages are to be dirtied. */
  readonly kworker: TaskHandle
  /** The file systems of files, where programs freeze. */
  readonly super_blocks: ReadonlyMap<AddressSpace, SuperBlock>
  /** The device and the workers of asynchronous direct I/O to files with extent maps. */
  readonly aio_device: TaskHandle
  readonly aio_worker: TaskHandle
  /** What the oracle remembers. */
  readonly expectations: Expectations
  /** Everything that programs have made of it, in order. */
  readonly made: MadeParts
  /** The direct I/O that a task made with `spawn` has under way: one at a time. */
  dio_of(task: string): Dio
  /** The wait entry of a task that was made with `spawn`. */
  waiter_of(task: string): Waiter
  /** Makes an open file without anything in the page cache, `pages` long (1 unless said). */
  open(name: string, a_ops: AddressSpaceOperations, pages?: number, dax?: DaxOptions): AddressSpace
  /** Makes a device of `blocks` free blocks, for files with extent maps. */
  disk(name: string, blocks: number, blocks_per_page?: number): Disk
  /** Makes an open file with an extent map on a device: its blocks are owned and filled (`<file>:<block>`). */
  open_on_disk(disk: Disk, name: string, a_ops: AddressSpaceOperations, extents: readonly FileExtent[], options?: FileOptions): AddressSpace
  /** Makes an open, empty file of v6.18 on a device, of `blocks` blocks at most: one a page. */
  open_host(disk: Disk, name: string, ops: HostOperations, blocks: number, journal?: Journal): AddressSpace
  /** Makes the journal of an ext4 file system. */
  journal(name: string): Journal
  /** Makes an address space of `pages` virtual pages without areas. */
  address_space(name: string, pages: number): Mm
  /** Makes an area of an address space, mapped unless told otherwise. */
  area(mm: Mm, options: AreaOptions): Vma
  /** Makes a task that can sleep in the kernel; of a process if it has an address space. */
  spawn(name: string, body: () => void, mm?: Mm): Waiter
  /** Makes the task that a fork of `mm` starts. */
  spawn_child(name: string, body: () => void, mm: Mm): Waiter
  /** wake_up_new_task: starts the task of `mm` that was made with `spawn_child`, if there is one. */
  wake_up_new_task(mm: Mm): void
  /** The address space of the task that runs. */
  current_mm(): Mm
}

export interface MadeParts {
  readonly files: readonly AddressSpace[]
  readonly mms: readonly Mm[]
  readonly disks: readonly Disk[]
  /** By task. */
  readonly waiters: ReadonlyMap<string, Waiter>
  readonly dios: ReadonlyMap<string, Dio>
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
  /** Whether its pages may be huge, with `thp` of the machine; a copy's are if they were. */
  readonly huge?: boolean
  /** Not mapped yet: to be mapped by mmap(2), or by fork if `copyOf` is what it will be the copy of. */
  readonly later?: boolean
  readonly copyOf?: Vma
}

/** Name under which the wait entries of a task are known. */
export const waiterName = (task: string): string => `wait of ${task}`

export function createMachine(world: World, config: Partial<MachineConfig>, k: Kernel): Machine {
  const full = { ...DEFAULTS, ...config }
  const waiters = new Map<string, Waiter>()
  const spaces = new Map<string, Mm>()
  const children = new Map<Mm, TaskHandle>()
  const dios = new Map<string, Dio>()
  const super_blocks = new Map<AddressSpace, SuperBlock>()
  const files: AddressSpace[] = []
  const mms: Mm[] = []
  const disks: Disk[] = []
  const expectations = new Expectations(world, full.words, full.mkwriteLedger)
  const userThread = (task: string, mm: Mm): void => {
    spaces.set(task, mm)
    dios.set(task, dio(world, task))
  }
  const waiterOf = (name: string): Waiter => {
    const waiter = world.struct(waiterName(name), {
      flags: world.flags(`${name}.wait`, WQ_FLAGS),
      state: world.flags(`${name}.state`, TASK_STATE, ['TASK_RUNNING']),
    })
    waiters.set(name, waiter)
    return waiter
  }
  dios.set('set-up', dio(world, 'set-up'))
  for (let i = 1; i <= full.works; i++) waiterOf(full.works === 1 ? 'kworker' : `kworker-${i}`)
  for (let i = 1; i <= full.aio; i++) waiterOf(full.aio === 1 ? 'aio-worker' : `aio-worker-${i}`)
  return {
    world,
    config: full,
    memory: world.pool<Page>('page', full.pages, (make) => page(make, full.words), { generations: full.incarnations }),
    buffer_heads: world.pool<BufferHead>('bh', full.pages, (make) => ({ flags: make.flags('b_state', BH_FLAGS) })),
    page_wait_table: Array.from({ length: full.waitTable }, (_, i) => waitQueueHead(world, full.waitTable === 1 ? 'page_wait_table' : `page_wait_table${i}`)),
    lru: world.list<Page>('lru'),
    lru_anon: world.list<Page>('lru_anon'),
    lru_pvecs: { lru_add: world.list<Page>('lru_add'), lru_lazyfree: world.list<Page>('lru_lazyfree') },
    swapper_space: addressSpace(world, 'swapper_space', SWAP, full.swap, full.words),
    swap_map: Array.from({ length: full.swap }, (_, i) => world.counter(`swap_map${i}`)),
    device: world.task(
      'bio',
      (bio?: Bio) => {
        if (bio === undefined) return
        k.dma_transfer(bio)
        k.bio_endio(bio)
      },
      { context: 'irq', start: false, instances: full.bios },
    ),
    kworker: world.task('kworker', (bio?: Bio) => {
      if (bio !== undefined) k.process_one_work(bio)
    }, { start: false, instances: full.works }),
    aio_device: world.task('aio', (request?: AioRequest) => {
      if (request !== undefined) k.dio_bio_end_aio_pages(request)
    }, { context: 'irq', start: false, instances: full.aio }),
    aio_worker: world.task('aio-worker', (request?: AioRequest) => {
      if (request !== undefined) k.dio_work(request)
    }, { start: false, instances: full.aio }),
    super_blocks,
    expectations,
    made: { files, mms, disks, waiters, dios },
    dio_of(task) {
      const known = dios.get(task)
      if (known === undefined) throw new RangeError(`task ${task} can not read with O_DIRECT: give it an address space in spawn()`)
      return known
    },
    waiter_of(task) {
      const known = waiters.get(task)
      if (known === undefined) throw new RangeError(`task ${task} can not wait for a page: make it with spawn()`)
      return known
    },
    disk(name, blocks, blocks_per_page = 1) {
      const disk = createDisk(world, name, blocks, full.words / blocks_per_page)
      disks.push(disk)
      return disk
    },
    open_on_disk(disk, name, a_ops, extents, options = {}) {
      expectations.addOwner(name)
      const inode = createInode(world, disk, name, extents, options)
      const file = addressSpace(world, name, a_ops, extents.length / inode.blocks_per_page, full.words, undefined, inode)
      files.push(file)
      expectations.addFile(file)
      return file
    },
    open(name, a_ops, pages = 1, dax) {
      expectations.addOwner(name)
      const file = addressSpace(world, name, a_ops, pages, full.words, dax)
      files.push(file)
      if (full.freeze) super_blocks.set(file, superBlock(world, name))
      if (a_ops === BDEV) k.fill_blocks(file)
      return file
    },
    journal: (name) => createJournal(world, name),
    open_host(disk, name, ops, blocks, journal) {
      if (full.promises) throw new RangeError(`${name} has an inode of v6.18, about which nothing is checked: boot with promises: false`)
      const host = createHost(world, disk, name, ops, blocks, journal ?? null)
      const file = addressSpace(world, name, HOST_A_OPS[ops.writepages], blocks, full.words, undefined, null, host)
      journal?.files.push(file)
      return file
    },
    address_space(name, pages) {
      const mm = addressSpaceOfProcess(world, name, pages)
      mms.push(mm)
      return mm
    },
    area(mm, options) {
      const made = area(world, mm, options)
      if (full.promises) expectations.addArea(made)
      return made
    },
    current_mm() {
      const mm = spaces.get(world.currentTask())
      if (mm === undefined) throw new RangeError(`task ${world.currentTask()} has no address space: give it one in spawn()`)
      return mm
    },
    spawn(name, body, mm) {
      if (mm !== undefined) userThread(name, mm)
      const waiter = waiterOf(name)
      world.task(name, body)
      return waiter
    },
    spawn_child(name, body, mm) {
      userThread(name, mm)
      children.set(mm, world.task(name, body, { start: false }))
      return waiterOf(name)
    },
    wake_up_new_task: (mm) => children.get(mm)?.start(),
  }
}

function addressSpace(
  world: World,
  name: string,
  a_ops: AddressSpaceOperations,
  pages: number,
  words: number,
  dax?: DaxOptions,
  inode: Inode | null = null,
  host: Host | null = null,
): AddressSpace {
  const each = <T>(make: (at: string) => T): T[] => Array.from({ length: pages }, (_, i) => make(pages === 1 ? '' : String(i)))
  const cached = a_ops !== BDEV
  return world.struct(`${name}.i_mapping`, {
    name,
    a_ops,
    // (In older kernels it can be stolen less, and in races of those it is not.)
    i_rwsem: world.rwsem(`${name}.i_rwsem`, host !== null),
    i_pages: world.spinlock(`${name}.i_pages`),
    private_lock: world.spinlock(`${name}.private_lock`),
    slots: cached ? each((at) => world.ref<Page>(`${name}.slot${at}`)) : [],
    tags: cached ? each((at) => world.flags(`${name}.tags${at}`, PAGECACHE_TAGS)) : [],
    blocks: inode === null && host === null ? each((at) => wordCells(world, `${name}.block${at}`, words)) : [],
    inode,
    host,
    dax: dax === undefined ? null : daxInode(world, name, pages, words, dax),
    i_mmap: world.list<Vma>(`${name}.i_mmap`),
    i_mmap_rwsem: world.rwsem(`${name}.i_mmap_rwsem`),
  })
}

function daxInode(world: World, name: string, pages: number, words: number, { on, extents = [], media = false }: DaxOptions): DaxInode {
  const each = <T>(make: (at: string) => T): T[] => Array.from({ length: pages }, (_, i) => make(pages === 1 ? '' : String(i)))
  return {
    S_DAX: world.cell(`${name}.S_DAX`, on),
    di_flags2_dax: world.cell(`${name}.di_flags2_dax`, on),
    i_state: world.cell<string>(`${name}.i_state`, 'on disk'),
    i_count: world.counter(`${name}.i_count`),
    inode_hash_lock: world.spinlock(`${name}.inode_hash_lock`),
    i_mmaplock: world.rwsem(`${name}.i_mmaplock`),
    i_lock: world.rwsem(`${name}.i_lock`),
    entries: each((at) => world.cell<DaxEntry | null>(`${name}.entry${at}`, null)),
    entry_waiters: each((at) => world.list<string>(`${name}.entry_waiters${at}`)),
    media: media ? each((at) => wordCells(world, `${name}.media${at}`, words)) : [],
    extents: extents.map((extent, i) => world.cell<string>(`${name}.extent${pages === 1 ? '' : i}`, extent) as Cell<Extent>),
  }
}

function addressSpaceOfProcess(world: World, name: string, pages: number): Mm {
  const pmds = Array.from({ length: Math.ceil(pages / HPAGE_PMD_NR) }, (_, i) => world.cell<Pmd>(`${name}.pmd${pages <= HPAGE_PMD_NR ? '' : i}`, null))
  const entries = (kind: string): Cell<Pte>[] => Array.from({ length: pages }, (_, i) => world.cell<Pte>(`${name}.${kind}${pages === 1 ? '' : i}`, null))
  return world.struct(`mm of ${name}`, {
    name,
    mmap_lock: world.rwsem(`${name}.mmap_lock`),
    ptl: world.spinlock(`${name}.ptl`),
    ptes: entries('pte'),
    pmds,
    pmd_ptl: world.spinlock(`${name}.pmd_ptl`),
    tlb: entries('tlb'),
    write_protect_seq: world.counter(`${name}.write_protect_seq`),
    tlb_flush_batched: world.cell(`${name}.tlb_flush_batched`, false),
    areas: [],
  })
}

function area(world: World, mm: Mm, options: AreaOptions): Vma {
  const { name, start = 0, pages = 1, file = null, pgoff = 0, shared = file !== null, copyOf, huge = copyOf?.huge ?? false, later = false } = options
  if (huge && (start % HPAGE_PMD_NR !== 0 || pages % HPAGE_PMD_NR !== 0)) {
    throw new RangeError(`area ${name} can not have huge pages: it must begin and end at a multiple of ${HPAGE_PMD_NR}`)
  }
  const anon_vma: AnonVma =
    copyOf?.anon_vma ??
    world.struct(`anon_vma of ${name}`, { name, rwsem: world.rwsem(`${name}.anon_vma`), areas: world.list<Vma>(`${name}.areas`) })
  const linked = world.cell(`${name}.linked`, !later)
  const dax = file?.dax ?? null
  const mixedmap = dax === null ? null : world.cell(`${name}.VM_MIXEDMAP`, !later && dax.S_DAX.get())
  const vma: Vma = world.struct(name, { name, mm, start, pages, file, pgoff, shared, huge, mixedmap, anon_vma, copy_of: copyOf ?? null, linked })
  mm.areas.push(vma)
  if (later) return vma
  if (!shared) anon_vma.areas.push(vma)
  file?.i_mmap.push(vma)
  file?.inode?.mappings.push(vma)
  return vma
}
