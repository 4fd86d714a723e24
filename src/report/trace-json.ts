/** `heddle-trace/1`: one schedule, what it is of, and everything that happens in it. What `heddle replay TRACE.json` reads. */
import type { Trace } from '../engine/result.js'
import type { Configuration, FileSystem, Memory } from '../races/race.js'

/** A schedule and what it is of. */
export interface RecordedSchedule {
  /** Name of the race, or of a file with a program of the user's own. */
  readonly race: string
  readonly program: string
  readonly kernel: string | null
  readonly fixes: readonly string[]
  readonly fs: FileSystem | null
  readonly memory: Memory
  readonly schedule: string
}

/** The text is not what `readTraceJson` reads; the message says why. */
export class TraceJsonError extends Error {
  override readonly name = 'TraceJsonError'
}

/**
 * The file of one trace.
 * @param race name of the race, or of the user's file
 * @param configuration what of it there is: a program without a kernel has but a memory model
 */
export function traceJson(trace: Trace, race: string, configuration: Partial<Configuration>): string {
  return tracesJson([{ trace, race, configuration }])
}

/** One object for one trace, an array for several. */
export function tracesJson(traces: readonly { readonly trace: Trace; readonly race: string; readonly configuration: Partial<Configuration> }[]): string {
  const objects = traces.map(({ trace, race, configuration }) => traceObject(trace, race, configuration))
  return `${JSON.stringify(objects.length === 1 ? objects[0] : objects, null, 2)}\n`
}

function traceObject(trace: Trace, race: string, { kernel, fixes, fs, memory }: Partial<Configuration>): object {
  const { program, schedule, tasks, steps, contextSwitches, failure, stack, waiting, events } = trace
  const settings = { kernel: kernel ?? null, fixes: fixes ?? [], fs: fs ?? null, memory: memory ?? 'sc' }
  return { schema: 'heddle-trace/1', race, program, ...settings, schedule, tasks, steps, contextSwitches, failure, stack, waiting, events }
}

/**
 * The schedules in the text of a file: of traces, or of the failures in results of `heddle check --json`.
 * @throws TraceJsonError if it is something else
 */
export function readTraceJson(text: string): readonly RecordedSchedule[] {
  const content = parsed(text)
  return (Array.isArray(content) ? content : [content]).flatMap(schedulesOf)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new TraceJsonError(`this is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function schedulesOf(content: unknown): readonly RecordedSchedule[] {
  if (isObject(content) && content.schema === 'heddle-trace/1') return [scheduleOf(content, content)]
  if (!isObject(content) || content.schema !== 'heddle-result/1' || !Array.isArray(content.failures)) {
    throw new TraceJsonError('this is no result of heddle check ("schema" is not "heddle-result/1"), and no trace ("heddle-trace/1")')
  }
  return content.failures.map((failure: unknown) => scheduleOf(content, isObject(failure) ? failure : {}))
}

type JsonObject = Readonly<Record<string, unknown>>

function scheduleOf({ race, kernel, fixes, fs, memory }: JsonObject, { program, schedule }: JsonObject): RecordedSchedule {
  if (typeof race !== 'string' || typeof program !== 'string' || typeof schedule !== 'string') {
    throw new TraceJsonError('"race", or a failure\'s "program" or "schedule", is missing')
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
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}
