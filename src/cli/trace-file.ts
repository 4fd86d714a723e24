import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readTraceJson, TraceJsonError, type RecordedSchedule } from '../report/trace-json.js'
import { UsageError } from './usage-error.js'

const HINT = 'write it with: heddle check RACE --json --out TRACE.json'

/**
 * The schedules in a file that `heddle check --json` or `heddle replay --format json` printed.
 * @throws UsageError if it can not be read, or is something else, or has no failure in it
 */
export async function readTraceFile(file: string, cwd: string): Promise<readonly RecordedSchedule[]> {
  const text = await readFile(path.resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error), HINT, { file })
  })
  const schedules = schedulesIn(text, file)
  if (schedules.length === 0) throw new UsageError('there is no failure in this result, so nothing to replay', HINT, { file })
  return schedules
}

function schedulesIn(text: string, file: string): readonly RecordedSchedule[] {
  try {
    return readTraceJson(text)
  } catch (error) {
    if (error instanceof TraceJsonError) throw new UsageError(error.message, HINT, { file })
    throw error
  }
}
