/** Says how a diagram was understood: where it was cut, what each row means, what was left out and guessed. */
import type { Meaning, StepMatch } from './names.js'
import { operationText } from './operations.js'
import type { Cell, Diagram, ResultConstraint } from './types.js'

export interface Explained {
  readonly diagram: Diagram
  /** What the steps of a cell mean; nothing for cells that are no steps. */
  readonly match: (cell: Cell) => readonly StepMatch[]
}

/** The explanation as text: lines separated by newlines. */
export function explainDiagram({ diagram, match }: Explained): string {
  const cells = diagram.rows.flatMap((row) => row.cells)
  const missed = cells.flatMap((cell) =>
    match(cell)
      .filter((step) => step.meanings.length === 0)
      .map((step) => ({ cell, step })),
  )
  return [
    `lines ${diagram.firstLine} to ${diagram.lastLine}: ${columnsText(diagram)} (${CONFIDENCES[diagram.confidence]})`,
    ...diagram.columns.map((column, index) => `  ${index + 1}. ${column.header === '' ? 'without a name' : column.header}${namesText(column)}`),
    '',
    ...section('as it was cut:', splitLines(diagram)),
    ...section(
      'before it begins:',
      diagram.prelude.map((cell) => `  ${cell.text}`),
    ),
    ...section(
      'row by row:',
      diagram.rows.flatMap((row, at) => row.cells.flatMap((cell, index) => cellLines(cell, match(cell), at, index))),
    ),
    ...section(
      'not understood, and so not checked:',
      missed.map(({ cell, step }) => `  line ${lineOf(cell)}: ${step.text}${suggestionText(step)}`),
    ),
    ...section(
      'left out:',
      diagram.skipped.map((line) => `  line ${line.line}: ${line.text} (${line.reason})`),
    ),
    ...section(
      'guessed:',
      diagram.warnings.map((warning) => `  line ${warning.line}: ${warning.message}`),
    ),
  ]
    .join('\n')
    .trimEnd()
}

const CONFIDENCES: Readonly<Record<Diagram['confidence'], string>> = {
  sure: 'headers and cells agree',
  likely: 'see what was guessed',
  guess: 'guessed, look at the cut below',
}

/** The lines of the diagram as they are, and below each where its cells begin and end: `[1-----]   [2---]`. */
export function splitLines(diagram: Diagram): readonly string[] {
  const lines = diagram.text.split('\n')
  const spans = [
    ...diagram.columns.flatMap((column, index) => column.spans.map((span) => ({ span, name: String(index + 1) }))),
    ...[...diagram.prelude, ...diagram.rows.flatMap((row) => row.cells)].flatMap((cell) =>
      cell.spans.map((span) => ({ span, name: cell.column === null ? '*' : String(cell.column + 1) })),
    ),
  ]
  const starts = lineStarts(lines)
  const result: string[] = []
  for (let number = diagram.firstLine; number <= diagram.lastLine; number++) {
    const raw = (lines[number - 1] ?? '').replace(/\r$/, '')
    const own = spans.filter(({ span }) => span.line === number).sort((a, b) => a.span.start - b.span.start)
    result.push(`  ${expanded(raw)}`.trimEnd())
    let marks = ''
    for (const { span, name } of own) {
      const from = expanded(raw.slice(0, span.start - (starts[number - 1] ?? 0))).length
      const to = expanded(raw.slice(0, span.end - (starts[number - 1] ?? 0))).length
      marks = marks.padEnd(from) + bracket(name, Math.max(2, to - Math.max(from, marks.length)))
    }
    if (marks !== '') result.push(`  ${marks}`)
  }
  return result
}

function bracket(name: string, width: number): string {
  if (width <= name.length + 1) return name.padEnd(width, '^').slice(0, width)
  return `[${name}${'-'.repeat(width - name.length - 2)}]`
}

function columnsText(diagram: Diagram): string {
  const count = diagram.columns.length
  if (diagram.form === 'blocks') return `blocks of ${count} actors`
  return count === 1 ? 'one column' : `${count} columns${diagram.form === 'bars' ? ', between bars' : ''}`
}

function namesText(column: Diagram['columns'][number]): string {
  const others = column.names.filter((name) => name.text !== column.header)
  return others.length === 0 ? '' : `: ${others.map((name) => `${name.kind} ${name.text}`).join(', ')}`
}

function cellLines(cell: Cell, steps: readonly StepMatch[], row: number, index: number): readonly string[] {
  const number = index === 0 ? String(row + 1).padStart(4) : '   &'
  const column = cell.column === null ? '*' : String(cell.column + 1)
  const results = cell.results.map((result) => `, ${resultText(result)}`).join('')
  const verdict = cell.verdict === undefined ? '' : `, claims: ${cell.verdict.claim === 'other' ? cell.verdict.text : cell.verdict.claim}`
  const head = `${number} [${column}] ${'  '.repeat(cell.depth)}${cell.text}`
  if (cell.kind !== 'call' && cell.kind !== 'statement')
    return [`${head}  (${cell.kind}${cell.change === undefined ? '' : `: ${cell.change}`}${verdict})`]
  return [
    head,
    ...steps.map((step) => `${' '.repeat(9)}${'  '.repeat(cell.depth)}= ${meaningsText(step, cell)}`),
    ...(results + verdict === '' ? [] : [`${' '.repeat(9)}${'  '.repeat(cell.depth)}  ${(results + verdict).slice(2)}`]),
  ]
}

function meaningsText(step: StepMatch, cell: Cell): string {
  if (step.meanings.length === 0) return `${step.text}: not understood${suggestionText(step)}`
  const entered = cell.isEntered && step.call !== null ? ' entered' : ''
  return `${step.meanings.map((meaning) => meaningText(meaning)).join(' or ')}${entered}`
}

function meaningText(meaning: Meaning): string {
  if (meaning.kind === 'operation') return `operation: ${operationText(meaning.operation)}`
  return `call of ${meaning.name}${meaning.by === 'exact' ? '' : ` (${meaning.by})`}`
}

function suggestionText(step: StepMatch): string {
  return step.suggestions.length === 0 ? '' : `; is it ${step.suggestions.join(', ')}?`
}

/** A condition on the run, in words. */
export function resultText(result: ResultConstraint): string {
  switch (result.kind) {
    case 'fails':
    case 'succeeds':
      return `and it ${result.kind}`
    case 'truth':
      return `and it is ${result.value}${result.origin === 'implied' ? ', because steps follow inside' : ''}`
    case 'errno':
      return `and it returns -${result.name}`
    case 'number':
      return `and it is ${result.relation} ${result.value}`
    case 'null':
      return `and it is ${result.isNull ? '' : 'not '}NULL`
    case 'change':
      return `and ${result.subject} goes ${result.before === '' ? '' : `from ${result.before} `}to ${result.after}`
    case 'other':
      return `and "${result.words}", which is not checked`
  }
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines, '']
}

function lineOf(cell: Cell): number {
  return cell.spans[0]?.line ?? 0
}

function lineStarts(lines: readonly string[]): readonly number[] {
  const starts: number[] = []
  let offset = 0
  for (const line of lines) {
    starts.push(offset)
    offset += line.length + 1
  }
  return starts
}

function expanded(raw: string): string {
  let text = ''
  for (const character of raw) text += character === '\t' ? ' '.repeat(8 - (text.length % 8)) : character
  return text
}
