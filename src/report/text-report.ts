/** The report people read first: one page for one configuration. */
import type { Bound } from '../engine/result.js'
import type { CheckedProgram, CheckResult, ShownFailure } from './check-result.js'
import { diagram } from './diagram.js'
import { FAILURE_WORDS } from './failure-text.js'
import { counted, grouped, probabilityText, secondsText } from './numbers.js'
import { PLAIN, type Palette } from './palette.js'
import { replayCommand } from './replay-command.js'
import { splat } from './splat.js'

export interface TextOptions {
  readonly palette?: Palette
  /** Width of the diagrams. Default 72. */
  readonly columns?: number
}

const METHODS: Readonly<Record<CheckedProgram['result']['method'], string>> = {
  plain: 'every interleaving',
  reduced: 'every interleaving, but not the order of steps that commute',
  dpor: 'one interleaving of each kind',
  random: 'random interleavings',
}

/** Verdict, what was explored, then every failure: diagram, splat, and the command that replays it. Ends with a newline. */
export function textReport(check: CheckResult, options: TextOptions = {}): string {
  const palette = options.palette ?? PLAIN
  const parts = [`${palette.strong(subjectText(check))}\n${verdictLine(check, palette)}`, explored(check, palette)]
  let number = 0
  for (const program of check.programs) {
    for (const shown of program.failures) parts.push(failureText(check, program, shown, ++number, options))
  }
  return `${parts.join('\n\n')}\n`
}

/** `writeback-wakeup  v5.10-rc5 + hugh-2, ext4, sc`. */
export function subjectText(check: CheckResult): string {
  if (check.kernel === null) return check.memory === 'sc' ? check.race : `${check.race}  ${check.memory} memory`
  const kernel = [check.kernel, ...check.fixes].join(' + ')
  return [`${check.race}  ${kernel}`, check.fs, check.memory === 'sc' ? null : `${check.memory} memory`]
    .filter((part) => part !== null)
    .join(', ')
}

/** Which limit stopped the search, in words. */
export function boundText(bound: Bound): string {
  switch (bound) {
    case 'max-states':
    case 'max-seconds':
    case 'max-depth':
      return `the limit --${bound}`
    case 'memory':
      return 'the memory of this machine'
    case 'interrupted':
      return 'an interruption'
    case 'runs':
      return 'the number of random runs'
  }
}

function verdictLine(check: CheckResult, palette: Palette): string {
  const failures = check.programs.flatMap((program) => program.failures)
  const bad = check.programs.filter((program) => program.result.verdict === 'race').length
  const where = check.programs.length === 1 ? '' : ` in ${bad} of ${counted(check.programs.length, 'program')}`
  const stopped = check.bound === null ? '' : `the search was stopped by ${boundText(check.bound)}`
  switch (check.verdict) {
    case 'race': {
      const rest = stopped === '' ? '' : `; ${stopped}, there may be more`
      return `${palette.bad('RACE')}: ${counted(failures.length, 'failure')}${where}${rest}`
    }
    case 'holds':
      return `${palette.good('HOLDS')}: every state was explored, no failure is reachable`
    case 'unknown':
      return `${palette.unsure('UNKNOWN')}: ${stopped || 'the search is not complete'}; no failure so far`
  }
}

function explored(check: CheckResult, palette: Palette): string {
  const rows = check.programs.map(({ name, result, seconds }) => [
    name,
    result.verdict,
    grouped(result.states),
    grouped(result.steps),
    String(result.depth),
    secondsText(seconds),
    result.bound === null ? '' : `stopped by ${boundText(result.bound)}`,
  ])
  const heads = ['program', 'verdict', 'states', 'steps', 'depth', 'time', '']
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const [header = '', ...body] = [heads, ...rows].map((row) => tableLine(row, widths))
  const methods = [...new Set(check.programs.map((program) => METHODS[program.result.method]))].join('; ')
  const rate = check.statesPerSecond > 0 ? ` (${grouped(check.statesPerSecond)} states/s)` : ''
  const size = `${counted(check.states, 'state')}, ${counted(check.steps, 'step')}, ${secondsText(check.seconds)}${rate}, ${grouped(check.peakMemoryMiB)} MiB`
  const bounds = check.bound === null ? 'no bound was hit' : `stopped by ${boundText(check.bound)}`
  const merge = `chance that two states were taken for one: ${probabilityText(check.falseMergeProbability)}`
  return [palette.faint(header), ...body, size, `tried: ${methods}; ${bounds}`, merge].join('\n')
}

/** Names and verdicts to the left, numbers to the right. */
function tableLine(cells: readonly string[], widths: readonly number[]): string {
  const set = cells.map((cell, column) => {
    const isNumber = column >= 2 && column < cells.length - 1
    return isNumber ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
  })
  return `  ${set.join('  ')}`.trimEnd()
}

function failureText(
  check: CheckResult,
  program: CheckedProgram,
  { failure, trace, location }: ShownFailure,
  number: number,
  options: TextOptions,
): string {
  const palette = options.palette ?? PLAIN
  const title = `${number}. ${FAILURE_WORDS[failure.kind].title} in ${failure.where}`
  const place = location === undefined ? '' : ` (${location.file}:${location.line})`
  const shortest = failure.shortest ? ', the fewest possible' : ''
  const size = `${counted(failure.contextSwitches, 'context switch', 'context switches')}, ${counted(failure.steps, 'step')}${shortest}`
  const heading = `${palette.strong(title)}${place}\n   program ${program.name}: ${size}`
  const drawn = diagram(trace, { width: options.columns ?? 72 })
  const command = replayCommand(check, program.name, failure.schedule)
  return `${heading}\n\n${drawn}\n\n${palette.faint(splat(trace, failure))}\n\n${command}`
}
