/** What can go wrong: columns of the matrix. Messages are those of src/kernel/oracle.ts. */
import type { RaceFailure } from '../race.js'

export const failures: readonly RaceFailure[] = [
  {
    name: 'unprepared-change',
    summary: 'the content of a file page changes although it was not prepared since it was last write-protected, and nobody maps it for writing',
    matches: ({ kind, message }) => kind === 'assertion' && message.includes('a device changes'),
  },
  {
    name: 'unprepared-dirty',
    summary: 'a file page becomes dirty although it was not prepared since it was last write-protected',
    matches: ({ kind, message }) => kind === 'assertion' && message.includes('dirtied'),
  },
  {
    name: 'torn-block',
    summary: 'a block on the device has words of two states of the page',
    matches: ({ kind }) => kind === 'data-torn',
  },
  {
    name: 'frozen-write',
    summary: 'a page of a frozen file system is written out',
    matches: ({ kind, message }) => kind === 'assertion' && message.includes('frozen'),
  },
  {
    name: 'misplaced-write',
    summary: 'a page is written to a block that the file does not own: nothing was reserved for it',
    matches: ({ kind }) => kind === 'data-misplaced',
  },
  {
    name: 'bug-on-no-buffers',
    summary: 'BUG_ON(!PagePrivate): writeback meets a dirty page without buffers',
    matches: ({ kind, message }) => kind === 'bug-on' && message.includes('PagePrivate'),
  },
  {
    name: 'ext4-warns',
    summary: 'ext4 warns of a page that is dirtied without buffers, or without lock',
    matches: ({ kind }) => kind === 'warn-on',
  },
  {
    name: 'read-lost',
    summary: 'what read(2) has returned is missing from memory, or from the device after fsync',
    matches: ({ kind }) => kind === 'data-lost' || kind === 'data-stale',
  },
  {
    name: 'stale-wakeup',
    summary: 'the completion of writeback touches a page that was freed before the wake-up: another race, writeback-wakeup',
    matches: ({ kind, where }) => kind === 'use-after-free' && (where.startsWith('wake_up_page') || where === 'wake_page_function'),
  },
]
