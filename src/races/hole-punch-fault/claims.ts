/** What was said in the thread about each fix, in our words. */
import type { Claim, RaceFix } from '../race.js'

const KERNELS = ['v3.4'] as const

/** The first mail of the thread. */
function jan(says: Claim['says'], text: string, ...failures: readonly string[]): readonly Claim[] {
  return failures.map((failure) => ({ failure, says, who: 'Jan Kara', date: '2012-05-16 00:48', text }))
}

/** Its answer. */
function dave(says: Claim['says'], text: string, ...failures: readonly string[]): readonly Claim[] {
  return failures.map((failure) => ({ failure, says, who: 'Dave Chinner', date: '2012-05-16 12:14', text }))
}

export const fixes: readonly RaceFix[] = [
  {
    name: 'mmap-sem',
    author: 'Jan Kara',
    date: '2012-05-16',
    summary: 'mmap_sem of the punching process is held while the page cache is emptied and the blocks are freed',
    kernels: KERNELS,
    claims: jan('closes', 'One way to avoid the race, but a bit ugly.', 'freed-block-written', 'store-lost'),
  },
  {
    name: 'mkwrite-rwsem',
    author: 'Jan Kara',
    date: '2012-05-16',
    summary: 'a new lock, held for reading in page_mkwrite and for writing over the whole punch',
    kernels: KERNELS,
    claims: jan('closes', 'A special lock would serialize page_mkwrite and the punching of holes.', 'freed-block-written', 'store-lost'),
  },
  {
    name: 'fault-rwsem',
    author: 'Dave Chinner (XFS), Jan Kara (ext4)',
    date: '2015, 2016',
    summary: 'the same lock in ->fault too; merged for XFS in v4.1 and for ext4 in v4.5',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'invalidate-lock',
    author: 'Jan Kara',
    date: '2021',
    summary: 'the same lock around everything that adds pages to the page cache; merged in v5.15',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'io-lock-in-mkwrite',
    author: 'Dave Chinner',
    date: '2012-05-16',
    summary: 'page_mkwrite takes the lock that excludes all other I/O: IOLOCK, i_mutex',
    kernels: KERNELS,
    claims: [
      ...dave('closes', 'The lock excludes all other types of I/O; he has run such a patch for months.', 'freed-block-written'),
      ...dave('leaves', 'Little point in it unless the VM can deal with a lock that can not be had.', 'deadlock'),
    ],
  },
  {
    name: 'io-lock-retry',
    author: 'Dave Chinner',
    date: '2012-05-16',
    summary: 'page_mkwrite only tries that lock; if it fails, the fault is tried again from the start, any number of times',
    kernels: KERNELS,
    claims: dave('closes', 'What really needs to happen: the lock is tried, and the fault retried any number of times.', 'freed-block-written', 'deadlock'),
  },
  {
    name: 'io-lock-retry-ignored',
    author: 'Dave Chinner',
    date: '2012-05-16',
    summary: 'io-lock-retry on the VM as it is: a VM_FAULT_RETRY of page_mkwrite is not acted on, and the page is mapped for stores',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'page-by-page',
    author: 'Jan Kara',
    date: '2012-05-16',
    summary: 'the hole is punched page by page, and the blocks of each page are freed under its page lock',
    kernels: KERNELS,
    claims: [
      ...jan('closes', 'Another alternative, not more appealing.', 'freed-block-written'),
      ...dave('leaves', 'Does not work where there are no pages in memory over the hole.', 'freed-block-written'),
    ],
  },
  {
    name: 'punch-i-mutex',
    author: 'Dmitry Monakhov',
    date: '2012',
    summary: 'ext4 takes i_mutex when it punches, as XFS takes the IOLOCK, and both wait for direct I/O; merged in v3.7 (XFS: v3.15), not of the thread',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'flush-under-lock',
    author: 'Jan Kara',
    date: '2015',
    summary: 'ext4 writes what it is going to shift (collapse, insert) with the locks held, not before; merged in v4.5, not of the thread',
    kernels: KERNELS,
    claims: [],
  },
]
