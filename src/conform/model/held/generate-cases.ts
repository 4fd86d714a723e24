/** Interleavings, made from the model: held calls with what others may do meanwhile, as far as the model says that it matters. */
import { Random } from '../../../engine/random.js'
import type { Case, CaseObservation } from '../../case.js'
import type { FileSystemName } from '../../record.js'
import { modelCase, oneRun, type CaseModel } from './case-model.js'
import { eventsOf, HELD, MEANWHILE, type Held, type Meanwhile } from './repertoire.js'

export interface GeneratedCase {
  readonly which: Case
  readonly model: CaseModel
}

/** Cases that take more states than this after an event are left out. */
const STATES_MAX = 60_000
/** Of cases in which nobody waits and nothing changes, one in so many is kept; of all, one in so many has a third task. */
const DULL_ONE_IN = 4
const THIRD_ONE_IN = 4

/** The same cases in the same order for the same seed. Every held call comes up about as often as every other. */
export function* generateCases(fs: FileSystemName, count: number, seed: number): Generator<GeneratedCase> {
  const random = new Random(seed)
  const waiting = HELD.map((held) => ({ held, left: inTurn(random, held) }))
  let made = 0
  while (made < count && waiting.some(({ left }) => left.length > 0)) {
    for (const { held, left } of waiting) {
      const second = left.pop()
      if (second === undefined || made === count) continue
      const third = random.below(THIRD_ONE_IN) === 0 ? oneOf(random, meanwhileOf(held)) : null
      const dull = random.below(DULL_ONE_IN) !== 0
      const which = caseOf(held, second, third)
      const model = modelled(fs, which)
      if (model === null || !holds(model, held) || (dull && !matters(model, held))) continue
      made++
      yield { which, model }
    }
  }
}

/** What may come meanwhile, to be taken from the end: first what is about the memory, or the other file, that the call is about. */
function inTurn(random: Random, held: Held): Meanwhile[] {
  const [own, others] = [true, false].map((isOwn) => meanwhileOf(held).filter(({ about }) => (about !== 'main' || held.about === 'main') === isOwn))
  return [...shuffled(random, others ?? []), ...shuffled(random, own ?? [])]
}

function meanwhileOf(held: Held): readonly Meanwhile[] {
  return MEANWHILE.filter(({ about }) => about === 'main' || about === held.about)
}

function caseOf(held: Held, second: Meanwhile, third: Meanwhile | null): Case {
  return {
    name: [held.name, second.name, ...(third === null ? [] : [third.name])].join('; '),
    events: [
      ...held.before.map((call) => ({ event: 'run', call }) as const),
      { event: 'hold', io: held.io },
      { event: 'start', task: 'A', call: held.call },
      ...eventsOf('B', second),
      ...(third === null ? [] : eventsOf('C', third)),
      { event: 'release', io: held.io },
    ],
  }
}

/** @returns null if the case can not be modelled: too many states, or there is nothing to hold */
function modelled(fs: FileSystemName, which: Case): CaseModel | null {
  try {
    return modelCase(fs, which, [], STATES_MAX)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Whether the request comes, and is held until it is released. */
function holds(model: CaseModel, held: Held): boolean {
  const started = model.layers.slice(held.before.length + 1, -2)
  return started.every((layer) => layer.every(({ seen }) => seen.observation.held.length === 1))
}

/** Whether somebody waits, or something changes, because of what the others do. */
function matters(model: CaseModel, held: Held): boolean {
  const [before, ...after] = oneRun(model).slice(held.before.length + 1, -2)
  if (before === undefined) return false
  return after.some((observation) => waits(observation) || pagesOf(observation) !== pagesOf(before))
}

function waits({ tasks }: CaseObservation): boolean {
  return tasks.B?.state === 'blocked' || tasks.C?.state === 'blocked'
}

function pagesOf({ tasks: _tasks, ...pages }: CaseObservation): string {
  return JSON.stringify(pages)
}

function shuffled<T>(random: Random, all: readonly T[]): T[] {
  const list = [...all]
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[list[i], list[j]] = [list[j] as T, list[i] as T]
  }
  return list
}

function oneOf<T>(random: Random, all: readonly T[]): T {
  return all[random.below(all.length)] as T
}
