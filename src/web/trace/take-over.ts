/** Going another way: from any step, whoever can go on is chosen by the user. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { tokenAt, type NextMove } from '../../report/explorer/index.js'
import { askNow } from '../engine/pool.js'
import type { Complaint, Source } from '../engine/requests.js'
import type { TraceModel } from './model.js'
import { complaintOf } from './use-trace.js'

export interface Position {
  readonly token: string
  readonly cursor: number
}

export interface TakeOver {
  /** What can be done next; null while that is being found out. */
  readonly moves: readonly NextMove[] | null
  readonly error: Complaint | null
  readonly step: (move: NextMove) => void
  readonly runOn: () => void
  readonly canUndo: boolean
  readonly undo: () => void
}

/** A cursor beyond every step: the end, wherever that is. */
export const AT_END = Number.MAX_SAFE_INTEGER

/**
 * @param source null if there is no engine to ask
 * @param isOpen whether anybody looks at the moves
 * @param onMove told where to go
 */
export function useTakeOver(source: Source | null, model: TraceModel, cursor: number, isOpen: boolean, onMove: (to: Position) => void): TakeOver | null {
  const here = tokenAt(model.situation, cursor)
  const isEnd = cursor >= model.steps.length
  const [asked, answer] = useState<{ readonly token: string; readonly moves: readonly NextMove[] } | null>(null)
  const [error, complain] = useState<Complaint | null>(null)
  const past = useRef<Position[]>([])

  useEffect(() => {
    if (isEnd || !isOpen || source === null) return undefined
    let isWanted = true
    askNow({ type: 'situation', source, token: here }).then(
      ({ recording }) => {
        if (isWanted) answer({ token: here, moves: recording.moves })
      },
      (reason: unknown) => {
        if (isWanted) complain(complaintOf(reason))
      },
    )
    return () => {
      isWanted = false
    }
  }, [here, isEnd, isOpen])

  if (source === null) return null
  const go = (to: Position): void => {
    past.current.push({ token: model.situation.recording.trace.schedule, cursor })
    complain(null)
    onMove(to)
  }
  const elsewhere = asked?.token === here ? asked.moves : null
  return {
    moves: isEnd ? model.situation.recording.moves : elsewhere,
    error,
    step: (move) => go({ token: move.token, cursor: AT_END }),
    runOn: () => {
      askNow({ type: 'run-on', source, token: here }).then(
        (token) => go({ token, cursor: AT_END }),
        (reason: unknown) => complain(complaintOf(reason)),
      )
    },
    canUndo: past.current.length > 0 || (isEnd && cursor > 0),
    undo: () => {
      const before = past.current.pop() ?? { token: tokenAt(model.situation, cursor - 1), cursor: cursor - 1 }
      onMove(before)
    },
  }
}
