/** What was said in the thread about each fix, in our words. The patches are those of hole-punch-fault. */
import type { Claim, RaceFix } from '../race.js'

const KERNELS = ['v3.4'] as const

function dave(says: Claim['says'], text: string, ...failures: readonly string[]): readonly Claim[] {
  return failures.map((failure) => ({ failure, says, who: 'Dave Chinner', date: '2012-05-16 12:14', text }))
}

export const fixes: readonly RaceFix[] = [
  {
    name: 'io-lock-in-mkwrite',
    author: 'Dave Chinner',
    date: '2012-05-16',
    summary: 'page_mkwrite takes the lock that excludes all other I/O: IOLOCK, i_mutex',
    kernels: KERNELS,
    claims: [
      ...dave('closes', 'Run for months to rule these races out as the cause of stray delalloc blocks; they were not the cause.', 'store-lost', 'reservation'),
      ...dave('leaves', 'Little point in it unless the VM can deal with a lock that can not be had.', 'deadlock'),
    ],
  },
  {
    name: 'io-lock-retry',
    author: 'Dave Chinner',
    date: '2012-05-16',
    summary: 'page_mkwrite only tries that lock; if it fails, the fault is tried again from the start, any number of times',
    kernels: KERNELS,
    claims: dave('closes', 'Faults then are serialized with all other I/O, without deadlocks.', 'store-lost', 'deadlock'),
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
    name: 'fault-rwsem',
    author: 'Dave Chinner (XFS), Jan Kara (ext4)',
    date: '2015, 2016',
    summary: 'a lock of its own in ->fault and page_mkwrite, and around punching; direct I/O does not take it',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'invalidate-lock',
    author: 'Jan Kara',
    date: '2021',
    summary: 'the same lock around everything that adds pages to the page cache; direct I/O does not take it',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'invalidate-at-completion',
    author: 'Lukas Czerner, Eryu Guan',
    date: '2017',
    summary: 'an asynchronous direct write drops what has been cached meanwhile when it is done, not when it is submitted; not of the thread',
    kernels: KERNELS,
    claims: [],
  },
]
