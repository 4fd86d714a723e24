/** What programs of the races about files on a disk are composed of when a diagram needs one that they have not. */
import type { Disk } from '../kernel/include/linux/extent-map.js'
import type { AddressSpace, Vma } from '../kernel/include/linux/mm-types.js'
import type { Kernel, Patch } from '../kernel/kernel.js'
import { buildingBlocks, type Actor, type BuildingBlocks } from './blocks.js'
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
  { name: 'store', summary: 'a store through the mapping', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.user_store(map, 0, 0, 'F:stored'), map.mm) },
  { name: 'load', summary: 'a load through the mapping', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.user_load(map, 0, 0), map.mm) },
  { name: 'store-other-process', summary: 'a store through a mapping of another process', spawn: ({ k, other }, task) => void k.spawn(task, () => void k.user_store(other, 0, 0, 'F:other'), other.mm) },
  { name: 'punch', summary: 'fallocate(2) with FALLOC_FL_PUNCH_HOLE', spawn: ({ k, file, map }, task) => void k.spawn(task, () => k.fallocate_punch(file, 0, 1), map.mm) },
  { name: 'truncate', summary: 'ftruncate(2) to nothing', spawn: ({ k, file }, task) => void k.spawn(task, () => k.ftruncate_to(file, 0)) },
  { name: 'read', summary: 'read(2)', spawn: ({ k, file }, task) => void k.spawn(task, () => void k.pread(file, 0)) },
  { name: 'write', summary: 'write(2)', spawn: ({ k, file }, task) => void k.spawn(task, () => void k.pwrite(file, 0, 'F:written')) },
  { name: 'direct-read', summary: 'read(2) with O_DIRECT', spawn: ({ k, file }, task) => void k.spawn(task, () => void k.pread_direct(file, 0)) },
  { name: 'direct-write', summary: 'write(2) with O_DIRECT', spawn: ({ k, file }, task) => void k.spawn(task, () => void k.pwrite_direct(file, 0, 'F:direct')) },
  { name: 'fadvise', summary: 'posix_fadvise(2) with POSIX_FADV_WILLNEED', spawn: ({ k, file }, task) => void k.spawn(task, () => k.fadvise_willneed(file, 0, 1)) },
  { name: 'madvise', summary: 'madvise(2) with MADV_WILLNEED', spawn: ({ k, map }, task) => void k.spawn(task, () => k.madvise_willneed(map), map.mm) },
  { name: 'flusher', summary: 'the flusher', spawn: ({ k, file }, task) => void k.spawn(task, () => void k.wb_writeback(file)) },
  { name: 'fsync', summary: 'fsync(2)', spawn: ({ k, file }, task) => void k.spawn(task, () => k.fsync(file)) },
  { name: 'commit', summary: 'a commit of the journal', spawn: ({ k, file, disk }, task) => void k.spawn(task, () => k.commit(disk, file)) },
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
