/**
 * The engine against a brute-force reference on random programs: the same failures and the same final states, with and
 * without reduction. A disagreement is shown as the smallest program found that has it.
 */
import { describe, expect, test } from 'vitest'
import { bruteForce } from './brute-force.js'
import { difference, engineBehaviour } from './engine-behaviour.js'
import { generate } from './generate.js'
import { hasLoops } from './ast.js'
import { REFERENCE_STATES_MAX, explain, type Check } from './report.js'

const CHUNKS = 24
const CHUNK_SIZE = 440
/** So many programs must have been small enough for the reference. */
const COMPARED_MIN = 10_000
const DPOR_STATES_MAX = 600

const plainAgrees: Check = (ast, expected) => difference(expected, engineBehaviour(ast, { method: 'plain', shortest: false }))

const reducedAgrees: Check = (ast, expected) => difference(expected, engineBehaviour(ast, { method: 'reduced', shortest: false }))

/** For programs without cycles of states; large ones would take it too long. */
const partialOrdersAgree: Check = (ast, expected) => {
  if (hasLoops(ast) || expected.states > DPOR_STATES_MAX) return undefined
  return difference(expected, engineBehaviour(ast, { method: 'dpor', shortest: false }))
}

/** The fingerprint function does not matter: no two states were taken for one. */
const countIsStable: Check = (ast) => {
  const [one, two] = [1, 2].map((seed) => engineBehaviour(ast, { method: 'plain', shortest: false, seed }).result)
  const counts = (r = one): string => `${r?.states} states, ${r?.steps} steps, ${r?.depth} deep, ${r?.finalStates} final`
  return counts(one) === counts(two) ? undefined : `${counts(one)} with one fingerprint, ${counts(two)} with another`
}

const CHECKS: readonly (readonly [string, Check])[] = [
  ['plain search', plainAgrees],
  ['reduced search', reducedAgrees],
  ['partial orders', partialOrdersAgree],
  ['state count', countIsStable],
]

let compared = 0
const kinds = new Map<string, number>()

describe('the engine and the reference agree', () => {
  test.each(Array.from({ length: CHUNKS }, (_, chunk) => chunk))('on random programs, part %i', { timeout: 120_000 }, (chunk) => {
    for (let seed = chunk * CHUNK_SIZE; seed < (chunk + 1) * CHUNK_SIZE; seed++) {
      const ast = generate(seed)
      const expected = bruteForce(ast, REFERENCE_STATES_MAX)
      if (expected === undefined) continue
      compared++
      for (const kind of new Set(expected.failures.map((key) => key.split(' ', 1)[0] ?? ''))) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      for (const [name, check] of CHECKS) {
        const complaint = explain(seed, ast, expected, check)
        if (complaint !== undefined) expect.fail(`${name}, ${complaint}`)
      }
    }
  })

  test('on enough programs, with every kind of failure often enough', () => {
    expect(compared).toBeGreaterThanOrEqual(COMPARED_MIN)
    const atLeast = {
      assertion: 1000, deadlock: 1000, refcount: 500, 'sleep-in-atomic': 500, 'null-dereference': 200, 'warn-on': 200,
      'lost-wakeup': 100, 'use-after-free': 100, 'bug-on': 50, livelock: 200,
    }
    for (const [kind, count] of Object.entries(atLeast)) expect(kinds.get(kind), kind).toBeGreaterThanOrEqual(count)
  })
})
