import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runProcess } from './process.js'
import type { SpinModel } from './rows.js'

/** One run of SPIN on one model, from the generator to the verdict. */
export interface SpinRun {
  /** Generator, C compiler and verifier together. */
  readonly seconds: number
  /** Processor time of all three. */
  readonly cpu: number
  /** The verifier alone. */
  readonly alone: number
  readonly states: number
  readonly transitions: number
  readonly memoryMiB: number
  readonly errors: number
}

/** Length of a failing schedule. */
export interface TraceSize {
  readonly steps: number
  readonly contextSwitches: number
}

export interface Spin {
  readonly version: string
  run(model: SpinModel): Promise<SpinRun>
  /** Runs the verifier with iterative shortening and measures the trace it ends with. */
  shortest(model: SpinModel): Promise<TraceSize>
}

/** Deep enough for every model here. */
const DEPTH_MAX = '-m100000'

/** SPIN, or what is missing for it. @param models folder of the Promela files */
export async function findSpin(models: string): Promise<Spin | { readonly missing: string }> {
  const version = await runProcess('spin', ['-V'], models).catch(() => undefined)
  if (version === undefined) return { missing: '`spin` is not installed (Debian and Ubuntu: apt-get install spin gcc)' }
  if ((await runProcess('cc', ['--version'], models).catch(() => undefined)) === undefined) {
    return { missing: 'a C compiler, which SPIN needs, is not installed (Debian and Ubuntu: apt-get install gcc)' }
  }
  return {
    version: version.stdout.trim(),
    run: (model) =>
      inFolder(models, model, async (folder, file) => {
        const made = await verifier(folder, file, model, [])
        const ran = await runProcess('./pan', [DEPTH_MAX], folder)
        return { ...parse(ran.stdout), seconds: made.seconds + ran.seconds, cpu: made.cpu + ran.cpu, alone: ran.seconds }
      }),
    shortest: (model) =>
      inFolder(models, model, async (folder, file) => {
        await verifier(folder, file, model, ['-DREACH'])
        await runProcess('./pan', [DEPTH_MAX, '-i'], folder)
        const trail = await runProcess('spin', ['-t', '-p', ...defines(model), file], folder)
        return traceSize(trail.stdout)
      }),
  }
}

async function inFolder<T>(models: string, model: SpinModel, use: (folder: string, file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'heddle-bench-'))
  const file = `${model.model}.pml`
  try {
    await copyFile(path.join(models, file), path.join(folder, file))
    return await use(folder, file)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const defines = (model: SpinModel): readonly string[] => model.defines.map((define) => `-D${define}`)

/** Generates and compiles the verifier; how long that took, in seconds. */
async function verifier(
  folder: string,
  file: string,
  model: SpinModel,
  flags: readonly string[],
): Promise<{ readonly seconds: number; readonly cpu: number }> {
  const generated = await runProcess('spin', ['-a', ...defines(model), file], folder)
  if (generated.status !== 0) throw new Error(`spin -a ${file}: ${generated.stdout}${generated.stderr}`)
  const compiled = await runProcess('cc', ['-O2', ...flags, '-o', 'pan', 'pan.c'], folder)
  if (compiled.status !== 0) throw new Error(`cc pan.c: ${compiled.stderr}`)
  return { seconds: generated.seconds + compiled.seconds, cpu: generated.cpu + compiled.cpu }
}

function parse(report: string): Omit<SpinRun, 'seconds' | 'cpu' | 'alone'> {
  const number = (pattern: RegExp): number => {
    const text = pattern.exec(report)?.[1]
    if (text === undefined) throw new Error(`the verifier's report has no ${pattern.source}:\n${report}`)
    return Number(text)
  }
  return {
    states: number(/([\d.e+]+) states, stored/),
    transitions: number(/([\d.e+]+) transitions/),
    memoryMiB: number(/([\d.]+)\s+total actual memory usage/),
    errors: number(/errors: (\d+)/),
  }
}

/** Reads a guided simulation: a step may be printed on several lines, which then have the same number. */
function traceSize(simulation: string): TraceSize {
  const processes: string[] = []
  for (const [, step, process] of simulation.matchAll(/^\s*(\d+):\s+proc\s+(\d+) .*\[.*\]\s*$/gm)) {
    if (process !== undefined) processes[Number(step)] = process
  }
  const order = Object.values(processes)
  return { steps: order.length, contextSwitches: order.filter((process, i) => i > 0 && process !== order[i - 1]).length }
}
