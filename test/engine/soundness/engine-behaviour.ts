/** What the engine finds out about a program of the little language, in the words of the reference. */
import { explore, type ExploreOptions, type Result } from 'heddle/engine'
import type { Ast } from './ast.js'
import { failureKey, type Behaviour } from './brute-force.js'
import { compile } from './compile.js'

export interface EngineBehaviour extends Behaviour {
  readonly result: Result
}

export function engineBehaviour(ast: Ast, options: ExploreOptions): EngineBehaviour {
  const finals = new Set<string>()
  const result = explore(compile(ast, 'random'), { ...options, onFinalState: (describe) => finals.add(finalText(ast, describe())) })
  return { failures: result.failures.map(failureKey).sort(), finals: [...finals].sort(), result }
}

/** The engine describes tasks as well; the reference only shared objects. */
function finalText(ast: Ast, described: Readonly<Record<string, string>>): string {
  const isTask = (name: string): boolean => ast.tasks.some((task) => name === task.name || name === `${task.name} ended`)
  return Object.entries(described).filter(([name]) => !isTask(name)).map(([name, value]) => `${name}=${value}`).sort().join(' ')
}

/** What one of two has and the other has not, in words; undefined if they are the same. */
export function difference(expected: Behaviour, found: Behaviour): string | undefined {
  const lines = [
    ...minus(expected.failures, found.failures).map((key) => `missing failure: ${key}`),
    ...minus(found.failures, expected.failures).map((key) => `wrong failure: ${key}`),
    ...minus(expected.finals, found.finals).map((key) => `missing final state: ${key}`),
    ...minus(found.finals, expected.finals).map((key) => `wrong final state: ${key}`),
  ]
  return lines.length === 0 ? undefined : lines.join('\n')
}

function minus(from: readonly string[], other: readonly string[]): readonly string[] {
  const set = new Set(other)
  return from.filter((key) => !set.has(key))
}
