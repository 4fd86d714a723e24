/** Fixes × failures as a table: the model's verdict, beneath it what the thread said, and where the two differ. */
import type { MatrixCell, MatrixResult, MatrixRow } from './matrix-result.js'
import { counted, grouped, secondsText } from './numbers.js'
import { filled } from './paragraph.js'
import { PLAIN, type Palette } from './palette.js'

const CELL_WIDTH = 7
const TEXT_WIDTH = 76

/** Table, legend, differences, and failures that no column is about. Ends with a newline. */
export function matrixText(matrix: MatrixResult, options: { readonly palette?: Palette } = {}): string {
  const palette = options.palette ?? PLAIN
  const memory = matrix.memory === 'sc' ? '' : `, ${matrix.memory} memory`
  const subject = palette.strong(`${matrix.race}  ${matrix.kernel}, ${matrix.fs}${memory}`)
  const title = `${subject}\n${matrix.thread.subject} (${matrix.thread.file})`
  const parts = [title, table(matrix, palette), legend(matrix), differences(matrix, palette), others(matrix)]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** Numbers of the columns in which anything is seen or said; the others hold everywhere and would only take room. */
function eventful(matrix: MatrixResult): readonly number[] {
  const says = (cell: MatrixCell | undefined): boolean => cell !== undefined && (cell.verdict !== 'holds' || cell.claims.length > 0)
  return [...matrix.failures.keys()].filter((column) => matrix.rows.some((row) => says(row.cells[column])))
}

function table(matrix: MatrixResult, palette: Palette): string {
  const columns = eventful(matrix)
  const width = 2 + Math.max(...matrix.rows.flatMap((row) => [rowName(row).length, saidBy(row).length]))
  const letters = columns.map((column) => letter(column).padEnd(CELL_WIDTH)).join('')
  const lines = [`${''.padEnd(width)}${palette.strong(letters.trimEnd())}`]
  for (const row of matrix.rows) {
    const cells = columns.flatMap((column) => row.cells[column] ?? [])
    lines.push(`${rowName(row).padEnd(width)}${cells.map((cell) => verdictText(cell, palette)).join('')}`.trimEnd())
    if (cells.every((cell) => cell.claims.length === 0)) continue
    lines.push(`${palette.faint(saidBy(row).padEnd(width))}${cells.map((cell) => claimText(cell, palette)).join('')}`.trimEnd())
  }
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

function verdictText({ verdict }: MatrixCell, palette: Palette): string {
  const paint = { race: palette.bad, holds: palette.good, unknown: palette.unsure }[verdict]
  const word = verdict === 'unknown' ? '?' : verdict
  return paint(word) + ' '.repeat(CELL_WIDTH - word.length)
}

/** What would have to be found if the thread were right. */
function claimText(cell: MatrixCell, palette: Palette): string {
  const words = new Set(cell.claims.map((claim) => (claim.says === 'closes' ? 'holds' : 'race')))
  const mark = cell.comparison === 'differs' ? '!' : ''
  const text = `${words.size > 1 ? 'both' : [...words].join('')}${mark}`
  return (mark === '' ? palette.faint(text) : palette.bad(text)) + ' '.repeat(CELL_WIDTH - text.length)
}

function legend(matrix: MatrixResult): string {
  const states = matrix.rows.reduce((total, row) => total + row.states, 0)
  const seconds = matrix.rows.reduce((total, row) => total + row.seconds, 0)
  const shown = eventful(matrix)
  const columns = matrix.failures.map((failure, column) => {
    const nowhere = shown.includes(column) ? '' : ' (nowhere found, nothing said)'
    return filled(`${letter(column)}  ${failure.name}: ${failure.summary}${nowhere}`, TEXT_WIDTH, 3)
  })
  const words = [
    'race: reachable, there is a schedule. holds: every state was explored, it is not reachable. ?: a bound was hit first.',
    'Below, what the thread says of the fix: holds if it is to close the failure, race if it leaves it, ' +
      'both if people disagree; ! where the model finds otherwise.',
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
  const { shownBy } = cell
  const model =
    shownBy === null ? 'the model finds no schedule' : `${shownBy.failure.message} in ${shownBy.failure.where}, program ${shownBy.program}`
  const lines = [filled(`! ${rowName(row)}, ${letter(column)} ${cell.failure}: ${model}`, TEXT_WIDTH, 2)]
  for (const claim of cell.claims) lines.push(filled(`  ${claim.who}, ${claim.date}: ${claim.text}`, TEXT_WIDTH, 2))
  if (shownBy !== null) lines.push(`  ${shownBy.command}`)
  return lines.join('\n')
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
