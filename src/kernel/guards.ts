/** What keeps tasks out of each other's way, and can be taken away to see what it is needed for. */
import { patch, type Patch } from './kernel.js'

export interface Guard {
  /** Short, as in `without the page table lock`. */
  readonly name: string
  /** Locks that are not taken, by name. */
  readonly locks?: RegExp
  /** Guards against accesses that come late: needless under sequential consistency. */
  readonly isBarrier?: true
  /** What the kernel does without it. */
  readonly patch?: Patch
}

/** Without the page lock nobody waits for it, and nobody notices. */
const noPageLock = patch('no page lock', {
  trylock_page: () => true,
  lock_page: () => undefined,
  lock_page_killable: () => true,
  unlock_page: () => undefined,
  BUG_ON(_k, base, met, condition) {
    base(met && condition !== '!PageLocked(page)', condition)
  },
  VM_BUG_ON(_k, base, met, condition) {
    base(met && condition !== '!PageLocked(page)', condition)
  },
})

const noSecondLookAtEntry = patch('no second look at the page table entry', { pte_same: () => true })

/** What pageout and reclaim ask before they write a page or let go of it. */
const noCountBeforeWriting = patch('no look at references before writing', { is_page_cache_freeable: () => true })

const noWaitForWriteback = patch('no wait for writeback', { wait_on_page_writeback: () => undefined })

/** They order nothing under sequential consistency. */
const noBarriers = patch('no barriers', { smp_mb: () => undefined, smp_rmb: () => undefined, smp_wmb: () => undefined })

export const guards: readonly Guard[] = [
  { name: 'the page table lock', locks: /\.(pmd_)?ptl$/ },
  { name: 'the page lock', patch: noPageLock },
  { name: 'the second look at the page table entry (pte_same)', patch: noSecondLookAtEntry },
  { name: "pageout's look at the references (is_page_cache_freeable)", patch: noCountBeforeWriting },
  { name: 'the wait for the end of writeback (wait_on_page_writeback)', patch: noWaitForWriteback },
  { name: 'the i_pages lock', locks: /\.i_pages$/ },
  { name: 'mmap_lock', locks: /\.mmap_lock$/ },
  { name: "the inode's lock (i_rwsem, IOLOCK)", locks: /\.i_rwsem$|\.iolock$/ },
  { name: 'the lock between faults and punching (MMAPLOCK, i_mmap_sem, invalidate_lock)', locks: /mmaplock|i_mmap_sem|invalidate_lock/ },
  { name: 'the lock of the extent map (ILOCK, i_data_sem)', locks: /\.i_?lock$|i_data_sem/ },
  { name: 'the locks of reverse mapping (anon_vma, i_mmap_rwsem)', locks: /\.(anon_vma|i_mmap_rwsem)$/ },
  { name: 'private_lock', locks: /\.private_lock$/ },
  { name: 'the barriers (smp_mb, smp_rmb, smp_wmb)', patch: noBarriers, isBarrier: true },
  { name: 'the lock of the hashed wait queue', locks: /^page_wait_table\d*\.lock$/ },
]
