/** MADV_FREE against direct I/O: a thread of January 2022. */
import type { Race } from '../race.js'
import { blocks } from './blocks.js'
import { fixes } from './claims.js'
import { failures } from './failures.js'
import { programs } from './programs.js'

export const madvFreeDirectIo: Race = {
  name: 'madv-free-direct-io',
  title: 'Reclaim discards a lazily freed page into which a direct read is being done',
  thread: { file: 'madv-free-direct-io-2022.txt', subject: '[v2] mm: fix race between MADV_FREE reclaim and blkdev direct IO read' },
  summary:

      'A buffer that was MADV_FREEd is read into with O_DIRECT. Fast get_user_pages takes references to its pages and ' +
      'leaves them clean; they are dirtied later. ' +
    'Reclaim in between sees clean pages, clears their page table entries, and only then finds that somebody holds a reference. ' +
    'The read succeeds, into pages that nothing maps any more: the buffer reads as zeros.',
  kernels: ['v5.16', 'v6.18'],
  fileSystems: ['ext4'],
  memories: ['sc', 'weak'],
  programs,
  blocks,
  failures,
  fixes,
}
