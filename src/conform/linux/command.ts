import { execFileSync } from 'node:child_process'

/** A command of the system's. @throws with what it wrote to standard error */
export function command(name: string, ...args: readonly string[]): string {
  try {
    return execFileSync(name, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 }).toString().trim()
  } catch (error) {
    const stderr = (error as { stderr?: Buffer }).stderr?.toString().trim() ?? ''
    throw new Error(`${name}: ${stderr === '' ? String(error) : stderr}`, { cause: error })
  }
}
