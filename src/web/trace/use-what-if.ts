/** Runs the schedule of a trace in another configuration. */
import { useEffect, useState } from 'preact/hooks'
import type { WhatIf } from '../../report/explorer/index.js'
import { askNow } from '../engine/pool.js'
import type { Complaint, Source } from '../engine/requests.js'
import { traceModel, type TraceModel } from './model.js'
import { complaintOf } from './use-trace.js'

export interface OtherTrace {
  readonly whatIf: WhatIf
  readonly model: TraceModel
  /** The cursor in the other trace after the last step that both have before they part. */
  readonly parting: number
}

interface Found {
  readonly key: string
  readonly found: OtherTrace | null
  readonly error: Complaint | null
}

/** @param wanted null if there is nothing to run */
export function useWhatIf(
  wanted: { readonly source: Source; readonly other: Source } | null,
  model: TraceModel,
): { readonly found: OtherTrace | null; readonly error: Complaint | null } {
  const token = model.situation.recording.trace.schedule
  const key = JSON.stringify([wanted, token])
  const [state, settle] = useState<Found>({ key: '', found: null, error: null })
  useEffect(() => {
    if (wanted === null) return undefined
    let isWanted = true
    run(wanted.source, wanted.other, token).then(
      (found) => {
        if (isWanted) settle({ key, found, error: null })
      },
      (error: unknown) => {
        if (isWanted) settle({ key, found: null, error: complaintOf(error) })
      },
    )
    return () => {
      isWanted = false
    }
  }, [key])
  return state.key === key ? state : { found: null, error: null }
}

async function run(source: Source, other: Source, token: string): Promise<OtherTrace> {
  const whatIf = await askNow({ type: 'what-if', source, other, token })
  const situation = await askNow({ type: 'situation', source: other, token: whatIf.token })
  const model = traceModel(situation)
  return { whatIf, model, parting: whatIf.parts === null ? model.steps.length : partingOf(whatIf, whatIf.parts.at) }
}

function partingOf({ counterparts }: WhatIf, at: number): number {
  const before = counterparts.slice(0, at).filter((position) => position >= 0)
  return Math.max(0, ...before.map((position) => position + 1))
}
