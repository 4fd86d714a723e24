import { describe, expect, test } from 'vitest'
import { lastZero } from '../../bench/programs/lastzero.js'
import { lostUpdate } from '../../bench/programs/lost-update.js'
import { madvFree } from '../../bench/programs/madv-free.js'
import { writeback } from '../../bench/programs/writeback.js'
import { explore, randomWalks } from '../../src/engine/index.js'

describe('without reduction', () => {
  // SPIN's counts for the models in bench/promela; for lastzero with dead variables reset.
  test.each([
    [lostUpdate(3, 4), 42_237],
    [lostUpdate(4, 3), 361_775],
    [lastZero(6), 5_900],
    [lastZero(8), 82_600],
  ])('$name has as many states as for SPIN', (program, states) => {
    expect(explore(program, { reduction: false })).toMatchObject({ verdict: 'holds', states })
  })
})

describe('partial orders', () => {
  test.each([
    [4, 28],
    [10, 3_328],
  ])('lastzero(%i) has %i executions', (n, executions) => {
    expect(explore(lastZero(n), { method: 'dpor' })).toMatchObject({ verdict: 'holds', finalStates: executions })
  })
})

describe('the fixed programs hold', () => {
  test.each([writeback(2, true), madvFree(3, true)])('$name', (program) => {
    expect(explore(program)).toMatchObject({ verdict: 'holds', failures: [] })
  })
})

describe('the races are shown with the fewest context switches', () => {
  test.each([
    [writeback(1, false), { kind: 'bug-on', contextSwitches: 4, steps: 23, shortest: true }],
    [writeback(2, false), { kind: 'bug-on', contextSwitches: 4, steps: 23, shortest: true }],
    [madvFree(3, false), { kind: 'data-lost', contextSwitches: 3, steps: 20, shortest: true }],
  ])('$name', (program, failure) => {
    expect(explore(program).failures).toMatchObject([failure])
  })
})

test.each([1, 2, 3, 4, 5])('random priorities find the writeback race, seed %i', (seed) => {
  expect(randomWalks(writeback(3, false), { strategy: 'pct', runs: 10_000, seed }).verdict).toBe('race')
})
