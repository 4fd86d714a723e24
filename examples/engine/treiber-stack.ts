import { program, type Cell, type Program } from 'heddle/engine'

interface Node {
  readonly next: Cell<Node | null>
}

/** What tells one value of `top` from another: the node, or the node and how often `top` has changed. */
type Top = readonly [node: Node | null, changes: number]

/**
 * A stack without locks (Treiber 1986): push and pop replace `top` if it is what they have seen.
 * Between the look and the replacement the node may be taken, freed and pushed again: `top` looks the same, but what was
 * below is not there any more (ABA). `counted`: `top` also counts its changes.
 */
function treiberStack(name: string, counted: boolean): Program {
  return program(name, (world) => {
    // Without generations a node that is allocated again is the same value as before, as an address is.
    const nodes = world.pool<Node>('node', 2, (make) => ({ next: make.ref<Node>('next') }), { generations: false })
    const below = nodes.alloc()
    const above = nodes.alloc()
    if (below === null || above === null) throw new RangeError('the pool is too small')
    above.next.set(below)
    const top = world.cell<Top>('top', [above, 0])

    const replace = (seen: Top, node: Node | null): boolean => top.compareExchange(seen, [node, counted ? seen[1] + 1 : 0])
    const { pop, push } = world.functions({
      pop: (): Node | null =>
        world.repeat(() => {
          const seen = top.get()
          const [node] = seen
          if (node === null) return null
          // The node may be gone by now: its memory is still that of a node, so that reading it does no harm.
          const next = nodes.raw(nodes.indexOf(node)).next.get()
          return replace(seen, next) ? node : undefined
        }),
      push: (node: Node): true =>
        world.repeat(() => {
          const seen = top.get()
          node.next.set(seen[0])
          return replace(seen, node) ? true : undefined
        }),
    })

    world.task('A', () => {
      const node = pop()
      if (node !== null) nodes.free(node)
    })
    world.task('B', () => {
      const first = pop()
      const second = pop()
      if (second !== null) nodes.free(second)
      if (first !== null) push(first)
    })
    world.finally(() => {
      const [node] = top.get()
      world.assert(node === null || nodes.isLive(node), 'a freed node is on the stack')
    })
  })
}

/** The race: A sees a node and the one below it; B takes both, frees the lower one and puts the upper one back. */
export default treiberStack('Treiber stack', false)

/** Holds. */
export const counted = treiberStack('Treiber stack with a counted top', true)
