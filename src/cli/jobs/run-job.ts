import { explore, exploreStepwise, ProgramError, randomWalks, replay, type ExploreOptions, type Memory, type Program, type Result } from '../../engine/index.js'
import { combineParts, exploreAsMember, type Part, type Team } from '../../engine/team.js'
import { catalogueProgram } from '../../races/configurations.js'
import { races } from '../../races/index.js'
import type { CheckedProgram, ShownFailure } from '../../report/check-result.js'
import { UsageError } from '../usage-error.js'
import type { Bundle } from '../user-program/bundle.js'
import { asUsageError, loadUserProgram, placeOf } from '../user-program/load.js'
import { replayWithPlace } from '../user-program/places.js'
import { assertSame } from './collisions.js'
import { seedsOf, type Job, type SearchOptions, type Source } from './job.js'
import type { Poll } from './watch.js'

/**
 * Searches one program to its verdict and replays what was found. Synchronous: give it a thread of its own if it may be long.
 * @throws UsageError if the user's program is wrong
 */
export function runJob(job: Job, poll: Poll): CheckedProgram {
  return explained(job.source, () => {
    const started = performance.now()
    const program = buildProgram(job.source)
    const result = resultOf(job.search, (seed) => search(program, job.search, seed, poll))
    return checked(job.source, program, result, started)
  })
}

/** `runJob` for one exhaustive search, a few milliseconds at a time. */
export function* runJobStepwise(job: Job, poll: Poll): Generator<unknown, CheckedProgram> {
  const started = performance.now()
  try {
    const program = buildProgram(job.source)
    const result = yield* exploreStepwise(program, exploreOptions(job.search, 0, poll))
    return checked(job.source, program, result, started)
  } catch (error) {
    throw explanation(job.source, error)
  }
}

/** The part that one member of a team has in the search of one program. */
export function runMember(job: Job, team: Team, member: number, seed: number, poll: Poll): Part {
  return explained(job.source, () => exploreAsMember(buildProgram(job.source), team, member, exploreOptions(job.search, seed, poll)))
}

/**
 * The answer of a team, once all its members have come back.
 * @param parts for each seed, what every member found
 */
export function finishTeam(job: Job, parts: readonly (readonly Part[])[], poll: Poll): CheckedProgram {
  return explained(job.source, () => {
    const started = performance.now()
    const program = buildProgram(job.source)
    let round = 0
    const result = resultOf(job.search, (seed) => combineParts(program, parts[round++] ?? [], exploreOptions(job.search, seed, poll)))
    return checked(job.source, program, result, started)
  })
}

/** @throws Error if the catalogue has no such race or program: names are checked before a job is made */
export function buildProgram(source: Source): Program {
  if (source.from === 'file') return userProgram(source.bundle, source.memory)
  return catalogueProgram(races, source.race, source.program, source.configuration)
}

function userProgram(bundle: Bundle, memory: Memory): Program {
  const program = loadUserProgram(bundle)
  if (program.memory === 'weak' && memory === 'sc')
    throw new UsageError('the program is about weak memory', 'run it with --memory weak', { file: bundle.path })
  return { ...program, memory }
}

function checked(source: Source, program: Program, result: Result, started: number): CheckedProgram {
  const failures = result.failures.map((failure): ShownFailure => {
    const { schedule } = failure
    if (source.from === 'catalogue') return { failure, trace: replay(program, schedule, failure) }
    return { failure, ...replayWithPlace(program, source.bundle, schedule, failure) }
  })
  return { name: program.name, result, seconds: (performance.now() - started) / 1000, failures }
}

function search(program: Program, options: SearchOptions, seed: number, poll: Poll): Result {
  if (options.strategy === 'exhaustive') return explore(program, exploreOptions(options, seed, poll))
  const depth = options.maxDepth === null ? {} : { maxDepth: options.maxDepth }
  return randomWalks(program, { strategy: options.strategy, runs: options.runs, seed: options.seed, poll, ...depth })
}

function exploreOptions(options: SearchOptions, seed: number, poll: Poll): ExploreOptions {
  return {
    reduction: options.reduction,
    seed,
    poll,
    ...(options.maxStates !== null && { maxStates: options.maxStates }),
    ...(options.maxDepth !== null && { maxDepth: options.maxDepth }),
  }
}

/** The result of the first seed; with `--check-collisions`, what the second finds must be the same. */
function resultOf(options: SearchOptions, searchWith: (seed: number) => Result): Result {
  const [first, second] = seedsOf(options).map(searchWith)
  if (first === undefined) throw new Error('a search needs a seed')
  if (second !== undefined) assertSame(first, second)
  return first
}

/** What `run` returns; errors that are the user's are thrown as such, with a place, all others as they are. */
function explained<T>(source: Source, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw explanation(source, error)
  }
}

function explanation(source: Source, error: unknown): unknown {
  if (source.from !== 'file' || error instanceof UsageError) return error
  if (error instanceof ProgramError) return asUsageError(source.bundle, error, error.hint)
  if (placeOf(source.bundle, error) === undefined) return error
  return asUsageError(source.bundle, error, 'thrown by the program itself; a failure is reported with world.assert or world.fail')
}
