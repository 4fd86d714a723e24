import { fixesFor, kernelFor, misfit } from '../races/configurations.js'
import type { Configuration, FileSystem, Memory, Race } from '../races/race.js'
import { nearestHint } from './nearest.js'
import { UsageError } from './usage-error.js'

/** What the user asked for; null where the race's default is meant. */
export interface WantedConfiguration {
  readonly fixes: readonly string[]
  readonly kernel: string | null
  readonly fs: FileSystem | null
  readonly memory: Memory
}

/**
 * The configuration of `race` that was asked for. Without a kernel version: the first to which all the fixes apply.
 * @throws UsageError if the race has no such kernel, fix, file system or memory model, or a fix does not apply
 */
export function configurationOf(race: Race, wanted: WantedConfiguration): Configuration {
  for (const name of wanted.fixes) requireFix(race, name)
  const version = wanted.kernel ?? kernelFor(race, wanted.fixes) ?? race.kernels[0]
  if (version === undefined) throw new Error(`race ${race.name} names no kernel`)
  requireOneOf(race, 'kernel', version, race.kernels)
  const unfit = misfit(race, wanted.fixes, version)
  if (unfit !== undefined) {
    throw new UsageError(
      `the fix ${unfit.name} does not apply to ${version}`,
      `it is for ${unfit.kernels.join(', ')}: --kernel ${unfit.kernels[0] ?? 'VERSION'}`,
    )
  }
  const fs = wanted.fs ?? race.fileSystems[0]
  if (fs === undefined) throw new Error(`race ${race.name} names no file system`)
  requireOneOf(race, 'fs', fs, race.fileSystems)
  requireOneOf(race, 'memory', wanted.memory, race.memories)
  return { kernel: version, fixes: wanted.fixes, fs, memory: wanted.memory }
}

/** The race as it is, or with each of its fixes alone; only those that apply to the kernel, if one was asked for. */
export function eachFix(race: Race, kernel: string | null): readonly string[] {
  return fixesFor(race, kernel).map((fix) => fix.name)
}

function requireFix(race: Race, name: string): void {
  const names = race.fixes.map((fix) => fix.name)
  if (names.includes(name)) return
  throw new UsageError(
    `${race.name} has no fix named ${name}`,
    nearestHint(name, names, 'heddle list shows the fixes of every race.'),
  )
}

function requireOneOf(race: Race, option: 'kernel' | 'fs' | 'memory', value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  throw new UsageError(`${race.name} can not be run with --${option} ${value}`, `it can with ${known.join(', ')}`)
}
