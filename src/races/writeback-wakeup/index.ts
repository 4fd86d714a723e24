/** The wake-up at the end of writeback: a thread of August to November 2020. */
import type { Race } from '../race.js'
import { blocks } from './blocks.js'
import { failures } from './failures.js'
import { fixes } from './claims.js'
import { programs } from './programs.js'

export const writebackWakeup: Race = {
  name: 'writeback-wakeup',
  title: 'The wake-up at the end of writeback reaches a page that nothing holds any more',
  thread: { file: 'ext4-page-writeback-bug-2020.txt', subject: 'kernel BUG at fs/ext4/inode.c:LINE!' },
  summary:
    'When the device has written a page, end_page_writeback clears PG_writeback, then wakes whoever waits for that; in between nothing keeps the page. ' +
    'It may be freed and given to another file, or just written again: then the wake-up reaches somebody who waits for a later writeback, and who since ' +
    '2a9127fcf229 (v5.9) takes the bit for clear without looking. ' +
    'ext4 and write_cache_pages then meet BUG_ON(PageWriteback), truncate frees a page under I/O, and the completion touches a page it has no claim to.',
  kernels: ['v5.10-rc5', 'v5.8', 'v6.18'],
  fileSystems: ['ext4'],
  memories: ['sc'],
  programs,
  blocks,
  failures,
  fixes,
}
