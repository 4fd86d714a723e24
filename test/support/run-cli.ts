import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inject, onTestFinished } from 'vitest'
import type { Host, Output } from '../../src/cli/host.js'
import { run } from '../../src/cli/run.js'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly cwd?: string
  readonly env?: Host['env']
  readonly terminal?: boolean
  /** Writing a result throws, as nothing of ours should. */
  readonly brokenStdout?: boolean
}

/** Runs a command line in this process, with streams that are kept. */
export async function heddle(argv: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
  const stdout = keep(surroundings.terminal ?? false)
  const stderr = keep(surroundings.terminal ?? false)
  const broken: Output = {
    ...stdout.output,
    write: () => {
      throw new Error('broken')
    },
  }
  const host: Host = {
    stdout: surroundings.brokenStdout === true ? broken : stdout.output,
    stderr: stderr.output,
    env: surroundings.env ?? {},
    cwd: surroundings.cwd ?? process.cwd(),
    cores: 2,
    workerScript: workerScript(),
    holdDaemonScript: holdDaemonScript(),
    packageRoot: fileURLToPath(new URL('../..', import.meta.url)),
    explorer: built('web'),
    onInterrupt: () => () => undefined,
  }
  const code = await run(argv, host)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

function keep(isTerminal: boolean): { readonly output: Output; readonly text: () => string } {
  const parts: string[] = []
  return { output: { write: (text) => void parts.push(text), isTerminal, columns: 100 }, text: () => parts.join('') }
}

/** Path of the built command line, for tests that need a process of its own. */
export function builtCli(): string {
  return built('cli/main.js')
}

/** Entry of the worker threads, as built. */
export function workerScript(): URL {
  return pathToFileURL(built('cli/worker.js'))
}

/** Entry of the process that serves a held device, as built. */
export function holdDaemonScript(): URL {
  return pathToFileURL(built('conform/hold-daemon.js'))
}

function built(file: string): string {
  const { folder, error } = inject('builtCli')
  if (error !== null) throw new Error(`the command line could not be built: ${error}`)
  return path.join(folder, file)
}

/** A folder with these files, gone when the test is over. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'heddle-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  return folder
}
