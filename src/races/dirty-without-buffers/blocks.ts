/** What programs of both races of the thread are composed of when a diagram needs one that they have not. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { EXT4, type MachineConfig } from '../../kernel/machine.js'
import { actor, biosFor, buildingBlocks, type Actor, type BuildingBlocks } from '../blocks.js'
import { programOf } from '../drafts.js'
import { patches } from './fixes.js'
import { blockDevice, fileOf, otherFile } from './workload.js'

interface Common {
  readonly k: Kernel
  /** Of the file that is read into. */
  readonly map: Vma
  readonly other: AddressSpace
  readonly device: AddressSpace
}

const ACTORS: readonly Actor<Common>[] = [
  actor(
    'direct-read',
    'read(2) with O_DIRECT of another file into the mapping',
    ({ k, map, other }) => k.read_direct_into(other, 0, map, 0, 1),
    ({ map }) => map.mm,
  ),
  actor(
    'direct-read-device',
    'read(2) with O_DIRECT of a block device into the mapping',
    ({ k, map, device }) => k.read_direct_into(device, 0, map, 0, 1),
    ({ map }) => map.mm,
  ),
  actor('kswapd', 'kswapd, three times over memory', ({ k }) => k.balance_pgdat(3)),
  actor('reclaim', 'a process that finds no memory and reclaims some', ({ k }) => k.try_to_free_pages()),
  actor('flusher', 'the flusher', ({ k, map }) => k.wb_writeback(fileOf(map))),
  actor('fsync', 'fsync(2)', ({ k, map }) => k.fsync(fileOf(map))),
  actor('msync', 'msync(2)', ({ k, map }) => k.msync(map), ({ map }) => map.mm),
  actor('drop-caches', 'drop_caches', ({ k, map }) => k.drop_caches(fileOf(map))),
  actor('store', 'a store through the mapping', ({ k, map }) => k.user_store(map, 0, 0, 'F1:s1'), ({ map }) => map.mm),
  actor('load', 'a load through the mapping', ({ k, map }) => k.user_load(map, 0, 0), ({ map }) => map.mm),
  actor('write', 'write(2) to the mapped file', ({ k, map }) => k.write(fileOf(map), 'v1')),
  actor('munmap', 'munmap(2) of the mapping', ({ k, map }) => k.munmap(map), ({ map }) => map.mm),
  actor(
    'async-read',
    'io_submit(2) of a read of another file into the mapping, and io_getevents(2)',
    ({ k, map, other }) => {
      const iocb = k.io_submit_read(other, 0, map, 0, 1)
      if (iocb !== null) k.io_getevents(iocb)
    },
    ({ map }) => map.mm,
  ),
]

/** @param machine what the race needs beside the memory of one page */
export function blocksFor(race: string, machine: Partial<MachineConfig>, more: readonly Actor<Common>[] = []): BuildingBlocks {
  return buildingBlocks<Common>(
    'a process maps a file on ext4 with data, which nobody has touched; the node is full of dirty pages, so that kswapd writes files',
    [...ACTORS, ...more],
    ({ name, summary, actors, start }) =>
      programOf(race, {
        name,
        summary,
        machine: { pages: 1, bios: biosFor(actors), works: 1, pgdat_dirty: true, ...machine },
        setup(k) {
          const file = k.open('F1', EXT4)
          k.fill_blocks(file)
          const map = k.area(k.address_space('A', 1), { name: 'map', file })
          start({ k, map, other: otherFile(k), device: blockDevice(k) })
        },
      }, patches),
  )
}

export const blocks = blocksFor('dirty-without-buffers', {})
