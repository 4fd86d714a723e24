/** Field by field: what was recorded, and what the model does. */
import type { Observation, SequenceRecord } from '../record.js'

export interface Mismatch {
  readonly seed: number
  /** From 0; the number of steps for the end state. */
  readonly step: number
  /** `result`, `main.blocks`, `end.mainAgain` and so on. */
  readonly field: string
  readonly expected: string
  readonly actual: string
}

const PARTS = ['main', 'other', 'memory'] as const

/** @returns where `actual` differs from `expected`, in order; what was not observed of either is not compared */
export function compare(expected: SequenceRecord, actual: SequenceRecord): readonly Mismatch[] {
  const { seed } = expected
  const steps = expected.observations.flatMap((observation, step) => {
    const other = actual.observations[step]
    return other === undefined ? [] : observed(observation, other).map((difference) => ({ seed, step, ...difference }))
  })
  const end = differences('end', expected.end, actual.end).map((difference) => ({ seed, step: expected.steps.length, ...difference }))
  return [...steps, ...end]
}

type Difference = Omit<Mismatch, 'seed' | 'step'>

function observed(expected: Observation, actual: Observation): readonly Difference[] {
  const outcome = differences('', outcomeOf(expected), outcomeOf(actual))
  return [...outcome, ...PARTS.flatMap((part) => differences(part, expected[part] ?? {}, actual[part] ?? {}))]
}

function outcomeOf({ result, data, results }: Observation): object {
  return { result, data, ...(results === undefined ? {} : { results: results.join(' ') }) }
}

/** Fields of one that the other has too, and has differently. */
function differences(name: string, expected: object, actual: object): readonly Difference[] {
  const others = new Map(Object.entries(actual))
  return Object.entries(expected).flatMap(([key, value]) => {
    const other = others.get(key) as string | number | undefined
    if (other === undefined || other === value) return []
    return [{ field: name === '' ? key : `${name}.${key}`, expected: String(value), actual: String(other) }]
  })
}
