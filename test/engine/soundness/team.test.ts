/** Threads that search together find what one finds alone: the same failures, traces and numbers of states. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explore, type Result } from 'heddle/engine'
import { combineParts, formTeam, type Part } from '../../../src/engine/team.js'
import { bruteForce } from './brute-force.js'
import { compile } from './compile.js'
import { generate } from './generate.js'
import { printAst } from './print.js'
import type { TeamAnswer, TeamRequest } from './team-worker.js'

const THREADS = 3
const PROGRAMS = 60
const SEEDS_FROM = 3_000_000
/** Small ones are done before a second thread has begun. */
const REFERENCE_STATES_MIN = 300
const REFERENCE_STATES_MAX = 3000
/** A program of more than 100,000 states: the shared set has to grow many times. */
const LARGE_SEEDS = [2243]

let folder: string
const workers: Worker[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'heddle-team-'))
  const outfile = path.join(folder, 'team-worker.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('team-worker.ts', import.meta.url))],
    alias: { 'heddle/engine': fileURLToPath(new URL('../../../src/engine/index.ts', import.meta.url)) },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
  })
  for (let i = 0; i < THREADS; i++) workers.push(new Worker(outfile))
})

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()))
  await rm(folder, { recursive: true })
})

async function exploreTogether(seed: number, members: number, reduction: boolean): Promise<Result> {
  const team = formTeam(members, reduction)
  const parts = await Promise.all(
    workers.slice(0, members).map(async (worker, member): Promise<Part> => {
      const request: TeamRequest = { seed, team, member }
      worker.postMessage(request)
      const [answer] = (await once(worker, 'message')) as [TeamAnswer]
      if ('error' in answer) throw new Error(answer.error)
      return answer
    }),
  )
  return combineParts(compile(generate(seed), 'random'), parts, {})
}

/** Seeds of a few large programs, and of many that are neither tiny nor large. */
function* seeds(): Iterable<number> {
  yield* LARGE_SEEDS
  let count = 0
  for (let seed = SEEDS_FROM; count < PROGRAMS; seed++) {
    const size = bruteForce(generate(seed), REFERENCE_STATES_MAX)?.states ?? 0
    if (size < REFERENCE_STATES_MIN) continue
    count++
    yield seed
  }
}

test.each([
  [2, false],
  [3, false],
  [2, true],
  [3, true],
])('%i threads, reduction %s', { timeout: 120_000 }, async (members, reduction) => {
  for (const seed of seeds()) {
    const alone = explore(compile(generate(seed), 'random'), { method: 'plain' })
    if (LARGE_SEEDS.includes(seed)) expect(alone.states).toBeGreaterThan(100_000)
    const together = await exploreTogether(seed, members, reduction)
    const shown = `seed ${seed}:\n${printAst(generate(seed))}`
    expect(together.failures, shown).toEqual(alone.failures)
    expect(together.verdict, shown).toBe(alone.verdict)
    if (!reduction) expect([together.states, together.finalStates], shown).toEqual([alone.states, alone.finalStates])
  }
})
