/** One task that does something with a file with an extent map. */
import { expect } from 'vitest'
import { explore, program } from '../../src/engine/index.js'
import type { Disk, Extent } from '../../src/kernel/include/linux/extent-map.js'
import type { AddressSpace, Vma } from '../../src/kernel/include/linux/mm-types.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { EXT4_34, XFS_34 } from '../../src/kernel/machine.js'
import { kernel } from '../../src/kernel/versions.js'
import type { FileSystem } from '../../src/races/race.js'

export interface Case {
  readonly extents: readonly Extent[]
  readonly blocks_per_page?: number
  /** How long the file is at first, in blocks; as long as `extents` unless said. */
  readonly size?: number
  /** Asynchronous direct I/O that it makes. */
  readonly aio?: number
  readonly run: (k: Kernel, file: AddressSpace, map: Vma, disk: Disk) => void
  readonly check?: (k: Kernel, file: AddressSpace, disk: Disk) => void
}

/** Runs the task to its end: nothing fails, and users find in the file what they expect. */
export function oneTaskHolds(fs: FileSystem, { extents, blocks_per_page = 1, size = extents.length, aio = 0, run, check }: Case): void {
  const subject = program('one task', (world) => {
    const k = kernel('v3.4').boot(world, { pages: 4, incarnations: false, words: blocks_per_page, aio })
    const disk = k.disk('sda', 4, blocks_per_page)
    const file = k.open_on_disk(disk, 'F', fs === 'ext4' ? EXT4_34 : XFS_34, extents, { blocks_per_page, resizable: true, size })
    const map = k.area(k.address_space('A', file.slots.length), { name: 'A.map', file, pages: file.slots.length })
    k.spawn('task', () => run(k, file, map, disk), map.mm)
    world.finally(() => k.check_files([file]))
    world.finally(() => check?.(k, file, disk))
  })
  const result = explore(subject, { shortest: false })
  expect(result.failures.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([])
  expect(result.verdict).toBe('holds')
}
