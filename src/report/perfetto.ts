/** A trace in the trace-event format that ui.perfetto.dev and chrome://tracing open. */
import type { Trace } from '../engine/result.js'

/** A track a task, a slice a call, an instant a step, an arrow a context switch. One step lasts one microsecond. @returns JSON text */
export declare function perfetto(trace: Trace): string
