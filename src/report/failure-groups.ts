/** Many programs show the same failure; people want to read about it once. */
import { FAILURE_KINDS } from '../engine/result.js'
import type { CheckedProgram, CheckResult, ExploredProgram } from './check-result.js'

export interface Occurrence<Explored extends ExploredProgram = CheckedProgram> {
  readonly program: Explored
  readonly shown: Explored['failures'][number]
}

/** Failures of one kind in one function, from the first program that shows it on, the easiest to follow first. */
export type FailureGroup<Explored extends ExploredProgram = CheckedProgram> = readonly [Occurrence<Explored>, ...Occurrence<Explored>[]]

/**
 * Every failure of a check, in groups; the kinds in the order of the closed list, then programs in the order of the
 * catalogue, which begins with what the thread is about.
 */
export function failureGroups<Explored extends ExploredProgram>(check: CheckResult<Explored>): readonly FailureGroup<Explored>[] {
  const groups = new Map<string, FailureGroup<Explored>>()
  for (const program of check.programs) {
    for (const shown of [...program.failures].sort(easierFirst)) {
      const { kind, where } = shown.failure
      const known = groups.get(`${kind} ${where}`)
      const occurrence = { program, shown }
      groups.set(`${kind} ${where}`, known === undefined ? [occurrence] : [...known, occurrence])
    }
  }
  const rank = ([{ shown }]: FailureGroup<Explored>): number => FAILURE_KINDS.indexOf(shown.failure.kind)
  return [...groups.values()].sort((a, b) => rank(a) - rank(b))
}

/** Names of the programs that show it, each once. */
export function programsOf(group: FailureGroup<ExploredProgram>): readonly string[] {
  return [...new Set(group.map(({ program }) => program.name))]
}

type Found = ExploredProgram['failures'][number]

function easierFirst({ failure: a }: Found, { failure: b }: Found): number {
  return a.contextSwitches - b.contextSwitches || a.steps - b.steps
}
