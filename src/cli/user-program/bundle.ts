import { access, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import type * as Esbuild from 'esbuild'
import type { Message } from 'esbuild'
import { nearestHint } from '../nearest.js'
import { UsageError } from '../usage-error.js'

/** A user's program with everything it imports, as one script; plain data, so that a worker can be handed it. */
export interface Bundle {
  /** As the user wrote it. */
  readonly path: string
  /** Absolute. */
  readonly file: string
  /** CommonJS; the engine is left to `require('heddle/engine')`. */
  readonly code: string
  /** Source map of `code`, as JSON. */
  readonly map: string
}

/**
 * Translates a user's program and what it imports.
 * @throws UsageError if the file is not there, does not parse, or imports what cannot be found
 */
export async function bundleUserProgram(userPath: string, cwd: string): Promise<Bundle> {
  const file = path.resolve(cwd, userPath)
  await assertExists(userPath, file)
  // Required rather than imported: that saves ten milliseconds of looking for names to import.
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof Esbuild
  try {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: cwd,
      entryPoints: [file],
      outfile: path.join(path.dirname(file), 'program.cjs'),
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      sourcemap: 'external',
      external: ['heddle/engine'],
      logLevel: 'silent',
    })
    const text = (suffix: string): string => outputFiles.find((output) => output.path.endsWith(suffix))?.text ?? ''
    return { path: userPath, file, code: text('.cjs'), map: text('.map') }
  } catch (error) {
    const first = isBuildFailure(error) ? error.errors[0] : undefined
    if (first === undefined) throw error
    const place = { file: first.location?.file ?? userPath, line: first.location?.line }
    throw new UsageError(first.text, hintFor(first), place)
  }
}

async function assertExists(userPath: string, file: string): Promise<void> {
  try {
    await access(file)
  } catch {
    const beside = await readdir(path.dirname(file)).catch((): string[] => [])
    const programs = beside.filter((name) => /\.[cm]?[jt]s$/.test(name))
    throw new UsageError(
      'there is no such file',
      nearestHint(path.basename(file), programs, '`heddle init DIR` makes a small project to start from.'),
      { file: userPath },
    )
  }
}

function isBuildFailure(error: unknown): error is { readonly errors: readonly Message[] } {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}

function hintFor(message: Message): string {
  if (message.text.includes('"heddle"')) return "the engine is imported with: import { program } from 'heddle/engine'"
  if (message.text.startsWith('Could not resolve')) return 'is the import spelled right, and its package installed beside this file?'
  const line = message.location?.lineText.trim() ?? ''
  return line === '' ? 'the file must be TypeScript or JavaScript' : `the line reads: ${line}`
}
