/** The rows of the trace view: steps and calls in lanes, a lane a task. */
import type { Trace, TraceStep } from '../../engine/result.js'

export type LaneRow =
  | {
      readonly kind: 'step'
      /** Position among the steps; the cursor after it is `at + 1`. */
      readonly at: number
      readonly task: number
      readonly depth: number
      readonly text: string
      readonly step: TraceStep
      /** Numbers of the calls it is in, outermost first. */
      readonly calls: readonly number[]
      /** Whether it belongs to the steps of the race; what the diagram shows. */
      readonly essential: boolean
      /** 0 is most relevant; null if it touches nothing that another task touches. */
      readonly price: number | null
    }
  | {
      readonly kind: 'call'
      /** Number of the call in the trace. */
      readonly call: number
      readonly task: number
      readonly depth: number
      readonly fn: string
      readonly text: string
      readonly calls: readonly number[]
      /** Position of the first step in it, or of the step that follows. */
      readonly at: number
      /** How many steps are in it. */
      readonly steps: number
      /** What it returned; null if it has not. */
      readonly returned: string | null
      readonly essential: boolean
      /** Kernel file and version; null if it is no function of the kernel. */
      readonly source: string | null
    }
  | {
      readonly kind: 'switch'
      readonly task: number
      readonly at: number
      readonly to: number
      readonly reason: 'preempted' | 'blocked' | 'finished' | 'failed'
      readonly text: string
      readonly essential: true
    }

/** Every row, in order of time. `essential` ones first seen, the rest on demand. */
export declare function lanes(trace: Trace): readonly LaneRow[]
