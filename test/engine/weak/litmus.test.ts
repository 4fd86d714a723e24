/** Classic litmus tests: the published verdict, that of the reference for the kernel's memory model, and what the engine shows. */
import { describe, expect, test } from 'vitest'
import { engineOutcomes } from './compile.js'
import { litmusText, outcomeKey, type Outcome } from './litmus.js'
import { judge, type Verdict } from './lkmm.js'
import { SHAPES, type Deviation, type Published, type Shape } from './published.js'

const SHAPES_MIN = 60

function meets({ registers, memory }: Outcome, exists: Shape['exists']): boolean {
  return Object.entries(exists).every(([name, value]) => {
    const [thread = '', number] = name.split(':')
    return (number === undefined ? memory.get(name) : registers[Number(thread)]?.[Number(number)]) === value
  })
}

function verdictOf(outcomes: readonly Outcome[], exists: Shape['exists']): Published {
  const met = outcomes.filter((outcome) => meets(outcome, exists)).length
  return met === 0 ? 'Never' : met === outcomes.length ? 'Always' : 'Sometimes'
}

/** What the title of a test says of the engine. */
const ENGINE: Readonly<Record<Deviation, string>> = {
  'load buffering': 'takes load buffering, which the engine does not show',
  'reordering between fences': 'takes reordering between fences, which the engine does not show',
  shown: 'is shown by the engine, though the model forbids it',
}

/** What the model says of an outcome that the engine has to show, for a shape on which it deviates and for others. */
const shownOf = (deviation: Deviation | undefined): readonly Verdict[] =>
  deviation === 'shown' ? ['allowed', 'forbidden, shown by design'] : ['allowed']

describe.each(SHAPES)('$name', (shape) => {
  const judged = [...judge(shape).values()]
  const outcomes = (isMeant: (verdict: Verdict) => boolean): readonly Outcome[] =>
    judged.filter(({ verdict }) => isMeant(verdict)).map(({ outcome }) => outcome)

  test(`is ${shape.verdict} in the reference, as published`, () => {
    const allowed = outcomes((verdict) => verdict.startsWith('allowed'))
    expect(verdictOf(allowed, shape.exists), `${shape.source}\n${litmusText(shape)}`).toBe(shape.verdict)
  })

  test(shape.engine === undefined ? `is ${shape.verdict} in the engine` : ENGINE[shape.engine], () => {
    const expected = outcomes((verdict) => shownOf(shape.engine).includes(verdict))
    expect([...engineOutcomes(shape)].sort(), litmusText(shape)).toEqual(expected.map(outcomeKey).sort())
    const verdict = verdictOf(expected, shape.exists)
    if (shape.engine === undefined) expect(verdict).toBe(shape.verdict)
    else expect(verdict).toBe(shape.engine === 'shown' ? 'Sometimes' : 'Never')
  })
})

test('there are enough shapes, each under a name of its own', () => {
  expect(SHAPES.length).toBeGreaterThanOrEqual(SHAPES_MIN)
  expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(SHAPES.length)
})
