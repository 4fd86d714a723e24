import { programsFor } from '../races/configurations.js'
import { races } from '../races/index.js'
import { programNamed } from '../races/blocks.js'
import type { Race } from '../races/race.js'
import { fileSubject, raceSubject, type Subject } from '../report/check-result.js'
import { configurationOf, eachFix, type WantedConfiguration } from './configuration.js'
import type { Job, SearchOptions, Source } from './jobs/job.js'
import { nearestHint } from './nearest.js'
import { UsageError } from './usage-error.js'
import { bundleUserProgram } from './user-program/bundle.js'

/** One configuration of one race, or a user's file: what one result is about. */
export interface Target {
  readonly subject: Subject
  readonly sources: readonly Source[]
}

/** A race and those of its programs that were asked for. */
export interface SelectedRace {
  readonly race: Race
  /** In the order of the catalogue. */
  readonly programs: readonly string[]
}

const LIST_HINT = 'heddle list shows them all.'

/**
 * The races that `names` stand for (`RACE`, `RACE/PROGRAM`, or `RACE/BLOCK+BLOCK` of its building blocks), in
 * the order they are first named; without names all.
 * @throws UsageError if there is no such race or program, with the nearest names
 */
export function selectRaces(names: readonly string[]): readonly SelectedRace[] {
  if (names.length === 0) return races.map((race) => ({ race, programs: race.programs.map(({ name }) => name) }))
  const wanted = new Map<Race, Set<string>>()
  for (const name of names) {
    const [raceName = '', programName] = splitName(name)
    const race = findRace(raceName)
    const programs = race.programs.map((program) => program.name)
    if (programName !== undefined && programNamed(race, programName) === undefined) {
      throw new UsageError(
        `${race.name} has no program named ${programName}`,
        nearestHint(programName, programs, LIST_HINT),
      )
    }
    const set = wanted.get(race) ?? new Set()
    for (const program of programName === undefined ? programs : [programName]) set.add(program)
    wanted.set(race, set)
  }
  return [...wanted].map(([race, set]) => ({
    race,
    programs: inOrder(race, set),
  }))
}

/** Programs of the race in the order of the catalogue, then those that are composed of its building blocks. */
function inOrder({ programs }: Race, wanted: ReadonlySet<string>): readonly string[] {
  const own = programs.map(({ name }) => name)
  return [...own.filter((name) => wanted.has(name)), ...[...wanted].filter((name) => !own.includes(name))]
}

/** @throws UsageError with the nearest names */
export function findRace(name: string): Race {
  const race = races.find((candidate) => candidate.name === name)
  if (race !== undefined) return race
  const names = races.map((candidate) => candidate.name)
  throw new UsageError(`there is no race named ${name}`, nearestHint(name, names, LIST_HINT))
}

/** True for the path of a program file, as opposed to the name of a race. */
export function isProgramFile(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name)
}

/**
 * What `heddle check` is to check. Races not named but meant by default are left out if they have not what was asked for.
 * @throws UsageError if a name is unknown, or nothing that was named can be run as asked
 */
export async function selectTargets(
  names: readonly string[],
  wanted: WantedConfiguration,
  options: { readonly allFixes: boolean; readonly cwd: string },
): Promise<readonly Target[]> {
  const files = names.filter(isProgramFile)
  const selected = names.length > 0 && files.length === names.length ? [] : selectRaces(names.filter((name) => !isProgramFile(name)))
  const targets: Target[] = []
  const refused: unknown[] = []
  for (const { race, programs } of selected) {
    try {
      const fixLists = options.allFixes ? eachFix(race, wanted.kernel).map((fix) => [fix]) : [wanted.fixes]
      targets.push(...fixLists.map((fixes) => raceTarget(race, programs, { ...wanted, fixes })))
    } catch (error) {
      if (names.length > 0) throw error
      refused.push(error)
    }
  }
  if (targets.length === 0 && refused.length > 0) throw refused[0]
  for (const file of files) targets.push(await fileTarget(file, wanted, options))
  return targets
}

function raceTarget(race: Race, programs: readonly string[], wanted: WantedConfiguration): Target {
  const configuration = configurationOf(race, wanted)
  const isWhole = programs.length === race.programs.length
  const explored = isWhole ? programsFor(race, configuration.memory).map(({ name }) => name) : programs
  return {
    subject: raceSubject(race, configuration),
    sources: explored.map((program) => ({ from: 'catalogue', race: race.name, program, configuration })),
  }
}

async function fileTarget(
  file: string,
  wanted: WantedConfiguration,
  options: { readonly allFixes: boolean; readonly cwd: string },
): Promise<Target> {
  const misplaced = [
    ...(options.allFixes ? ['--all-fixes'] : []),
    ...(wanted.fixes.length > 0 ? ['--fix'] : []),
    ...(wanted.kernel !== null ? ['--kernel'] : []),
    ...(wanted.fs !== null ? ['--fs'] : []),
  ]
  if (misplaced.length > 0) {
    throw new UsageError(`${misplaced.join(', ')}: for races of the catalogue only`, 'leave it out', { file })
  }
  const { memory } = wanted
  return { subject: fileSubject(file, memory), sources: [{ from: 'file', bundle: await bundleUserProgram(file, options.cwd), memory }] }
}

/** The jobs of one target. */
export function jobsOf(target: Target, search: SearchOptions): readonly Job[] {
  return target.sources.map((source) => ({
    label: source.from === 'catalogue' ? `${source.race}/${source.program}` : source.bundle.path,
    source,
    search,
  }))
}

function splitName(name: string): readonly string[] {
  const slash = name.indexOf('/')
  return slash < 0 ? [name] : [name.slice(0, slash), name.slice(slash + 1)]
}
