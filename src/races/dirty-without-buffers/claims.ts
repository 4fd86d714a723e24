/** What was said in the thread about each fix, and in the changes that were merged later, in our words. */
import type { RaceFix } from '../race.js'

const KERNELS = ['v4.15'] as const

export const fixes: readonly RaceFix[] = [
  {
    name: 'reclaim-skips-extra-refs',
    author: 'Dave Chinner',
    date: '2018-01-04',
    summary: 'reclaim leaves a page alone that has references besides those of reclaim, page cache, page tables and buffers',
    kernels: KERNELS,
    claims: [
      {
        failure: 'bug-on-no-buffers',
        says: 'closes',
        who: 'Dave Chinner',
        date: '2018-01-04 16:59',
        text: 'Asks why reclaim works on a page with references that are not its own: their holder may count on the private data.',
      },
      {
        failure: 'bug-on-no-buffers',
        says: 'leaves',
        who: 'Jan Kara',
        date: '2018-01-04',
        text: 'Private data are protected by the page lock, not by references, and how many are left is hard to know before the page is unmapped.',
      },
    ],
  },
  {
    name: 'foll-pin',
    author: 'Jan Kara, David Howells',
    date: '2023',
    summary: 'direct I/O pins its pages; reclaim, having unmapped a page, leaves it alone if it may be pinned; merged',
    kernels: KERNELS,
    claims: [
      {
        failure: 'bug-on-no-buffers',
        says: 'closes',
        who: 'Jan Kara',
        date: '2023',
        text: 'After unmapping nobody can pin the page any more; whoever has it pinned may write to it, so its private data must stay.',
      },
    ],
  },
  {
    name: 'ext4-guard',
    author: "Theodore Ts'o",
    date: '2022',
    summary: 'writeback that meets a dirty page without buffers warns, clears PG_dirty and goes on; merged',
    kernels: KERNELS,
    claims: [
      {
        failure: 'bug-on-no-buffers',
        says: 'closes',
        who: "Theodore Ts'o",
        date: '2022',
        text: 'A page dirtied behind the back of the file system is no reason to bring the machine down.',
      },
      {
        failure: 'warn-no-buffers',
        says: 'leaves',
        who: "Theodore Ts'o",
        date: '2022',
        text: 'It stays the fault of whoever dirtied the page; ext4 says so in the log.',
      },
    ],
  },
]
