/** Fixes × failures of one race: the model's verdict in every cell, beside what the thread said. */
import type { Bound, Failure, FoundFailure, Verdict } from '../engine/result.js'
import type { Claim, FileSystem, Memory, Race } from '../races/race.js'
import type { CheckResult, ExploredProgram } from './check-result.js'
import { replayCommand } from './replay-command.js'

export interface MatrixCell {
  /** Name of a RaceFailure. */
  readonly failure: string
  readonly verdict: Verdict
  /** Which bound kept it `unknown`. */
  readonly bound: Bound | null
  /** The program that shows it, how, and the command that shows it again; null unless the verdict is `race`. */
  readonly shownBy: { readonly program: string; readonly failure: FoundFailure; readonly command: string } | null
  /** What the thread says about this fix and this failure, oldest first. */
  readonly claims: readonly Claim[]
  /** `agrees` or `differs` when the thread says something and the model has decided, else `open`. */
  readonly comparison: Comparison
}

export type Comparison = 'agrees' | 'differs' | 'disputed' | 'open'

export interface MatrixRow {
  /** Empty: the kernel as it is. Several: applied together, in this order. */
  readonly fixes: readonly string[]
  /** Of the only fix of this row; null for none and for combinations. */
  readonly author: string | null
  readonly date: string | null
  /** What the fix does, in one sentence. */
  readonly summary: string
  readonly cells: readonly MatrixCell[]
  /** Failures found that no column is about. */
  readonly others: readonly Failure[]
  readonly states: number
  readonly seconds: number
}

export interface MatrixResult {
  readonly race: string
  readonly title: string
  readonly thread: { readonly file: string; readonly subject: string }
  readonly kernel: string
  readonly fs: FileSystem
  readonly memory: Memory
  readonly failures: readonly { readonly name: string; readonly summary: string }[]
  readonly rows: readonly MatrixRow[]
}

/**
 * Puts the checks of one race, each with other fixes, side by side; a row for each, in the order given.
 * All must be of the same kernel, file system and memory model.
 * @throws RangeError if there is no check, or one of another race or configuration.
 */
export function matrixResult(race: Race, checks: readonly CheckResult<ExploredProgram>[]): MatrixResult {
  const first = checks[0]
  if (first === undefined) throw new RangeError(`matrix of ${race.name}: no checks given`)
  const { kernel, fs, memory } = first
  if (kernel === null || fs === null) throw new RangeError(`matrix of ${race.name}: ${first.race} is no catalogue entry`)
  for (const check of checks) {
    if (check.race !== race.name || check.kernel !== kernel || check.fs !== fs || check.memory !== memory) {
      throw new RangeError(`matrix of ${race.name}: a check of ${check.race} on ${check.kernel}, ${check.fs}, ${check.memory} among them`)
    }
  }
  return {
    race: race.name,
    title: race.title,
    thread: race.thread,
    kernel,
    fs,
    memory,
    failures: race.failures.map(({ name, summary }) => ({ name, summary })),
    rows: checks.map((check) => row(race, check)),
  }
}

function row(race: Race, check: CheckResult<ExploredProgram>): MatrixRow {
  const fixes = race.fixes.filter((fix) => check.fixes.includes(fix.name))
  const only = check.fixes.length === 1 ? fixes[0] : undefined
  const claims = only?.claims ?? []
  const found = check.programs.flatMap((program) => program.result.failures)
  return {
    fixes: check.fixes,
    author: only?.author ?? null,
    date: only?.date ?? null,
    summary: check.fixes.length === 0 ? 'the kernel as it is' : fixes.map((fix) => fix.summary).join('; '),
    cells: race.failures.map((failure) => {
      const about = claims.filter((claim) => claim.failure === failure.name)
      return cell(failure.name, (seen) => failure.matches(seen), check, about)
    }),
    others: found.filter((seen) => !race.failures.some((failure) => failure.matches(seen))),
    states: check.states,
    seconds: check.seconds,
  }
}

function cell(
  failure: string,
  matches: (seen: Failure) => boolean,
  check: CheckResult<ExploredProgram>,
  claims: readonly Claim[],
): MatrixCell {
  for (const program of check.programs) {
    const shown = program.result.failures.find(matches)
    if (shown !== undefined) {
      const command = replayCommand(check, program.name, shown.schedule)
      const shownBy = { program: program.name, failure: shown, command }
      return { failure, verdict: 'race', bound: null, shownBy, claims, comparison: compare('race', claims) }
    }
  }
  const verdict = check.bound === null ? 'holds' : 'unknown'
  return { failure, verdict, bound: check.bound, shownBy: null, claims, comparison: compare(verdict, claims) }
}

function compare(verdict: Verdict, claims: readonly Claim[]): Comparison {
  const says = new Set(claims.map((claim) => claim.says))
  if (verdict === 'unknown' || says.size === 0) return 'open'
  if (says.size > 1) return 'disputed'
  return says.has('closes') === (verdict === 'holds') ? 'agrees' : 'differs'
}
