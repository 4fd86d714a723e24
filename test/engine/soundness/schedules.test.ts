/** Schedules that the engine hands out for random programs: they are the shortest, they replay, and none is made up. */
import { describe, expect, test } from 'vitest'
import { explore, randomWalks, replay } from 'heddle/engine'
import { bruteForce, failureKey, shortestCosts } from './brute-force.js'
import { compile } from './compile.js'
import { generate } from './generate.js'
import { explain, type Check } from './report.js'

/** Small ones only: the reference looks at a state once for each task that may have run last. */
const STATES_MAX = 400
const PROGRAMS = 1500
const CHUNKS = 5
const WALKS = 20

const isShortest: Check = (ast) => {
  const costs = shortestCosts(ast)
  for (const found of explore(compile(ast, 'random')).failures) {
    if (found.kind === 'livelock') continue
    const cost = costs.get(failureKey(found))
    const shown = `${found.contextSwitches} switches and ${found.steps} steps`
    const least = cost === undefined ? 'no schedule' : `${cost.switches} switches and ${cost.steps} steps`
    if (shown !== least) return `${failureKey(found)}: the trace has ${shown}, the shortest has ${least}`
    if (!found.shortest) return `${failureKey(found)}: the shortest trace is not said to be`
  }
  return undefined
}

const replays: Check = (ast) => {
  const subject = compile(ast, 'random')
  for (const found of explore(subject).failures) {
    const trace = replay(subject, found.schedule, found)
    const shown = trace.failure === null ? 'nothing' : failureKey(trace.failure)
    // a livelock is noticed in no state: its schedule goes once around the cycle
    if (found.kind !== 'livelock' && shown !== failureKey(found)) return `${found.schedule} leads to ${shown} instead of ${failureKey(found)}`
    if (trace.steps !== found.steps || trace.contextSwitches !== found.contextSwitches) {
      return `${found.schedule} is ${trace.contextSwitches} switches and ${trace.steps} steps, said to be ${found.contextSwitches} and ${found.steps}`
    }
  }
  return undefined
}

const isReproducible: Check = (ast) => {
  const answers = [1, 2].map((seed) => JSON.stringify(explore(compile(ast, 'random'), { seed }).failures))
  return answers[0] === answers[1] ? undefined : `${answers[0]} in one run, ${answers[1]} in another`
}

const walksAreReal = (strategy: 'uniform' | 'pct'): Check => (ast, expected) => {
  const subject = compile(ast, 'random')
  const { failures } = randomWalks(subject, { strategy, runs: WALKS, seed: 7, stopAtFailure: false, maxDepth: 100 })
  for (const found of failures) {
    const key = failureKey(found)
    if (!expected.failures.includes(key)) return `${strategy} found what is not there: ${key}`
    const again = replay(subject, found.schedule, found).failure
    if (again === null || failureKey(again) !== key) return `${found.schedule} does not lead to ${key} again`
  }
  return undefined
}

const CHECKS: readonly (readonly [string, Check])[] = [
  ['traces are the shortest', isShortest],
  ['schedules replay', replays],
  ['traces do not vary', isReproducible],
  ['uniform walks', walksAreReal('uniform')],
  ['priority walks', walksAreReal('pct')],
]

describe('on random programs', () => {
  const chunks = Array.from({ length: CHUNKS }, (_, chunk) => chunk)
  describe.each(CHECKS)('%s', (_name, check) => {
    test.each(chunks)('part %i', { timeout: 60_000 }, (chunk) => {
      for (let i = 0; i < PROGRAMS / CHUNKS; i++) {
        const seed = 1_000_000 + chunk * (PROGRAMS / CHUNKS) + i
        const ast = generate(seed)
        const expected = bruteForce(ast, STATES_MAX)
        if (expected === undefined) continue
        const complaint = explain(seed, ast, expected, check)
        if (complaint !== undefined) expect.fail(complaint)
      }
    })
  })
})
