/** What can go wrong: columns of the matrix, of this race and of those about truncate and direct I/O. */
import type { RaceFailure } from '../race.js'

export const failures: readonly RaceFailure[] = [
  {
    name: 'freed-block-written',
    summary: 'the device writes to a block that the file has given back, or to one that never was',
    matches: ({ kind, message }) => kind === 'data-misplaced' && !message.includes('belongs to'),
  },
  {
    name: 'other-file-damaged',
    summary: 'the device writes to a block that belongs to another file by then',
    matches: ({ kind, message }) => (kind === 'data-misplaced' ? message.includes('belongs to') : kind === 'data-foreign' && message.includes('on the device')),
  },
  {
    name: 'punched-data-back',
    summary: 'what was punched out, or cut off, is there again',
    matches: ({ kind }) => kind === 'data-stale',
  },
  {
    name: 'store-lost',
    summary: 'what was stored or written is gone although nothing removed it',
    matches: ({ kind }) => kind === 'data-lost' || kind === 'data-torn',
  },
  {
    name: 'foreign-bytes-read',
    summary: 'a load or read(2) sees bytes of another file',
    matches: ({ kind, message }) => kind === 'data-foreign' && !message.includes('on the device'),
  },
  {
    name: 'reservation',
    summary: 'a block is allocated that nobody has reserved any more, or a reservation is left that nothing will ever use (stray delalloc)',
    matches: ({ kind }) => kind === 'assertion',
  },
  {
    name: 'kernel-bug',
    summary: 'BUG_ON in writeback or direct I/O: buffer and extent map disagree',
    matches: ({ kind }) => kind === 'bug-on' || kind === 'null-dereference',
  },
  {
    name: 'deadlock',
    summary: 'tasks wait for each other for ever',
    matches: ({ kind }) => kind === 'deadlock' || kind === 'lost-wakeup',
  },
  {
    name: 'livelock',
    summary: 'a task tries again and again for ever',
    matches: ({ kind }) => kind === 'livelock',
  },
]
