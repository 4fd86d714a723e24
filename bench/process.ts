import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** A whole process, from its start to its end. */
export interface Finished {
  readonly seconds: number
  /** Processor time of the process, its threads and its children, in seconds: what other load does not change much. */
  readonly cpu: number
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command that follows, then tells the processor times of the shell and of its children, two and two. */
const TIMED = '"$@"; status=$?; times >&3; exit $status'
/** Status of a shell that could not find the command. */
const NOT_FOUND = 127

/** Runs a command to its end and times it. @throws Error if it cannot be started */
export async function runProcess(command: string, args: readonly string[], cwd: string): Promise<Finished> {
  const began = performance.now()
  const child = spawn('sh', ['-c', TIMED, 'sh', command, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const [, stdout, stderr, times] = child.stdio.map((stream) => textOf(stream as Readable | null))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const seconds = (performance.now() - began) / 1000
  if (status === NOT_FOUND) throw new Error(`${command} is not installed`)
  return { seconds, cpu: cpuOf((await times) ?? ''), status, stdout: (await stdout) ?? '', stderr: (await stderr) ?? '' }
}

async function textOf(stream: Readable | null): Promise<string> {
  if (stream === null) return ''
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Reads what `times` prints: minutes and seconds of user and system time, the children's in the second line. */
function cpuOf(times: string): number {
  const [, children = ''] = times.trim().split('\n')
  let sum = 0
  for (const [, minutes, seconds] of children.matchAll(/(\d+)m([\d.]+)s/g)) sum += Number(minutes) * 60 + Number(seconds)
  return sum
}

/** Middle of the values, or mean of the two in the middle. @throws RangeError if there are none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y)
  const low = sorted[(sorted.length - 1) >> 1]
  const high = sorted[sorted.length >> 1]
  if (low === undefined || high === undefined) throw new RangeError('the median of nothing')
  return (low + high) / 2
}
