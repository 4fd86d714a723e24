/** Page faults while a file is cut off: "i_size protects us", in a thread of May 2012. */
import { diskBlocks } from '../disk-blocks.js'
import type { Race } from '../race.js'
import { patches } from './fixes.js'
import { failures } from '../hole-punch-fault/failures.js'
import { fixes } from './claims.js'
import { programs } from './programs.js'

export const truncateFault: Race = {
  name: 'truncate-fault',
  title: 'Truncate lowers i_size before it empties the page cache, and that protects it from faults',
  thread: { file: 'hole-punch-mmap-2012.txt', subject: 'Hole punching and mmap races' },
  summary:
    'For truncate, Jan Kara says, i_size protects us: it is lowered first, and whoever faults looks at it with the page locked. ' +
    'So it is for pages that are cut off as a whole. The page that the new end lies in, with blocks smaller than pages, stays mapped for stores ' +
    'while its last blocks are freed: when the file grows again, a store to it asks nobody for a block, and is lost.',
  kernels: ['v3.4'],
  fileSystems: ['ext4', 'xfs'],
  memories: ['sc'],
  programs,
  blocks: diskBlocks('truncate-fault', patches),
  failures,
  fixes,
}
