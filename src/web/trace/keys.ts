/** Keys that work anywhere on the page of a trace. */
import { useEffect } from 'preact/hooks'

export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['↓ ↑', 'next, previous step shown'],
  ['→ ←', 'next, previous step of all'],
  ['Page Down, Page Up', 'next, previous switch of tasks'],
  ['Home, End', 'the beginning, the end'],
  ['e', 'every step, or the steps of the race'],
  ['1 2 3 4', 'state, tasks, what if, share'],
  ['Esc', 'close the history'],
  ['?', 'these keys'],
]

export type Actions = Readonly<Record<string, () => void>>

/** @param actions by the name of the key */
export function useKeys(actions: Actions): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return
      const action = actions[event.key]
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  })
}

/** Whether the key belongs to what has the focus: text, a choice, tabs. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('[role=tablist]') !== null) return /^Arrow|^Home$|^End$/.test(key)
  if (target.closest('dialog[open], select, textarea, .cm-editor') !== null) return true
  return target instanceof HTMLInputElement && target.type !== 'range'
}
