import { describe, expect, test } from 'vitest'
import { Interrupt } from '../../src/cli/jobs/interrupt.js'
import type { Job, SearchOptions } from '../../src/cli/jobs/job.js'
import { runJob } from '../../src/cli/jobs/run-job.js'
import { UsageError } from '../../src/cli/usage-error.js'
import { bundleUserProgram } from '../../src/cli/user-program/bundle.js'
import { runInWorkers } from '../../src/cli/workers/pool.js'
import type { CheckedProgram } from '../../src/report/check-result.js'
import { folderWith, workerScript } from '../support/run-cli.js'
import * as programs from './programs.js'

const SEARCH: SearchOptions = {
  strategy: 'exhaustive',
  reduction: true,
  checkCollisions: false,
  runs: 1,
  seed: 0,
  maxStates: null,
  maxDepth: null,
  maxSeconds: null,
}

async function jobsOf(texts: readonly string[], search: Partial<SearchOptions> = {}): Promise<readonly Job[]> {
  const cwd = folderWith(Object.fromEntries(texts.map((text, index) => [`program${index}.ts`, text])))
  const files = texts.map((_text, index) => `program${index}.ts`)
  const bundles = await Promise.all(files.map((file) => bundleUserProgram(file, cwd)))
  return bundles.map((bundle) => ({ label: bundle.path, source: { from: 'file', bundle, memory: 'sc' }, search: { ...SEARCH, ...search } }))
}

async function onThreads(jobs: readonly Job[], size: number, interrupt = new Interrupt()): Promise<readonly CheckedProgram[]> {
  const answers: CheckedProgram[] = []
  await runInWorkers(jobs, Array.from(jobs.keys()), { script: workerScript(), size, interrupt }, {
    progress: () => undefined,
    done: (index, checked) => (answers[index] = checked),
  })
  return answers
}

/** Everything that must not depend on who searched. */
const essence = ({ name, result, failures }: CheckedProgram): unknown => ({
  name,
  verdict: result.verdict,
  bound: result.bound,
  failures: result.failures,
  traces: failures.map(({ trace }) => trace),
})

describe('threads', () => {
  const texts = [programs.LOST_UPDATE, programs.MIDDLING_RACE, programs.LOCKED]

  test.each([1, 2, 3])('%i of them give the answers that the main thread gives', async (size) => {
    const jobs = await jobsOf(texts)
    const expected = jobs.map((job) => essence(runJob(job, () => null)))
    expect((await onThreads(jobs, size)).map(essence)).toEqual(expected)
  })

  test.each([2, 3])('%i of them search one program together, also with two seeds', async (size) => {
    const jobs = await jobsOf([programs.MIDDLING_RACE], { checkCollisions: true })
    const expected = jobs.map((job) => essence(runJob(job, () => null)))
    expect((await onThreads(jobs, size)).map(essence)).toEqual(expected)
  })

  test('count the same states together, without reduction', async () => {
    const jobs = await jobsOf([programs.MIDDLING_RACE], { reduction: false })
    const states = jobs.map((job) => runJob(job, () => null).result.states)
    expect((await onThreads(jobs, 3)).map(({ result }) => result.states)).toEqual(states)
  })

  test("say what is wrong with a user's program, with its place", async () => {
    const [job] = await jobsOf([programs.THROWS_IN_TASK])
    if (job === undefined) throw new Error('no job')
    const refusal = await onThreads([job], 1).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(UsageError)
    expect(refusal).toMatchObject({ message: 'no such thing', place: { file: 'program0.ts', line: 6 } })
  })

  test('start nothing after an interrupt', async () => {
    const interrupt = new Interrupt()
    interrupt.request()
    expect(await onThreads(await jobsOf(texts), 2, interrupt)).toEqual([])
  })
})
