import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readDiagram } from '../../src/diagram/read.js'
import type { Diagram } from '../../src/diagram/types.js'

const folder = new URL('corpus/', import.meta.url)
const texts = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8').split('\n%%\n')[1] ?? ''] as const)

function cells(diagram: Diagram): string {
  return diagram.rows.map((row) => row.cells.map((cell) => `${cell.column ?? '*'} ${cell.depth} ${cell.text}`).join(' & ')).join('\n')
}

/** The text with the last header moved to the left or right; null where there is no room for that. */
function shifted(text: string, by: number): string | null {
  const diagram = readDiagram(text)
  const span = diagram.columns.at(-1)?.spans[0]
  if (diagram.columns[0]?.spans[0]?.line !== span?.line) return null
  if (diagram.form !== 'columns' || diagram.columns.length < 2 || span === undefined) return null
  const above = text.slice(0, span.start)
  const blanks = above.length - above.trimEnd().length
  // With tabs the headers of the corpus stand beside their columns as they are.
  if (text.includes('\t') || blanks + by < 2 || above.trimEnd().endsWith('|') || blanks < 2) return null
  return above.slice(0, above.length - blanks) + ' '.repeat(blanks + by) + text.slice(span.start)
}

test.each([-10, -6, -3, -1, 1, 6, 10])('a header %i places beside its column changes nothing', (by) => {
  let tried = 0
  for (const [name, text] of texts) {
    const moved = shifted(text, by)
    if (moved === null) continue
    tried++
    expect(cells(readDiagram(moved)), `${name}:\n${moved}`).toBe(cells(readDiagram(text)))
  }
  expect(tried).toBeGreaterThan(50)
})
