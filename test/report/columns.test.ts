import { describe, expect, test } from 'vitest'
import { layOut, type Row } from '../../src/report/columns.js'
import { diagram } from '../../src/report/diagram.js'
import { TraceBuilder } from './trace-builder.js'

/** A small seeded generator: numbers below `n`. */
function numbers(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

function randomRows(seed: number): { headers: string[]; rows: Row[] } {
  const below = numbers(seed)
  const word = (): string => 'abcdefghijklmnopqrstuvwxyz_'.repeat(2).slice(0, 1 + below(28))
  const headers = Array.from({ length: 1 + below(5) }, () => word().slice(0, 16))
  const rows = Array.from({ length: 1 + below(20) }, (): Row => {
    const text = Array.from({ length: 1 + below(3) }, word).join(' ')
    const row = { column: below(headers.length), depth: below(5), text }
    return below(2) === 0 ? row : { ...row, note: word() }
  })
  return { headers, rows }
}

describe('columns', () => {
  test('every line fits, and where it begins tells its column', () => {
    let columns = 0
    for (let seed = 1; seed <= 500; seed++) {
      const { headers, rows } = randomRows(seed)
      const { form, lines } = layOut(headers, rows, 72)
      for (const line of lines) {
        // A single word that is too long is not broken, only in blocks.
        if (form === 'columns' || line.trim().includes(' ')) expect(line.length).toBeLessThanOrEqual(72)
      }
      if (form === 'blocks') continue
      columns++
      const starts = headerStarts(lines[0] ?? '', headers)
      let at = 2
      for (const row of rows) {
        const start = starts[row.column ?? 0] ?? 0
        const end = starts[(row.column ?? 0) + 1] ?? 72
        const first = lines[at] ?? ''
        expect(first.trimStart()).toMatch(new RegExp(`^${row.text.split(' ', 1)[0] ?? ''}\\b`))
        for (let words = [row.text, row.note ?? ''].join(' ').split(' ').filter(Boolean).length; words > 0; at++) {
          const line = lines[at] ?? ''
          const indent = line.length - line.trimStart().length
          expect(indent).toBeGreaterThanOrEqual(start)
          expect(indent).toBeLessThan(end)
          words -= line.trim().split(' ').length
        }
      }
    }
    expect(columns).toBeGreaterThan(100)
  })

  test('a diagram of a very long schedule stays short, and is drawn at once', () => {
    const builder = new TraceBuilder('long', ['A', 'B', 'C'].map((name) => ({ name, context: 'task' as const })))
    const below = numbers(7)
    for (let step = 0; step < 6000; step++) {
      if (step % 3 === 0) builder.run(['A', 'B', 'C'][below(3)] ?? 'A')
      builder.set(`cell ${below(4)}`, `cell ${below(4)}`, '0', '1')
    }
    const failure = { kind: 'assertion', where: 'A', message: 'no', task: 'A' } as const
    const lines = diagram(builder.run('A').get('cell 0', 'cell 0', '1').failing(failure).build(failure)).split('\n')
    expect(lines.length).toBeLessThan(60)
  }, 5000)
})

/** Where each header stands: they are in order and none is empty. */
function headerStarts(line: string, headers: readonly string[]): readonly number[] {
  let from = 0
  return headers.map((header) => {
    const start = line.indexOf(header, from)
    from = start + header.length
    return start
  })
}
