/** Searches of the reference: every interleaving, and the shortest schedule to each failure. */
import type { Ast } from './ast.js'
import { describeState, isFinal, judge } from './reference-ending.js'
import type { RefFailure } from './reference-layout.js'
import type { Slots } from './reference-objects.js'
import { Reference } from './reference.js'
import { StateGraph } from './state-graph.js'

/** What a program can do, in words that can be compared. */
export interface Behaviour {
  /** Keys of the failures, sorted. */
  readonly failures: readonly string[]
  /** The final states, sorted. */
  readonly finals: readonly string[]
}

export interface BruteForce extends Behaviour {
  readonly states: number
}

/** Of a livelock, the function depends on where in the cycle one looks, and is left out. */
export function failureKey(failure: RefFailure): string {
  if (failure.kind === 'livelock') return `livelock in a cycle: ${failure.message}`
  return `${failure.kind} in ${failure.where}: ${failure.message}`
}

/** Undefined if the program has more than `maxStates` states. */
export function bruteForce(ast: Ast, maxStates: number): BruteForce | undefined {
  const reference = new Reference(ast)
  const visited = new Set<string>()
  const failures = new Set<string>()
  const finals = new Set<string>()
  const open: Slots[] = []
  const graph = new StateGraph()
  const note = (found: readonly RefFailure[]): void => {
    for (const failure of found) failures.add(failureKey(failure))
  }
  const arrive = (state: Slots): void => {
    const key = state.join()
    if (visited.has(key)) return
    visited.add(key)
    open.push(state)
  }
  for (const { state, failures: found } of reference.initial()) {
    note(found)
    arrive(state)
  }
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (visited.size > maxStates) return undefined
    const key = state.join()
    let enabled = 0
    for (let t = 0; t < reference.tasks; t++) {
      if (!reference.canStep(state, t)) continue
      enabled |= 1 << t
      for (const next of reference.step(state, t)) {
        note(next.failures)
        arrive(next.state)
        if (ast.livelocks && !next.progress) graph.addEdge(key, next.state.join(), t)
      }
    }
    graph.setEnabled(key, enabled)
    if (enabled !== 0) continue
    note(judge(reference.layout, state))
    if (isFinal(reference.layout, state)) finals.add(describeState(reference.layout, state))
  }
  if (ast.livelocks) note(livelocks(ast, graph))
  return { failures: [...failures].sort(), finals: [...finals].sort(), states: visited.size }
}

/** Cycles without progress that leave out nobody who could always run. */
function livelocks(ast: Ast, graph: StateGraph): RefFailure[] {
  return graph.components().flatMap(({ running, alwaysEnabled }) => {
    if (running === 0 || (alwaysEnabled & ~running) !== 0) return []
    const names = ast.tasks.filter((_task, t) => running & (1 << t)).map((task) => task.name)
    const message = `${names.join(' and ')} ${names.length === 1 ? 'runs' : 'run'} for ever and nobody gets on`
    return [{ kind: 'livelock', where: '', message }]
  })
}

/** How long a schedule is: context switches first, then steps. */
export interface Cost {
  readonly switches: number
  readonly steps: number
}

/**
 * The cost of the shortest schedule to each failure. A failure noticed when nothing can go on is at the end of the
 * schedule that leads there.
 */
export function shortestCosts(ast: Ast): ReadonlyMap<string, Cost> {
  const reference = new Reference(ast)
  const costs = new Map<string, Cost>()
  const visited = new Set<string>()
  /** Nodes by number of switches; within one, by number of steps. A node is a state and the task that ran last. */
  let level: { state: Slots; last: number }[][] = [[]]
  const note = (found: readonly RefFailure[], cost: Cost): void => {
    for (const failure of found) {
      const key = failureKey(failure)
      const known = costs.get(key)
      if (known === undefined || cost.switches < known.switches || (cost.switches === known.switches && cost.steps < known.steps)) costs.set(key, cost)
    }
  }
  for (const { state, failures } of reference.initial()) {
    note(failures, { switches: 0, steps: 0 })
    level[0]!.push({ state, last: -1 })
  }
  for (let switches = 0; level.length > 0; switches++) {
    const following: typeof level = []
    for (let steps = 0; steps < level.length; steps++) {
      for (const { state, last } of level[steps] ?? []) {
        const key = `${last}|${state.join()}`
        if (visited.has(key)) continue
        visited.add(key)
        let stuck = true
        for (let t = 0; t < reference.tasks; t++) {
          if (!reference.canStep(state, t)) continue
          stuck = false
          const isSwitch = last !== -1 && last !== t
          const target = isSwitch ? following : level
          for (const next of reference.step(state, t)) {
            note(next.failures, { switches: switches + (isSwitch ? 1 : 0), steps: steps + 1 })
            ;(target[steps + 1] ??= []).push({ state: next.state, last: t })
          }
        }
        if (stuck) note(judge(reference.layout, state), { switches, steps })
      }
    }
    level = following
  }
  return costs
}
