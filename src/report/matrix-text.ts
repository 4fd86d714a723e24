/** Fixes × failures as a table: the model's verdict, beneath it what the thread said, and where the two differ. */
import type { Verdict } from '../engine/result.js'
import type { MatrixCell, MatrixResult, MatrixRow } from './matrix-result.js'
import { counted, grouped, secondsText } from './numbers.js'
import { filled } from './paragraph.js'
import { PLAIN, type Palette } from './palette.js'

const CELL_WIDTH = 9
const TEXT_WIDTH = 76

/** Table, legend, differences, and failures that no column is about. Ends with a newline. */
export function matrixText(matrix: MatrixResult, options: { readonly palette?: Palette } = {}): string {
  const palette = options.palette ?? PLAIN
  const memory = matrix.memory === 'sc' ? '' : `, ${matrix.memory} memory`
  const title = `${palette.strong(`${matrix.race}  ${matrix.kernel}, ${matrix.fs}${memory}`)}\n${matrix.thread.subject} (${matrix.thread.file})`
  const parts = [title, table(matrix, palette), legend(matrix), differences(matrix, palette), others(matrix)]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function table(matrix: MatrixResult, palette: Palette): string {
  const names = matrix.rows.map(rowName)
  const width = 2 + Math.max(...names.map((name) => name.length), ...matrix.rows.map((row) => saidBy(row).length))
  const letters = matrix.failures.map((_, column) => letter(column).padEnd(CELL_WIDTH)).join('')
  const lines = [`${''.padEnd(width)}${palette.strong(letters.trimEnd())}`]
  matrix.rows.forEach((row, at) => {
    const verdicts = row.cells.map((cell) => verdictText(cell.verdict, palette)).join('')
    lines.push(`${(names[at] ?? '').padEnd(width)}${verdicts}`.trimEnd())
    if (row.cells.every((cell) => cell.claims.length === 0)) return
    const claims = row.cells.map((cell) => claimText(cell, palette)).join('')
    lines.push(`${palette.faint(saidBy(row).padEnd(width))}${claims}`.trimEnd())
  })
  return lines.join('\n')
}

function rowName(row: MatrixRow): string {
  return row.fixes.length === 0 ? 'no fix' : row.fixes.join(' + ')
}

/** The claims' line: whoever speaks in this row. */
function saidBy(row: MatrixRow): string {
  const speakers = [...new Set(row.cells.flatMap((cell) => cell.claims.map((claim) => claim.who)))]
  if (speakers.length === 0) return ''
  return speakers.length === 1 ? `  ${speakers[0]}:` : '  the thread:'
}

function verdictText(verdict: Verdict, palette: Palette): string {
  const paint = { race: palette.bad, holds: palette.good, unknown: palette.unsure }[verdict]
  return paint(verdict) + ' '.repeat(CELL_WIDTH - verdict.length)
}

function claimText(cell: MatrixCell, palette: Palette): string {
  const says = [...new Set(cell.claims.map((claim) => claim.says))]
  const mark = cell.comparison === 'differs' ? ' !' : ''
  const text = `${says.length > 1 ? 'both' : (says[0] ?? '')}${mark}`
  return (mark === '' ? palette.faint(text) : palette.bad(text)) + ' '.repeat(Math.max(1, CELL_WIDTH - text.length))
}

function legend(matrix: MatrixResult): string {
  const states = matrix.rows.reduce((total, row) => total + row.states, 0)
  const seconds = matrix.rows.reduce((total, row) => total + row.seconds, 0)
  const columns = matrix.failures.map((failure, column) => filled(`${letter(column)}  ${failure.name}: ${failure.summary}`, TEXT_WIDTH, 3))
  const words = [
    'race: reachable, there is a schedule. holds: every state was explored, it is not reachable. unknown: a bound was hit first.',
    'closes, leaves: what the thread says the fix does to the failure; both: people disagree; !: the model finds otherwise.',
    `${counted(matrix.rows.length, 'row')}, ${grouped(states)} states, ${secondsText(seconds)}.`,
  ]
  return [...columns, ...words.map((text) => filled(text, TEXT_WIDTH, 0))].join('\n')
}

function differences(matrix: MatrixResult, palette: Palette): string {
  const found = matrix.rows.flatMap((row) =>
    row.cells.flatMap((cell, column) => (cell.comparison === 'differs' ? [difference(row, cell, column)] : [])),
  )
  return found.length === 0 ? '' : [palette.strong('Where the model and the thread differ'), ...found].join('\n')
}

function difference(row: MatrixRow, cell: MatrixCell, column: number): string {
  const said = cell.claims.map((claim) => `${claim.who}, ${claim.date}: ${claim.text}`).join(' / ')
  const model =
    cell.shownBy === null
      ? 'the model finds no schedule'
      : `program ${cell.shownBy.program}: ${cell.shownBy.failure.message} in ${cell.shownBy.failure.where}, ${cell.shownBy.failure.schedule}`
  return [filled(`! ${rowName(row)}, ${letter(column)} ${cell.failure}: ${model}`, TEXT_WIDTH, 2), filled(`  ${said}`, TEXT_WIDTH, 2)].join('\n')
}

function others(matrix: MatrixResult): string {
  const found = matrix.rows.flatMap((row) =>
    row.others.map((failure) => filled(`${rowName(row)}: ${failure.kind} in ${failure.where}: ${failure.message}`, TEXT_WIDTH, 2)),
  )
  return found.length === 0 ? '' : ['Failures that no column is about', ...found].join('\n')
}

function letter(column: number): string {
  return String.fromCodePoint('A'.codePointAt(0)! + column)
}
