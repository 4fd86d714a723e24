import { describe, expect, test } from 'vitest'
import { program } from '../../src/engine/index.js'
import { lanes } from '../../src/report/explorer/index.js'
import { situation } from '../../src/report/explorer/running.js'
import { marksIn, marksToShow } from '../../src/web/diagram/marks.js'
import { stops, UNFOLDED, visibleRows, withMarked, type Visible } from '../../src/web/trace/visible-rows.js'

/** Which rows of a trace are shown. */

const TWO = program('two', (world) => {
  const counter = world.cell('counter', 0)
  const inner = world.fn('inner', () => {
    for (let times = 0; times < 12; times++) world.cell('own', 0)
    return counter.get()
  })
  const outer = world.fn('outer', () => inner())
  const idle = world.cell('idle', 0)
  world.task('A', () => {
    const seen = outer()
    for (let times = 0; times < 20; times++) idle.set(times)
    counter.set(seen + 1)
  })
  world.task('B', () => counter.set(counter.get() + 1))
  world.finally(() => world.assert(counter.get() === 2, 'lost'))
})

const rows = lanes(situation(TWO, 'h1:0-_1-2_0-l').recording.trace)

function said({ rows: shown }: Visible): readonly string[] {
  return shown.map(({ row, chain, gap, indent }) => {
    const more = [...chain.map(({ fn }) => ` > ${fn}`), ...(gap === null ? [] : [` +${gap.steps}`])].join('')
    return `${' '.repeat(indent)}${row.kind} ${row.text}${more}`
  })
}

describe('rows of a trace', () => {
  test('are those of the race at first: calls without anything but a call are told with it, what is left out is counted', () => {
    expect(said(visibleRows(rows, UNFOLDED))).toEqual([
      'call outer() > inner',
      ' step counter = 0',
      'switch A is preempted +1',
      'step counter 0->1',
      'switch B has finished +20',
      'step set counter 1 (unchanged)',
    ])
  })

  test('are all of them on demand', () => {
    const all = visibleRows(rows, { ...UNFOLDED, all: true }).rows
    expect(all.filter(({ row }) => row.kind === 'step')).toHaveLength(24)
    expect(all.every(({ gap, chain }) => gap === null && chain.length === 0)).toBe(true)
  })

  test('hide what is in a call that is folded', () => {
    const folded = said(visibleRows(rows, { ...UNFOLDED, folded: new Set([0]) }))
    expect(folded[0]).toMatch(/^call outer\(\)/)
    expect(folded).not.toContain(' step counter = 0')
  })

  test('show what a gap stands for when it is opened', () => {
    const gap = visibleRows(rows, UNFOLDED).rows.at(-2)?.gap
    const opened = visibleRows(rows, { ...UNFOLDED, opened: new Set([gap?.first ?? -1]) }).rows
    expect(opened.filter(({ row }) => row.kind === 'step')).toHaveLength(23)
  })

  test('have the beginning and every step shown as stops', () => {
    expect(stops(visibleRows(rows, UNFOLDED))).toEqual([0, 1, 3, 24])
  })

  test('also show steps that lines of a diagram match', () => {
    const marked = withMarked(rows, new Map([[9, '4']]))
    expect(stops(visibleRows(marked, UNFOLDED))).toContain(10)
  })
})

test('marks of a diagram go through the address', () => {
  const show = marksToShow([
    [9, '<4>'],
    [12, '<5, 6>'],
  ])
  expect(show).toEqual(['m9.4', 'm12.5.6'])
  expect(marksIn(['tasks', ...show])).toEqual(
    new Map([
      [9, '4'],
      [12, '5, 6'],
    ]),
  )
})
