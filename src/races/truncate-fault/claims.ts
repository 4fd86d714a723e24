/** What was merged later: the thread proposes nothing for truncate. */
import type { RaceFix } from '../race.js'

export const fixes: readonly RaceFix[] = [
  {
    name: 'pagecache-isize-extended',
    author: 'Jan Kara',
    date: '2014',
    summary: 'when a file grows, the page of its old end is write-protected, so that a store has to ask for the blocks that are new; merged in v3.18',
    kernels: ['v3.4'],
    claims: [],
  },
]
