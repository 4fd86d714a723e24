import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readDiagram } from '../../src/diagram/read.js'
import { sketch } from './sketch.js'

/**
 * Every file of `corpus` and `threads`: a title, a diagram, and how it is to be read, with lines of `%%` between them.
 * `HEDDLE_REWRITE=1` writes how they are read now: look at every line of the difference before you commit it.
 */
const here = fileURLToPath(new URL('.', import.meta.url))
const DIVIDER = '\n%%\n'

interface Entry {
  readonly file: string
  readonly title: string
  readonly text: string
  readonly expected: string
}

function entries(folder: string): readonly Entry[] {
  return readdirSync(path.join(here, folder)).map((name) => {
    const file = path.join(here, folder, name)
    const [title = '', text = '', expected = ''] = readFileSync(file, 'utf8').split(DIVIDER)
    return { file, title, text, expected: expected.trimEnd() }
  })
}

describe.each(['corpus', 'threads'])('the diagrams in %s', (folder) => {
  test.each(entries(folder))('$title', ({ file, title, text, expected }) => {
    const read = sketch(readDiagram(text))
    if (process.env.HEDDLE_REWRITE === '1') writeFileSync(file, [title, text, `${read}\n`].join(DIVIDER))
    else expect(read).toBe(expected)
  })
})

test('there are at least 120 of them, and every variation has one', () => {
  const titles = entries('corpus').map((entry) => entry.title)
  expect(titles.length).toBeGreaterThanOrEqual(120)
  expect(new Set(titles).size).toBe(titles.length)
  const shown = new Set(titles.flatMap((title) => /^V\d+/.exec(title)?.[0] ?? []))
  expect(Array.from({ length: 32 }, (_, index) => `V${index + 1}`).filter((variation) => !shown.has(variation))).toEqual([])
})

/** What a cell claims to stand on is what stands there. */
test.each([...entries('corpus'), ...entries('threads')])('spans of "$title" mark the words of the cells', ({ text }) => {
  const diagram = readDiagram(text)
  const words = (part: string): string => part.replace(/[^\w]/g, '')
  for (const cell of diagram.rows.flatMap((row) => row.cells)) {
    const marked = words(cell.spans.map((span) => text.slice(span.start, span.end)).join(''))
    expect(marked).toContain(words(cell.text))
    for (const span of cell.spans) expect(text.slice(0, span.start).split('\n').length).toBe(span.line)
    for (const call of cell.calls) expect(words(text.slice(call.span.start, call.span.end))).toContain(words(call.pattern))
  }
  for (const column of diagram.columns) {
    for (const span of column.spans) expect(text.slice(span.start, span.end)).toContain(column.header)
  }
})
