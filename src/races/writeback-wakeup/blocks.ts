/** What programs of the race are composed of when a diagram needs one that it has not. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { EXT4 } from '../../kernel/machine.js'
import { biosFor, buildingBlocks } from '../blocks.js'
import { programOf } from '../drafts.js'
import { patches } from './fixes.js'
import { mapping, underWriteback, writeTwiceAndSync } from './programs.js'

export const blocks = buildingBlocks<{ k: Kernel; f1: AddressSpace; f2: AddressSpace; map: Vma }>(
  'a page of a first ext4 file is under writeback, whose bio is in flight; another file is empty',
  [
    { name: 'truncate', summary: 'ftruncate(2) of the first file', spawn: ({ k, f1 }, task) => void k.spawn(task, () => k.ftruncate(f1)) },
    { name: 'drop-caches', summary: 'drop_caches', spawn: ({ k, f1 }, task) => void k.spawn(task, () => void k.drop_caches(f1)) },
    { name: 'kswapd', summary: 'kswapd', spawn: ({ k }, task) => void k.spawn(task, () => void k.shrink_inactive_list()) },
    { name: 'write', summary: 'write(2) to the first file', spawn: ({ k, f1 }, task) => void k.spawn(task, () => void k.write(f1, 'v1')) },
    { name: 'write-and-fsync', summary: 'write(2) to the first file and fsync(2)', spawn: ({ k, f1 }, task) => void k.spawn(task, () => writeTwiceAndSync(k, f1)) },
    { name: 'write-other', summary: 'write(2) to another file and fsync(2)', spawn: ({ k, f2 }, task) => void k.spawn(task, () => writeTwiceAndSync(k, f2)) },
    { name: 'fsync', summary: 'fsync(2) of the first file', spawn: ({ k, f1 }, task) => void k.spawn(task, () => k.fsync(f1)) },
    { name: 'flusher', summary: 'the flusher', spawn: ({ k, f1 }, task) => void k.spawn(task, () => void k.wb_writeback(f1)) },
    { name: 'wait', summary: 'sync_file_range(2) that waits', spawn: ({ k, f1 }, task) => void k.spawn(task, () => k.sync_file_range_wait(f1)) },
    { name: 'store', summary: 'a store through a mapping of the first file', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.user_store(map, 0, 0, 'F1:s1'), map.mm) },
    { name: 'load', summary: 'a load through a mapping of the first file', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.user_load(map, 0, 0), map.mm) },
    { name: 'direct-read', summary: 'read(2) of the first file with O_DIRECT', spawn: ({ k, f1 }, task) => void k.spawn(task, () => void k.read_direct(f1)) },
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
