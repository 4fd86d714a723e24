import { expect, test } from 'vitest'
import { assertSame } from '../../src/cli/jobs/collisions.js'
import type { Result } from '../../src/engine/result.js'

const HOLDS: Result = {
  program: 'p',
  verdict: 'holds',
  bound: null,
  failures: [],
  states: 100,
  steps: 200,
  depth: 10,
  falseMergeProbability: 0,
  method: 'plain',
  finalStates: 1,
  lockOrders: [],
}

const RACE: Result = {
  ...HOLDS,
  verdict: 'race',
  failures: [
    { kind: 'assertion', where: 'f', message: 'm', task: 't', schedule: 'h1:', contextSwitches: 0, steps: 1, shortest: true },
  ],
}

test('searches that agree are let through', () => {
  expect(() => assertSame(HOLDS, HOLDS)).not.toThrow()
  expect(() => assertSame(RACE, RACE)).not.toThrow()
})

test('a state or a failure that one of them missed is reported', () => {
  expect(() => assertSame(HOLDS, { ...HOLDS, states: 99 })).toThrow('holds; 100 states with one seed, holds; 99 states')
  expect(() => assertSame(RACE, HOLDS)).toThrow('states of p were taken for one another: race; 100 states; assertion in f: m')
})

test('states are not compared between methods, nothing after a bound', () => {
  expect(() => assertSame(HOLDS, { ...HOLDS, method: 'dpor', states: 7 })).not.toThrow()
  expect(() => assertSame(HOLDS, { ...HOLDS, bound: 'max-states', verdict: 'unknown' })).not.toThrow()
})
