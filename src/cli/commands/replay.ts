import { ProgramError, replay as replaySchedule, type Trace } from '../../engine/index.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import type { Source } from '../jobs/job.js'
import { buildProgram } from '../jobs/run-job.js'
import { wantedConfiguration, type ParsedOptions } from '../options.js'
import { emit, paletteFor } from '../output.js'
import { isProgramFile, selectTargets } from '../selection.js'
import { readTraceFile } from '../trace-file.js'
import { UsageError } from '../usage-error.js'

type ReplayOptions = ParsedOptions & { readonly race?: string; readonly schedule?: string }

/** `heddle replay`: the schedules of a result, or one that is named, shown step by step; exit status 1 if one fails, as found. */
export async function replay(file: string | null, options: ReplayOptions, host: Host): Promise<ExitCode> {
  const traces = file === null ? [await namedTrace(options, host)] : await recordedTraces(file, options, host)
  const { traceText } = await import('../../report/trace-text.js')
  const palette = paletteFor(undefined, host)
  await emit(traces.map((trace) => traceText(trace, { palette })).join('\n'), undefined, host)
  return traces.some((trace) => trace.failure !== null) ? EXIT.race : EXIT.holds
}

async function recordedTraces(file: string, options: ReplayOptions, host: Host): Promise<readonly Trace[]> {
  if (options.race !== undefined || options.schedule !== undefined) {
    throw new UsageError('there is a file and --race or --schedule as well', 'give one or the other', { file })
  }
  const traces: Trace[] = []
  for (const recorded of await readTraceFile(file, host.cwd)) {
    const name = isProgramFile(recorded.race) ? recorded.race : `${recorded.race}/${recorded.program}`
    const [target] = await selectTargets([name], recorded, { allFixes: false, cwd: host.cwd })
    for (const source of target?.sources ?? []) traces.push(replaySource(source, recorded.schedule))
  }
  return traces
}

async function namedTrace(options: ReplayOptions, host: Host): Promise<Trace> {
  const { race, schedule } = options
  if (race === undefined || schedule === undefined) {
    throw new UsageError(
      'what is to be replayed?',
      'give TRACE.json, or --race and --schedule as the report that found it names them',
    )
  }
  const [target] = await selectTargets([race], wantedConfiguration(options), { allFixes: false, cwd: host.cwd })
  const sources = target?.sources ?? []
  // A race of several programs: the schedule is of the one that it leads to a failure in.
  const attempts = sources.map((source) => () => replaySource(source, schedule))
  let best: Trace | undefined
  let refusal: unknown
  for (const attempt of attempts) {
    try {
      const trace = attempt()
      if (trace.failure !== null) return trace
      best ??= trace
    } catch (error) {
      refusal ??= error
    }
  }
  if (best !== undefined) return best
  throw refusal
}

/** @throws UsageError if the token can not be read, or is not a schedule of this program */
function replaySource(source: Source, schedule: string): Trace {
  try {
    return replaySchedule(buildProgram(source), schedule)
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
    throw new UsageError(error.message, error.hint)
  }
}
