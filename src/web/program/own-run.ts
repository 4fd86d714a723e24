/** Explores a program of the user's own. */
import { useRef, useState } from 'preact/hooks'
import type { Progress } from '../../engine/index.js'
import type { Memory } from '../../races/race.js'
import type { ExploredProgram } from '../../report/check-result.js'
import { askInTurn } from '../engine/pool.js'
import type { Complaint } from '../engine/requests.js'
import { complaintOf } from '../trace/use-trace.js'
import { compile } from './compile.js'

export type OwnRun =
  | { readonly status: 'none' }
  | { readonly status: 'running'; readonly progress: Progress | null }
  | { readonly status: 'done'; readonly explored: ExploredProgram; readonly text: string; readonly memory: Memory; readonly maxStates: number }
  | { readonly status: 'wrong'; readonly complaint: Complaint; readonly line: number | null }

export interface OwnRunner {
  readonly run: OwnRun
  readonly start: (text: string, memory: Memory, maxStates: number) => void
  readonly stop: () => void
}

export function useOwnRun(): OwnRunner {
  const [run, set] = useState<OwnRun>({ status: 'none' })
  const controller = useRef<AbortController | undefined>(undefined)
  const start = (text: string, memory: Memory, maxStates: number): void => {
    controller.current?.abort()
    const compiled = compile(text)
    if (compiled.code === null) {
      set({ status: 'wrong', complaint: { message: compiled.error.message, hint: '' }, line: compiled.error.line })
      return
    }
    const own = new AbortController()
    controller.current = own
    set({ status: 'running', progress: null })
    askInTurn(
      { type: 'check', source: { from: 'own', code: compiled.code, memory }, maxStates },
      { signal: own.signal, onProgress: (progress) => set({ status: 'running', progress }) },
    ).then(
      (explored) => set(explored === undefined ? { status: 'none' } : { status: 'done', explored, text, memory, maxStates }),
      (error: unknown) => set({ status: 'wrong', complaint: complaintOf(error), line: null }),
    )
  }
  return { run, start, stop: () => controller.current?.abort() }
}
