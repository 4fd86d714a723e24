/** `heddle-matrix/1`: fixes × failures for scripts. */
import type { MatrixResult } from './matrix-result.js'
import { thousandths } from './numbers.js'

/** One object for one race, an array for several (and for none). Ends with a newline. */
export function matrixJson(matrices: readonly MatrixResult[]): string {
  const all = matrices.map((matrix) => ({
    schema: 'heddle-matrix/1',
    race: matrix.race,
    title: matrix.title,
    thread: matrix.thread,
    kernel: matrix.kernel,
    fs: matrix.fs,
    memory: matrix.memory,
    failures: matrix.failures,
    rows: matrix.rows.map((row) => ({
      fixes: row.fixes,
      author: row.author,
      date: row.date,
      summary: row.summary,
      states: row.states,
      seconds: thousandths(row.seconds),
      cells: row.cells.map((cell) => ({
        failure: cell.failure,
        verdict: cell.verdict,
        bound: cell.bound,
        comparison: cell.comparison,
        program: cell.shownBy?.program ?? null,
        schedule: cell.shownBy?.failure.schedule ?? null,
        replay: cell.shownBy?.command ?? null,
        claims: cell.claims.map(({ says, who, date, text }) => ({ says, who, date, text })),
      })),
      others: row.others.map(({ kind, where, message }) => ({ kind, where, message })),
    })),
  }))
  return `${JSON.stringify(all.length === 1 ? all[0] : all, null, 2)}\n`
}
