/** The two files and the mappings of a sequence, on the model. */
import { Machine } from '../../engine/machine.js'
import { World } from '../../engine/world.js'
import type { AddressSpace, Mm, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel, Patch } from '../../kernel/kernel.js'
import { kernel } from '../../kernel/versions.js'
import { ANON_PAGES, MAIN_PAGES_MAX, OTHER_PAGES, OTHER_VALUE, PAGE_WORDS } from '../geometry.js'
import type { FileSystemName } from '../record.js'
import type { FileName, MappingName } from '../sequence.js'
import { HOST_OPERATIONS } from '../../kernel/fs/host-operations.js'
import { inOrder } from './in-order.js'

/** What fault-around maps at once: every mapping begins at a multiple of this. */
const FAULT_AROUND_PAGES = 16
/** Pages of both files, of copies, and of those of a child. */
const PHYSICAL_PAGES = 60
const DISK_BLOCKS = 48

const PAGES: Readonly<Record<MappingName, number>> = { shared: MAIN_PAGES_MAX, private: MAIN_PAGES_MAX, other: OTHER_PAGES, anon: ANON_PAGES }

export interface Bench {
  readonly k: Kernel
  readonly files: Readonly<Record<FileName, AddressSpace>>
  readonly areas: Readonly<Record<MappingName, Vma>>
  readonly mm: Mm
  /** What a fork makes of the areas, and of the address space: one child at a time. */
  readonly childAreas: Readonly<Record<MappingName, Vma>>
  readonly child: Mm
  /** Lets the device and the workers finish. */
  settle(): void
  /** Everything is as when a sequence begins. */
  reset(): void
  /** What the model has found wrong about itself since the last reset. */
  complaints(): readonly string[]
}

/** The part of a bench that does not say how time goes by. */
export type Furniture = Pick<Bench, 'k' | 'files' | 'areas' | 'mm' | 'childAreas' | 'child'>

/** The machine that every bench stands on. */
export const BENCH_MACHINE = {
  pages: PHYSICAL_PAGES,
  words: PAGE_WORDS,
  faultAround: FAULT_AROUND_PAGES,
  incarnations: false,
  promises: false,
} as const

/** Boots v6.18, with `patches`, on a machine with a file system. */
export function createBench(fs: FileSystemName, patches: readonly Patch[]): Bench {
  const machine = new Machine(0, {})
  const world = new World(machine)
  const order = inOrder()
  const k = kernel('v6.18', [...patches, order.patch]).boot(world, BENCH_MACHINE)
  const furniture = furnish(k, fs)
  fillOther(furniture, () => order.settle())
  const start = machine.state.mark()
  return {
    ...furniture,
    settle: () => order.settle(),
    reset() {
      machine.state.undo(start)
      machine.noticed.length = 0
    },
    complaints: () => machine.noticed.map(({ kind, message }) => `${kind}: ${message}`),
  }
}

/** Makes the files and mappings, with nothing in them. */
export function furnish(k: Kernel, fs: FileSystemName): Furniture {
  const disk = k.disk('disk', DISK_BLOCKS)
  const journal = fs === 'ext4' ? k.journal('journal') : undefined
  const open = (name: FileName, pages: number): AddressSpace => k.open_host(disk, name, HOST_OPERATIONS[fs], pages, journal)
  const files = { main: open('main', MAIN_PAGES_MAX), other: open('other', MAIN_PAGES_MAX) }
  const names = Object.keys(PAGES) as MappingName[]
  const mm = k.address_space('process', names.length * FAULT_AROUND_PAGES)
  const child = k.address_space('child', names.length * FAULT_AROUND_PAGES)
  const areaOf = (name: MappingName): Vma =>
    k.area(mm, { name, start: names.indexOf(name) * FAULT_AROUND_PAGES, pages: PAGES[name], ...fileOf(files, name) })
  const areas = { shared: areaOf('shared'), private: areaOf('private'), other: areaOf('other'), anon: areaOf('anon') }
  const copyOf = (name: MappingName): Vma => {
    const { start, pages } = areas[name]
    return k.area(child, { name: `${name} of child`, start, pages, copyOf: areas[name], later: true, ...fileOf(files, name) })
  }
  const childAreas = { shared: copyOf('shared'), private: copyOf('private'), other: copyOf('other'), anon: copyOf('anon') }
  return { k, files, areas, mm, childAreas, child }
}

/** The other file is full, on disk, and not cached. */
export function fillOther({ k, files }: Furniture, settle: () => void): void {
  const words = OTHER_PAGES * k.config.words
  k.ksys_pwrite64(files.other, 0, words, Array.from({ length: words }, () => String(OTHER_VALUE)), false)
  k.vfs_fsync_range(files.other, 0, words, false)
  settle()
  k.fadvise_dontneed(files.other, 0, 0)
}

function fileOf(files: Bench['files'], name: MappingName): { readonly file?: AddressSpace; readonly shared?: boolean } {
  if (name === 'anon') return {}
  return { file: name === 'other' ? files.other : files.main, shared: name !== 'private' }
}
