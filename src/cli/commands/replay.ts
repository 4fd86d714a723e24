import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ProgramError, replay as replaySchedule, type Trace } from '../../engine/index.js'
import type { Configuration } from '../../races/race.js'
import { fileSubject, raceSubject } from '../../report/check-result.js'
import { replayCommand } from '../../report/replay-command.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import type { Source } from '../jobs/job.js'
import { buildProgram } from '../jobs/run-job.js'
import { wantedConfiguration, type ReplayOptions } from '../options.js'
import { assertWritable, emit, paletteFor } from '../output.js'
import { findRace, isProgramFile, selectTargets } from '../selection.js'
import { readTraceFile } from '../trace-file.js'
import { UsageError } from '../usage-error.js'

interface Replayed {
  readonly source: Source
  readonly trace: Trace
}

/** `heddle replay`: the schedules of a result, or one that is named, shown step by step; exit status 1 if one fails, as found. */
export async function replay(file: string | null, options: ReplayOptions, host: Host): Promise<ExitCode> {
  await assertWritable(options.out, host)
  const replayed = file === null ? [await namedTrace(options, host)] : await recordedTraces(file, options, host)
  await emit(await formatted(replayed, options, host), options.out, host)
  return replayed.some(({ trace }) => trace.failure !== null) ? EXIT.race : EXIT.holds
}

/** @throws UsageError if there are several and the format has room for one */
async function formatted(replayed: readonly Replayed[], { format, out }: ReplayOptions, host: Host): Promise<string> {
  if (format === 'text') {
    const { traceText } = await import('../../report/trace-text.js')
    return replayed.map(({ trace }) => traceText(trace, { palette: paletteFor(out, host) })).join('\n')
  }
  if (format === 'json') {
    const { tracesJson } = await import('../../report/trace-json.js')
    return tracesJson(replayed.map(({ source, trace }) => ({ trace, ...subjectOf(source) })))
  }
  const [one, ...others] = replayed
  if (one === undefined || others.length > 0) {
    throw new UsageError(`there are ${replayed.length} schedules, and --format ${format} is of one`, 'name it with --race and --schedule')
  }
  if (format === 'svg') return (await import('../../report/diagram-svg.js')).diagramSvg(one.trace)
  if (format === 'perfetto') return (await import('../../report/perfetto.js')).perfetto(one.trace)
  return await tracePage(one, host)
}

/** @throws UsageError if the explorer, whose view is put into the page, has not been built */
async function tracePage({ source, trace }: Replayed, host: Host): Promise<string> {
  const read = (name: string): Promise<string> =>
    readFile(path.join(host.explorer, name), 'utf8').catch(() => {
      throw new UsageError('the explorer has not been built, and a page is made of it', 'npm run build', { file: path.join(host.explorer, name) })
    })
  const [code, style] = await Promise.all([read('trace-file.js'), read('trace-file.css')])
  const [{ situation }, { traceHtml }] = await Promise.all([import('../../report/explorer/situation.js'), import('../../report/trace-html.js')])
  const states = situation(buildProgram(source), trace.schedule)
  const subject = source.from === 'catalogue' ? raceSubject(findRace(source.race), source.configuration) : fileSubject(source.bundle.path, source.memory)
  const name = subject.isFile ? subject.race : `${subject.race}/${trace.program}`
  return traceHtml(
    {
      situation: states,
      cursor: states.recording.steps.length,
      subject: [name, ...subject.options].join(' '),
      command: replayCommand(subject, trace.program, trace.schedule),
    },
    { code, style },
  )
}

function subjectOf(source: Source): { readonly race: string; readonly configuration: Partial<Configuration> } {
  if (source.from === 'catalogue') return { race: source.race, configuration: source.configuration }
  return { race: source.bundle.path, configuration: { memory: source.memory } }
}

async function recordedTraces(file: string, options: ReplayOptions, host: Host): Promise<readonly Replayed[]> {
  if (options.race !== undefined || options.schedule !== undefined) {
    throw new UsageError('there is a file and --race or --schedule as well', 'give one or the other', { file })
  }
  const traces: Replayed[] = []
  for (const recorded of await readTraceFile(file, host.cwd)) {
    const name = isProgramFile(recorded.race) ? recorded.race : `${recorded.race}/${recorded.program}`
    const [target] = await selectTargets([name], recorded, { allFixes: false, cwd: host.cwd })
    for (const source of target?.sources ?? []) traces.push(replaySource(source, recorded.schedule))
  }
  return traces
}

async function namedTrace(options: ReplayOptions, host: Host): Promise<Replayed> {
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
  let best: Replayed | undefined
  let refusal: unknown
  for (const source of sources) {
    try {
      const replayed = replaySource(source, schedule)
      if (replayed.trace.failure !== null) return replayed
      best ??= replayed
    } catch (error) {
      refusal ??= error
    }
  }
  if (best !== undefined) return best
  throw refusal
}

/** @throws UsageError if the token can not be read, or is not a schedule of this program */
function replaySource(source: Source, schedule: string): Replayed {
  try {
    return { source, trace: replaySchedule(buildProgram(source), schedule) }
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
    throw new UsageError(error.message, error.hint)
  }
}
