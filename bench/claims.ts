import type { Heddle, HeddleRun } from './heddle.js'
import { median } from './process.js'

/** One promise besides the times to the verdict, with what was measured. */
export interface Claim {
  readonly what: string
  readonly wanted: string
  readonly reached: string
  readonly met: boolean
}

const PLAIN = ['--no-reduction', '--workers', '1'] as const

/** States of W1 and W2 without any reduction, as SPIN counts them for the same models. */
const PLAIN_STATES = [
  ['w1-3-4', 'W1 (3,4)', 42_237],
  ['w1-4-3', 'W1 (4,3)', 361_775],
  ['w2-10', 'W2 (10)', 1_390_501],
] as const

const STEPS_PER_SECOND = 1_500_000
const TWO_WORKERS = 1.7
const BYTES_PER_STATE = 24
const FREE_MEMORY_MIB = 100
const PCT_RUNS = 10_000
const PCT_SEEDS = [1, 2, 3, 4, 5] as const

export const fileOf = (row: string): string => `bench/rows/${row}.ts`

/** Measures every promise; `say` is told what is being done. */
export async function measureClaims(heddle: Heddle, rounds: number, say: (what: string) => void): Promise<readonly Claim[]> {
  const claims: Claim[] = []
  for (const [row, title, most] of PLAIN_STATES) {
    say(`${title} without reduction`)
    const { states } = await heddle(fileOf(row), PLAIN)
    claims.push({
      what: `${title}: states without reduction`,
      wanted: `at most ${count(most)} (SPIN)`,
      reached: count(states),
      met: states <= most,
    })
  }
  claims.push(...(await speed(heddle, rounds, say)))
  say('W2 (12) without reduction')
  const large = await heddle(fileOf('w2-12'), PLAIN)
  const bytes = Math.max(0, ((large.memoryMiB - FREE_MEMORY_MIB) * 2 ** 20) / large.states)
  claims.push({
    what: `memory for a state beyond ${FREE_MEMORY_MIB} MiB (W2 (12) without reduction, ${count(large.states)} states)`,
    wanted: `at most ${BYTES_PER_STATE} bytes`,
    reached: `${bytes.toFixed(1)} bytes`,
    met: bytes <= BYTES_PER_STATE,
  })
  claims.push(await randomFinds(heddle, say))
  return claims
}

/** The larger one is long enough for the start of a second thread not to count. */
const SPEED_ROWS = [
  ['w1-4-3', 'W1 (4,3)'],
  ['w1-4-4', 'W1 (4,4)'],
] as const

async function speed(heddle: Heddle, rounds: number, say: (what: string) => void): Promise<readonly Claim[]> {
  const claims: Claim[] = []
  for (const [row, title] of SPEED_ROWS) {
    const one: number[] = []
    const two: number[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`${title} without reduction, one worker and two, round ${round} of ${rounds}`)
      one.push(stepsPerSecond(await heddle(fileOf(row), PLAIN)))
      two.push(stepsPerSecond(await heddle(fileOf(row), ['--no-reduction', '--workers', '2'])))
    }
    const single = median(one)
    const gain = median(two) / single
    claims.push(
      {
        what: `${title}: steps a second on one core`,
        wanted: `at least ${count(STEPS_PER_SECOND)}`,
        reached: count(Math.round(single / 1000) * 1000),
        met: single >= STEPS_PER_SECOND,
      },
      {
        what: `${title}: steps a second, two workers to one`,
        wanted: `${TWO_WORKERS} times`,
        reached: `${gain.toFixed(2)} times`,
        met: gain >= TWO_WORKERS,
      },
    )
  }
  return claims
}

const stepsPerSecond = (run: HeddleRun): number => run.steps / run.searchSeconds

async function randomFinds(heddle: Heddle, say: (what: string) => void): Promise<Claim> {
  const runs: number[] = []
  for (const seed of PCT_SEEDS) {
    say(`W3 N=3 by random schedules (PCT), seed ${seed}`)
    const run = await heddle(fileOf('w3-3'), ['--random', 'pct', '--runs', String(PCT_RUNS), '--seed', String(seed)])
    // For random schedules, `states` is their number up to the first failure.
    if (run.verdict === 'race') runs.push(run.states)
  }
  return {
    what: `W3 N=3: found by ${count(PCT_RUNS)} random schedules (PCT), ${PCT_SEEDS.length} seeds`,
    wanted: 'with every seed',
    reached: `with ${runs.length} of ${PCT_SEEDS.length}, after at most ${count(Math.max(0, ...runs))}`,
    met: runs.length === PCT_SEEDS.length,
  }
}

/** 1234567 as 1,234,567. */
export function count(n: number): string {
  return n.toLocaleString('en-GB')
}
