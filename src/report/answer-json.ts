/** `heddle-answer/1`: the answer of `heddle possible` for scripts. */
import type { Answer } from '../diagram/search/answer.js'
import type { Understanding } from '../diagram/search/question-of.js'
import type { Cell, Diagram } from '../diagram/types.js'
import { writeDiagram } from '../diagram/write.js'
import { diagram as draw } from './diagram.js'
import { thousandths } from './numbers.js'

/** @param answer null if nothing was searched @param seconds that it took */
export function answerJson(diagram: Diagram, understanding: Understanding, answer: Answer | null, seconds: number): string {
  return `${JSON.stringify(answerObject(diagram, understanding, answer, seconds), null, 2)}\n`
}

/** The same before it is printed. */
export function answerObject(diagram: Diagram, understanding: Understanding, answer: Answer | null, seconds: number): object {
  const { question, cells } = understanding
  const sets = answer?.guards?.sets.map((set) => set.map(({ name }) => name)) ?? []
  const unchecked = cells.filter(({ isUnchecked }) => isUnchecked).map(({ cell }) => cell.text)
  return {
    schema: 'heddle-answer/1',
    answer: answer?.answer ?? null,
    rows: question.rows.length,
    matched: answer?.matched ?? 0,
    unchecked,
    columns: answer?.columns ?? Object.fromEntries(diagram.columns.map(({ header }, at) => [header === '' ? `column ${at + 1}` : header, ''])),
    blockedBy: answer === null ? null : blockedBy(answer),
    program: answer?.program ?? null,
    composed: answer?.composed ?? [],
    without: sets.filter((set) => set.length === 1).flat(),
    withoutSets: sets,
    nearest: answer === null ? null : nearest(answer),
    delays: answer?.delays ?? [],
    schedule: answer?.schedule ?? null,
    diagram: drawn(answer),
    states: answer?.states ?? 0,
    seconds: thousandths(seconds),
  }
}

function drawn(answer: Answer | null): string | null {
  const trace = answer?.trace ?? null
  return trace === null ? null : draw(trace, { marks: answer?.marks ?? new Map() })
}

function nearest({ nearest: found, understanding }: Answer): object | null {
  if (found === null) return null
  const place = (cell: Cell): object => ({ line: understanding.cells.find((understood) => understood.cell === cell)?.line ?? 0, row: cell.text })
  return {
    moved: found.moved.map(({ cell, below }) => ({ ...place(cell), below: below === null ? null : place(below) })),
    diagram: writeDiagram(found.diagram),
    schedule: found.schedule,
  }
}

function blockedBy({ obstacle, understanding }: Answer): object | null {
  if (obstacle === null) return null
  const row = understanding.cells.find(({ ids }) => ids.includes(obstacle.id))?.cell.text ?? ''
  const { task, reason, holder, since } = obstacle
  return { row, task: task ?? '', reason, holder, since }
}
