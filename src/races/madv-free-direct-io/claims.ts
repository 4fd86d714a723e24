/** What was said in the thread about each fix, in our words. */
import type { Claim, RaceFix } from '../race.js'

const KERNELS = ['v5.16'] as const

function claim(failure: string, says: 'closes' | 'leaves', who: string, date: string, text: string): Claim {
  return { failure, says, who, date, text }
}

const MAURICIO = 'Mauricio Faria de Oliveira'

export const fixes: readonly RaceFix[] = [
  {
    name: 'v1',
    author: MAURICIO,
    date: '2022-01-05',
    summary: 'try_to_unmap_one discards only if the reference count is 2; smp_rmb() before the dirty test. Older than v2, whose mail explains it',
    kernels: KERNELS,
    claims: [
      claim(
        'read-lost', 'closes', MAURICIO, '2022-01-05 23:34', 'Two references are expected, of isolation and of the ' +
        'mapping; with any other the entry is put back.'),
      claim('never-freed', 'leaves', 'Minchan Kim', '2022-01-12 00:01', 'v2 had to be changed for pages that parent and child both map.'),
    ],
  },
  {
    name: 'v2',
    author: `${MAURICIO}, Minchan Kim`,
    date: '2022-01-05 23:34',
    summary: 'discards only if the reference count, read first, is one more than the map count; smp_rmb() before the dirty test',
    kernels: KERNELS,
    claims: [
      claim(
        'read-lost', 'closes', MAURICIO, '2022-01-05 23:34', 'The count is compared under the lock of the page table; ' +
        'fast GUP looks at the entry again after it has taken its reference.'),
      claim('read-lost', 'closes', 'Huang Ying', '2022-01-11 01:34', 'Reviewed.'),
      claim('read-lost', 'leaves', 'Yu Zhao', '2022-01-11 06:48', 'Under fork, map count and reference count may be seen to rise in either order.'),
      claim('read-lost', 'leaves', 'Huang Ying', '2022-01-12 01:46', 'Comparing the two counts is tricky: both may change between the two reads.'),
      claim('read-lost', 'closes', 'Minchan Kim', '2022-01-11 21:59', 'Direct I/O and fork exclude each other according to open(2).'),
      claim('read-lost', 'leaves', 'Yu Zhao', '2022-01-13 07:29', 'A full barrier is missing between clearing the entry and reading the count.'),
      claim('store-lost', 'closes', MAURICIO, '2022-01-12 21:53', 'The dirty bit is tested after the count, with a barrier between, as in __remove_mapping.'),
      claim('never-freed', 'closes', 'Minchan Kim', '2022-01-12 00:01', 'Takes account of pages that parent and child both map.'),
    ],
  },
  {
    name: 'v3',
    author: `${MAURICIO}, Yu Zhao`,
    date: '2022-01-31 23:10',
    summary: 'v2 with smp_mb() between clearing the entry and reading the reference count; merged',
    kernels: KERNELS,
    claims: [
      claim('read-lost', 'closes', 'Yu Zhao', '2022-01-13 07:29', 'Count, barrier, entry on one side; entry, barrier, count on the other.'),
      claim(
        'read-lost', 'closes', 'Minchan Kim', '2022-01-14 00:35', 'Only a page that one process maps matters: for a ' +
        'shared one GUP takes the slow path, which makes a copy.'),
      claim('read-lost', 'closes', MAURICIO, '2022-01-31 23:10', 'The barrier was needed for fast GUP.'),
    ],
  },
  {
    name: 'no-dirty-test',
    author: 'Yang Shi',
    date: '2022-01-07 00:11',
    summary: 'v2 without the test of PG_dirty; withdrawn',
    kernels: KERNELS,
    claims: [
      claim('read-lost', 'closes', 'Yang Shi', '2022-01-07 00:11', 'The reference count alone should say whether the page is in use again.'),
      claim('store-lost', 'leaves', 'Yang Shi', '2022-01-07 01:08', 'Takes it back: the page may be dirtied without a reference that shows.'),
    ],
  },
  {
    name: 'pre-dirty',
    author: 'Minchan Kim',
    date: '2022-01-11 18:54',
    summary: 'synchronous direct reads dirty their pages before they submit, too',
    kernels: KERNELS,
    claims: [
      claim('read-lost', 'closes', 'Minchan Kim', '2022-01-11 18:54', 'Asynchronous reads do so already; at worst some pages are written out without need.'),
    ],
  },
  {
    name: 'foll-touch',
    author: 'Minchan Kim',
    date: '2022-01-11 18:54',
    summary: 'fast GUP for writing dirties the page under trylock_page; if the page is locked it leaves it to the slow path',
    kernels: KERNELS,
    claims: [
      claim(
        'read-lost', 'closes', 'Minchan Kim', '2022-01-11 18:54', 'What slow GUP does already; also right for everybody ' +
        'else who maps user pages into the kernel and writes to them.'),
    ],
  },
  {
    name: 'no-batched-flush',
    author: 'Minchan Kim',
    date: '2022-01-12 17:33',
    summary: 'PG_dirty tested first, map count read before the reference count; the TLB is flushed at once for lazily freed pages',
    kernels: KERNELS,
    claims: [
      claim('read-lost', 'closes', 'Minchan Kim', '2022-01-12 17:33', 'Compares the counts as KSM does, which flushes the TLB before.'),
      claim(
        'store-lost', 'leaves', MAURICIO, '2022-01-12 21:53', 'Whoever dirties and puts between the test and the read ' +
        'of the count is missed; the flush is not needed.'),
      claim('read-lost', 'leaves', 'Huang Ying', '2022-01-13 05:47', 'Another process may unmap the page and put it between the reads of the two counts.'),
      claim('read-lost', 'closes', 'Huang Ying', '2022-01-13 08:04', 'Takes it back: a direct read unshares the page, and fork is not allowed meanwhile.'),
    ],
  },
  {
    name: 'mapcount-first',
    author: 'Huang Ying',
    date: '2022-01-13 05:47',
    summary: 'v3 with the map count read before the reference count: asked about, not proposed',
    kernels: KERNELS,
    claims: [
      claim('read-lost', 'leaves', 'Huang Ying', '2022-01-13 05:47', 'Another process may unmap the page and put it between the two reads.'),
      claim('read-lost', 'closes', 'Miaohe Lin', '2022-01-13 06:37', 'Both run under the same page table lock.'),
      claim('read-lost', 'closes', 'Huang Ying', '2022-01-13 08:04', 'Takes it back: two processes have two locks, but a direct read unshares the page.'),
    ],
  },
]
