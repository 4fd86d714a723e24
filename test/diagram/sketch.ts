/** A diagram in a few words a row, to compare with what is expected of it. */
import type { Cell, Diagram, ResultConstraint } from '../../src/diagram/types.js'

/**
 * `columns sure: CPU1 | CPU2`, then a line for each cell: column or `*`, a dot for each level of depth, kind (with `+` if it
 * is entered, `?` if it is a condition), text, `=> results`, `!! verdict`, `// remarks`. `&` in front: in the same row as the
 * cell above. Then what was skipped and warned of.
 */
export function sketch(diagram: Diagram): string {
  const lines = [`${diagram.form} ${diagram.confidence}: ${diagram.columns.map((column) => column.header || '-').join(' | ')}`]
  diagram.columns.forEach((column, index) => {
    lines.push(`${index} is ${column.names.map((name) => `${name.kind} ${name.text}`).join(', ') || 'unnamed'}`)
  })
  for (const cell of diagram.prelude) lines.push(`before ${cellText(cell)}`)
  for (const row of diagram.rows) row.cells.forEach((cell, at) => lines.push((at > 0 ? '& ' : '') + cellText(cell)))
  for (const { line, reason } of diagram.skipped) lines.push(`line ${line - diagram.firstLine + 1} skipped: ${reason}`)
  for (const { line, code } of diagram.warnings) lines.push(`line ${line - diagram.firstLine + 1} warns: ${code}`)
  return lines.join('\n')
}

function cellText(cell: Cell): string {
  const marks = (cell.isEntered ? '+' : '') + (cell.isCondition ? '?' : '')
  const change = cell.change === undefined ? '' : `(${cell.change})`
  const results = cell.results.map((result) => ` => ${resultText(result)}`).join('')
  const verdict = cell.verdict === undefined ? '' : ` !! ${cell.verdict.claim}${cell.kind === 'verdict' ? '' : ` ${cell.verdict.text}`}`
  const remarks = cell.remarks.map((remark) => ` // ${remark}`).join('')
  return `${cell.column ?? '*'} ${'. '.repeat(cell.depth)}${cell.kind}${change}${marks} ${cell.text}${results}${verdict}${remarks}`
}

function resultText(result: ResultConstraint): string {
  const origin = result.origin === 'implied' ? '(implied) ' : ''
  switch (result.kind) {
    case 'truth':
      return `${origin}${result.value}`
    case 'errno':
      return `${origin}-${result.name}`
    case 'number':
      return `${origin}${result.relation} ${result.value}`
    case 'null':
      return `${origin}${result.isNull ? 'NULL' : 'not NULL'}`
    case 'change':
      return `${result.subject} from ${result.before || '?'} to ${result.after}`
    case 'other':
      return `"${result.words}"`
    default:
      return `${origin}${result.kind}`
  }
}
