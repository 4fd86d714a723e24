/** Page faults while a hole is punched: a thread of May 2012. */
import { diskBlocks } from '../disk-blocks.js'
import type { Race } from '../race.js'
import { patches } from './fixes.js'
import { fixes } from './claims.js'
import { failures } from './failures.js'
import { programs } from './programs.js'

export const holePunchFault: Race = {
  name: 'hole-punch-fault',
  title: 'A page is faulted in between the two halves of punching a hole',
  thread: { file: 'hole-punch-mmap-2012.txt', subject: 'Hole punching and mmap races' },
  summary:
    'Punching a hole empties the page cache first and frees the blocks then. In between nothing keeps a fault, read(2) or readahead from caching the ' +
    'old block again, nor a store from making the page dirty. Its buffer remembers the block, and writeback goes there although the file has ' +
    'given it back, or another file has got it.',
  kernels: ['v3.4'],
  fileSystems: ['ext4', 'xfs'],
  memories: ['sc'],
  programs,
  blocks: diskBlocks('hole-punch-fault', patches),
  failures,
  fixes,
}
