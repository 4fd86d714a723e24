/** Where the user is in a trace: moves at once, and is in the page's address a moment later. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { View } from '../../report/explorer/index.js'
import { go, settle } from '../shell/route.js'
import type { TraceModel } from './model.js'
import type { Position } from './take-over.js'

/** Browsers do not let a page change its address at every key. */
const SETTLED_MS = 150

export interface TracePosition {
  readonly cursor: number
  readonly setCursor: (cursor: number) => void
  readonly setShow: (show: readonly string[]) => void
  /** Goes on to another schedule. */
  readonly move: (to: Position) => void
}

export function usePosition(view: View, model: TraceModel | null): TracePosition {
  const linked = view.cursor ?? 0
  const [wanted, want] = useState(linked)
  const written = useRef(linked)
  useEffect(() => {
    // Somebody else changed the address: the user, or a link.
    if (written.current !== linked) {
      written.current = linked
      want(linked)
    }
  }, [linked, view.schedule])
  const last = model?.steps.length ?? wanted
  const cursor = Math.min(wanted, last)
  useEffect(() => {
    if (model === null || cursor === linked) return undefined
    const timer = setTimeout(() => {
      written.current = cursor
      settle(view, { ...view, cursor })
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [cursor, view, model])
  return {
    cursor,
    setCursor: want,
    setShow: (show) => {
      written.current = cursor
      go({ ...view, cursor, show }, 'replace')
    },
    move: ({ token, cursor: to }) => {
      written.current = to
      want(to)
      go({ ...view, schedule: token, cursor: to }, 'push')
    },
  }
}
