/** What an entry of the catalogue is made of. */
import type { Failure, Program } from '../engine/index.js'
import type { Guard } from '../kernel/guards.js'
import type { BuildingBlocks } from './blocks.js'

export type FileSystem = 'ext4' | 'xfs'
export type Memory = 'sc' | 'weak'

/** One way to run a race: a kernel version, the patches on top of it, a file system, a memory model. */
export interface Configuration {
  readonly kernel: string
  /** Names of fixes, applied in this order. */
  readonly fixes: readonly string[]
  readonly fs: FileSystem
  readonly memory: Memory
}

/** One program of a race, small enough to exhaust. */
export interface RaceProgram {
  readonly name: string
  /** Who does what, in one sentence. */
  readonly summary: string
  /** Memory models under which it is explored when the whole race is; all of the race unless said. */
  readonly memories?: readonly Memory[]
  /** @param removed guards that the kernel is to do without */
  build(configuration: Configuration, removed?: readonly Guard[]): Program
}

/** One failure the race is about: a column of the matrix. */
export interface RaceFailure {
  readonly name: string
  readonly summary: string
  matches(failure: Failure): boolean
}

/** What somebody said in the thread about a fix and a failure. */
export interface Claim {
  /** Name of a RaceFailure. */
  readonly failure: string
  readonly says: 'closes' | 'leaves'
  readonly who: string
  /** ISO date of the mail, with its time where the thread gives one. */
  readonly date: string
  /** What was said, in our words. */
  readonly text: string
}

export interface RaceFix {
  readonly name: string
  readonly author: string
  readonly date: string
  readonly summary: string
  /** Kernel versions it can be applied to. */
  readonly kernels: readonly string[]
  readonly claims: readonly Claim[]
}

export interface Race {
  readonly name: string
  readonly title: string
  /** File name of the thread under discussion and its subject line. */
  readonly thread: { readonly file: string; readonly subject: string }
  /** What the thread is about, in three sentences. */
  readonly summary: string
  /** The first is the default. */
  readonly kernels: readonly string[]
  readonly fileSystems: readonly FileSystem[]
  readonly memories: readonly Memory[]
  readonly programs: readonly RaceProgram[]
  /** What other programs may be composed of. */
  readonly blocks: BuildingBlocks
  readonly failures: readonly RaceFailure[]
  readonly fixes: readonly RaceFix[]
}
