import { count, type Claim } from './claims.js'
import type { Measured } from './measure.js'

/** Everything one run of the benchmarks found out. */
export interface Report {
  readonly date: string
  readonly machine: string
  /** Version of SPIN, or why it was left out. */
  readonly spin: string
  readonly rounds: number
  readonly rows: readonly Measured[]
  readonly claims: readonly Claim[]
}

/** As Markdown, for `docs/performance.md`, the README and the terminal. */
export function markdown(report: Report): string {
  return [
    `Measured ${report.date} on ${report.machine}; SPIN: ${report.spin}.`,
    `Seconds from the command to the verdict, medians of ${report.rounds} round${report.rounds === 1 ? '' : 's'} in which the two alternate; for SPIN that is`,
    'generator, C compiler and verifier, in brackets the verifier alone. Other load on the machine lengthens these times, and',
    'hardly changes the processor time beside them, which counts all threads.',
    '',
    ...rowTable(report.rows),
    '',
    ...claimTable(report),
    '',
  ].join('\n')
}

function rowTable(rows: readonly Measured[]): readonly string[] {
  return table(
    ['', 'Heddle', 'SPIN', 'SPIN : Heddle', 'wanted', 'CPU s, Heddle : SPIN', 'states (method)', 'states, SPIN', 'MiB', 'MiB, SPIN'],
    rows.map(({ row, heddle, spin }) => [
      row.title,
      heddle.verdict === 'unknown' ? `no verdict after ${seconds(heddle.seconds)}` : seconds(heddle.seconds),
      spin === null ? '–' : `${seconds(spin.seconds)} (${seconds(spin.alone)})`,
      spin === null ? '–' : (spin.seconds / heddle.seconds).toFixed(1),
      `${seconds(row.target)} ${tick(heddle.verdict === row.verdict && heddle.seconds <= row.target)}`,
      `${seconds(heddle.cpu)} : ${spin === null ? '–' : seconds(spin.cpu)}`,
      `${count(heddle.states)} (${heddle.method})`,
      spin === null ? '–' : count(spin.states),
      count(Math.round(heddle.memoryMiB)),
      spin === null ? '–' : count(Math.round(spin.memoryMiB)),
    ]),
  )
}

function claimTable(report: Report): readonly string[] {
  const traces = report.rows.flatMap(({ row, heddle, spinTrace }): readonly Claim[] => {
    if (row.switchesByHand === undefined) return []
    const reached = heddle.trace === null ? 'no failure' : `${heddle.trace.contextSwitches} (${heddle.trace.steps} steps)`
    const spin = spinTrace === null ? '' : `; \`pan -i\`: ${spinTrace.contextSwitches} (${spinTrace.steps} steps)`
    return [
      {
        what: `${row.title}: context switches of the shortest trace`,
        wanted: `${row.switchesByHand} (by hand)${spin}`,
        reached,
        met: heddle.trace !== null && heddle.trace.contextSwitches <= row.switchesByHand,
      },
    ]
  })
  return table(
    ['', 'wanted', 'reached'],
    [...traces, ...report.claims].map((claim) => [claim.what, claim.wanted, `${claim.reached} ${tick(claim.met)}`]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_cell, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)]
}

const tick = (met: boolean): string => (met ? '✓' : '✗')

function seconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1)
}
