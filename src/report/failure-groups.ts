/** Many programs show the same failure; people want to read about it once. */
import { FAILURE_KINDS } from '../engine/result.js'
import type { CheckedProgram, CheckResult, ShownFailure } from './check-result.js'

export interface Occurrence {
  readonly program: CheckedProgram
  readonly shown: ShownFailure
}

/** Failures of one kind in one function, the easiest to follow first. */
export type FailureGroup = readonly [Occurrence, ...Occurrence[]]

/** Every failure of a check, in groups; the kinds in the order of the closed list, then what is easiest to follow. */
export function failureGroups(check: CheckResult): readonly FailureGroup[] {
  const all = check.programs.flatMap((program) => program.failures.map((shown): Occurrence => ({ program, shown })))
  const groups = new Map<string, FailureGroup>()
  for (const occurrence of all.sort(easierFirst)) {
    const { kind, where } = occurrence.shown.failure
    const known = groups.get(`${kind} ${where}`)
    groups.set(`${kind} ${where}`, known === undefined ? [occurrence] : [...known, occurrence])
  }
  const rank = ([first]: FailureGroup): number => FAILURE_KINDS.indexOf(first.shown.failure.kind)
  return [...groups.values()].sort((a, b) => rank(a) - rank(b) || easierFirst(a[0], b[0]))
}

/** Names of the programs that show it, each once. */
export function programsOf(group: FailureGroup): readonly string[] {
  return [...new Set(group.map(({ program }) => program.name))]
}

function easierFirst({ shown: a }: Occurrence, { shown: b }: Occurrence): number {
  return a.failure.contextSwitches - b.failure.contextSwitches || a.failure.steps - b.failure.steps
}
