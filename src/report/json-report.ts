/** `heddle-result/1`: the contract with scripts. */
import type { CheckedProgram, CheckResult, ShownFailure } from './check-result.js'
import { diagram } from './diagram.js'
import { thousandths } from './numbers.js'

/** One object for one configuration, an array for several (and for none). Ends with a newline. */
export function jsonReport(checks: readonly CheckResult[]): string {
  const reports = checks.map(resultJson)
  return `${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`
}

function resultJson(check: CheckResult): Readonly<Record<string, unknown>> {
  return {
    schema: 'heddle-result/1',
    race: check.race,
    kernel: check.kernel,
    fixes: check.fixes,
    fs: check.fs,
    memory: check.memory,
    verdict: check.verdict,
    bound: check.bound,
    programs: check.programs.map(({ name, result, seconds }) => ({
      name,
      verdict: result.verdict,
      bound: result.bound,
      method: result.method,
      states: result.states,
      steps: result.steps,
      depth: result.depth,
      seconds: thousandths(seconds),
    })),
    states: check.states,
    steps: check.steps,
    seconds: thousandths(check.seconds),
    statesPerSecond: check.statesPerSecond,
    peakMemoryMiB: Math.round(check.peakMemoryMiB),
    falseMergeProbability: check.falseMergeProbability,
    failures: check.programs.flatMap((program) => program.failures.map((shown) => failureJson(program, shown))),
  }
}

function failureJson(program: CheckedProgram, { failure, trace, location }: ShownFailure): Readonly<Record<string, unknown>> {
  return {
    program: program.name,
    kind: failure.kind,
    where: failure.where,
    message: failure.message,
    task: failure.task,
    contextSwitches: failure.contextSwitches,
    steps: failure.steps,
    shortest: failure.shortest,
    schedule: failure.schedule,
    ...(location === undefined ? {} : { location }),
    diagram: diagram(trace),
  }
}
