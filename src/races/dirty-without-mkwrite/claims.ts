/** What was said in the thread about each fix, and in the changes that were merged later, in our words. */
import type { Claim, RaceFix } from '../race.js'

const KERNELS = ['v4.15'] as const

function left(failure: string, text: string): Claim {
  return { failure, says: 'leaves', who: 'Jan Kara', date: '2018-01-04', text }
}

export const fixes: readonly RaceFix[] = [
  {
    name: 'reclaim-skips-extra-refs',
    author: 'Dave Chinner',
    date: '2018-01-04',
    summary: 'reclaim leaves a page alone that has references besides those of reclaim, page cache, page tables and buffers',
    kernels: KERNELS,
    claims: [
      left('unprepared-change', 'Reclaim only makes it visible: a page is written to while it is neither mapped for writing nor prepared.'),
      left('unprepared-dirty', 'Ordinary writeback is enough, without any reclaim.'),
      left('torn-block', 'Enough to corrupt data with some bad luck.'),
    ],
  },
  {
    name: 'foll-pin',
    author: 'Jan Kara, David Howells',
    date: '2023',
    summary: 'direct I/O pins its pages; reclaim, having unmapped a page, leaves it alone if it may be pinned; merged',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'ext4-guard',
    author: "Theodore Ts'o",
    date: '2022',
    summary: 'writeback that meets a dirty page without buffers warns, clears PG_dirty and goes on; merged',
    kernels: KERNELS,
    claims: [],
  },
]
