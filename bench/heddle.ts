import { runProcess } from './process.js'

/** One run of `heddle check` on one program, from the command to the verdict. */
export interface HeddleRun {
  readonly seconds: number
  /** Processor time of all threads. */
  readonly cpu: number
  readonly verdict: string
  readonly method: string
  readonly states: number
  readonly steps: number
  /** Of the search alone, without start-up. */
  readonly searchSeconds: number
  readonly memoryMiB: number
  /** The failure with the fewest context switches; null if there is none. */
  readonly trace: { readonly steps: number; readonly contextSwitches: number; readonly shortest: boolean } | null
}

export type Heddle = (file: string, options: readonly string[]) => Promise<HeddleRun>

/** What this reads of `heddle-result/1`. */
interface ResultJson {
  readonly verdict: string
  readonly peakMemoryMiB: number
  readonly programs: readonly { readonly method: string; readonly states: number; readonly steps: number; readonly seconds: number }[]
  readonly failures: readonly { readonly contextSwitches: number; readonly steps: number; readonly shortest: boolean }[]
}

/** @param cli the command line's script; @param root folder that the programs' paths are relative to */
export function heddleAt(cli: string, root: string): Heddle {
  return async (file, options) => {
    const ran = await runProcess(process.execPath, [cli, 'check', file, '--json', ...options], root)
    if (ran.status === null || ran.status === 2 || ran.status > 3) throw new Error(`heddle check ${file}: ${ran.stderr}`)
    const result = JSON.parse(ran.stdout) as ResultJson
    const [searched] = result.programs
    if (searched === undefined) throw new Error(`heddle check ${file} names no program`)
    const [trace] = [...result.failures].sort((x, y) => x.contextSwitches - y.contextSwitches || x.steps - y.steps)
    return {
      seconds: ran.seconds,
      cpu: ran.cpu,
      verdict: result.verdict,
      method: searched.method,
      states: searched.states,
      steps: searched.steps,
      searchSeconds: searched.seconds,
      memoryMiB: result.peakMemoryMiB,
      trace: trace ?? null,
    }
  }
}
