/** What keeps tasks out of each other's way, and can be taken away to see what it is needed for. */
import { patch, type Patch } from './kernel.js'

export interface Guard {
  /** Short, as in `without the page table lock`. */
  readonly name: string
  /** Locks that are not taken, by name. */
  readonly locks?: RegExp
  /** Guards against accesses that come late: needless under sequential consistency. */
  readonly isBarrier?: true
  /** Functions of which one is called wherever it matters; absent if that is not known. */
  readonly within?: readonly string[]
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

/** Who was used lately is not reclaimed at once, nor written where it is reclaimed. */
const noSecondChance = patch('no second chance', { page_check_references: () => 'reclaim' })

/** kswapd leaves the writing of files to the flusher, unless it meets a page again on a node full of dirty ones. */
const noFlusherFirst = patch('no flusher first', { kswapd_writes_files: () => true })

export const guards: readonly Guard[] = [
  { name: 'the page table lock', locks: /\.(pmd_)?ptl$/ },
  { name: 'the page lock', within: ['lock_page', 'trylock_page', 'lock_page_killable'], patch: noPageLock },
  { name: 'the second look at the page table entry (pte_same)', patch: noSecondLookAtEntry },
  { name: "pageout's look at the references (is_page_cache_freeable)", within: ['shrink_page_list'], patch: noCountBeforeWriting },
  { name: 'the second chance of pages that were used lately (page_check_references)', within: ['shrink_page_list'], patch: noSecondChance },
  { name: "reclaim's leaving dirty pages of files to the flusher (PageReclaim, PGDAT_DIRTY)", within: ['shrink_page_list'], patch: noFlusherFirst },
  { name: 'the wait for the end of writeback (wait_on_page_writeback)', within: ['wait_on_page_writeback'], patch: noWaitForWriteback },
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
