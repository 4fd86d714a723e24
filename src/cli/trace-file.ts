import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { FileSystem, Memory } from '../races/race.js'
import { UsageError } from './usage-error.js'

/** A schedule and what it is of, as a result of `heddle check --json` names it. */
export interface RecordedSchedule {
  readonly race: string
  readonly program: string
  readonly kernel: string | null
  readonly fixes: readonly string[]
  readonly fs: FileSystem | null
  readonly memory: Memory
  readonly schedule: string
}

const HINT = 'write it with: heddle check RACE --json --out TRACE.json'

/**
 * The schedules in a file that `heddle check --json` printed.
 * @throws UsageError if it can not be read, or is something else, or has no failure in it
 */
export async function readTraceFile(file: string, cwd: string): Promise<readonly RecordedSchedule[]> {
  const text = await readFile(path.resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error), HINT, { file })
  })
  const results = parse(text, file)
  const schedules = (Array.isArray(results) ? results : [results]).flatMap((result) => schedulesOf(result, file))
  if (schedules.length === 0) throw new UsageError('there is no failure in this result, so nothing to replay', HINT, { file })
  return schedules
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`this is no JSON: ${error instanceof Error ? error.message : String(error)}`, HINT, { file })
  }
}

function schedulesOf(result: unknown, file: string): readonly RecordedSchedule[] {
  if (!isObject(result) || result.schema !== 'heddle-result/1' || !Array.isArray(result.failures)) {
    throw new UsageError('this is no result of heddle check ("schema" is not "heddle-result/1")', HINT, { file })
  }
  const { race, kernel, fixes, fs, memory } = result
  return result.failures.map((failure: unknown): RecordedSchedule => {
    const { program, schedule } = isObject(failure) ? failure : {}
    if (typeof race !== 'string' || typeof program !== 'string' || typeof schedule !== 'string') {
      throw new UsageError('"race", or a failure\'s "program" or "schedule", is missing', HINT, { file })
    }
    return {
      race,
      program,
      schedule,
      kernel: typeof kernel === 'string' ? kernel : null,
      fixes: Array.isArray(fixes) ? fixes.map(String) : [],
      fs: fs === 'ext4' || fs === 'xfs' ? fs : null,
      memory: memory === 'weak' ? 'weak' : 'sc',
    }
  })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
