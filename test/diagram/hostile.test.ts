import { describe, expect, test } from 'vitest'
import { DiagramError } from '../../src/diagram/diagram-error.js'
import { NameMatcher } from '../../src/diagram/names.js'
import { readMails } from '../../src/diagram/mail.js'
import { findDiagrams, readDiagram } from '../../src/diagram/read.js'

/** The error that reading a text ends with, and that it comes soon. */
function complaint(text: string): DiagramError {
  const begin = performance.now()
  try {
    readDiagram(text)
  } catch (error) {
    expect(performance.now() - begin).toBeLessThan(1000)
    expect(error).toBeInstanceOf(DiagramError)
    return error as DiagramError
  }
  throw new Error('it was read')
}

const MEGABYTE = 1024 * 1024

describe('what is no diagram is refused within a second, with a reason', () => {
  test.each<readonly [string, string]>([
    ['nothing', ''],
    ['blanks', ' \n\n \t\n'],
    ['prose', 'I have thought about this for a while.\nIt seems to be all right, does it not?\n'],
    ['a megabyte of one letter', 'x'.repeat(MEGABYTE)],
    ['a megabyte of blanks', ' '.repeat(MEGABYTE)],
    ['a megabyte of line ends', '\n'.repeat(MEGABYTE)],
    ['a megabyte of quote marks', '> '.repeat(MEGABYTE / 2)],
    ['a megabyte of parentheses', '('.repeat(MEGABYTE)],
    ['a megabyte of words', 'a word and another '.repeat(MEGABYTE / 19)],
    ['a megabyte of short lines', 'lorem ipsum dolor\n'.repeat(MEGABYTE / 18)],
    ['a megabyte of things that look like headers', '\nalpha             beta\n  gamma\n'.repeat(MEGABYTE / 33)],
  ])('%s', (_, text) => {
    const error = complaint(text)
    expect(error.message).not.toBe('')
    expect(error.hint).not.toBe('')
  })

  test('200 columns: says how many are too many, and where', () => {
    const header = Array.from({ length: 200 }, (_, index) => `T${index}`).join('   ')
    const error = complaint(`before\n\n${header}\n${'x '.repeat(100)}\n`)
    expect(error.message.length).toBeLessThan(200)
  })

  test('12 columns', () => {
    const header = Array.from({ length: 12 }, (_, index) => `T${index}`).join('          ')
    const error = complaint(`Look:\n\n${header}\nlock()      lock()\n`)
    expect(error.message).toBe('12 columns, and 8 are the most')
    expect(error.line).toBe(3)
  })

  test('control characters and binary: says so, with the line', () => {
    const binary = Array.from({ length: 5000 }, (_, index) => String.fromCharCode((index * 7919) % 256)).join('')
    expect(complaint(binary).message).toMatch(/^this is no text/)
    expect(complaint(`CPU1        CPU2\nlock()\n\u0001\u0002\u0003\u0004${'\u0005'.repeat(50)}\n`).line).toBe(3)
    expect(() => readMails('\u007fELF\u0000\u0000')).toThrow(DiagramError)
  })

  test('too large', () => {
    expect(complaint('CPU1        CPU2\n'.repeat(300_000)).hint).toContain('cut out')
  })

  test('lines whose breaks were lost', () => {
    const error = complaint(`> CPU1 CPU2 > > ${'addr = mmap(file); > > do_direct_IO() > > '.repeat(20)}`)
    expect(error.message).toContain('line breaks of the text are lost')
    expect(error.line).toBe(1)
  })
})

describe('what is large or odd and can be read, is read within a second', () => {
  test.each<readonly [string, string]>([
    [
      'a megabyte of diagrams',
      `CPU1             CPU2\nlock_page(page)\n                 put_page(page)\n\n${'And then this one. '.repeat(3)}\n\n`.repeat(MEGABYTE / 170),
    ],
    [
      'deep trees',
      `CPU1             CPU2\n${Array.from({ length: 200 }, (_, depth) => `${'| '.repeat(depth % 40)}|- f${depth}()`).join('\n')}\n                 g()\n`,
    ],
    ['braces in braces', `CPU1             CPU2\n${'{a,b}'.repeat(60)}_f()\n${'[x]'.repeat(60)}_g()\n                 h()\n`],
    ['long cells of words', `CPU1             CPU2\n${'and then it waits for a page '.repeat(12)}\n                 h()\n`.repeat(100)],
    ['bars everywhere', `CPU1 | CPU2\n${'| | f() | | | g() |\n'.repeat(300)}`],
    ['marks everywhere', `CPU1             CPU2\n${'f() -> -> -> <- <- == == => => ***\n'.repeat(200)}                 g()\n`],
    ['equals signs', `CPU1             CPU2\n${`a${' = = a'.repeat(50)}\n`.repeat(100)}                 g()\n`],
  ])('%s', (_, text) => {
    const begin = performance.now()
    const { diagrams } = findDiagrams(text)
    const matcher = new NameMatcher({ functions: ['lock_page', 'put_page'] })
    for (const cell of diagrams
      .slice(0, 50)
      .flatMap((diagram) => diagram.rows)
      .flatMap((row) => row.cells))
      matcher.match(cell)
    expect(performance.now() - begin).toBeLessThan(1000)
    expect(diagrams.length).toBeGreaterThan(0)
  })
})
