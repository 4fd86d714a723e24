/** Diagrams, read and answered where the model is: in a worker. */
import { DiagramError } from '../../diagram/diagram-error.js'
import { NameMatcher } from '../../diagram/names.js'
import { readDiagram } from '../../diagram/read.js'
import { answer } from '../../diagram/search/answer.js'
import { kernelPhrases } from '../../diagram/search/phrases.js'
import { questionOf } from '../../diagram/search/question-of.js'
import type { Diagram } from '../../diagram/types.js'
import { ProgramError } from '../../engine/index.js'
import { kernelFunctions } from '../../kernel/kernel.js'
import { races } from '../../races/index.js'
import type { Configuration } from '../../races/race.js'
import { answerText } from '../../report/answer-text.js'
import { raceSubject } from '../../report/check-result.js'
import type { Watcher } from './answer.js'

/** How a text was understood. */
export interface ReadText {
  /** Headers of the columns. */
  readonly columns: readonly string[]
  /** Every line of the text; those of the diagram are cut into cells. */
  readonly lines: readonly ReadLine[]
  readonly firstLine: number
  readonly lastLine: number
  readonly confidence: Diagram['confidence']
  readonly warnings: readonly { readonly line: number; readonly message: string }[]
  /** Rows that the answer will depend on. */
  readonly rows: number
}

export interface ReadLine {
  readonly text: string
  readonly pieces: readonly Piece[]
}

export interface Piece {
  /** Offsets in the line. */
  readonly from: number
  readonly to: number
  /** Null for what belongs to no column. */
  readonly column: number | null
  /** What it was taken for. */
  readonly as: string
  readonly isChecked: boolean
}

export interface PossibleAnswer {
  readonly answer: 'possible' | 'impossible' | 'unknown'
  readonly program: string
  readonly schedule: string | null
  /** Steps in which rows are matched, by position, with the lines of the diagram they stand on. */
  readonly marks: readonly (readonly [at: number, line: string])[]
  readonly rows: number
  readonly matched: number
  readonly states: number
  /** Line that cannot follow. */
  readonly blockedLine: number | null
  /** The whole answer in words, as the command line gives it. */
  readonly text: string
}

const names = new NameMatcher({ functions: kernelFunctions, phrases: kernelPhrases })

/** @throws ProgramError if the text has no diagram */
export function readText(text: string): ReadText {
  const diagram = diagramOf(text)
  const { cells, question } = questionOf(diagram, names)
  const understood = new Map(cells.map((one) => [one.cell, one]))
  const lines = diagram.text.split('\n')
  const starts: number[] = []
  let offset = 0
  for (const line of lines) {
    starts.push(offset)
    offset += line.length + 1
  }
  const all = [...diagram.prelude, ...diagram.rows.flatMap((row) => row.cells)]
  const pieces = [
    ...diagram.columns.flatMap((column, at) => column.spans.map((span) => ({ span, column: at, as: 'an actor', isChecked: true }))),
    ...all.flatMap((cell) => {
      const found = understood.get(cell)
      const as = found?.as ?? cell.kind
      return cell.spans.map((span) => ({ span, column: cell.column, as, isChecked: found !== undefined && found.ids.length > 0 }))
    }),
  ]
  return {
    columns: diagram.columns.map(({ header }) => header),
    firstLine: diagram.firstLine,
    lastLine: diagram.lastLine,
    confidence: diagram.confidence,
    warnings: diagram.warnings.map(({ line, message }) => ({ line, message })),
    rows: question.rows.length,
    lines: lines.map((line, at) => ({
      text: line,
      pieces: pieces
        .filter(({ span }) => span.line === at + 1)
        .map(({ span, ...piece }) => ({ ...piece, from: span.start - (starts[at] ?? 0), to: span.end - (starts[at] ?? 0) }))
        .sort((a, b) => a.from - b.from),
    })),
  }
}

/** @throws ProgramError if the text has no diagram, or nothing in it can be checked */
export function* possible(text: string, raceName: string, configuration: Configuration, watcher: Watcher): Generator<unknown, PossibleAnswer> {
  const started = performance.now()
  const race = races.find(({ name }) => name === raceName)
  if (race === undefined) throw new ProgramError(`there is no race named ${raceName}`, 'choose one')
  const diagram = diagramOf(text)
  if (questionOf(diagram, names).question.rows.length === 0) {
    throw new ProgramError('no step of the diagram names a function or an operation of the model', 'is it about the page cache?')
  }
  const found = yield* answer(diagram, race, configuration, names, {
    poll: (progress) => {
      watcher.progress(progress)
      return watcher.cancelled() ? 'interrupted' : null
    },
  })
  const seconds = (performance.now() - started) / 1000
  return {
    answer: found.answer,
    program: found.program,
    schedule: found.schedule,
    marks: [...found.marks],
    rows: found.rows,
    matched: found.matched,
    states: found.states,
    blockedLine: found.blockedLine,
    text: answerText(found, { race: race.name, options: raceSubject(race, configuration).options, seconds }),
  }
}

function diagramOf(text: string): Diagram {
  try {
    return readDiagram(text)
  } catch (error) {
    if (!(error instanceof DiagramError)) throw error
    const line = error.line === null ? '' : `line ${error.line}: `
    throw new ProgramError(`${line}${error.message}`, error.hint)
  }
}
