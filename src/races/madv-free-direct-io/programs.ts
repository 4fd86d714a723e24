/** The programs of the race: a lazily freed buffer, a direct read into it, and everybody else who may come across its pages. */
import type { Cell, Counter } from '../../engine/index.js'
import type { AddressSpace, Mm, Vma } from '../../kernel/include/linux/mm-types.js'
import { ZERO } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { BDEV, EXT4 } from '../../kernel/machine.js'
import { programsOf, type Draft } from '../drafts.js'
import { patches } from './fixes.js'

/** A raw block device, with something in every block. */
export function device(k: Kernel, blocks = 1): AddressSpace {
  return k.open('sdb', BDEV, blocks)
}

/** A process whose whole memory is one buffer. */
function buffer(k: Kernel, pages = 1): Vma {
  return k.area(k.address_space('A', pages), { name: 'buf', pages })
}

/** A buffer that was filled and freed lazily before the tasks start. */
export function lazilyFreed(k: Kernel, pages = 1): Vma {
  const buf = buffer(k, pages)
  for (let page = 0; page < pages; page++) k.user_store(buf, page, 0, 'A:old')
  k.madvise(buf, 0, pages, 'MADV_FREE')
  return buf
}

/** The task of the thread: reads the device into its buffer and looks at what is there. */
export function readAndLook(k: Kernel, from: AddressSpace, buf: Vma): void {
  if (!k.read_direct_into(from, 0, buf, 0, buf.pages)) return
  for (let page = 0; page < buf.pages; page++) k.user_load(buf, page, 0)
}

export function readAsyncAndLook(k: Kernel, from: AddressSpace, buf: Vma): void {
  const iocb = k.io_submit_read(from, 0, buf, 0, buf.pages)
  if (iocb === null) return
  k.io_getevents(iocb)
  for (let page = 0; page < buf.pages; page++) k.user_load(buf, page, 0)
}

/** What a fork of the process will be: a copy of its area. */
export function childOf(k: Kernel, name: string, buf: Vma): readonly [mm: Mm, copy: Vma] {
  const mm = k.address_space(name, buf.pages)
  return [mm, k.area(mm, { name: `${name}.buf`, pages: buf.pages, copyOf: buf, later: true })]
}

/** The thread's test program, with the values that it prints. */
function testProgram(k: Kernel, from: AddressSpace, buf: Vma, printed: Cell<string>): void {
  if (!k.read_direct_into(from, 0, buf, 0, buf.pages)) return
  for (let page = 0; page < buf.pages; page++) {
    const word = k.user_load(buf, page, 0)
    k.user_print(printed, word === ZERO ? '0x0' : String(word))
  }
}

/** kswapd goes over memory once, and twice more when `others` have ended: what nobody has touched since MADV_FREE must go then. */
function reclaimToTheEnd(k: Kernel, buf: Vma, others: Counter): void {
  k.balance_pgdat(1)
  k.world.until(() => others.get() === 0, 'the others to end')
  k.balance_pgdat(2)
  for (const pte of buf.mm.ptes) if (pte.get() !== null) k.world.warn('assertion', 'lazily freed memory is never freed any more')
}

/** Under weak memory these are too large to be exhausted in seconds. */
const SC_ONLY = ['sc'] as const

const DRAFTS: readonly Draft[] = [
  {
    name: 'reproducer',
    summary: "The thread's test program: four pages, a synchronous read from a block device, and memory shrunk at any moment.",
    machine: { pages: 5, bios: 1 },
    memories: SC_ONLY,
    setup(k, world) {
      const dev = k.open('sdb', BDEV, 4)
      k.fill_blocks(dev, () => '0x79')
      const buf = lazilyFreed(k, 4)
      const printed = world.cell('printed', '')
      k.spawn('test', () => testProgram(k, dev, buf, printed), buf.mm)
      k.spawn('shrink', () => k.try_to_free_pages())
    },
  },
  {
    name: 'simple-read',
    summary: 'A synchronous read of one page from a block device, and kswapd.',
    machine: { pages: 2, bios: 1 },
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'batched-flush',
    summary: 'As simple-read, with a TLB on whose flush reclaim may be late.',
    machine: { pages: 2, bios: 1, tlb: true },
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'async-read',
    summary: 'An asynchronous read of one page from a block device, and kswapd.',
    machine: { pages: 2, bios: 1, works: 1 },
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      k.spawn('reader', () => readAsyncAndLook(k, dev, buf), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'multi-bio',
    summary: 'A read of two pages from a block device in two bios, the first page lazily freed, and kswapd.',
    machine: { pages: 3, bios: 2, works: 2, bioMaxPages: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k, 2)
      const buf = buffer(k, 2)
      for (const page of [0, 1]) k.user_store(buf, page, 0, 'A:old')
      k.madvise(buf, 0, 1, 'MADV_FREE')
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'file-read',
    summary: 'A synchronous read of one page from a file on ext4 (iomap), and kswapd.',
    machine: { pages: 2, bios: 1, works: 1 },
    memories: SC_ONLY,
    setup(k) {
      const file = k.open('F', EXT4)
      k.fill_blocks(file)
      const buf = lazilyFreed(k)
      k.spawn('reader', () => readAndLook(k, file, buf), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'direct-reclaim',
    summary: 'A synchronous read, and another process that finds no memory and reclaims some itself.',
    machine: { pages: 1, bios: 1, directReclaim: true },
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      const neighbour = k.area(k.address_space('N', 1), { name: 'N.heap' })
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('neighbour', () => void k.user_store(neighbour, 0, 0, 'N:1'), neighbour.mm)
    },
  },
  {
    name: 'pageout',
    summary: 'A synchronous read, and another thread that asks for the buffer to be reclaimed (MADV_PAGEOUT).',
    machine: { pages: 2, bios: 1 },
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('adviser', () => void k.madvise(buf, 0, 1, 'MADV_PAGEOUT'), buf.mm)
    },
  },
  {
    name: 'driver',
    summary: 'A driver fills the buffer and dirties it without the page lock, and kswapd.',
    machine: { pages: 2 },
    setup(k) {
      const buf = lazilyFreed(k)
      k.spawn('user', () => {
        if (k.driver_fill(buf, 0, 'drv:1')) k.user_load(buf, 0, 0)
      }, buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'store-after',
    summary: 'A store after MADV_FREE, and kswapd.',
    machine: { pages: 2, tlb: true },
    setup(k) {
      const buf = lazilyFreed(k)
      k.spawn('user', () => {
        k.user_load(buf, 0, 0)
        k.user_store(buf, 0, 0, 'A:new')
        k.user_load(buf, 0, 0)
      }, buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'store-and-lookup',
    summary: 'A store after MADV_FREE, another process that looks at the page for a moment (process_vm_readv), and kswapd.',
    machine: { pages: 2 },
    memories: SC_ONLY,
    setup(k) {
      const buf = lazilyFreed(k)
      k.spawn('user', () => {
        k.user_store(buf, 0, 0, 'A:new')
        k.user_load(buf, 0, 0)
      }, buf.mm)
      k.spawn('looker', () => void k.process_vm_readv(buf, 0))
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'madvise-again',
    summary: 'A synchronous read, while another thread frees the buffer lazily once more; then the first reads again.',
    machine: { pages: 2, bios: 2 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      k.spawn('reader', () => {
        k.read_direct_into(dev, 0, buf, 0, 1)
        readAndLook(k, dev, buf)
      }, buf.mm)
      k.spawn('adviser', () => void k.madvise(buf, 0, 1, 'MADV_FREE'), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'free-in-between',
    summary: 'A process reads, frees its buffer lazily and reads again, and kswapd.',
    machine: { pages: 2, bios: 2 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      k.spawn('reader', () => {
        k.read_direct_into(dev, 0, buf, 0, 1)
        k.madvise(buf, 0, 1, 'MADV_FREE')
        readAndLook(k, dev, buf)
      }, buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'unmap-while-reading',
    summary: 'A synchronous read, while another thread unmaps the buffer, and kswapd.',
    machine: { pages: 2, bios: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      k.spawn('reader', () => void k.read_direct_into(dev, 0, buf, 0, 1), buf.mm)
      k.spawn('unmapper', () => k.munmap(buf), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'fork-before',
    summary: 'The process has forked before it reads; the child exits; and kswapd.',
    machine: { pages: 4, bios: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      const [mm] = childOf(k, 'B', buf)
      k.dup_mmap(mm, buf.mm)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('child', () => k.exit_mm(), mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'fork-before-store',
    summary: 'The process has forked before it reads; the child stores to its copy; and kswapd.',
    machine: { pages: 4, bios: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      const [mm, copy] = childOf(k, 'B', buf)
      k.dup_mmap(mm, buf.mm)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('child', () => void k.user_store(copy, 0, 0, 'B:new'), mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'fork-during',
    summary: 'A synchronous read, while another thread forks, and kswapd.',
    machine: { pages: 3, bios: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      const [mm] = childOf(k, 'B', buf)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('forker', () => k.fork(mm), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'fork-during-unmap',
    summary: 'A synchronous read, while another thread forks and the child unmaps its copy, and kswapd.',
    machine: { pages: 3, bios: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      const [mm, copy] = childOf(k, 'B', buf)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('forker', () => k.fork(mm), buf.mm)
      k.spawn_child('child', () => k.munmap(copy), mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'fork-during-dontneed',
    summary: 'A synchronous read, while another thread forks and the child gives its copy back (MADV_DONTNEED), and kswapd.',
    machine: { pages: 3, bios: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      const [mm, copy] = childOf(k, 'B', buf)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('forker', () => k.fork(mm), buf.mm)
      k.spawn_child('child', () => void k.madvise(copy, 0, 1, 'MADV_DONTNEED'), mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'fork-during-exit',
    summary: 'A synchronous read, while another thread forks and the child exits, and kswapd.',
    machine: { pages: 3, bios: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      const [mm] = childOf(k, 'B', buf)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('forker', () => k.fork(mm), buf.mm)
      k.spawn_child('child', () => k.exit_mm(), mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'fork-during-twice',
    summary: 'A synchronous read, while another thread forks and the child forks again, and kswapd.',
    machine: { pages: 4, bios: 1 },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k)
      const buf = lazilyFreed(k)
      const [mm, copy] = childOf(k, 'B', buf)
      const [grandchild] = childOf(k, 'C', copy)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('forker', () => k.fork(mm), buf.mm)
      k.spawn_child('child', () => k.fork(grandchild), mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'huge-page',
    summary: 'A synchronous read into a transparent huge page, and kswapd, which splits it.',
    machine: { pages: 4, bios: 1, thp: true },
    memories: SC_ONLY,
    setup(k) {
      const dev = device(k, 2)
      const buf = k.area(k.address_space('A', 2), { name: 'buf', pages: 2, huge: true })
      k.user_store(buf, 0, 0, 'A:old')
      k.madvise(buf, 0, 2, 'MADV_FREE')
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
  {
    name: 'pagevec',
    summary: 'A process fills its buffer, frees it lazily, which leaves the page in a pagevec, and reads; and kswapd.',
    machine: { pages: 3, bios: 1, pagevec: 2 },
    setup(k) {
      const dev = device(k)
      const buf = buffer(k)
      k.spawn('reader', () => {
        k.user_store(buf, 0, 0, 'A:old')
        k.madvise(buf, 0, 1, 'MADV_FREE')
        k.lru_add_drain()
        readAndLook(k, dev, buf)
      }, buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'pagevec-idle',
    summary: 'A process frees its buffer lazily, which leaves the page in a pagevec, and does not touch it any more; kswapd, to the end.',
    machine: { pages: 2, pagevec: 2 },
    setup(k, world) {
      const buf = buffer(k)
      k.user_store(buf, 0, 0, 'A:old')
      k.lru_add_drain()
      const others = world.counter('others', 1)
      k.spawn('user', () => {
        k.madvise(buf, 0, 1, 'MADV_FREE')
        k.lru_add_drain()
        others.dec()
      }, buf.mm)
      k.spawn('kswapd', () => reclaimToTheEnd(k, buf, others))
    },
  },
  {
    name: 'shared-idle',
    summary: 'Parent and child map lazily freed memory and do not touch it; kswapd, to the end.',
    machine: { pages: 2 },
    setup(k, world) {
      const buf = lazilyFreed(k)
      const [mm, copy] = childOf(k, 'B', buf)
      k.dup_mmap(mm, buf.mm)
      const others = world.counter('others', 0)
      k.spawn('kswapd', () => {
        reclaimToTheEnd(k, buf, others)
        if (copy.mm.ptes[0]?.get() !== null) k.world.warn('assertion', 'lazily freed memory is never freed any more')
      })
    },
  },
  {
    name: 'looked-at-idle',
    summary: 'Lazily freed memory that its owner does not touch is looked at for a moment by another process; kswapd, to the end.',
    machine: { pages: 2 },
    setup(k, world) {
      const buf = lazilyFreed(k)
      const others = world.counter('others', 1)
      k.spawn('looker', () => {
        k.process_vm_readv(buf, 0)
        others.dec()
      })
      k.spawn('kswapd', () => reclaimToTheEnd(k, buf, others))
    },
  },
  {
    name: 'lookup-idle',
    summary: 'As looked-at-idle: a lookup in the page cache finds the memory of a truncated page in its new use for a moment.',
    machine: { pages: 1 },
    memories: SC_ONLY,
    setup(k, world) {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const buf = buffer(k)
      const others = world.counter('others', 2)
      k.spawn('user', () => {
        k.ftruncate(file)
        k.user_store(buf, 0, 0, 'A:old')
        k.madvise(buf, 0, 1, 'MADV_FREE')
        others.dec()
      }, buf.mm)
      k.spawn('looker', () => {
        k.load_fault(file)
        others.dec()
      })
      k.spawn('kswapd', () => reclaimToTheEnd(k, buf, others))
    },
  },
]

export const programs = programsOf('madv-free-direct-io', DRAFTS, patches)
