/** Where a schedule has led to, and what can be done from there: what the explorer asks its worker for. Plain data. */
import type { Program } from '../../engine/index.js'
import { record } from '../../engine/record.js'
import type { Recording } from '../../engine/recording.js'
import { presentedKernel, type KernelLayout } from '../../kernel/layout.js'
import type { Source } from '../../kernel/sources.js'

/** A schedule that was run, with every state on its way. */
export interface Situation {
  readonly recording: Recording
  /** What belongs together in the kernel's machine; null for a program without one. */
  readonly layout: KernelLayout | null
  /** Where the functions in the trace are from, by name; of those that are the kernel's. */
  readonly sources: Readonly<Record<string, Source>>
}

/**
 * Runs a schedule, which may be empty (`h1:`) or stop anywhere.
 * @throws ProgramError if the token is malformed or does not fit the program
 */
export function situation(program: Program, token: string): Situation {
  const { recording, presented } = record(program, token)
  const kernel = presentedKernel(presented)
  const functions = new Set(recording.trace.events.flatMap((event) => (event.type === 'call' ? [event.fn] : [])))
  for (const { calls } of recording.moments) for (const { fn } of calls) functions.add(fn)
  const sources = Array.from(functions, (fn) => [fn, kernel?.sourceOf(fn)] as const)
  return {
    recording,
    layout: kernel?.layout ?? null,
    sources: Object.fromEntries(sources.flatMap(([fn, source]) => (source === undefined ? [] : [[fn, source] as const]))),
  }
}
