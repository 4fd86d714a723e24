/** A case as it went on the real kernel, and everything the model says may happen. */
import type { CaseObservation, CaseRecord, TaskName } from '../../case.js'
import type { EndState } from '../../record.js'
import type { CaseModel, RestState } from './case-model.js'
import { endInWords, observationInWords } from './grains.js'
import { withFrames } from './observe-case.js'

export interface CaseMismatch {
  /** From 0; the number of events for what was seen when everything was released, and at the end. */
  readonly event: number
  /** `B`, `main.cache`, `end.mainAgain` and so on. */
  readonly field: string
  readonly kernel: string
  /** What the model says may be seen there, given what came before; the states that come nearest. */
  readonly model: readonly string[]
}

/** @returns where the run leaves what the model says may happen; null if the model can do the same */
export function compareCase(model: CaseModel, record: CaseRecord): CaseMismatch | null {
  const kernel = [...record.observations, record.last]
  let reached: readonly { readonly state: RestState; readonly before: RestState | null }[] | undefined
  for (const [event, layer] of model.layers.entries()) {
    const candidates: { state: RestState; before: RestState | null }[] =
      reached === undefined
        ? layer.map((state) => ({ state, before: null }))
        : reached.flatMap(({ state: before }) => [...new Set(before.next)].map((index) => ({ state: layer[index] as RestState, before })))
    const expected = kernel[event]
    if (expected === undefined) return { event, field: 'events', kernel: String(kernel.length), model: [String(model.layers.length)] }
    const matching = candidates.filter(({ state, before }) => differences(expected, seen(model, state, before)).length === 0)
    if (matching.length === 0) return nearest(model, event, expected, candidates)
    reached = matching
  }
  const ends = (reached ?? []).flatMap(({ state }) => (state.end === null ? [] : [endInWords(state.end, model.grain)]))
  return compareEnd(model.layers.length, record.end, ends)
}

function seen(model: CaseModel, state: RestState, before: RestState | null): CaseObservation {
  return observationInWords(withFrames(before?.seen ?? null, state.seen), model.grain)
}

type Difference = Omit<CaseMismatch, 'event' | 'model'> & { readonly model: string }

/** The difference that the fewest-differing state of the model has, with what all that differ as little have there. */
function nearest(
  model: CaseModel,
  event: number,
  expected: CaseObservation,
  candidates: readonly { readonly state: RestState; readonly before: RestState | null }[],
): CaseMismatch {
  const all = candidates.map(({ state, before }) => differences(expected, seen(model, state, before)))
  const least = Math.min(...all.map((each) => each.length))
  const near = all.filter((each) => each.length === least)
  const [first] = near[0] ?? []
  const field = first?.field ?? 'nothing'
  const alternatives = near.flatMap((each) => each.filter((one) => one.field === field).map((one) => one.model))
  return { event, field, kernel: first?.kernel ?? '', model: [...new Set(alternatives)] }
}

function compareEnd(event: number, expected: EndState, ends: readonly EndState[]): CaseMismatch | null {
  const fields = ['main', 'other', 'mainAgain', 'otherAgain'] as const
  if (ends.some((end) => fields.every((field) => end[field] === expected[field]))) return null
  const field = fields.find((one) => !ends.some((end) => end[one] === expected[one])) ?? 'main'
  return { event, field: `end.${field}`, kernel: expected[field], model: [...new Set(ends.map((end) => end[field]))] }
}

function differences(kernel: CaseObservation, model: CaseObservation): readonly Difference[] {
  const pairs: (readonly [field: string, kernel: string, model: string])[] = [
    ...(['A', 'B', 'C'] as const).map((task) => [task, taskText(kernel, task), taskText(model, task)] as const),
    ['held', kernel.held.join(', '), model.held.join(', ')],
    ['main.size', String(kernel.main.size), String(model.main.size)],
    ['main.cache', kernel.main.cache, model.main.cache],
    ['other.cache', kernel.other.cache, model.other.cache],
    ['anon', framesText(kernel), framesText(model)],
    ['anonData', kernel.anonData, model.anonData],
    ['shared', kernel.shared, model.shared],
    ['private', kernel.private, model.private],
    ['mappedOther', kernel.mappedOther, model.mappedOther],
  ]
  return pairs.filter(([, one, other]) => one !== other).map(([field, one, other]) => ({ field, kernel: one, model: other }))
}

function taskText({ tasks }: CaseObservation, task: TaskName): string {
  const state = tasks[task]
  if (state === undefined) return ''
  return state.state === 'blocked' ? 'blocked' : `returned ${state.result}${state.data === '' ? '' : ` ${state.data}`}`
}

function framesText({ anon }: CaseObservation): string {
  return anon.map(({ letter, kept }) => (letter === 'p' && !kept ? 'n' : letter)).join('')
}
