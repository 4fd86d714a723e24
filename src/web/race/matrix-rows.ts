/** The matrix, as far as it has been explored. */
import { fixesFor } from '../../races/configurations.js'
import type { Configuration, Race } from '../../races/race.js'
import { checkResult, raceSubject } from '../../report/check-result.js'
import { matrixResult, type MatrixCell, type MatrixRow } from '../../report/matrix-result.js'
import { runsOf, standing, type Standing } from '../engine/checks.js'

export interface LiveRow {
  readonly configuration: Configuration
  readonly row: MatrixRow
  readonly state: Standing
  /** By column. A race is one as soon as it is found; nothing holds before everything was explored. */
  readonly cells: readonly LiveCell[]
}

export interface LiveCell {
  readonly cell: MatrixCell
  readonly verdict: 'race' | 'holds' | 'unknown' | 'pending'
  /** Only of what has been decided. */
  readonly differs: boolean
}

/** The race as it is and with each fix that applies to the kernel. */
export function rowConfigurations(race: Race, { kernel, fs, memory }: Configuration): readonly Configuration[] {
  return [[], ...fixesFor(race, kernel).map(({ name }) => [name])].map((fixes) => ({ kernel, fs, memory, fixes }))
}

export function liveRow(race: Race, configuration: Configuration): LiveRow {
  const state = standing(runsOf(race, configuration))
  const check = checkResult(raceSubject(race, configuration), state.done, { seconds: 0, peakMemoryMiB: 0 })
  const [row] = matrixResult(race, [check]).rows
  if (row === undefined) throw new Error(`the matrix of ${race.name} has no row`)
  const cells = row.cells.map((cell): LiveCell => {
    const verdict = cell.verdict !== 'holds' || state.isFinished ? cell.verdict : 'pending'
    return { cell, verdict, differs: verdict !== 'pending' && cell.comparison === 'differs' }
  })
  return { configuration, row, state, cells }
}
