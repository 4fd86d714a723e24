/** JUnit XML: a suite for each configuration, a test case for each program. */
import type { CheckedProgram, CheckResult } from './check-result.js'
import { diagram } from './diagram.js'
import { counted, thousandths } from './numbers.js'
import { replayCommand } from './replay-command.js'
import { splat } from './splat.js'
import { boundText, subjectText } from './text-report.js'
import { element, type Xml } from './xml.js'

/** A race is a failure, a bound that was hit an error: a search that did not end must not look like success. */
export function junitReport(checks: readonly CheckResult[]): string {
  const suites = checks.map((check) => {
    const cases = check.programs.map((program) => testCase(check, program))
    return element('testsuite', { name: subjectText(check), ...counts([check]) }, cases)
  })
  const root = element('testsuites', { name: 'heddle', ...counts(checks) }, suites)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.text}\n`
}

function counts(checks: readonly CheckResult[]): Readonly<Record<string, number>> {
  const programs = checks.flatMap((check) => check.programs)
  return {
    tests: programs.length,
    failures: programs.filter((program) => program.result.verdict === 'race').length,
    errors: programs.filter((program) => program.result.verdict === 'unknown').length,
    time: thousandths(checks.reduce((total, check) => total + check.seconds, 0)),
  }
}

function testCase(check: CheckResult, program: CheckedProgram): Xml {
  const attributes = { name: program.name, classname: check.race, time: thousandths(program.seconds) }
  return element('testcase', attributes, outcome(check, program))
}

function outcome(check: CheckResult, { name, result, failures }: CheckedProgram): readonly Xml[] {
  const first = failures[0]?.failure
  if (first !== undefined) {
    const texts = failures.map(({ failure, trace }) =>
      [diagram(trace), splat(trace, failure), replayCommand(check, name, failure.schedule)].join('\n\n'),
    )
    const more = failures.length === 1 ? '' : ` (and ${counted(failures.length - 1, 'other failure')})`
    const message = `${first.message} in ${first.where}${more}`
    return [element('failure', { type: first.kind, message }, texts.join('\n\n'))]
  }
  if (result.bound === null) return []
  return [element('error', { type: result.bound, message: `unknown: the search was stopped by ${boundText(result.bound)}` }, [])]
}
