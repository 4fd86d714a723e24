import type { Machine } from '../machine.js'
import { lowestBit } from './bits.js'
import type { Move } from './failures.js'
import { VisitedSet } from './visited.js'

/** A state in which none of the tasks that were let run can run any more. */
export interface Rest {
  readonly path: readonly Move[]
  /** The same for states that are the same. */
  readonly key: string
}

/**
 * Every state of rest that the state at the end of `path` leads to if only some tasks run. Leaves the machine in its initial state.
 * @param stays mask of the tasks that do not run
 * @param found called in each of them
 * @returns the number of states visited; null if there are more than `maxStates`
 */
export function statesOfRest(
  machine: Machine,
  path: readonly Move[],
  stays: number,
  maxStates: number,
  found: (rest: Rest) => void,
): number | null {
  const { state } = machine
  const visited = new VisitedSet()
  const moves: number[] = [...path]
  const marks: number[] = []
  const left: number[] = []
  for (const task of path) machine.step(task)
  visited.add(state.fingerprintA, state.fingerprintB)
  const enter = (): void => {
    const enabled = machine.enabledTasks() & ~stays
    marks.push(state.mark())
    left.push(enabled)
    if (enabled === 0) found({ path: [...moves], key: `${state.fingerprintA},${state.fingerprintB}` })
  }
  enter()
  while (left.length > 0) {
    const at = left.length - 1
    const remaining = left[at] as number
    if (remaining === 0) {
      left.pop()
      marks.pop()
      if (at > 0) {
        moves.pop()
        state.undo(marks[at - 1] as number)
      }
      continue
    }
    const task = lowestBit(remaining)
    left[at] = remaining & (remaining - 1)
    machine.step(task)
    if (!visited.add(state.fingerprintA, state.fingerprintB)) {
      state.undo(marks[at] as number)
    } else if (visited.size > maxStates) {
      state.undo(0)
      return null
    } else {
      moves.push(task)
      enter()
    }
  }
  state.undo(0)
  return visited.size
}
