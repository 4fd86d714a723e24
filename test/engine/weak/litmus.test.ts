/** Classic litmus tests: the published verdict, that of the reference for the kernel's memory model, and what the engine shows. */
import { describe, expect, test } from 'vitest'
import { engineOutcomes } from './compile.js'
import { litmusText, outcomeKey, type Outcome } from './litmus.js'
import { judge } from './lkmm.js'
import { SHAPES, type Published, type Shape } from './published.js'

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

describe.each(SHAPES)('$name', (shape) => {
  const judged = judge(shape)
  const allowed = [...judged.values()].filter(({ verdict }) => verdict.startsWith('allowed'))
  const withoutLoadBuffering = allowed.filter(({ verdict }) => verdict === 'allowed').map(({ outcome }) => outcome)

  test(`is ${shape.verdict} in the reference, as published`, () => {
    expect(verdictOf(allowed.map(({ outcome }) => outcome), shape.exists), `${shape.source}\n${litmusText(shape)}`).toBe(shape.verdict)
  })

  test(shape.byLoadBuffering ? 'takes load buffering, which the engine does not show' : `is ${shape.verdict} in the engine`, () => {
    const shown = engineOutcomes(shape)
    expect([...shown].sort(), litmusText(shape)).toEqual(withoutLoadBuffering.map(outcomeKey).sort())
    expect(verdictOf(withoutLoadBuffering, shape.exists)).toBe(shape.byLoadBuffering ? 'Never' : shape.verdict)
  })
})

test('there are enough shapes, each under a name of its own', () => {
  expect(SHAPES.length).toBeGreaterThanOrEqual(SHAPES_MIN)
  expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(SHAPES.length)
})
