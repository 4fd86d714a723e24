/** The programs of the race: every way to a file's data, while chattr +x and chattr -x switch how it is stored. */
import { program, type World } from '../../engine/index.js'
import type { Extent } from '../../kernel/include/linux/dax-types.js'
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { XFS_DAX, type MachineConfig } from '../../kernel/machine.js'
import { kernel } from '../../kernel/versions.js'
import { mendedDaxWriteback } from '../../kernel/versions/mended-dax-writeback.js'
import { mendedWriteback } from '../../kernel/versions/mended-writeback.js'
import { patchNamed, without } from '../drafts.js'
import type { RaceProgram } from '../race.js'
import { patches } from './fixes.js'

export interface Draft {
  readonly name: string
  readonly summary: string
  /** Whether it is too large to look for tasks that fault for ever. */
  readonly large?: boolean
  readonly setup: (k: Kernel, world: World) => void
}

/** A file with data, or with holes, of which there is to be one copy in the end. */
export function open(k: Kernel, on: boolean, { pages = 1, ...options }: { pages?: number; extents?: readonly Extent[]; media?: boolean } = {}): AddressSpace {
  const file = k.open('F', XFS_DAX, pages, { on, ...options })
  if (options.extents === undefined) k.fill_device(file)
  k.world.finally(() => k.expect_one_copy(file))
  return file
}

/** A process that has a file mapped. */
export function mapped(k: Kernel, file: AddressSpace, options: { name?: string; shared?: boolean; later?: boolean; huge?: boolean } = {}): Vma {
  const { name = 'A', ...rest } = options
  const pages = file.slots.length
  return k.area(k.address_space(name, pages), { name: `${name}.map`, file, pages, ...rest })
}

export function store(k: Kernel, vma: Vma, value: string, page = 0): void {
  if (!k.user_store(vma, page, 0, value)) k.world.warn('assertion', 'a signal for a store')
}

export function load(k: Kernel, vma: Vma, page = 0): string | null {
  const seen = k.user_load(vma, page, 0)
  if (seen === null) k.world.warn('assertion', 'a signal for a load')
  return seen
}

/** The thread's loop, once around: chattr -x, chattr +x, or the other way round. */
export function toggle(k: Kernel, file: AddressSpace, first: boolean): void {
  k.chattr_x(file, first)
  k.chattr_x(file, !first)
}

const DRAFTS: readonly Draft[] = [
  {
    name: 'store-off',
    summary: 'A store through a shared mapping, and chattr -x: the oops of the thread.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      k.spawn('fsx', () => store(k, map, 'A:1'), map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'store-on',
    summary: 'A store through a shared mapping that was made before chattr +x.',
    setup(k) {
      const file = open(k, false)
      const map = mapped(k, file)
      k.spawn('fsx', () => store(k, map, 'A:1'), map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'private-off',
    summary: 'A store through a private mapping, and chattr -x.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file, { shared: false })
      k.spawn('fsx', () => {
        store(k, map, 'A:1')
        load(k, map)
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'private-on',
    summary: 'A load and a store through a private mapping that was made before chattr +x.',
    setup(k) {
      const file = open(k, false)
      const map = mapped(k, file, { shared: false })
      k.spawn('fsx', () => {
        load(k, map)
        store(k, map, 'A:1')
        load(k, map)
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'load-store-off',
    summary: 'A load and a store through a shared mapping, which is device memory at first, and chattr -x.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      k.spawn('fsx', () => {
        load(k, map)
        store(k, map, 'A:1')
        load(k, map)
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'toggle',
    summary: 'A store and a load through a shared mapping made with S_DAX, and chattr -x, chattr +x.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      k.spawn('fsx', () => {
        store(k, map, 'A:1')
        load(k, map)
      }, map.mm)
      k.spawn('chattr', () => toggle(k, file, false))
    },
  },
  {
    name: 'two-switches',
    summary: 'Two tasks switch, one each way, while a process stores and then reads.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      k.spawn('fsx', () => {
        store(k, map, 'A:1')
        k.read(file, 0)
      }, map.mm)
      k.spawn('chattr -x', () => void k.chattr_x(file, false))
      k.spawn('chattr +x', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'same-switch-twice',
    summary: 'Two tasks switch S_DAX off, while a process stores.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      k.spawn('fsx', () => store(k, map, 'A:1'), map.mm)
      k.spawn('chattr 1', () => void k.chattr_x(file, false))
      k.spawn('chattr 2', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'two-stores-off',
    large: true,
    summary: 'Two processes store through their shared mappings, and chattr -x.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      const other = mapped(k, file, { name: 'B' })
      k.spawn('fsx 1', () => store(k, map, 'A:1'), map.mm)
      k.spawn('fsx 2', () => store(k, other, 'B:1'), other.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'mmap-on',
    summary: 'A process maps the file and stores, while chattr +x runs: mmap looks at S_DAX before the switch can see the area.',
    setup(k) {
      const file = open(k, false)
      const map = mapped(k, file, { later: true })
      k.spawn('fsx', () => {
        k.mmap(map)
        store(k, map, 'A:1')
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'mmap-off',
    summary: 'A process maps the file, stores, loads and unmaps, while chattr -x runs.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file, { later: true })
      k.spawn('fsx', () => {
        k.mmap(map)
        store(k, map, 'A:1')
        load(k, map)
        k.munmap(map)
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'write-off',
    summary: 'write(2) chooses its way and then waits for the IOLOCK; chattr -x; a process reads through its mapping.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      k.spawn('writer', () => void k.write(file, 'w'))
      k.spawn('chattr', () => {
        k.chattr_x(file, false)
        load(k, map)
      }, map.mm)
    },
  },
  {
    name: 'write-on',
    summary: 'write(2), chattr +x; then read(2).',
    setup(k) {
      const file = open(k, false)
      k.spawn('writer', () => {
        k.write(file, 'w')
        k.read(file, 0)
      })
      const map = mapped(k, file)
      k.spawn('chattr', () => {
        k.chattr_x(file, true)
        k.read(file, 0)
      }, map.mm)
    },
  },
  {
    name: 'read-off',
    summary: 'read(2) after a store of the same process, and chattr -x.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      k.spawn('fsx', () => {
        store(k, map, 'A:1')
        k.read(file, 0)
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'read-on',
    summary: 'read(2) after a store through a page of the page cache, and chattr +x.',
    setup(k) {
      const file = open(k, false)
      const map = mapped(k, file)
      store(k, map, 'A:0')
      k.spawn('fsx', () => {
        k.read(file, 0)
        k.write(file, 'w')
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'fsync-off',
    summary: 'Stores and fsync, and chattr -x.',
    setup(k) {
      const file = open(k, true, { media: true })
      const map = mapped(k, file)
      store(k, map, 'A:0')
      k.spawn('fsx', () => {
        store(k, map, 'A:1')
        k.fsync(file)
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'fsync-on',
    summary: 'A dirty page of the page cache, fsync, and chattr +x.',
    setup(k) {
      const file = open(k, false, { media: true })
      const map = mapped(k, file)
      store(k, map, 'A:0')
      k.spawn('fsx', () => {
        k.fsync(file)
        k.read(file, 0)
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'flusher-on',
    summary: 'A dirty page of the page cache, the flusher, and chattr +x by a process that reads then.',
    setup(k) {
      const file = open(k, false, { media: true })
      const map = mapped(k, file)
      store(k, map, 'A:0')
      k.spawn('flusher', () => k.wb_writeback(file))
      k.spawn('chattr', () => {
        k.chattr_x(file, true)
        k.read(file, 0)
      }, map.mm)
    },
  },
  {
    name: 'flusher-off',
    summary: 'Dirty device memory, the flusher and fsync, and chattr -x.',
    setup(k) {
      const file = open(k, true, { media: true })
      const map = mapped(k, file)
      store(k, map, 'A:0')
      k.spawn('flusher', () => k.wb_writeback(file))
      k.spawn('fsx', () => k.fsync(file), map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'fsync-two-switches',
    summary: 'Two tasks switch, one each way, while a process stores and syncs.',
    setup(k) {
      const file = open(k, true, { media: true })
      const map = mapped(k, file)
      k.spawn('fsx', () => {
        store(k, map, 'A:1')
        k.fsync(file)
      }, map.mm)
      k.spawn('chattr -x', () => void k.chattr_x(file, false))
      k.spawn('chattr +x', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'fsync-toggle',
    summary: 'A process stores and syncs, twice, while chattr -x and chattr +x run.',
    setup(k) {
      const file = open(k, true, { media: true })
      const map = mapped(k, file)
      k.spawn('fsx', () => {
        store(k, map, 'A:1')
        k.fsync(file)
        store(k, map, 'A:2')
        k.fsync(file)
      }, map.mm)
      k.spawn('chattr', () => toggle(k, file, false))
    },
  },
  {
    name: 'fork',
    summary: 'A process with device memory mapped forks; the child stores; and chattr -x.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      const mm = k.address_space('B', 1)
      const copy = k.area(mm, { name: 'B.map', file, later: true, copyOf: map })
      store(k, map, 'A:0')
      k.spawn('parent', () => k.fork(mm), map.mm)
      k.spawn_child('child', () => store(k, copy, 'B:1'), mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'fork-on',
    summary: 'A process with a page of the page cache mapped forks; the child stores; and chattr +x.',
    setup(k) {
      const file = open(k, false)
      const map = mapped(k, file)
      const mm = k.address_space('B', 1)
      const copy = k.area(mm, { name: 'B.map', file, later: true, copyOf: map })
      k.spawn('parent', () => k.fork(mm), map.mm)
      k.spawn_child('child', () => store(k, copy, 'B:1'), mm)
      k.spawn('chattr', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'huge-off',
    summary: 'A store to a huge mapping, and chattr -x.',
    setup(k) {
      const file = open(k, true, { pages: 2 })
      const map = mapped(k, file, { huge: true })
      k.spawn('fsx', () => store(k, map, 'A:1', 1), map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'huge-on',
    summary: 'A load from a mapping that could be huge, made before chattr +x.',
    setup(k) {
      const file = open(k, false, { pages: 2 })
      const map = mapped(k, file, { huge: true })
      k.spawn('fsx', () => void load(k, map, 1), map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'hole-off',
    summary: 'A load from a hole, which maps a page of zeros, then a store; and chattr -x.',
    setup(k) {
      const file = open(k, true, { extents: ['HOLE'] })
      const map = mapped(k, file)
      k.spawn('fsx', () => {
        load(k, map)
        store(k, map, 'A:1')
        load(k, map)
      }, map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, false))
    },
  },
  {
    name: 'hole-on',
    summary: 'A load from a hole through a mapping made before chattr +x.',
    setup(k) {
      const file = open(k, false, { extents: ['HOLE'] })
      const map = mapped(k, file)
      k.spawn('fsx', () => void load(k, map), map.mm)
      k.spawn('chattr', () => void k.chattr_x(file, true))
    },
  },
  {
    name: 'fsx',
    summary: 'The workload of the thread: a process stores, writes, reads and loads, while chattr -x and chattr +x run.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file)
      k.spawn('fsx', () => {
        store(k, map, 'A:1')
        k.write(file, 'w')
        k.read(file, 0)
        load(k, map)
      }, map.mm)
      k.spawn('chattr', () => toggle(k, file, false))
    },
  },
  {
    name: 'reopen',
    summary: 'A process opens the file, maps it, stores, reads and closes it; another opens it for chattr -x; then a third looks at what is there.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file, { later: true })
      k.spawn('fsx', () => {
        k.xfs_iget(file)
        k.mmap(map)
        store(k, map, 'A:1')
        k.read(file, 0)
        k.munmap(map)
        k.iput(file)
      }, map.mm)
      k.spawn('chattr', () => {
        k.xfs_iget(file)
        k.chattr_x(file, false)
        k.iput(file)
        k.xfs_iget(file)
        k.read(file, 0)
        k.iput(file)
      })
    },
  },
  {
    name: 'unmapped',
    summary: 'write(2) and read(2) on a file that nobody maps, while chattr -x and chattr +x run; then a process maps it and looks.',
    setup(k) {
      const file = open(k, true)
      const map = mapped(k, file, { later: true })
      k.spawn('fsx', () => {
        k.write(file, 'w')
        k.read(file, 0)
        k.mmap(map)
        load(k, map)
      }, map.mm)
      k.spawn('chattr', () => toggle(k, file, false))
    },
  },
]

/** Memory enough for what is cached, copied and on its way; I/O to a DAX device is done by the CPU that asks for it. */
const MACHINE: Partial<MachineConfig> = { pages: 3, bios: 0 }

export const programs: readonly RaceProgram[] = DRAFTS.map(programOf)

export function programOf({ name, summary, large = false, setup }: Draft): RaceProgram {
  return {
    name,
    summary,
    build: (configuration, removed = []) => {
      const { patches: more, options } = without(removed)
      const fixes = configuration.fixes.map((fix) => patchNamed('dax-flag-switch', fix, patches))
      // What is not of this race is mended, so that it does not show: writeback-wakeup, and fsync that does not wait for another's flush.
      const image = kernel(configuration.kernel, [mendedWriteback, mendedDaxWriteback, ...fixes, ...more])
      return program(name, (world) => {
        if (!large) world.findLivelocks()
        setup(image.boot(world, MACHINE), world)
      }, options)
    },
  }
}
