/** What a check answers: one configuration of one race (or of a user's own file), as plain data for every formatter. */
import type { Bound, FoundFailure, Result, Trace, Verdict } from '../engine/result.js'
import type { Configuration, FileSystem, Memory, Race } from '../races/race.js'

/** A failure that was found, with everything that happens in the schedule that reaches it. */
export interface ShownFailure {
  readonly failure: FoundFailure
  /** `replay` of `failure.schedule`. */
  readonly trace: Trace
  /** Where in the user's own file it was noticed, when known. */
  readonly location?: { readonly file: string; readonly line: number }
}

/** One program, explored. */
export interface ExploredProgram {
  readonly name: string
  readonly result: Result
  /** Wall-clock time, including the search for shortest traces. */
  readonly seconds: number
  /** One for each of `result.failures`, in the same order. */
  readonly failures: readonly { readonly failure: FoundFailure }[]
}

/** One program, explored, with everything that leads to its failures. */
export interface CheckedProgram extends ExploredProgram {
  readonly failures: readonly ShownFailure[]
}

/** What was checked. */
export interface Subject {
  /** Name in the catalogue, or the path of the user's file as it was given. */
  readonly race: string
  /** True if `race` is the path of a user's file. */
  readonly isFile: boolean
  /** Null for a user's file, which need not run on the kernel model. */
  readonly kernel: string | null
  readonly fixes: readonly string[]
  readonly fs: FileSystem | null
  readonly memory: Memory
  /** The command-line options that select this configuration again where it is not the default: `['--fix', 'hugh-2']`. */
  readonly options: readonly string[]
}

/** All programs of one configuration together. */
export interface CheckResult<Explored extends ExploredProgram = CheckedProgram> extends Subject {
  readonly programs: readonly Explored[]
  /** `race` if any program has a failure, else `unknown` if any hit a bound, else `holds`. */
  readonly verdict: Verdict
  /** The first bound that was hit; set even if the verdict is `race`. */
  readonly bound: Bound | null
  readonly states: number
  readonly steps: number
  readonly seconds: number
  /** Whole number; 0 if no time passed. */
  readonly statesPerSecond: number
  readonly peakMemoryMiB: number
  /** Probability that any of the programs took two different states for one. */
  readonly falseMergeProbability: number
}

/** Adds up the programs of one configuration. `seconds` is wall-clock time of the whole check. */
export function checkResult<Explored extends ExploredProgram>(
  subject: Subject,
  programs: readonly Explored[],
  measured: { readonly seconds: number; readonly peakMemoryMiB: number },
): CheckResult<Explored> {
  const states = sum(programs, (program) => program.result.states)
  return {
    ...subject,
    programs,
    verdict: together(programs.map((program) => program.result.verdict)),
    bound: programs.find((program) => program.result.bound !== null)?.result.bound ?? null,
    states,
    steps: sum(programs, (program) => program.result.steps),
    seconds: measured.seconds,
    statesPerSecond: measured.seconds > 0 ? Math.round(states / measured.seconds) : 0,
    peakMemoryMiB: measured.peakMemoryMiB,
    falseMergeProbability: Math.min(
      1,
      sum(programs, (program) => program.result.falseMergeProbability),
    ),
  }
}

/** The subject of a check of a catalogue entry. */
export function raceSubject(race: Race, configuration: Configuration): Subject {
  const options: string[] = []
  if (configuration.kernel !== race.kernels[0]) options.push('--kernel', configuration.kernel)
  if (configuration.fixes.length > 0) options.push('--fix', configuration.fixes.join(','))
  if (configuration.fs !== race.fileSystems[0]) options.push('--fs', configuration.fs)
  if (configuration.memory !== 'sc') options.push('--memory', configuration.memory)
  return { ...configuration, race: race.name, isFile: false, options }
}

/** The subject of a check of a user's file. */
export function fileSubject(path: string, memory: Memory): Subject {
  const options = memory === 'sc' ? [] : ['--memory', memory]
  return { race: path, isFile: true, kernel: null, fixes: [], fs: null, memory, options }
}

/** The verdict of several programs together. */
export function together(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('race')) return 'race'
  return verdicts.includes('unknown') ? 'unknown' : 'holds'
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
