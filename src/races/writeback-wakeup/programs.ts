/** The programs of the race: between them every access to the page that the thread speaks of, and those it does not. */
import type { AddressSpace, Vma, Waiter } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { EXT4, SHMEM, XFS, } from '../../kernel/machine.js'
import { programsOf, type Draft } from '../drafts.js'
import type { RaceProgram } from '../race.js'
import { patches } from './fixes.js'

/** A written page whose bio is in flight: how the thread's sequences begin. Done to its end before the tasks start. */
export function underWriteback(k: Kernel, file: AddressSpace): void {
  k.write(file, 'v0')
  k.sync_file_range_write(file)
}

/** A process that maps a file. */
export function mapping(k: Kernel, name: string, file: AddressSpace): Vma {
  return k.area(k.address_space(name, 1), { name: `${name}.map`, file })
}

/** A process that maps a file and loads from it once. */
function spawnLoad(k: Kernel, name: string, file: AddressSpace): Waiter {
  const map = mapping(k, name, file)
  return k.spawn(name, () => void k.user_load(map, 0, 0), map.mm)
}

/** Writes a file, starts its writeback, writes it again and waits for all of it: the second writer of the thread. */
export function writeTwiceAndSync(k: Kernel, file: AddressSpace): void {
  if (!k.write(file, 'v1')) return
  k.sync_file_range_write(file)
  k.write(file, 'v2')
  k.fsync(file)
  k.expect_durable(file, 'v2')
}

const DRAFTS: readonly Draft[] = [
  {
    name: 'reuse-by-truncate',
    summary: 'The page of one ext4 file is truncated after its writeback and given to another, which is written twice and synced.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      const f2 = k.open('F2', EXT4)
      underWriteback(k, f1)
      k.spawn('writer', () => {
        k.ftruncate(f1)
        writeTwiceAndSync(k, f2)
      })
    },
  },
  {
    name: 'reuse-by-reclaim',
    summary: 'A writer short of memory reclaims the page of another file after its writeback.',
    machine: { bios: 3, directReclaim: true },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      const f2 = k.open('F2', EXT4)
      underWriteback(k, f1)
      k.spawn('writer', () => writeTwiceAndSync(k, f2))
    },
  },
  {
    name: 'reuse-by-kswapd',
    summary: 'kswapd reclaims the page of one file after its writeback while another file is being written.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      const f2 = k.open('F2', EXT4)
      underWriteback(k, f1)
      k.spawn('kswapd', () => k.shrink_inactive_list())
      k.spawn('writer', () => writeTwiceAndSync(k, f2))
    },
  },
  {
    name: 'reuse-by-invalidate',
    summary: 'drop_caches takes the page of one file after its writeback, another file gets it.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      const f2 = k.open('F2', EXT4)
      underWriteback(k, f1)
      k.spawn('writer', () => {
        k.drop_caches(f1)
        writeTwiceAndSync(k, f2)
      })
    },
  },
  {
    name: 'reuse-as-tail',
    summary: 'The page of an ext4 file is truncated after its writeback and becomes the tail of a huge page of shmem; CONFIG_DEBUG_VM_PGFLAGS.',
    machine: { pages: 2, bios: 1, debugVm: true },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      const shm = k.open('shmem', SHMEM)
      const neighbour = k.memory.alloc()
      underWriteback(k, f1)
      if (neighbour !== null) k.memory.free(neighbour)
      k.spawn('user', () => {
        k.ftruncate(f1)
        k.write(shm, 'v1')
      })
    },
  },
  {
    name: 'write-cache-pages',
    summary: 'The page of an ext4 file is truncated after its writeback and given to a file on XFS, which writes with write_cache_pages.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      const f2 = k.open('F2', XFS)
      underWriteback(k, f1)
      k.spawn('writer', () => {
        k.ftruncate(f1)
        writeTwiceAndSync(k, f2)
      })
    },
  },
  {
    name: 'redirty-same-page',
    summary: 'A file under writeback is written again and again, then synced; its first bio completes slowly.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      underWriteback(k, f1)
      k.spawn('writer', () => writeTwiceAndSync(k, f1))
    },
  },
  {
    name: 'store-redirty',
    summary: 'As redirty-same-page, with stores through a shared mapping.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      const map = mapping(k, 'writer', f1)
      underWriteback(k, f1)
      k.spawn(
        'writer',
        () => {
          k.user_store(map, 0, 0, 'F1:v1')
          k.sync_file_range_write(f1)
          k.user_store(map, 0, 0, 'F1:v2')
          k.fsync(f1)
          k.expect_durable(f1, 'v2')
        },
        map.mm,
      )
    },
  },
  {
    name: 'write-cache-pages-redirty',
    summary: 'As redirty-same-page, on XFS.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', XFS)
      underWriteback(k, f1)
      k.spawn('writer', () => writeTwiceAndSync(k, f1))
    },
  },
  {
    name: 'fsync-waits',
    summary: 'A file under writeback is written and synced: fsync starts the second bio and waits for it.',
    machine: { bios: 2 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      underWriteback(k, f1)
      k.spawn('writer', () => {
        k.write(f1, 'v1')
        k.fsync(f1)
        k.expect_durable(f1, 'v1')
      })
    },
  },
  {
    name: 'odirect-flush',
    summary: 'A process writes a file that is under writeback, has it written out, writes again and reads with O_DIRECT, which flushes first.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      underWriteback(k, f1)
      k.spawn('reader', () => {
        k.write(f1, 'v1')
        k.sync_file_range_write(f1)
        k.write(f1, 'v2')
        k.expect_read(f1, 'v2', k.read_direct(f1))
      })
    },
  },
  {
    name: 'flusher',
    summary: 'On XFS, the flusher starts writing what was dirtied under writeback, while a task writes again and syncs.',
    machine: { bios: 4 },
    setup(k) {
      const f1 = k.open('F1', XFS)
      underWriteback(k, f1)
      k.write(f1, 'v1')
      k.spawn('flusher', () => k.wb_writeback(f1))
      k.spawn('writer', () => {
        k.write(f1, 'v2')
        k.fsync(f1)
        k.expect_durable(f1, 'v2')
      })
    },
  },
  {
    name: 'truncate-waits',
    summary: 'The page is reused by a file on XFS; while that is under writeback it is truncated, and a third file gets the page.',
    machine: { bios: 2 },
    setup(k) {
      const f1 = k.open('F1', XFS)
      const f2 = k.open('F2', XFS)
      const f3 = k.open('F3', XFS)
      underWriteback(k, f1)
      k.spawn('user', () => {
        k.ftruncate(f1)
        k.write(f2, 'v1')
        k.sync_file_range_write(f2)
        k.ftruncate(f2)
        k.write(f3, 'v1')
      })
    },
  },
  {
    name: 'truncate-waits-same-page',
    summary: 'A file on XFS is written again and truncated while that is under writeback; another file gets the page.',
    machine: { bios: 2 },
    setup(k) {
      const f1 = k.open('F1', XFS)
      const f2 = k.open('F2', XFS)
      underWriteback(k, f1)
      k.spawn('user', () => {
        k.write(f1, 'v1')
        k.sync_file_range_write(f1)
        k.ftruncate(f1)
        k.write(f2, 'v1')
      })
    },
  },
  {
    name: 'truncate-waits-ext4',
    summary: 'As truncate-waits-same-page, on ext4: buffers keep the page, which has no file any more.',
    machine: { bios: 2 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      underWriteback(k, f1)
      k.spawn('user', () => {
        k.write(f1, 'v1')
        k.sync_file_range_write(f1)
        k.ftruncate(f1)
      })
    },
  },
  {
    name: 'other-waiters',
    summary: 'As redirty-same-page, with a task that waits for the first writeback without the page lock.',
    machine: { bios: 3 },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      underWriteback(k, f1)
      k.spawn('waiter', () => k.sync_file_range_wait(f1))
      k.spawn('writer', () => {
        k.write(f1, 'v1')
        k.fsync(f1)
        k.expect_durable(f1, 'v1')
      })
    },
  },
  {
    name: 'interrupted-waiter',
    summary: 'Three tasks fault on a page; one of them is killed while it waits for the page lock.',
    machine: { bios: 1 },
    setup(k, world) {
      const f1 = k.open('F1', EXT4)
      k.write(f1, 'v0')
      const victim = spawnLoad(k, 'victim', f1)
      spawnLoad(k, 'user-1', f1)
      k.spawn('user-2', () => void k.write(f1, 'v1'))
      world.task('killer', () => k.send_sigkill(victim))
    },
  },
  {
    name: 'stale-hint',
    summary:
      'A task with a fatal signal faults and waits for the lock of a page whose truncation waits for writeback: ' +
      'PG_waiters may stay set with nobody waiting.',
    machine: { bios: 1 },
    setup(k) {
      const f1 = k.open('F1', XFS)
      underWriteback(k, f1)
      k.spawn('truncate', () => k.ftruncate(f1))
      k.send_sigkill(k.spawn('victim', () => void k.load_fault(f1)))
    },
  },
  {
    name: 'lock-handoff',
    summary: 'Three tasks fault on one page, whose lock is handed over at once (page_lock_unfairness 0).',
    machine: { bios: 1, unfairness: 0, lockLedger: true },
    setup(k) {
      const f1 = k.open('F1', EXT4)
      k.write(f1, 'v0')
      for (const name of ['user-1', 'user-2', 'user-3']) spawnLoad(k, name, f1)
    },
  },
  {
    name: 'wake-walk',
    summary: 'Three tasks wait for the writeback of one page; the walk of the queue leaves a bookmark after every entry (64 in the kernel).',
    machine: { bios: 1, bookmarkAfter: 1 },
    setup(k) {
      const f1 = k.open('F1', XFS)
      underWriteback(k, f1)
      for (const name of ['waiter-1', 'waiter-2', 'waiter-3']) k.spawn(name, () => k.sync_file_range_wait(f1))
    },
  },
  {
    name: 'hash-collision',
    summary: 'Two tasks wait for the writeback of two pages whose waiters share a hashed queue.',
    machine: { pages: 2, bios: 2, bookmarkAfter: 1 },
    setup(k, world) {
      world.findLivelocks()
      const f1 = k.open('F1', XFS)
      const f2 = k.open('F2', XFS)
      underWriteback(k, f1)
      underWriteback(k, f2)
      k.spawn('waiter-1', () => k.sync_file_range_wait(f1))
      k.spawn('waiter-2', () => k.sync_file_range_wait(f2))
    },
  },
]

export const programs: readonly RaceProgram[] = programsOf('writeback-wakeup', DRAFTS, patches)
