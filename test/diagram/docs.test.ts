import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readDiagram } from '../../src/diagram/read.js'

const page = readFileSync(new URL('../../docs/diagrams.md', import.meta.url), 'utf8')
const examples = Array.from(page.matchAll(/```diagram\n([^]*?)```/g), ([, text = '']) => text)

test('the documentation has examples', () => {
  expect(examples.length).toBeGreaterThan(3)
})

test.each(examples)('this example is read without a doubt:\n%s', (text) => {
  const diagram = readDiagram(text)
  expect(diagram.confidence).toBe('sure')
  expect(diagram.columns.length).toBe(2)
  expect(diagram.rows.flatMap((row) => row.cells).map((cell) => cell.kind)).not.toContain('note')
})
