import { Option, type Command } from 'commander'
import type { FileSystem, Memory } from '../races/race.js'
import type { WantedConfiguration } from './configuration.js'
import type { SearchOptions } from './jobs/job.js'
import { UsageError } from './usage-error.js'
import { nameList, secondsNumber, seedNumber, wholeNumber } from './values.js'

export type Format = 'text' | 'json' | 'junit' | 'sarif'

/** Options as the parser hands them over; a field is absent if the option was not given and has no default. */
export interface ParsedOptions {
  readonly fix?: readonly string[]
  readonly allFixes?: true
  readonly kernel?: string
  readonly fs?: FileSystem
  readonly memory?: Memory
  readonly maxStates?: number
  readonly maxSeconds?: number
  readonly maxDepth?: number
  readonly workers?: number
  readonly reduction: boolean
  readonly checkCollisions?: true
  readonly random?: 'uniform' | 'pct'
  readonly runs?: number
  readonly seed?: number
  readonly format?: Format
  readonly json?: true
  readonly out?: string
}

export const TRACE_FORMATS = ['text', 'json', 'perfetto', 'svg', 'html'] as const

/** Options of `heddle replay`. */
export interface ReplayOptions extends Omit<ParsedOptions, 'format'> {
  readonly race?: string
  readonly schedule?: string
  readonly format: (typeof TRACE_FORMATS)[number]
}

const RUNS_DEFAULT = 10_000

export function addFixOptions(command: Command): Command {
  return command
    .optionsGroup('What to run:')
    .option('--fix <name,...>', 'apply these fixes, in this order', nameList)
    .addOption(new Option('--all-fixes', 'each fix of the race in turn, alone').conflicts('fix'))
}

export function addConfigurationOptions(command: Command): Command {
  return command
    .optionsGroup('What to run:')
    .option('--kernel <version>', "kernel version of the model (default: the race's own)")
    .addOption(new Option('--fs <name>', "file system (default: the race's own)").choices(['ext4', 'xfs']))
    .addOption(new Option('--memory <model>', 'memory model: sequentially consistent (sc, the default), or weak').choices(['sc', 'weak']))
}

export function addBoundOptions(command: Command): Command {
  return command
    .optionsGroup('How far to go (a bound that is hit makes the verdict unknown, never holds):')
    .option('--max-states <n>', 'stop a program after this many states', wholeNumber)
    .option('--max-seconds <n>', 'stop a program after this many seconds', secondsNumber)
    .option('--max-depth <n>', 'cut schedules off after this many steps', wholeNumber)
    .option('--workers <n>', 'threads to use (default: one for every core)', wholeNumber)
}

export function addSearchOptions(command: Command): Command {
  return command
    .optionsGroup('How to search:')
    .option('--no-reduction', 'try both orders of steps that commute, too')
    .option('--check-collisions', 'search again with other fingerprints and compare')
    .addOption(
      new Option('--random <strategy>', 'random schedules, for what is too large to exhaust')
        .choices(['uniform', 'pct'])
        .conflicts(['checkCollisions', 'maxStates']),
    )
    .option('--runs <n>', `number of random schedules (default: ${RUNS_DEFAULT})`, wholeNumber)
    .option('--seed <n>', 'seed of the random schedules (default: a new one, printed first)', seedNumber)
}

export function addOutputOptions(command: Command, formats: readonly Format[]): Command {
  command.optionsGroup('What to print:')
  if (formats.length > 2) command.addOption(new Option('--format <format>', 'how to print the result').choices(formats).default('text'))
  const json = new Option('--json', formats.length > 2 ? 'the same as --format json' : 'print JSON')
  return command
    .addOption(formats.length > 2 ? json.implies({ format: 'json' }) : json)
    .option('--out <file>', 'write the result to this file')
}

export function wantedConfiguration(options: Omit<ParsedOptions, 'format'>): WantedConfiguration {
  return { fixes: options.fix ?? [], kernel: options.kernel ?? null, fs: options.fs ?? null, memory: options.memory ?? 'sc' }
}

/**
 * @param newSeed makes the seed of random schedules that were given none
 * @throws UsageError if options of random schedules are given to an exhaustive search
 */
export function searchOptions(options: ParsedOptions, newSeed: () => number): SearchOptions {
  for (const name of ['runs', 'seed'] as const) {
    if (options.random === undefined && options[name] !== undefined) {
      throw new UsageError(`--${name} is about random schedules only`, `add --random pct, or leave --${name} out`)
    }
  }
  return {
    strategy: options.random ?? 'exhaustive',
    reduction: options.reduction,
    checkCollisions: options.checkCollisions ?? false,
    runs: options.runs ?? RUNS_DEFAULT,
    seed: options.seed ?? (options.random === undefined ? 0 : newSeed()),
    maxStates: options.maxStates ?? null,
    maxDepth: options.maxDepth ?? null,
    maxSeconds: options.maxSeconds ?? null,
  }
}
