/** Direct I/O and a mapping of the same file: the other race of a thread of May 2012. */
import { diskBlocks } from '../disk-blocks.js'
import type { Race } from '../race.js'
import { patches } from '../hole-punch-fault/fixes.js'
import { failures } from '../hole-punch-fault/failures.js'
import { fixes } from './claims.js'
import { programs } from './programs.js'

export const directIoMmap: Race = {
  name: 'direct-io-mmap',
  title: 'Direct I/O empties the page cache, and faults fill it again',
  thread: { file: 'hole-punch-mmap-2012.txt', subject: 'Hole punching and mmap races' },
  summary:
    'Direct I/O writes and drops what is cached, goes to the device, and drops what has been cached since. A fault in between makes a page dirty over what ' +
    'the device is being given, and a page that is dirty is not dropped: a completed write is lost. XFS throws away pages to the end of the file, with what ' +
    'was stored to them meanwhile, and a direct read that meets a delayed allocation is a BUG.',
  kernels: ['v3.4'],
  fileSystems: ['ext4', 'xfs'],
  memories: ['sc'],
  programs,
  blocks: diskBlocks('direct-io-mmap', patches),
  failures,
  fixes,
}
