/** The report people read first: one page for one configuration. */
import { togetherInOrder } from '../engine/lock-order.js'
import type { Bound } from '../engine/result.js'
import type { CheckedProgram, CheckResult } from './check-result.js'
import { diagram } from './diagram.js'
import { failureGroups, programsOf, type FailureGroup } from './failure-groups.js'
import { FAILURE_WORDS } from './failure-text.js'
import { lockOrdersText } from './lock-orders.js'
import { counted, grouped, probabilityText, secondsText } from './numbers.js'
import { PLAIN, type Palette } from './palette.js'
import { filled } from './paragraph.js'
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

/** So many failures of several programs are drawn, so that the report stays a page; of a single program all are. */
const DRAWN_MAX = 3

/**
 * Verdict, what was explored, then the failures, one of each kind and function: diagram, splat, and the command that
 * replays it; of those beyond the page the command only. Ends with a newline.
 */
export function textReport(check: CheckResult, options: TextOptions = {}): string {
  const palette = options.palette ?? PLAIN
  const parts = [`${palette.strong(subjectText(check))}\n${verdictLine(check, palette)}`, explored(check, palette)]
  const groups = failureGroups(check)
  const drawn = check.programs.length === 1 ? groups.length : DRAWN_MAX
  groups.forEach((group, at) => {
    parts.push(at < drawn ? groupDrawn(check, group, at + 1, options) : groupListed(check, group, at + 1, options))
  })
  const locks = lockOrdersText(togetherInOrder(check.programs.map((program) => program.result.lockOrders)))
  if (locks !== '') parts.push(locks)
  if (groups.length > drawn) parts.push(`heddle check ${check.race}/PROGRAM draws all failures of a program, --json has all of them.`)
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
  const work = `${counted(check.states, 'state')}, ${counted(check.steps, 'step')}`
  const size = `${work}, ${secondsText(check.seconds)}${rate}, ${grouped(check.peakMemoryMiB)} MiB`
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

function groupDrawn(check: CheckResult, group: FailureGroup, number: number, options: TextOptions): string {
  const palette = options.palette ?? PLAIN
  const [{ program, shown }] = group
  const { failure, trace } = shown
  const shortest = failure.shortest ? ', the fewest possible' : ''
  const size = `${counted(failure.contextSwitches, 'context switch', 'context switches')}, ${counted(failure.steps, 'step')}${shortest}`
  const heading = `${groupTitle(group, number, palette)}\n   program ${program.name}: ${size}${alsoIn(group)}`
  const drawn = diagram(trace, { width: options.columns ?? 72 })
  return `${heading}\n\n${drawn}\n\n${palette.faint(splat(trace, failure))}\n\n${replayCommand(check, program.name, failure.schedule)}`
}

function groupListed(check: CheckResult, group: FailureGroup, number: number, options: TextOptions): string {
  const [{ program, shown }] = group
  const title = groupTitle(group, number, options.palette ?? PLAIN)
  const heading = `${title}\n   program ${program.name}: ${shown.failure.message}${alsoIn(group)}`
  return `${heading}\n   ${replayCommand(check, program.name, shown.failure.schedule)}`
}

function groupTitle(group: FailureGroup, number: number, palette: Palette): string {
  const { failure, location } = group[0].shown
  const place = location === undefined ? '' : ` (${location.file}:${location.line})`
  return `${palette.strong(`${number}. ${FAILURE_WORDS[failure.kind].title} in ${failure.where}`)}${place}`
}

/** Where else the same is shown, and what else is said there. */
function alsoIn(group: FailureGroup): string {
  const [first, ...others] = programsOf(group)
  const messages = [...new Set(group.map(({ shown }) => shown.failure.message))].slice(1)
  const lines = messages.map((message) => `also: ${message}`)
  if (first !== undefined && others.length > 0) lines.push(`also in ${others.join(', ')}`)
  return lines.map((line) => `\n   ${filled(line, 76, 5)}`).join('')
}
