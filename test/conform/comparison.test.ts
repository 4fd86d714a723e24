import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import schema from '../../schema/heddle-conformance-1.json' with { type: 'json' }
import { Comparison, type Sides } from '../../src/conform/comparison.js'
import { agrees, conformanceJson, type FieldDifference } from '../../src/conform/conformance.js'
import { conformanceText } from '../../src/conform/conformance-text.js'
import { generate } from '../../src/conform/generate.js'
import type { SequenceRecord } from '../../src/conform/record.js'
import type { Sequence } from '../../src/conform/sequence.js'
import { PLAIN } from '../../src/report/palette.js'

/** Two sides that only count: each step returns how many there were, and `wrong` says of a step that the model is one off. */
function counting(sequence: Sequence, wrong: (sequence: Sequence, step: number) => boolean = () => false): SequenceRecord {
  const observations = sequence.steps.map((_, step) => ({
    result: step + (wrong(sequence, step) ? 1 : 0),
    data: '',
    main: { size: 0 },
    other: { size: 0 },
  }))
  return { ...sequence, observations, end: { main: '', other: '', mainAgain: '', otherAgain: '' } }
}

function compare(kernel: SequenceRecord, model: SequenceRecord): readonly FieldDifference[] {
  return kernel.observations.flatMap(({ result }, step) => {
    const other = model.observations[step]?.result
    return other === result ? [] : [{ step, field: 'result', expected: String(result), actual: String(other) }]
  })
}

/** The model is wrong about an fsync after a store. */
const wrongAboutFsync = (sequence: Sequence, step: number): boolean =>
  sequence.steps[step]?.op === 'fsync' && sequence.steps.slice(0, step).some(({ op }) => op === 'store')

const sides: Sides = {
  tier: 'T1',
  fs: 'xfs',
  release: '6.18.0',
  model: (sequence) => counting(sequence, wrongAboutFsync),
  compare,
  kernel: counting,
  explain: (_, step) => [`step ${step}`],
}

function compared(which: Sides): Comparison {
  const comparison = new Comparison(which)
  for (let seed = 0; seed < 200; seed++) comparison.take(counting(generate(seed)))
  return comparison
}

describe('the comparison of kernel and model', () => {
  test('finds nothing where there is nothing', () => {
    const tier = compared({ ...sides, model: counting }).result(1)
    expect(tier).toMatchObject({ compared: 200, differing: 0, differences: [] })
    expect(agrees({ tiers: [tier], stopped: false })).toBe(true)
  })

  test('shrinks a difference to the steps that show it, and says what the kernel said then', () => {
    const { differing, differences } = compared(sides).result(1)
    expect(differing).toBeGreaterThan(5)
    for (const { kernel, fields, events } of differences) {
      expect(kernel.steps.map(({ op }) => op)).toEqual(['store', 'fsync'])
      expect(fields).toEqual([{ step: 1, field: 'result', expected: '1', actual: '2' }])
      expect(events).toEqual(['step 1'])
    }
  })

  test('cuts a recorded sequence after the first step that differs', () => {
    const { differences } = compared({ ...sides, tier: 'recorded', kernel: null, explain: null }).result(1)
    for (const { kernel, fields } of differences) {
      expect(kernel.steps.at(-1)?.op).toBe('fsync')
      expect(fields.map(({ step }) => step)).toEqual([kernel.steps.length - 1])
    }
    expect(differences.length).toBeGreaterThan(0)
  })

  test('counts apart what the kernel does not do again', () => {
    const { differing, unrepeatable } = compared({ ...sides, kernel: (sequence) => counting(sequence, wrongAboutFsync) }).result(1)
    expect(differing).toBe(0)
    expect(unrepeatable).toBeGreaterThan(5)
  })

  test('reports a model that complains of itself', () => {
    const model = (): never => {
      throw new Error('a page that is mapped was freed')
    }
    const { differing, differences } = compared({ ...sides, model }).result(1)
    expect(differing).toBe(200)
    expect(differences[0]?.fields[0]?.actual).toBe('a page that is mapped was freed')
  })

  test('is reported with both sides, and a line for every tier', () => {
    const tier = compared(sides).result(1.25)
    const skipped = { ...compared({ ...sides, model: counting }).result(0), fs: 'ext4', compared: 0, skipped: 'needs root' } as const
    const text = conformanceText({ tiers: [{ ...tier, differences: tier.differences.slice(0, 1) }, skipped], stopped: false }, PLAIN)
    expect(text).toContain('result differs')
    expect(text).toMatch(/!= result +kernel 1\n +model {2}2\n/)
    expect(text).toContain("The kernel's tracepoints during that step:\n    step 1")
    expect(text).toMatch(/^T1 state {2}xfs {3}200 sequences, \d+ differ \(Linux 6\.18\.0, 1\.3 s\)$/m)
    expect(text).toMatch(/^T1 state {2}ext4 {2}skipped: needs root$/m)
    expect(JSON.parse(conformanceJson({ tiers: [tier, skipped], stopped: false }))).toMatchObject({ schema: 'heddle-conformance/1', agrees: false })
  })

  test('as JSON keeps to its schema', () => {
    const validate = new Ajv2020().compile(schema)
    for (const model of [sides.model, counting]) {
      const conformance = { tiers: [compared({ ...sides, model }).result(1)], stopped: false }
      expect(validate(JSON.parse(conformanceJson(conformance))), JSON.stringify(validate.errors)).toBe(true)
    }
    expect(validate({ schema: 'heddle-conformance/1' })).toBe(false)
  })

  test('agrees on nothing if nothing was compared, or not everything', () => {
    const tier = compared({ ...sides, model: counting }).result(1)
    expect(agrees({ tiers: [{ ...tier, compared: 0, skipped: 'needs root' }], stopped: false })).toBe(false)
    expect(agrees({ tiers: [tier], stopped: true })).toBe(false)
  })
})
