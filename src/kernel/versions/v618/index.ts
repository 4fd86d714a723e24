/**
 * v6.18, made of what was merged since v5.10-rc5 as far as programs of the catalogue come across it. Read in v6.14, whose mm and
 * block files differ from v6.18 in names only where they are cited here, and compared with a running v6.18.
 *
 * Left out: large folios of files, VMA locks (a fault still holds the mmap_lock), the multi-generational LRU, PG_anon_exclusive (see
 * try_share_anon_rmap), faults of files on DAX devices (those of v4.13, with S_DAX fixed while the inode is in memory).
 */
import type { Patch } from '../../kernel.js'
import { directIoOf516 } from '../direct-io.js'
import { faultsOf413 } from '../faults-of-413.js'
import { xfsOf413 } from '../xfs-of-413.js'
import { daxFixedInCore, ext4Guard, follPin, lazyfreeReferencesCounted } from '../merged-fixes.js'
import { reclaimOf516 } from '../reclaim.js'
import { directIoOf618 } from './direct-io.js'
import { forkOf618 } from './fork.js'
import { hugeMemoryOf618 } from './huge-memory.js'
import { pageCacheOf618 } from './page-cache.js'
import { pageBitWaitOf618 } from './page-bit-wait.js'
import { reclaimOf618 } from './reclaim.js'

export const v618: readonly Patch[] = [
  faultsOf413,
  xfsOf413,
  pageBitWaitOf618,
  reclaimOf516,
  reclaimOf618,
  lazyfreeReferencesCounted,
  directIoOf516,
  follPin,
  directIoOf618,
  forkOf618,
  hugeMemoryOf618,
  ext4Guard,
  daxFixedInCore,
  pageCacheOf618,
]
