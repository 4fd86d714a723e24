/** What cards are made of. */
import { createContext, type ComponentChildren } from 'preact'
import { useContext } from 'preact/hooks'
import type { Bit, Field } from '../../report/explorer/index.js'

/** What an object is asked for when it is clicked. */
export interface Subject {
  readonly object: number
  readonly bit?: string
  readonly label: string
}

export interface StateTools {
  readonly choose: (subject: Subject) => void
  readonly chosen: Subject | null
  readonly taskName: (task: number) => string
}

export const StateContext = createContext<StateTools>({ choose: () => undefined, chosen: null, taskName: String })

interface CardProps {
  readonly title: ComponentChildren
  readonly aside?: ComponentChildren
  readonly isFaint?: boolean
  readonly isChanged?: boolean
  readonly children?: ComponentChildren
}

export function Card({ title, aside, isFaint = false, isChanged = false, children }: CardProps) {
  return (
    <article class="card" data-faint={isFaint} data-changed={isChanged}>
      <h3>
        <span class="mono">{title}</span>
        {aside !== undefined && <span class="muted aside">{aside}</span>}
      </h3>
      {children}
    </article>
  )
}

/** A name and what belongs to it, as a line of a card. */
export function Line({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="line">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

interface ValueProps {
  readonly field: Field<string | number | boolean>
  /** What it is, for the history and for those who hear it. */
  readonly label: string
  /** What is shown; the value itself unless given. */
  readonly text?: string
  readonly bit?: string
}

/** A value that can be asked for its history. What the last step changed has a mark, and says so. */
export function Value({ field, label, text, bit }: ValueProps) {
  const tools = useContext(StateContext)
  const shown = text ?? String(field.value)
  const isChosen = tools.chosen?.object === field.object && tools.chosen.bit === bit
  const since = field.by === null ? 'from the beginning' : `since step ${field.since}, by ${tools.taskName(field.by)}`
  return (
    <button
      type="button"
      class="value"
      data-changed={field.changed}
      aria-pressed={isChosen}
      aria-label={`${label}: ${shown === '' ? 'empty' : shown}${field.changed ? ', just changed' : ''}; show its history`}
      title={`${label}, ${since}`}
      onClick={() => tools.choose({ object: field.object, label, ...(bit !== undefined && { bit }) })}
    >
      {shown === '' ? '∅' : shown}
    </button>
  )
}

/** The bits that are set, and those that have just been cleared. */
export function Bits({ bits, label }: { readonly bits: readonly Bit[]; readonly label: string }) {
  const shown = bits.filter((bit) => bit.value || bit.changed)
  if (shown.length === 0) return <span class="muted">none set</span>
  return (
    <span class="chips">
      {shown.map((bit) => (
        <Value key={bit.name} field={bit} bit={bit.name} label={`${label} ${bit.name}`} text={bit.value ? bit.name : `${bit.name} cleared`} />
      ))}
    </span>
  )
}

/** Words of memory or of a block, in order. */
export function Words({ words, label }: { readonly words: readonly Field<string>[]; readonly label: string }) {
  return (
    <span class="words">
      {words.map((word, at) => (
        <Value key={word.object} field={word} label={`${label}, word ${at}`} />
      ))}
    </span>
  )
}
