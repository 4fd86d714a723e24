/** `heddle explore`, as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { inject } from 'vitest'

export interface Explorer {
  readonly url: string
  readonly process: ChildProcess
  /** Presses Ctrl-C. @returns the exit status */
  interrupt(): Promise<number | null>
}

/** Starts it on a free port. @throws Error with what it said if it ends instead */
export async function startExplorer(): Promise<Explorer> {
  const child = heddleExplore(['--port', '0'])
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const url = await new Promise<string>((resolve, reject) => {
    let out = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const line = /^(http\S+)\n/.exec(out)
      if (line?.[1] !== undefined) resolve(line[1])
    })
    child.once('exit', (code) => reject(new Error(`heddle explore ended with ${String(code)}: ${said}`)))
  })
  return {
    url,
    process: child,
    interrupt: () =>
      new Promise((resolve) => {
        child.once('exit', (code) => resolve(code))
        child.kill('SIGINT')
      }),
  }
}

export function heddleExplore(options: readonly string[]): ChildProcess {
  return spawn(process.execPath, [path.join(inject('builtExplorer'), 'cli/main.js'), 'explore', ...options])
}
