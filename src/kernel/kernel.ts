/** A kernel: a version, patches on top of it, and the machine it was booted on. */
import type { Value, World } from '../engine/index.js'
import { type blkCore, blkCoreInlines, dmaInstructions } from './block/blk-core.js'
import { type buffer, bufferInlines } from './fs/buffer.js'
import { type ext4Inode, ext4InodeInlines } from './fs/ext4/inode.js'
import type { ext4PageIo } from './fs/ext4/page-io.js'
import { type superBlocks, superInlines } from './fs/super.js'
import type { fsWriteback } from './fs/fs-writeback.js'
import type { iomapBufferedIo } from './fs/iomap/buffered-io.js'
import { promises, type syscalls } from './fs/syscalls.js'
import type { xfsAops } from './fs/xfs/xfs-aops.js'
import { barrierInlines } from './include/linux/barrier.js'
import { pageFlags } from './include/linux/page-flags.js'
import { pgtableInlines } from './include/linux/pgtable.js'
import { waitInlines } from './include/linux/wait.js'
import { debugInlines } from './lib/debug.js'
import { type rmap, rmapInlines } from './mm/rmap.js'
import { type gup, gupInlines } from './mm/gup.js'
import { type madvise, madviseInlines } from './mm/madvise.js'
import { type mmap, mmapInlines } from './mm/mmap.js'
import { type hugeMemory, hugeMemoryInlines } from './mm/huge-memory.js'
import { type swapState, swapStateInlines } from './mm/swap-state.js'
import { type fork, forkInlines } from './kernel/fork.js'
import { type mmu, mmuInlines, mmuInstructions } from './arch/mmu.js'
import { type bio, bioInlines } from './block/bio.js'
import { type blockFops, blockFopsInlines } from './block/fops.js'
import { type directIo, directIoInlines, dioObservations } from './fs/direct-io.js'
import { type dax, daxInlines } from './fs/dax.js'
import { type daxCalls, daxObservations, daxPromises } from './fs/dax-calls.js'
import { type daxEntries, daxEntriesInlines } from './fs/dax-entries.js'
import { type xfsFile, xfsFileInlines } from './fs/xfs/xfs-file.js'
import type { xfsIcache } from './fs/xfs/xfs-icache.js'
import { type xfsIoctl, xfsIoctlInlines } from './fs/xfs/xfs-ioctl.js'
import { type xfsIomap, xfsIomapInlines } from './fs/xfs/xfs-iomap.js'
import { vmFaultInlines } from './include/linux/vm-fault.js'
import { type deviceMemory, deviceMemoryInlines } from './mm/device-memory.js'
import { type filemapRead, filemapReadInlines } from './mm/filemap-read.js'
import { type invalidate, invalidateInlines } from './mm/invalidate.js'
import { extentFileInlines, extentFileInstructions, extentFileObservations, type extentFiles } from './fs/extent-files.js'
import { hostFileInlines, hostFileInstructions, type hostFiles } from './fs/host-files.js'
import { type iomapDirectIo, iomapDirectIoInlines } from './fs/iomap/direct-io.js'
import { oracleInlines, oracleObservations } from './oracle.js'
import { presentMachine } from './layout.js'
import { createMachine, type Machine, type MachineConfig } from './machine.js'
import { FUNCTION_TABLES } from './sources.js'
import { type filemap, filemapInlines } from './mm/filemap.js'
import { type faultAround, faultAroundInlines } from './mm/fault-around.js'
import { type memory, memoryInlines } from './mm/memory.js'
import { type zap, zapInlines } from './mm/zap.js'
import { type pageAlloc, pageAllocInlines, pageAllocObservations } from './mm/page-alloc.js'
import { type pageWriteback, pageWritebackInlines } from './mm/page-writeback.js'
import type { shmem } from './mm/shmem.js'
import { type swap, swapInlines } from './mm/swap.js'
import { type truncate, truncateInlines } from './mm/truncate.js'
import { type vmscan, vmscanInlines } from './mm/vmscan.js'

export { patch } from './patch.js'

/** Inline functions and macros: what happens in them happens in their caller. */
const INLINES = {
  ...barrierInlines,
  ...pageFlags,
  ...pgtableInlines,
  ...filemapInlines,
  ...memoryInlines,
  ...faultAroundInlines,
  ...zapInlines,
  ...pageWritebackInlines,
  ...pageAllocInlines,
  ...truncateInlines,
  ...bufferInlines,
  ...ext4InodeInlines,
  ...superInlines,
  ...waitInlines,
  ...debugInlines,
  ...promises,
  ...rmapInlines,
  ...swapInlines,
  ...vmscanInlines,
  ...gupInlines,
  ...madviseInlines,
  ...mmapInlines,
  ...hugeMemoryInlines,
  ...swapStateInlines,
  ...forkInlines,
  ...mmuInlines,
  ...blkCoreInlines,
  ...bioInlines,
  ...blockFopsInlines,
  ...directIoInlines,
  ...iomapDirectIoInlines,
  ...extentFileInlines,
  ...hostFileInlines,
  ...daxInlines,
  ...daxPromises,
  ...daxEntriesInlines,
  ...xfsFileInlines,
  ...xfsIoctlInlines,
  ...xfsIomapInlines,
  ...vmFaultInlines,
  ...deviceMemoryInlines,
  ...filemapReadInlines,
  ...invalidateInlines,
  ...oracleInlines,
}

/** One step each, whatever they touch: what hardware does at once. */
const INSTRUCTIONS = {
  ...mmuInstructions,
  ...dmaInstructions,
  ...extentFileInstructions,
  ...hostFileInstructions,
}

/** No steps: what only the model sees, and what a task does with memory that is its own. */
const OBSERVATIONS = {
  ...oracleObservations,
  ...dioObservations,
  ...extentFileObservations,
  ...daxObservations,
  ...pageAllocObservations,
}

/** Names of the functions that are frames of a trace: each call is remembered by its value once it has returned. */
export const kernelFunctions: readonly string[] = FUNCTION_TABLES.flatMap(({ functions }) => Object.keys(functions))

/** A table with the kernel filled in: what remains are the arguments. */
type Bound<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends (k: Kernel, ...args: infer Args) => infer Result ? (...args: Args) => Result : never
}

type Functions = Bound<typeof filemap> &
  Bound<typeof memory> &
  Bound<typeof faultAround> &
  Bound<typeof mmu> &
  Bound<typeof zap> &
  Bound<typeof pageWriteback> &
  Bound<typeof pageAlloc> &
  Bound<typeof swap> &
  Bound<typeof truncate> &
  Bound<typeof vmscan> &
  Bound<typeof shmem> &
  Bound<typeof buffer> &
  Bound<typeof ext4Inode> &
  Bound<typeof ext4PageIo> &
  Bound<typeof iomapBufferedIo> &
  Bound<typeof xfsAops> &
  Bound<typeof fsWriteback> &
  Bound<typeof superBlocks> &
  Bound<typeof blkCore> &
  Bound<typeof rmap> &
  Bound<typeof gup> &
  Bound<typeof madvise> &
  Bound<typeof mmap> &
  Bound<typeof hugeMemory> &
  Bound<typeof swapState> &
  Bound<typeof fork> &
  Bound<typeof bio> &
  Bound<typeof blockFops> &
  Bound<typeof directIo> &
  Bound<typeof iomapDirectIo> &
  Bound<typeof extentFiles> &
  Bound<typeof hostFiles> &
  Bound<typeof dax> &
  Bound<typeof daxCalls> &
  Bound<typeof daxEntries> &
  Bound<typeof xfsFile> &
  Bound<typeof xfsIcache> &
  Bound<typeof xfsIoctl> &
  Bound<typeof xfsIomap> &
  Bound<typeof deviceMemory> &
  Bound<typeof filemapRead> &
  Bound<typeof invalidate> &
  Bound<typeof syscalls>

type Instructions = Bound<typeof mmuInstructions> &
  Bound<typeof dmaInstructions> &
  Bound<typeof oracleObservations> &
  Bound<typeof dioObservations> &
  Bound<typeof extentFileInstructions> &
  Bound<typeof hostFileInstructions> &
  Bound<typeof extentFileObservations> &
  Bound<typeof daxObservations> &
  Bound<typeof pageAllocObservations>

type Inlines = Bound<typeof pageFlags> &
  Bound<typeof filemapInlines> &
  Bound<typeof memoryInlines> &
  Bound<typeof faultAroundInlines> &
  Bound<typeof zapInlines> &
  Bound<typeof pgtableInlines> &
  Bound<typeof pageWritebackInlines> &
  Bound<typeof pageAllocInlines> &
  Bound<typeof truncateInlines> &
  Bound<typeof bufferInlines> &
  Bound<typeof ext4InodeInlines> &
  Bound<typeof superInlines> &
  Bound<typeof waitInlines> &
  Bound<typeof barrierInlines> &
  Bound<typeof debugInlines> &
  Bound<typeof rmapInlines> &
  Bound<typeof swapInlines> &
  Bound<typeof vmscanInlines> &
  Bound<typeof gupInlines> &
  Bound<typeof madviseInlines> &
  Bound<typeof mmapInlines> &
  Bound<typeof hugeMemoryInlines> &
  Bound<typeof swapStateInlines> &
  Bound<typeof forkInlines> &
  Bound<typeof mmuInlines> &
  Bound<typeof blkCoreInlines> &
  Bound<typeof bioInlines> &
  Bound<typeof blockFopsInlines> &
  Bound<typeof directIoInlines> &
  Bound<typeof iomapDirectIoInlines> &
  Bound<typeof extentFileInlines> &
  Bound<typeof hostFileInlines> &
  Bound<typeof daxInlines> &
  Bound<typeof daxPromises> &
  Bound<typeof daxEntriesInlines> &
  Bound<typeof xfsFileInlines> &
  Bound<typeof xfsIoctlInlines> &
  Bound<typeof xfsIomapInlines> &
  Bound<typeof vmFaultInlines> &
  Bound<typeof deviceMemoryInlines> &
  Bound<typeof filemapReadInlines> &
  Bound<typeof invalidateInlines> &
  Bound<typeof oracleInlines> &
  Bound<typeof promises>

/** The running kernel: its functions call each other through it, so that patches replace them everywhere. */
export interface Kernel extends Machine, Functions, Inlines, Instructions {}

/** New bodies for functions; `base` is what the function was before the patch. */
export type Replacements = {
  readonly [Name in keyof (Functions & Inlines)]?: (Functions & Inlines)[Name] extends (...args: infer Args) => infer Result
    ? (k: Kernel, base: (...args: Args) => Result, ...args: Args) => Result
    : never
}

export interface Patch {
  readonly name: string
  readonly replacements: Replacements
}

/** A version of the kernel with patches applied in order. */
export interface KernelImage {
  readonly version: string
  readonly patches: readonly Patch[]
  /** Boots it on a fresh machine, at set-up time of a program. */
  boot(world: World, config?: Partial<MachineConfig>): Kernel
}

type AnyFunction = (...args: readonly unknown[]) => unknown

/** The kernel as it stands in v5.10-rc5 with `patches`; a `version` is itself a list of patches, see versions.ts. */
export function build(version: string, patches: readonly Patch[]): KernelImage {
  return {
    version,
    patches,
    boot(world, config = {}) {
      const kernel: Record<string, unknown> = {}
      const k = kernel as unknown as Kernel
      const link = (table: object, finish: (name: string, body: AnyFunction) => AnyFunction): void => {
        for (const [name, source] of Object.entries(table) as [string, (k: Kernel, ...args: readonly unknown[]) => unknown][]) {
          let body: AnyFunction = (...args) => source(k, ...args)
          for (const { replacements } of patches) {
            const replacement = (replacements as Readonly<Record<string, (k: Kernel, base: AnyFunction, ...args: readonly unknown[]) => unknown>>)[name]
            if (replacement === undefined) continue
            const base = body
            body = (...args) => replacement(k, base, ...args)
          }
          kernel[name] = finish(name, body)
        }
      }
      for (const { functions } of FUNCTION_TABLES) link(functions, (name, body) => world.fn(name, body))
      link(INSTRUCTIONS, (name, body) => world.atomic(name, body as (...args: readonly Value[]) => Value) as AnyFunction)
      link(OBSERVATIONS, (name, body) => world.observation(name, body as (...args: readonly Value[]) => Value) as AnyFunction)
      link(INLINES, (_name, body) => body)
      Object.assign(kernel, createMachine(world, config, k))
      presentMachine(world, version, patches, k)
      return k
    },
  }
}
