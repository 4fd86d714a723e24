/** What can go wrong: columns of the matrix. */
import type { Failure } from '../../engine/index.js'
import type { RaceFailure } from '../race.js'

const isLostWakeup = ({ kind }: Failure): boolean => kind === 'lost-wakeup' || kind === 'deadlock'
const isAccessAfterFree = (failure: Failure): boolean => failure.kind === 'use-after-free'

export const failures: readonly RaceFailure[] = [
  {
    name: 'bug-on-writeback',
    summary: 'BUG_ON(PageWriteback) after waiting for writeback, in write_cache_pages or mpage_prepare_extent_to_map',
    matches: ({ kind, where }) => kind === 'bug-on' && (where === 'write_cache_pages' || where === 'mpage_prepare_extent_to_map'),
  },
  {
    name: 'vm-bug-on-tail',
    summary: 'VM_BUG_ON(PageTail) in the completion: the page has become part of a compound page',
    matches: ({ kind, message }) => kind === 'vm-bug-on' && message.includes('PageTail'),
  },
  {
    name: 'unclaimed-access',
    summary: 'the kernel touches a struct page that it has no claim to: freed, or freed and used for something else',
    matches: (failure) => isAccessAfterFree(failure) && failure.where !== 'dma_transfer',
  },
  {
    name: 'freed-under-io',
    summary: 'a page is freed while the device has yet to read it',
    matches: (failure) =>
      (failure.kind === 'bad-page-state' && failure.message.includes('under writeback')) || (isAccessAfterFree(failure) && failure.where === 'dma_transfer'),
  },
  {
    name: 'foreign-data',
    summary: "the device writes a stranger's bytes to a block of the file",
    matches: ({ kind }) => kind === 'data-foreign',
  },
  {
    name: 'fsync-early',
    summary: 'fsync returns before the data are on the device, or a direct read sees what was there before',
    matches: ({ kind }) => kind === 'data-lost' || kind === 'data-stale',
  },
  {
    name: 'orphan-completion',
    summary: 'the completion finds a page without mapping (ext4: taken for a bounce page) or without PG_writeback (BUG)',
    matches: ({ kind, where }) => (kind === 'null-dereference' && where === 'ext4_finish_bio') || (kind === 'bug-on' && where === 'end_page_writeback'),
  },
  {
    name: 'freed-in-use',
    summary: 'a page is freed while it is locked, dirty, on the LRU or has buffers',
    matches: ({ kind, message }) => kind === 'bad-page-state' && !message.includes('under writeback'),
  },
  {
    name: 'lost-wakeup',
    summary: 'a task waits for writeback for ever although the bit is clear',
    matches: (failure) => isLostWakeup(failure) && !failure.message.includes('PG_locked'),
  },
  {
    name: 'lost-lock-wakeup',
    summary: 'a task waits for a page lock for ever although nobody has it',
    matches: (failure) => isLostWakeup(failure) && failure.message.includes('PG_locked'),
  },
  {
    name: 'livelock',
    summary: 'waker and waiters keep each other busy for ever (asked for in hash-collision)',
    matches: ({ kind }) => kind === 'livelock',
  },
  {
    name: 'two-lock-owners',
    summary: 'two tasks own the lock of one page',
    matches: ({ kind, message }) => kind === 'assertion' && message.includes('two owners'),
  },
  {
    name: 'unlocked-set',
    summary: 'PG_writeback is set without the page lock (seen with warn-unlocked-set only)',
    matches: ({ kind, where }) => kind === 'warn-on' && where === '__test_set_page_writeback',
  },
  {
    name: 'warning',
    summary: 'another warning of the kernel: a bit to be cleared was clear, or iomap meets a page under writeback',
    matches: ({ kind, where }) => kind === 'warn-on' && where !== '__test_set_page_writeback',
  },
]
