/** What programs of both races of the thread are composed of when a diagram needs one that they have not. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import type { MachineConfig } from '../../kernel/machine.js'
import { biosFor, buildingBlocks, type Actor, type BuildingBlocks } from '../blocks.js'
import { programOf } from '../drafts.js'
import { patches } from './fixes.js'
import { blockDevice, fileOf, mappedFile, otherFile } from './workload.js'

interface Common {
  readonly k: Kernel
  /** Of the file that is read into. */
  readonly map: Vma
  readonly other: AddressSpace
  readonly device: AddressSpace
}

const ACTORS: readonly Actor<Common>[] = [
  { name: 'direct-read', summary: 'read(2) with O_DIRECT of another file into the mapping', spawn: ({ k, map, other }, task) => void k.spawn(task, () => void k.read_direct_into(other, 0, map, 0, 1), map.mm) },
  { name: 'direct-read-device', summary: 'read(2) with O_DIRECT of a block device into the mapping', spawn: ({ k, map, device }, task) => void k.spawn(task, () => void k.read_direct_into(device, 0, map, 0, 1), map.mm) },
  { name: 'kswapd', summary: 'kswapd, three times over memory', spawn: ({ k }, task) => void k.spawn(task, () => k.balance_pgdat(3)) },
  { name: 'reclaim', summary: 'a process that finds no memory and reclaims some', spawn: ({ k }, task) => void k.spawn(task, () => void k.try_to_free_pages()) },
  { name: 'flusher', summary: 'the flusher', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.wb_writeback(fileOf(map))) },
  { name: 'fsync', summary: 'fsync(2)', spawn: ({ k, map }, task) => void k.spawn(task, () => k.fsync(fileOf(map))) },
  { name: 'msync', summary: 'msync(2)', spawn: ({ k, map }, task) => void k.spawn(task, () => k.msync(map), map.mm) },
  { name: 'drop-caches', summary: 'drop_caches', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.drop_caches(fileOf(map))) },
  { name: 'store', summary: 'a store through the mapping', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.user_store(map, 0, 0, 'F1:s1'), map.mm) },
  { name: 'load', summary: 'a load through the mapping', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.user_load(map, 0, 0), map.mm) },
  { name: 'write', summary: 'write(2) to the mapped file', spawn: ({ k, map }, task) => void k.spawn(task, () => void k.write(fileOf(map), 'v1')) },
  { name: 'munmap', summary: 'munmap(2) of the mapping', spawn: ({ k, map }, task) => void k.spawn(task, () => k.munmap(map), map.mm) },
  {
      name: 'async-read',
      summary: 'io_submit(2) of a read of another file into the mapping, and io_getevents(2)',
      spawn: ({ k, map, other }, task) => void k.spawn(task, () => {
        const iocb = k.io_submit_read(other, 0, map, 0, 1)
        if (iocb !== null) k.io_getevents(iocb)
      }, map.mm),
    },
]

/** @param machine what the race needs beside the memory of one page */
export function blocksFor(race: string, machine: Partial<MachineConfig>, more: readonly Actor<Common>[] = []): BuildingBlocks {
  return buildingBlocks<Common>(
    'a process maps a file on ext4 whose page is in the page cache, dirty and with buffers, and has not touched it; the node is full of dirty pages',
    [...ACTORS, ...more],
    ({ name, summary, actors, start }) =>
      programOf(race, {
        name,
        summary,
        machine: { pages: 1, bios: biosFor(actors), works: 1, pgdat_dirty: true, ...machine },
        setup(k) {
          const map = mappedFile(k)
          start({ k, map, other: otherFile(k), device: blockDevice(k) })
        },
      }, patches),
  )
}

export const blocks = blocksFor('dirty-without-buffers', {})
