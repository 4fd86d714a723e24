import { totalmem } from 'node:os'
import { explore, ProgramError, randomWalks, replay, type Program, type Result } from '../../engine/index.js'
import { races } from '../../races/index.js'
import type { CheckedProgram } from '../../report/check-result.js'
import { UsageError } from '../usage-error.js'
import { asUsageError, loadUserProgram, placeOf } from '../user-program/load.js'
import type { Job, SearchOptions, Source } from './job.js'
import { memoryMax, pollBounds, type Poll } from './watch.js'

/** Fingerprints of the second search of `--check-collisions`; any number that is not the first one's. */
const SECOND_SEED = 0x5eed

/**
 * Searches one program to its verdict and replays what was found. Synchronous: give it a thread of its own if it may be long.
 * @param also asked at every poll, beside the job's own bounds
 * @throws UsageError if the user's program is wrong
 */
export function runJob(job: Job, interrupted: () => boolean, also: Poll): CheckedProgram {
  const started = performance.now()
  try {
    const program = buildProgram(job.source)
    const bounds = pollBounds({
      maxSeconds: job.search.maxSeconds,
      memoryMax: memoryMax(totalmem(), process.constrainedMemory()),
      interrupted,
      rss: () => process.memoryUsage.rss(),
      now: () => performance.now(),
    })
    const poll: Poll = (progress) => bounds(progress) ?? also(progress)
    const result = search(program, job.search, poll)
    const failures = result.failures.map((failure) => ({ failure, trace: replay(program, failure.schedule) }))
    return { name: program.name, result, seconds: (performance.now() - started) / 1000, failures }
  } catch (error) {
    throw explained(job.source, error)
  }
}

/** @throws Error if the catalogue has no such race or program: names are checked before a job is made */
export function buildProgram(source: Source): Program {
  if (source.from === 'file') return loadUserProgram(source.bundle)
  const program = races
    .find((race) => race.name === source.race)
    ?.programs.find((candidate) => candidate.name === source.program)
  if (program === undefined) throw new Error(`the catalogue has no ${source.race}/${source.program}`)
  return program.build(source.configuration)
}

function search(program: Program, options: SearchOptions, poll: Poll): Result {
  const depth = options.maxDepth === null ? {} : { maxDepth: options.maxDepth }
  if (options.strategy !== 'exhaustive') {
    return randomWalks(program, { strategy: options.strategy, runs: options.runs, seed: options.seed, poll, ...depth })
  }
  const states = options.maxStates === null ? {} : { maxStates: options.maxStates }
  const explorer = { reduction: options.reduction, poll, ...depth, ...states }
  const result = explore(program, explorer)
  if (options.checkCollisions) compare(result, explore(program, { ...explorer, seed: SECOND_SEED }))
  return result
}

/** Two searches that differ only in their fingerprints must agree, or states were taken for one another. */
function compare(first: Result, second: Result): void {
  if (first.bound !== null || second.bound !== null) return
  const summary = (result: Result): string =>
    `${result.verdict}, ${result.states} states, ${result.failures
      .map((failure) => `${failure.kind} in ${failure.where}: ${failure.message}`)
      .sort()
      .join('; ')}`
  if (summary(first) === summary(second)) return
  throw new Error(`states of ${first.program} were taken for one another: ${summary(first)} with one seed, ${summary(second)} with another`)
}

/** Errors that are the user's, as such, with a place; all others as they are. */
function explained(source: Source, error: unknown): unknown {
  if (source.from !== 'file' || error instanceof UsageError) return error
  if (error instanceof ProgramError) return asUsageError(source.bundle, error, error.hint)
  if (placeOf(source.bundle, error) === undefined) return error
  return asUsageError(source.bundle, error, 'thrown by the program itself; a failure is reported with world.assert or world.fail')
}
