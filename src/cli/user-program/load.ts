import { createRequire, SourceMap, type SourceMapPayload } from 'node:module'
import path from 'node:path'
import { compileFunction } from 'node:vm'
import * as engine from '../../engine/index.js'
import type { Program } from '../../engine/index.js'
import { UsageError, type Place } from '../usage-error.js'
import type { Bundle } from './bundle.js'

const EXAMPLE = "it must end in: export default program('name', (world) => { … })"

/**
 * Runs the user's module and takes its default export.
 * @throws UsageError if the module throws, or exports no program by default
 */
export function loadUserProgram(bundle: Bundle): Program {
  const module: { exports: Record<string, unknown> } = { exports: {} }
  const nodeRequire = createRequire(bundle.file)
  const userRequire = (name: string): unknown => (name === 'heddle/engine' ? engine : nodeRequire(name))
  try {
    compileFunction(bundle.code, ['module', 'exports', 'require'], { filename: bundle.file }).call(
      module.exports,
      module,
      module.exports,
      userRequire,
    )
  } catch (error) {
    throw asUsageError(bundle, error, 'this runs when the file is loaded, before any task')
  }
  const exported = module.exports.default
  if (isProgram(exported)) return exported
  const what = exported === undefined ? 'nothing' : typeof exported === 'object' ? 'another object' : `a ${typeof exported}`
  throw new UsageError(`the default export must be a program, but it is ${what}`, EXAMPLE, { file: bundle.path })
}

function isProgram(value: unknown): value is Program {
  return typeof value === 'object' && value !== null && 'name' in value && 'setup' in value && typeof value.setup === 'function'
}

/** The error, with the place in the user's file where it was thrown. */
export function asUsageError(bundle: Bundle, error: unknown, hint: string): UsageError {
  const message = error instanceof Error ? error.message : String(error)
  return new UsageError(message, hint, placeOf(bundle, error) ?? { file: bundle.path })
}

/** Innermost place in the user's files in the error's stack; undefined if it was not thrown from there. */
export function placeOf(bundle: Bundle, error: unknown): Place | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined
  for (const line of error.stack.split('\n')) {
    const at = line.indexOf(`${bundle.file}:`)
    if (at < 0) continue
    const [, row, column] = /^:(\d+):(\d+)/.exec(line.slice(at + bundle.file.length)) ?? []
    const map = new SourceMap(JSON.parse(bundle.map) as SourceMapPayload)
    const entry = map.findEntry(Number(row) - 1, Number(column) - 1)
    if (!('originalLine' in entry)) continue
    const file = path.resolve(path.dirname(bundle.file), entry.originalSource)
    return { file: file === bundle.file ? bundle.path : file, line: entry.originalLine + 1 }
  }
  return undefined
}
