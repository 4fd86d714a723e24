/** From what programs do to files on a disk to programs that can be built for a configuration. */
import { program, type Program } from '../engine/index.js'
import type { Disk, Extent } from '../kernel/include/linux/extent-map.js'
import type { AddressSpace, Mm, Vma } from '../kernel/include/linux/mm-types.js'
import type { Kernel, Patch } from '../kernel/kernel.js'
import { EXT4_34, XFS_34, type MachineConfig } from '../kernel/machine.js'
import type { FileOptions } from '../kernel/machine-disks.js'
import { kernel } from '../kernel/versions.js'
import type { Guard } from '../kernel/guards.js'
import { patchNamed, without } from './drafts.js'
import type { Configuration, RaceProgram } from './race.js'

/** A booted kernel with a disk on which files can be made, on the file system of the configuration. */
export interface Stage {
  readonly k: Kernel
  readonly disk: Disk
  /** Makes a file that is compared with what users expect of it when all tasks have ended. */
  readonly file: (name: string, extents: readonly Extent[], options?: FileOptions) => AddressSpace
  /** Makes a process with a file mapped shared. */
  readonly mapped: (file: AddressSpace, name?: string) => Vma
  /** Makes a process with a file mapped privately. */
  readonly mappedPrivately: (file: AddressSpace, name?: string) => Vma
  /** Maps a file into a process that exists, at a virtual page. */
  readonly mappedInto: (mm: Mm, name: string, file: AddressSpace, start: number) => Vma
  /** Makes a process of `pages` virtual pages with nothing mapped. */
  readonly process: (name: string, pages?: number) => Mm
}

export interface DiskDraft {
  readonly name: string
  /** Who does what, in one sentence. */
  readonly summary: string
  readonly machine?: Partial<MachineConfig>
  /** Blocks of the disk: 3 unless said. */
  readonly blocks?: number
  readonly blocks_per_page?: number
  /** Whether tasks that go round for ever without getting on are looked for. */
  readonly livelocks?: boolean
  readonly setup: (stage: Stage) => void
}

/** The programs of `race`, whose fixes are `patches`. */
export function programsOnDisk(race: string, drafts: readonly DiskDraft[], patches: readonly Patch[]): readonly RaceProgram[] {
  return drafts.map((draft) => programOnDisk(race, draft, patches))
}

export function programOnDisk(race: string, draft: DiskDraft, patches: readonly Patch[]): RaceProgram {
  const fixesOf = ({ fixes }: Configuration): readonly Patch[] => fixes.map((fix) => patchNamed(race, fix, patches))
  return {
    name: draft.name,
    summary: draft.summary,
    build: (configuration, removed = []) => build(draft, configuration, fixesOf(configuration), removed),
  }
}

function build(draft: DiskDraft, configuration: Configuration, fixes: readonly Patch[], removed: readonly Guard[]): Program {
  const { patches, options } = without(removed)
  const { name, machine, blocks = 3, blocks_per_page = 1, livelocks = false, setup } = draft
  return program(
    name,
    (world) => {
      if (livelocks) world.findLivelocks()
      const k = kernel(configuration.kernel, [...fixes, ...patches]).boot(world, { pages: 4, incarnations: false, page_lock_handover: livelocks, ...machine })
      const files: AddressSpace[] = []
      const disk = k.disk('sda', blocks, blocks_per_page)
      setup({
        k,
        disk,
        file(named, extents, fileOptions) {
          const file = k.open_on_disk(disk, named, configuration.fs === 'ext4' ? EXT4_34 : XFS_34, extents, { blocks_per_page, ...fileOptions })
          files.push(file)
          return file
        },
        mapped(file, named = 'A') {
          const pages = file.slots.length
          return k.area(k.address_space(named, pages), { name: `${named}.map`, file, pages })
        },
        mappedPrivately(file, named = 'A') {
          const pages = file.slots.length
          return k.area(k.address_space(named, pages), { name: `${named}.map`, file, pages, shared: false })
        },
        mappedInto: (mm, named, file, start) => k.area(mm, { name: named, file, start, pages: file.slots.length }),
        process: (named, pages = 1) => k.address_space(named, pages),
      })
      world.finally(() => k.check_files(files))
      world.finally(() => k.check_reservations(files))
    },
    { memory: configuration.memory, ...options },
  )
}
