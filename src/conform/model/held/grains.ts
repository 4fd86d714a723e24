/**
 * The model's words are as large as a case lets them be: nobody can see a difference within words that are only ever written
 * and read together, but every one of them is steps.
 */
import type { Case, CaseEvent, CaseObservation, TaskState } from '../../case.js'
import { PAGE_WORDS } from '../../geometry.js'
import type { EndState } from '../../record.js'

/** Fields of operations that count words. */
const MEASURES = new Set(['offset', 'length', 'word', 'size'])

/** How many words of a case can be one of the model. */
export function grainOf(which: Case): number {
  const measures: number[] = []
  for (const event of which.events) if ('call' in event) collect(event.call, measures)
  let grain = PAGE_WORDS
  while (measures.some((measure) => measure % grain !== 0)) grain /= 2
  return grain
}

/** The case with everything counted in grains. */
export function inGrains(which: Case, grain: number): Case {
  return { ...which, events: which.events.map((event) => ('call' in event ? ({ ...event, call: divided(event.call, grain) } as CaseEvent) : event)) }
}

function collect(value: object, into: number[]): void {
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === 'number' && MEASURES.has(name)) into.push(field)
    else if (typeof field === 'object' && field !== null) collect(field as object, into)
  }
}

function divided(value: object, grain: number): object {
  const inner = (element: unknown): unknown => (typeof element === 'object' && element !== null ? divided(element, grain) : element)
  if (Array.isArray(value)) return (value as readonly unknown[]).map(inner)
  const fields = Object.entries(value).map(([name, field]: [string, unknown]) => [
    name,
    typeof field === 'number' && MEASURES.has(name) ? field / grain : inner(field),
  ])
  return Object.fromEntries(fields) as object
}

/** An observation that was made in grains, in words. */
export function observationInWords(observation: CaseObservation, grain: number): CaseObservation {
  const file = ({ size, cache }: CaseObservation['main']): CaseObservation['main'] => ({ size: size * grain, cache })
  const { tasks, main, other, anonData } = observation
  return {
    ...observation,
    tasks: Object.fromEntries(Object.entries(tasks).map(([name, state]) => [name, stateInWords(state, grain)])),
    main: file(main),
    other: file(other),
    anonData: textInWords(anonData, grain),
  }
}

export function endInWords(end: EndState, grain: number): EndState {
  const { main, other, mainAgain, otherAgain } = end
  const text = (content: string): string => textInWords(content, grain)
  return { main: text(main), other: text(other), mainAgain: text(mainAgain), otherAgain: text(otherAgain) }
}

function stateInWords(state: TaskState, grain: number): TaskState {
  if (state.state === 'blocked') return state
  return { ...state, result: state.result > 0 ? state.result * grain : state.result, data: textInWords(state.data, grain) }
}

/** Contents are runs: a value, and how often. */
function textInWords(text: string, grain: number): string {
  return text.replace(/(\d+)\*(\d+)|(\d+)(?![\d*])/g, (_all, value: string | undefined, count: string, single: string) =>
    value === undefined ? (grain === 1 ? single : `${single}*${grain}`) : `${value}*${Number(count) * grain}`,
  )
}
