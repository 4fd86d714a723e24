/** What programs of the race are composed of when a diagram needs one that it has not. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { EXT4 } from '../../kernel/machine.js'
import { actor, biosFor, buildingBlocks } from '../blocks.js'
import { programOf } from '../drafts.js'
import { patches } from './fixes.js'
import { mapping, underWriteback, writeTwiceAndSync } from './programs.js'

export const blocks = buildingBlocks<{ k: Kernel; f1: AddressSpace; f2: AddressSpace; map: Vma }>(
  'a page of a first ext4 file is under writeback, whose bio is in flight; another file is empty',
  [
    actor('truncate', 'ftruncate(2) of the first file', ({ k, f1 }) => k.ftruncate(f1)),
    actor('drop-caches', 'drop_caches', ({ k, f1 }) => k.drop_caches(f1)),
    actor('kswapd', 'kswapd', ({ k }) => k.shrink_inactive_list()),
    actor('write', 'write(2) to the first file', ({ k, f1 }) => k.write(f1, 'v1')),
    actor('write-and-fsync', 'write(2) to the first file and fsync(2)', ({ k, f1 }) => writeTwiceAndSync(k, f1)),
    actor('write-other', 'write(2) to another file and fsync(2)', ({ k, f2 }) => writeTwiceAndSync(k, f2)),
    actor('fsync', 'fsync(2) of the first file', ({ k, f1 }) => k.fsync(f1)),
    actor('flusher', 'the flusher', ({ k, f1 }) => k.wb_writeback(f1)),
    actor('wait', 'sync_file_range(2) that waits', ({ k, f1 }) => k.sync_file_range_wait(f1)),
    actor(
      'store',
      'a store through a mapping of the first file',
      ({ k, map }) => k.user_store(map, 0, 0, 'F1:s1'),
      ({ map }) => map.mm,
    ),
    actor(
      'load',
      'a load through a mapping of the first file',
      ({ k, map }) => k.user_load(map, 0, 0),
      ({ map }) => map.mm,
    ),
    actor('direct-read', 'read(2) of the first file with O_DIRECT', ({ k, f1 }) => k.read_direct(f1)),
  ],
  ({ name, summary, actors, start }) =>
    programOf('writeback-wakeup', {
      name,
      summary,
      machine: { bios: biosFor(actors) },
      setup(k) {
        const f1 = k.open('F1', EXT4)
        const f2 = k.open('F2', EXT4)
        const map = mapping(k, 'A', f1)
        underWriteback(k, f1)
        start({ k, f1, f2, map })
      },
    }, patches),
)
