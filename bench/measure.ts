import { fileOf } from './claims.js'
import type { Heddle, HeddleRun } from './heddle.js'
import { median } from './process.js'
import type { Row } from './rows.js'
import type { Spin, SpinRun, TraceSize } from './spin.js'

/** What the runs of one row gave: times are medians, everything else is of the last run. */
export interface Measured {
  readonly row: Row
  readonly heddle: HeddleRun
  readonly spin: SpinRun | null
  /** Of SPIN's failing schedule after iterative shortening; null if the row has no failure. */
  readonly spinTrace: TraceSize | null
  readonly rounds: number
}

/** Most seconds that Heddle is given for a row; a run that hits this bound is shown as such. */
const SECONDS_MAX = 150

interface Runs {
  readonly heddle: HeddleRun[]
  readonly spin: SpinRun[]
}

/**
 * Runs every row `rounds` times, Heddle and SPIN in turn, so that both meet the same load of the machine.
 * @throws Error if a verdict is wrong; a bound that was hit is no verdict
 */
export async function measureRows(
  rows: readonly Row[],
  rounds: number,
  heddle: Heddle,
  spin: Spin | null,
  say: (what: string) => void,
): Promise<readonly Measured[]> {
  const runs = rows.map((): Runs => ({ heddle: [], spin: [] }))
  for (let round = 1; round <= rounds; round++) {
    for (const [i, row] of rows.entries()) {
      say(`${row.title}, round ${round} of ${rounds}`)
      const { heddle: ours, spin: theirs } = runs[i]!
      ours.push(await heddle(fileOf(row.file), ['--max-seconds', String(SECONDS_MAX)]))
      if (spin !== null && row.spin !== undefined && round <= (row.spin.rounds ?? rounds)) theirs.push(await spin.run(row.spin))
    }
  }
  const measured: Measured[] = []
  for (const [i, row] of rows.entries()) {
    const { heddle: ours, spin: theirs } = runs[i]!
    checkVerdicts(row, ours, theirs)
    const spinTrace = spin !== null && row.spin !== undefined && row.verdict === 'race' ? await spin.shortest(row.spin) : null
    measured.push({ row, heddle: medianHeddle(ours), spin: theirs.length === 0 ? null : medianSpin(theirs), spinTrace, rounds })
  }
  return measured
}

function checkVerdicts(row: Row, ours: readonly HeddleRun[], theirs: readonly SpinRun[]): void {
  const wrong = ours.find((run) => run.verdict !== row.verdict && run.verdict !== 'unknown')
  if (wrong !== undefined) throw new Error(`${row.title}: Heddle says ${wrong.verdict}, but ${row.verdict} is right`)
  if (theirs.some((run) => run.errors > 0 !== (row.verdict === 'race'))) throw new Error(`${row.title}: SPIN's verdict is not ${row.verdict}`)
}

function medianHeddle(runs: readonly HeddleRun[]): HeddleRun {
  const of = (value: (run: HeddleRun) => number): number => median(runs.map(value))
  return { ...runs.at(-1)!, seconds: of((run) => run.seconds), cpu: of((run) => run.cpu), searchSeconds: of((run) => run.searchSeconds) }
}

function medianSpin(runs: readonly SpinRun[]): SpinRun {
  const of = (value: (run: SpinRun) => number): number => median(runs.map(value))
  return { ...runs.at(-1)!, seconds: of((run) => run.seconds), cpu: of((run) => run.cpu), alone: of((run) => run.alone) }
}
