/** What can go wrong: columns of the matrix. Messages of lost data are those of src/kernel/oracle.ts. */
import type { Failure } from '../../engine/index.js'
import type { RaceFailure } from '../race.js'

const isLoss = ({ kind }: Failure): boolean => kind === 'data-lost' || kind === 'data-stale'
const ofRead = ({ message }: Failure): boolean => message.includes('what read(2) returned')
const afterFsync = ({ message }: Failure): boolean => message.includes('after fsync')

export const failures: readonly RaceFailure[] = [
  {
    name: 'bug-on-no-buffers',
    summary: 'BUG_ON(!PagePrivate): writeback meets a dirty page without buffers',
    matches: ({ kind, message }) => kind === 'bug-on' && message.includes('PagePrivate'),
  },
  {
    name: 'warn-no-buffers',
    summary: 'ext4_set_page_dirty warns: the page that is dirtied has no buffers',
    matches: ({ kind, message }) => kind === 'warn-on' && message.includes('!page_has_buffers'),
  },
  {
    name: 'warn-unlocked',
    summary: 'ext4_set_page_dirty warns: the page that is dirtied is neither locked nor dirty',
    matches: ({ kind, message }) => kind === 'warn-on' && message.includes('!PageLocked'),
  },
  {
    name: 'guard-warns',
    summary: 'ext4 warns that writeback has met a dirty page without buffers (with ext4-guard only)',
    matches: ({ kind, message }) => kind === 'warn-on' && message.includes('does not have buffers'),
  },
  {
    name: 'read-lost-in-memory',
    summary: 'what read(2) has returned is not what the process sees in its mapping',
    matches: (failure) => isLoss(failure) && ofRead(failure) && !afterFsync(failure),
  },
  {
    name: 'read-lost-on-disk',
    summary: 'an fsync that began after read(2) had returned ends without what was read on the device',
    matches: (failure) => isLoss(failure) && ofRead(failure) && afterFsync(failure),
  },
  {
    name: 'store-lost',
    summary: 'what user code has stored or written is missing from memory, or from the device after fsync',
    matches: (failure) => isLoss(failure) && !ofRead(failure),
  },
  {
    name: 'stale-wakeup',
    summary: 'the completion of writeback touches a page that was freed before the wake-up: another race, writeback-wakeup',
    matches: ({ kind, where }) => kind === 'use-after-free' && (where.startsWith('wake_up_page') || where === 'wake_page_function'),
  },
]
