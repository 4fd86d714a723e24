import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { diagram } from '../../src/report/diagram.js'
import { explore, replay, type Program } from '../../src/engine/index.js'
import { readDiagram } from '../../src/diagram/read.js'
import type { Cell, Diagram, Draft, DraftCell } from '../../src/diagram/types.js'
import { writeDiagram } from '../../src/diagram/write.js'
import boundedBuffer from '../../examples/engine/bounded-buffer.js'
import lostUpdate from '../../examples/engine/lost-update.js'
import treiberStack from '../../examples/engine/treiber-stack.js'
import { randomDraft } from './random-draft.js'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What must survive being written and read. */
function essence(cell: Cell | DraftCell, draft: Draft): string {
  const results = (cell.results ?? []).filter((result) => result.origin === 'stated').length
  const verdict = cell.verdict === undefined ? '' : ` !! ${cell.verdict.claim}`
  const column = cell.column === null ? '*' : (draft.columns[cell.column]?.header ?? '')
  const remarks = (cell.remarks ?? []).join(' // ')
  return `${column} ${'. '.repeat(cell.depth)}${cell.kind} ${cell.text} (${results} results)${verdict} // ${remarks}`
}

function rowsOf(draft: Draft): readonly string[] {
  return draft.rows.map((row) => row.cells.map((cell) => essence(cell, draft)).join(' & '))
}

function expectSame(read: Diagram, draft: Draft, text: string): void {
  // Blocks show the actors in the order in which they come.
  expect(new Set(read.columns.map((column) => column.header)), text).toEqual(new Set(draft.columns.map((column) => column.header)))
  // … and can not show two things at once.
  const isInBlocks = /^ {2}--- /m.test(text)
  const flat = isInBlocks ? { ...draft, rows: draft.rows.flatMap((row) => row.cells.map((cell) => ({ cells: [cell] }))) } : draft
  expect(rowsOf(read), text).toEqual(rowsOf(flat))
}

describe('a diagram that was written is read as the same diagram', () => {
  test.each(Array.from({ length: 40 }, (_, index) => index))('500 random diagrams, series %i', (series) => {
    for (let number = 0; number < 500; number++) {
      const draft = randomDraft(series * 1000 + number)
      const text = writeDiagram(draft)
      expectSame(readDiagram(text), draft, text)
    }
  })

  const files = ['corpus', 'threads'].flatMap((folder) => readdirSync(path.join(here, folder)).map((name) => path.join(here, folder, name)))
  test.each(files.map((file) => [path.basename(file), file]))('%s', (_, file) => {
    const [, source = ''] = readFileSync(file, 'utf8').split('\n%%\n')
    const read = readDiagram(source)
    const named = { ...read, columns: read.columns.map(({ header }, index) => ({ header: header === '' ? `Task ${index + 1}` : header })) }
    const text = writeDiagram(named)
    if (read.columns.length > 1) expectSame(readDiagram(text), named, text)
  })
})

test('no line is longer than 72 characters, nor has tabs or trailing blanks', () => {
  for (let seed = 0; seed < 500; seed++) {
    for (const line of writeDiagram(randomDraft(seed)).split('\n')) expect(line).toMatch(/^(?!.*[\t])(.{0,72}\S)?$/)
  }
})

test('what does not fit side by side is written in blocks', () => {
  const deep = Array.from({ length: 24 }, (_, depth): DraftCell => ({
    column: depth % 2,
    depth: Math.floor(depth / 2),
    kind: 'call',
    text: `function_at_depth_${depth}()`,
  }))
  const draft: Draft = {
    columns: [{ header: 'CPU1' }, { header: 'CPU2' }, { header: 'CPU3' }],
    rows: [...deep.map((cell) => ({ cells: [cell] })), { cells: [{ column: 2, depth: 0, kind: 'call', text: 'last()' }] }],
  }
  const text = writeDiagram(draft)
  expect(text).toContain('--- CPU1 ---')
  expectSame(readDiagram(text), draft, text)
})

describe('what `heddle check` draws is read back', () => {
  const programs: readonly (readonly [string, Program])[] = [
    ['lost update', lostUpdate],
    ['bounded buffer', boundedBuffer],
    ['Treiber stack', treiberStack],
  ]
  test.each(programs)('%s', (_, program) => {
    for (const failure of explore(program).failures) {
      const trace = replay(program, failure.schedule, failure)
      const drawn = diagram(trace)
      const read = readDiagram(drawn)
      expect(new Set(read.columns.map((column) => column.header)), drawn).toEqual(
        new Set(trace.tasks.map((task) => task.name).filter((name) => drawn.includes(name))),
      )
      const [header = ''] = drawn.split('\n')
      const starts = read.columns.map((column) => header.indexOf(column.header))
      for (const cell of read.rows.flatMap((row) => row.cells)) {
        if (cell.column === null) continue
        const [span] = cell.spans
        const at = (span?.start ?? 0) - (drawn.lastIndexOf('\n', span?.start ?? 0) + 1)
        const isOnALineOfItsOwn = drawn.slice(0, span?.start).split('\n').at(-1)?.trim() === ''
        expect(at, `${cell.text} in\n${drawn}`).toBeGreaterThanOrEqual(starts[cell.column] ?? 0)
        if (isOnALineOfItsOwn) expect(cell.depth, `${cell.text} in\n${drawn}`).toBe((at - (starts[cell.column] ?? 0)) / 2)
      }
    }
  })
})
