/** Everything the model may do in a case: the states of rest after each event, and which lead to which. */
import type { Machine } from '../../../engine/machine.js'
import { load } from '../../../engine/program.js'
import { statesOfRest, type Rest } from '../../../engine/search/rest.js'
import type { Patch } from '../../../kernel/kernel.js'
import type { Case, CaseObservation, TaskName } from '../../case.js'
import type { EndState, FileSystemName } from '../../record.js'
import { TIME, caseProgram, prepared, type Stage } from './case-program.js'
import { grainOf, observationInWords } from './grains.js'
import { observeCase, withFrames, type Seen } from './observe-case.js'

/** One state in which nothing can run until the next event. */
export interface RestState {
  readonly seen: Seen
  /** In the last layer. */
  readonly end: EndState | null
  /** States of rest after the next event, by their place in the next layer. */
  readonly next: number[]
}

export interface CaseModel {
  readonly which: Case
  /** Words of the case that are one of the model. */
  readonly grain: number
  /** Of each event, and of the release of everything. */
  readonly layers: readonly (readonly RestState[])[]
  /** What the model has found wrong about itself: bugs, warnings. */
  readonly complaints: readonly string[]
  readonly states: number
}

/** More than any recorded case takes. */
export const STATES_MAX = 2_000_000

/** @returns null if there are more than `maxStates` states after one event */
export function modelCase(fs: FileSystemName, which: Case, patches: readonly Patch[] = [], maxStates = STATES_MAX, grain = grainOf(which)): CaseModel | null {
  return new Search(fs, which, patches, grain).run(maxStates)
}

class Search {
  private readonly machine: Machine
  private stage: Stage | undefined
  private readonly first: number
  private readonly complaints = new Set<string>()
  private states = 0
  private readonly layers: RestState[][] = []

  constructor(
    fs: FileSystemName,
    private readonly which: Case,
    patches: readonly Patch[],
    private readonly grain: number,
  ) {
    this.first = prepared(which)
    const subject = caseProgram(fs, which, grain, patches, (stage, event) => {
      this.stage = stage
      if (event < this.first) this.layers.push([{ seen: observeCase(stage, new Set()), end: null, next: [0] }])
    })
    this.machine = load(subject)
    for (const { kind, message } of this.machine.initialFailures) this.complaints.add(`${kind}: ${message}`)
  }

  run(maxStates: number): CaseModel | null {
    const time = this.machine.tasks.findIndex(({ name }) => name === TIME)
    const events = this.which.events.length
    let before: { rest: Rest; state: RestState }[] = [{ rest: { path: [], key: '' }, state: this.layers.at(-1)?.[0] ?? emptyState(this.stageNow()) }]
    if (this.first > 0) before = [{ rest: { path: [], key: '' }, state: this.layers[this.first - 1]?.[0] as RestState }]
    // Where each task waits for its first turn, before the first event that is not prepared.
    const settled: { rest: Rest; state: RestState }[] = []
    for (const { state } of before) {
      const count = statesOfRest(this.machine, [], 1 << time, maxStates, (rest) => settled.push({ rest, state }))
      if (count === null) return null
      state.next.length = 0
    }
    before = settled
    for (let event = this.first; event <= events; event++) {
      const after = new Map<string, { rest: Rest; state: RestState; index: number }>()
      for (const { rest, state } of before) {
        const count = statesOfRest(this.machine, [...rest.path, time], 1 << time, maxStates, (found) => {
          let known = after.get(found.key)
          if (known === undefined) {
            known = { rest: found, state: this.restState(event), index: after.size }
            after.set(found.key, known)
          }
          state.next.push(known.index)
        })
        for (const { kind, where, message } of this.machine.noticed.splice(0)) this.complaints.add(`${kind} in ${where}: ${message}`)
        if (count === null) return null
        this.states += count
      }
      this.layers.push([...after.values()].map(({ state }) => state))
      before = [...after.values()]
    }
    return { which: this.which, grain: this.grain, layers: this.layers, complaints: [...this.complaints], states: this.states }
  }

  private restState(event: number): RestState {
    const stage = this.stageNow()
    const used = new Set<TaskName>()
    for (const one of this.which.events.slice(0, event + 1)) if (one.event === 'start') used.add(one.task)
    let state: RestState | undefined
    this.machine.runner.evaluate(() => {
      state = { seen: observeCase(stage, used), end: null, next: [] }
      return true
    }, new Set())
    return { ...(state as unknown as RestState), end: event === this.which.events.length ? this.end(stage) : null }
  }

  private end(stage: Stage): EndState {
    const mark = this.machine.state.mark()
    const end = stage.end()
    this.machine.state.undo(mark)
    return end
  }

  private stageNow(): Stage {
    if (this.stage === undefined) throw new Error('the case has no stage')
    return this.stage
  }
}

function emptyState(stage: Stage): RestState {
  return { seen: observeCase(stage, new Set()), end: null, next: [] }
}

/** The observations the model may make in one run of the case, first of those that come first: after each event, then after everything was released. */
export function oneRun(model: CaseModel): readonly CaseObservation[] {
  const run: CaseObservation[] = []
  let before: Seen | null = null
  let index = 0
  for (const layer of model.layers) {
    const state = layer[index]
    if (state === undefined) break
    run.push(observationInWords(withFrames(before, state.seen), model.grain))
    before = state.seen
    index = state.next[0] ?? 0
  }
  return run
}
