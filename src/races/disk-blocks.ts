/** What programs of the races about files on a disk are composed of when a diagram needs one that they have not. */
import type { Disk } from '../kernel/include/linux/extent-map.js'
import type { AddressSpace, Vma } from '../kernel/include/linux/mm-types.js'
import type { Kernel, Patch } from '../kernel/kernel.js'
import { actor, buildingBlocks, type Actor, type BuildingBlocks } from './blocks.js'
import { programOnDisk } from './disk-drafts.js'

interface Common {
  readonly k: Kernel
  readonly disk: Disk
  readonly file: AddressSpace
  readonly map: Vma
  /** The same file, mapped by another process. */
  readonly other: Vma
}

const ACTORS: readonly Actor<Common>[] = [
  actor(
    'store',
    'a store through the mapping',
    ({ k, map }) => k.user_store(map, 0, 0, 'F:stored'),
    ({ map }) => map.mm,
  ),
  actor('load', 'a load through the mapping', ({ k, map }) => k.user_load(map, 0, 0), ({ map }) => map.mm),
  actor(
    'store-other-process',
    'a store through a mapping of another process',
    ({ k, other }) => k.user_store(other, 0, 0, 'F:other'),
    ({ other }) => other.mm,
  ),
  actor(
    'punch',
    'fallocate(2) with FALLOC_FL_PUNCH_HOLE',
    ({ k, file }) => k.fallocate_punch(file, 0, 1),
    ({ map }) => map.mm,
  ),
  actor('truncate', 'ftruncate(2) to nothing', ({ k, file }) => k.ftruncate_to(file, 0)),
  actor('read', 'read(2)', ({ k, file }) => k.pread(file, 0)),
  actor('write', 'write(2)', ({ k, file }) => k.pwrite(file, 0, 'F:written')),
  actor('direct-read', 'read(2) with O_DIRECT', ({ k, file }) => k.pread_direct(file, 0)),
  actor('direct-write', 'write(2) with O_DIRECT', ({ k, file }) => k.pwrite_direct(file, 0, 'F:direct')),
  actor('fadvise', 'posix_fadvise(2) with POSIX_FADV_WILLNEED', ({ k, file }) => k.fadvise_willneed(file, 0, 1)),
  actor('madvise', 'madvise(2) with MADV_WILLNEED', ({ k, map }) => k.madvise_willneed(map), ({ map }) => map.mm),
  actor('flusher', 'the flusher', ({ k, file }) => k.wb_writeback(file)),
  actor('fsync', 'fsync(2)', ({ k, file }) => k.fsync(file)),
  actor('commit', 'a commit of the journal', ({ k, file, disk }) => k.commit(disk, file)),
]

export function diskBlocks(race: string, patches: readonly Patch[]): BuildingBlocks {
  return buildingBlocks<Common>(
    'a file of one block with data, which nobody has cached, mapped shared by two processes',
    ACTORS,
    ({ name, summary, start }) =>
      programOnDisk(race, {
        name,
        summary,
        setup({ k, disk, file: make, mapped }) {
          const file = make('F', [['WRITTEN', 0]], { resizable: true })
          start({ k, disk, file, map: mapped(file), other: mapped(file, 'B') })
        },
      }, patches),
  )
}
