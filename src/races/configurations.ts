/** Which configurations a race has, and what is run in them. */
import type { Program } from '../engine/index.js'
import { programNamed } from './blocks.js'
import type { Configuration, Memory, Race, RaceFix, RaceProgram } from './race.js'

/** The fixes that apply to a kernel version; null: all. */
export function fixesFor(race: Race, kernel: string | null): readonly RaceFix[] {
  return race.fixes.filter((fix) => kernel === null || fix.kernels.includes(kernel))
}

/** The first of these fixes that does not apply to a kernel version. */
export function misfit(race: Race, fixes: readonly string[], kernel: string): RaceFix | undefined {
  return race.fixes.find((fix) => fixes.includes(fix.name) && !fix.kernels.includes(kernel))
}

/** The first kernel version of a race to which all these fixes apply. */
export function kernelFor(race: Race, fixes: readonly string[]): string | undefined {
  return race.kernels.find((kernel) => misfit(race, fixes, kernel) === undefined)
}

/** The programs that are explored when the whole race is. */
export function programsFor(race: Race, memory: Memory): readonly RaceProgram[] {
  return race.programs.filter(({ memories }) => memories?.includes(memory) !== false)
}

/** @throws Error if there is no such race or program: names are checked where they come in */
export function catalogueProgram(races: readonly Race[], race: string, program: string, configuration: Configuration): Program {
  const found = races.find(({ name }) => name === race)
  const built = found && programNamed(found, program)
  if (built === undefined) throw new Error(`the catalogue has no ${race}/${program}`)
  return built.build(configuration)
}
