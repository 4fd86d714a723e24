import type { Machine } from '../machine.js'
import type { Operation } from '../operation.js'
import type { Bound, Failure } from '../result.js'
import { choiceOf, move, taskOf, type Move } from './failures.js'
import type { Limits } from './limits.js'

interface Edge {
  readonly move: Move
  readonly target: number
}

interface Node {
  /** The node and the move by which it was first reached; -1 for the initial state. */
  readonly parent: number
  readonly move: Move
  /** The steps in which no task gets on. */
  readonly edges: Edge[]
  readonly enabled: number
  /** For each task, the innermost function it is in. */
  readonly where: readonly string[]
}

export interface Livelock {
  readonly failure: Failure
  /** The way into the cycle, and once around it. */
  readonly path: readonly Move[]
}

/**
 * Looks for states, connected by steps in which no task gets on, that tasks can run around in for ever without leaving out
 * a task that could always run (weak fairness). Of such sets the largest are tried: if a smaller one is fair, so is it.
 */
export function findLivelocks(machine: Machine, limits: Limits): { livelocks: Livelock[]; bound: Bound | null } {
  const graph = stateGraph(machine, limits)
  const livelocks: Livelock[] = []
  const seen = new Set<string>()
  for (const component of components(graph.nodes)) {
    const inside = new Set(component)
    const edges = component.flatMap((from) =>
      (graph.nodes[from] as Node).edges.filter((edge) => inside.has(edge.target)),
    )
    if (edges.length === 0) continue
    let running = 0
    for (const edge of edges) running |= 1 << taskOf(edge.move)
    let alwaysEnabled = -1
    for (const state of component) alwaysEnabled &= (graph.nodes[state] as Node).enabled
    if (alwaysEnabled & ~running) continue
    const livelock = describe(machine, graph.nodes, component, inside, running)
    if (seen.has(livelock.failure.message + livelock.failure.where)) continue
    seen.add(livelock.failure.message + livelock.failure.where)
    livelocks.push(livelock)
  }
  return { livelocks, bound: graph.bound }
}

function describe(
  machine: Machine,
  nodes: readonly Node[],
  component: readonly number[],
  inside: ReadonlySet<number>,
  running: number,
): Livelock {
  const names = machine.tasks.filter((_task, index) => running & (1 << index)).map((task) => task.name)
  const entry = Math.min(...component)
  const first = machine.tasks.findIndex((_task, index) => running & (1 << index))
  return {
    failure: {
      kind: 'livelock',
      where: (nodes[entry] as Node).where[first] ?? machine.taskName(first),
      message: livelockMessage(names),
      task: machine.taskName(first),
    },
    path: [...pathTo(nodes, entry), ...around(nodes, entry, inside)],
  }
}

/** Names the tasks that run for ever. */
export function livelockMessage(names: readonly string[]): string {
  return `${names.join(' and ')} ${names.length === 1 ? 'runs' : 'run'} for ever and nobody gets on`
}

function pathTo(nodes: readonly Node[], target: number): Move[] {
  const path: Move[] = []
  for (let at = target; (nodes[at] as Node).parent >= 0; at = (nodes[at] as Node).parent)
    path.push((nodes[at] as Node).move)
  return path.reverse()
}

/** The shortest way from a state back to it, inside a set of states. */
function around(nodes: readonly Node[], start: number, inside: ReadonlySet<number>): Move[] {
  const came = new Map<number, { from: number; move: Move }>()
  const queue = [start]
  for (const from of queue) {
    for (const edge of (nodes[from] as Node).edges) {
      if (!inside.has(edge.target) || came.has(edge.target)) continue
      came.set(edge.target, { from, move: edge.move })
      queue.push(edge.target)
    }
    if (came.has(start)) break
  }
  const path: Move[] = []
  let at = start
  do {
    const step = came.get(at)
    if (step === undefined) break
    path.push(step.move)
    at = step.from
  } while (at !== start)
  return path.reverse()
}

function stateGraph(machine: Machine, limits: Limits): { nodes: Node[]; bound: Bound | null } {
  const { state } = machine
  const numbers = new Map<string, number>()
  const nodes: Node[] = []
  const marks: number[] = []
  const path: number[] = []
  const todo: Move[][] = []
  let steps = 0
  let bound: Bound | null = null
  const visit = (parent: number, m: Move): number => {
    const key = `${state.fingerprintA},${state.fingerprintB}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    const number = nodes.length
    numbers.set(key, number)
    const choosing = machine.choosingTask()
    const enabled = machine.enabledTasks()
    const branching = choosing >= 0 ? 1 << choosing : enabled
    nodes.push({
      parent,
      move: m,
      edges: [],
      enabled,
      where: machine.tasks.map((task, index) => machine.local(index).frames.at(-1) ?? task.name),
    })
    const choices = choosing >= 0 ? (machine.local(choosing).operation as Operation).a : 1
    const moves: Move[] = []
    for (let task = 0; task < machine.tasks.length; task++) {
      if (branching & (1 << task)) for (let choice = 0; choice < choices; choice++) moves.push(move(task, choice))
    }
    path.push(number)
    marks.push(state.mark())
    todo.push(moves)
    return number
  }
  machine.takeProgress()
  visit(-1, 0)
  while (path.length > 0 && bound === null) {
    const top = path.length - 1
    const next = todo[top]?.pop()
    if (next === undefined) {
      path.pop()
      todo.pop()
      marks.pop()
      if (top > 0) state.undo(marks[top - 1] as number)
      continue
    }
    const from = path[top] as number
    machine.choice = choiceOf(next)
    machine.step(taskOf(next))
    machine.noticed.length = 0
    const progressed = machine.takeProgress()
    const before = nodes.length
    const target = visit(from, next)
    if (!progressed) nodes[from]?.edges.push({ move: next, target })
    if (nodes.length === before) state.undo(marks[top] as number)
    if (nodes.length > (limits.maxStates ?? Infinity)) bound = 'max-states'
    else if (++steps % 4096 === 0)
      bound =
        limits.poll?.({
          phase: 'exploring',
          states: nodes.length,
          steps,
          depth: path.length,
          queue: path.length,
          failures: 0,
        }) ?? null
  }
  state.undo(0)
  return { nodes, bound }
}

/** Strongly connected components (Tarjan 1972), without recursion. */
function components(nodes: readonly Node[]): number[][] {
  const index = new Int32Array(nodes.length).fill(-1)
  const low = new Int32Array(nodes.length)
  const onStack = new Uint8Array(nodes.length)
  const stack: number[] = []
  const found: number[][] = []
  let counter = 0
  for (let root = 0; root < nodes.length; root++) {
    if (index[root] !== -1) continue
    const calls: { node: number; edge: number }[] = [{ node: root, edge: 0 }]
    while (calls.length > 0) {
      const call = calls.at(-1) as { node: number; edge: number }
      const { node } = call
      if (call.edge === 0) {
        index[node] = low[node] = counter++
        stack.push(node)
        onStack[node] = 1
      }
      const edge = nodes[node]?.edges[call.edge++]
      if (edge !== undefined) {
        if (index[edge.target] === -1) calls.push({ node: edge.target, edge: 0 })
        else if (onStack[edge.target] === 1) low[node] = Math.min(low[node] as number, index[edge.target] as number)
        continue
      }
      calls.pop()
      const caller = calls.at(-1)
      if (caller !== undefined) low[caller.node] = Math.min(low[caller.node] as number, low[node] as number)
      if (low[node] !== index[node]) continue
      const component: number[] = []
      for (let member = -1; member !== node;) {
        member = stack.pop() as number
        onStack[member] = 0
        component.push(member)
      }
      found.push(component)
    }
  }
  return found
}
