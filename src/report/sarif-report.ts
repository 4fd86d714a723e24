/** SARIF 2.1.0 (OASIS): what code-scanning services read. */
import { FAILURE_KINDS, type FailureKind } from '../engine/result.js'
import type { CheckedProgram, CheckResult, ShownFailure } from './check-result.js'
import { diagram } from './diagram.js'
import { FAILURE_WORDS } from './failure-text.js'
import { replayCommand } from './replay-command.js'
import { boundText, subjectText } from './text-report.js'

type Json = Readonly<Record<string, unknown>>

/** One run with a rule for every kind of failure and a result for every failure found. Ends with a newline. */
export function sarifReport(checks: readonly CheckResult[]): string {
  const notes = checks.flatMap((check) =>
    check.bound === null
      ? []
      : [{ level: 'warning', message: { text: `${subjectText(check)}: the search was stopped by ${boundText(check.bound)}` } }],
  )
  const results = checks.flatMap((check) =>
    check.programs.flatMap((program) => program.failures.map((shown) => result(check, program, shown))),
  )
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'heddle', rules: FAILURE_KINDS.map(rule) } },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notes }],
        results,
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function rule(kind: FailureKind): Json {
  const { title, meaning } = FAILURE_WORDS[kind]
  return {
    id: kind,
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    defaultConfiguration: { level: level(kind) },
  }
}

function level(kind: FailureKind): 'error' | 'warning' {
  return kind === 'warn-on' ? 'warning' : 'error'
}

function result(check: CheckResult, program: CheckedProgram, shown: ShownFailure): Json {
  const { failure, trace } = shown
  const command = replayCommand(check, program.name, failure.schedule)
  const summary = `${failure.message} in ${failure.where}, program ${program.name} of ${subjectText(check)}`
  return {
    ruleId: failure.kind,
    ruleIndex: FAILURE_KINDS.indexOf(failure.kind),
    level: level(failure.kind),
    message: { text: `${summary}\n\n${diagram(trace)}\n\n${command}` },
    locations: [location(check, program, shown)],
    partialFingerprints: {
      'heddleFailure/v1': [subjectText(check), program.name, failure.kind, failure.where, failure.message].join(' | '),
    },
    properties: { schedule: failure.schedule, contextSwitches: failure.contextSwitches, steps: failure.steps, task: failure.task },
  }
}

/** The function of the model; for a user's program also its file, and the line when it is known. */
function location(check: CheckResult, program: CheckedProgram, { failure, location: place }: ShownFailure): Json {
  const name = check.isFile ? program.name : `${check.race}/${program.name}`
  const logical = {
    logicalLocations: [{ name: failure.where, fullyQualifiedName: `${name}/${failure.where}`, kind: 'function' }],
  }
  const file = place?.file ?? (check.isFile ? check.race : null)
  if (file === null) return logical
  const region = place === undefined ? {} : { region: { startLine: place.line } }
  return { physicalLocation: { artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) }, ...region }, ...logical }
}
