/** Reductions that are broken on purpose: the comparison with the reference must notice each of them. */
import { describe, expect, test } from 'vitest'
import type { ExploreOptions } from 'heddle/engine'
import { hasLoops } from './ast.js'
import { bruteForce } from './brute-force.js'
import { difference, engineBehaviour } from './engine-behaviour.js'
import { generate } from './generate.js'

type Dependence = NonNullable<ExploreOptions['dependence']>
type Accesses = Parameters<Dependence>[0]

const PROGRAMS = 600
const STATES_MAX = 300

const overlaps = (x: Accesses, y: Accesses, test: (a: Accesses[number], b: Accesses[number]) => boolean): boolean =>
  x.some((a) => y.some((b) => a.location === b.location && test(a, b)))

const intact: Dependence = (x, y) =>
  overlaps(x, y, (a, b) => (a.writes & (b.reads | b.writes) || b.writes & a.reads) !== 0 && (a.commutes === 0 || a.commutes !== b.commutes))

const BROKEN: readonly (readonly [string, Dependence])[] = [
  ['everything commutes', () => false],
  ['a read and a write commute', (x, y) => overlaps(x, y, (a, b) => (a.writes & b.writes) !== 0)],
  ['two writes commute', (x, y) => overlaps(x, y, (a, b) => (a.writes & b.reads & ~b.writes) !== 0 || (b.writes & a.reads & ~a.writes) !== 0)],
  ['only the first access counts', (x, y) => intact(x.slice(0, 1), y.slice(0, 1))],
]

/** Number of programs on which a search with this idea of dependence is found out. */
function disagreements(method: 'reduced' | 'dpor', dependence: Dependence): number {
  let count = 0
  for (let seed = 0; seed < PROGRAMS; seed++) {
    const ast = generate(seed)
    const expected = hasLoops(ast) ? undefined : bruteForce(ast, STATES_MAX)
    if (expected === undefined) continue
    if (difference(expected, engineBehaviour(ast, { method, dependence, shortest: false })) !== undefined) count++
  }
  return count
}

describe.each(['reduced', 'dpor'] as const)('of the method %s', (method) => {
  test.each(BROKEN)('a search for which %s is caught', (_name, dependence) => {
    expect(disagreements(method, dependence)).toBeGreaterThan(0)
  })

  test('the same comparison has nothing to say against a search that is intact', () => {
    expect(disagreements(method, intact)).toBe(0)
  })
})
