/** A graph of states, for the cycles in it. */
interface Edge {
  readonly from: number
  readonly to: number
  readonly task: number
}

export interface Component {
  /** Tasks that run on the edges inside, as a mask; 0 if there are none. */
  readonly running: number
  /** Tasks that could run in every state of the component. */
  readonly alwaysEnabled: number
}

export class StateGraph {
  private readonly numbers = new Map<string, number>()
  private readonly enabled: number[] = []
  private readonly edges: Edge[] = []

  addEdge(from: string, to: string, task: number): void {
    this.edges.push({ from: this.numberOf(from), to: this.numberOf(to), task })
  }

  setEnabled(state: string, tasks: number): void {
    this.enabled[this.numberOf(state)] = tasks
  }

  /** The strongly connected components (Kosaraju's two passes). */
  components(): Component[] {
    const count = this.numbers.size
    const forwards = neighbours(count, this.edges.map(({ from, to }) => [from, to]))
    const backwards = neighbours(count, this.edges.map(({ from, to }) => [to, from]))
    const component = new Int32Array(count).fill(-1)
    const found: { running: number; alwaysEnabled: number }[] = []
    for (const root of finishingOrder(forwards).reverse()) {
      if (component[root] !== -1) continue
      const number = found.length
      const open = [root]
      let alwaysEnabled = -1
      component[root] = number
      for (const node of open) {
        alwaysEnabled &= this.enabled[node] ?? 0
        for (const next of backwards[node] ?? []) {
          if (component[next] !== -1) continue
          component[next] = number
          open.push(next)
        }
      }
      found.push({ running: 0, alwaysEnabled })
    }
    for (const { from, to, task } of this.edges) {
      const inside = found[component[from] as number]
      if (inside !== undefined && component[from] === component[to]) inside.running |= 1 << task
    }
    return found
  }

  private numberOf(state: string): number {
    const known = this.numbers.get(state)
    if (known !== undefined) return known
    this.numbers.set(state, this.numbers.size)
    return this.numbers.size - 1
  }
}

function neighbours(count: number, edges: readonly (readonly [number, number])[]): number[][] {
  const lists: number[][] = Array.from({ length: count }, () => [])
  for (const [from, to] of edges) lists[from]?.push(to)
  return lists
}

/** All nodes, each after those that a depth-first search reaches from it. */
function finishingOrder(lists: readonly (readonly number[])[]): number[] {
  const seen = new Uint8Array(lists.length)
  const order: number[] = []
  for (let root = 0; root < lists.length; root++) {
    if (seen[root] === 1) continue
    seen[root] = 1
    const stack = [{ node: root, next: 0 }]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const to = lists[top.node]?.[top.next++]
      if (to === undefined) {
        order.push(top.node)
        stack.pop()
      } else if (seen[to] !== 1) {
        seen[to] = 1
        stack.push({ node: to, next: 0 })
      }
    }
  }
  return order
}
