/** Runs a schedule in the worker; what was shown before stays until the answer is there. */
import { useEffect, useState } from 'preact/hooks'
import { RequestError } from '../engine/engine-worker.js'
import { askNow } from '../engine/pool.js'
import type { Complaint, Source } from '../engine/requests.js'
import { traceModel, type TraceModel } from './model.js'

export interface LoadedTrace {
  readonly model: TraceModel | null
  /** The schedule that `model` is of. */
  readonly token: string
  readonly error: Complaint | null
}

export function useTrace(source: Source, token: string): LoadedTrace {
  const [loaded, load] = useState<LoadedTrace>({ model: null, token: '', error: null })
  const key = JSON.stringify(source)
  useEffect(() => {
    let isWanted = true
    askNow({ type: 'situation', source, token }).then(
      (situation) => {
        if (isWanted) load({ model: traceModel(situation), token, error: null })
      },
      (error: unknown) => {
        if (isWanted) load({ model: null, token, error: complaintOf(error) })
      },
    )
    return () => {
      isWanted = false
    }
    // The source is compared by what is in it.
  }, [key, token])
  return loaded
}

export function complaintOf(error: unknown): Complaint {
  if (error instanceof RequestError) return { message: error.message, hint: error.hint }
  return { message: error instanceof Error ? error.message : String(error), hint: '' }
}
