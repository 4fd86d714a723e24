/** One schedule as the file that `heddle replay TRACE.json` reads. */
import type { Trace } from '../engine/result.js'
import type { Configuration } from '../races/race.js'

/** A heddle-result/1 object with the one failure of the trace; with none if the trace has none. @param race name of the race, or of the user's file */
export declare function traceJson(trace: Trace, race: string, configuration: Configuration): string
