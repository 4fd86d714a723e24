/**
 * The engine against the reference for the kernel's memory model on random programs: nothing that the model forbids, and
 * everything that it allows without load buffering and its kin. A disagreement is shown as the smallest program found.
 */
import { describe, expect, test } from 'vitest'
import { complaint } from './compare.js'
import { engineOutcomes } from './compile.js'
import { generate } from './generate.js'
import type { Fence, Litmus } from './litmus.js'
import { isTooLarge, judge, VERDICTS, type Verdict } from './lkmm.js'

const CHUNKS = 12
const CHUNK_SIZE = 300
const CANDIDATES_MAX = 500
/** Programs of which the model forbids nothing are many and say little: one of so many is compared. */
const ONE_OF = 3
const COMPARED_MIN = 1_200
const FORBIDDING_MIN = 300
const CANARY_SEEDS = 1_500
const METHOD_SEEDS = 100

let compared = 0
/** How many programs have an outcome with this verdict. */
const withVerdict = new Map<Verdict, number>()

/** The program of a seed and what the reference says, if it is small enough. */
function judgedProgram(seed: number): { readonly litmus: Litmus; readonly verdicts: ReadonlySet<Verdict> } | undefined {
  const litmus = generate(seed)
  if (isTooLarge(litmus, CANDIDATES_MAX)) return undefined
  return { litmus, verdicts: new Set(Array.from(judge(litmus).values(), ({ verdict }) => verdict)) }
}

function forbids(verdicts: ReadonlySet<Verdict>): boolean {
  return [...verdicts].some((verdict) => !verdict.startsWith('allowed'))
}

describe('the engine and the reference agree', () => {
  test.each(Array.from({ length: CHUNKS }, (_, chunk) => chunk))('on random programs, part %i', { timeout: 60_000 }, (chunk) => {
    for (let seed = chunk * CHUNK_SIZE; seed < (chunk + 1) * CHUNK_SIZE; seed++) {
      const judged = judgedProgram(seed)
      if (judged === undefined || (!forbids(judged.verdicts) && seed % ONE_OF !== 0)) continue
      compared++
      for (const verdict of judged.verdicts) withVerdict.set(verdict, (withVerdict.get(verdict) ?? 0) + 1)
      const found = complaint(judged.litmus)
      if (found !== undefined) expect.fail(`seed ${seed}:\n${found}`)
    }
  })

  test('on enough programs, in which the model has something to forbid', () => {
    expect(compared).toBeGreaterThanOrEqual(COMPARED_MIN)
    expect(withVerdict.get('breaks happens-before') ?? 0).toBeGreaterThanOrEqual(FORBIDDING_MIN)
    for (const verdict of VERDICTS) expect(withVerdict.get(verdict) ?? 0, verdict).toBeGreaterThan(0)
  })
})

test('a search with less reduction shows the same outcomes', { timeout: 60_000 }, () => {
  for (let seed = 0; seed < METHOD_SEEDS; seed++) {
    const litmus = generate(seed)
    const [plain, reduced] = (['plain', 'reduced'] as const).map((method) => [...engineOutcomes(litmus, { method })].sort())
    expect(reduced, `seed ${seed}`).toEqual(plain)
  }
})

describe('a fence that is ignored is noticed', () => {
  const complaintsWithout = function* (withoutFence: Fence): Generator<string> {
    for (let seed = 0; seed < CANARY_SEEDS; seed++) {
      const judged = judgedProgram(seed)
      const hasFence = judged?.litmus.threads.flat().some((i) => i.op === 'fence' && i.kind === withoutFence)
      if (judged === undefined || hasFence !== true || !forbids(judged.verdicts)) continue
      const found = complaint(judged.litmus, { withoutFence })
      if (found !== undefined) yield found
    }
  }

  test.each([
    ['full', 'smp_mb()'],
    ['read', 'smp_rmb()'],
    ['write', 'smp_wmb()'],
  ] as const)('%s', { timeout: 60_000 }, (fence, name) => {
    const [first = 'nothing was noticed'] = complaintsWithout(fence)
    expect(first).toContain(name)
    expect(first).toContain('shown by the engine, but breaks')
  })
})
