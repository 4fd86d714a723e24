/** What is said when two ways of running a random program disagree. */
import type { Ast } from './ast.js'
import { bruteForce, type BruteForce } from './brute-force.js'
import { printAst } from './print.js'
import { shrink } from './shrink.js'

/** More states than this make a program too large for the reference; it is left out. */
export const REFERENCE_STATES_MAX = 3000

/** Compares what the reference found with something else; undefined if they agree. */
export type Check = (ast: Ast, expected: BruteForce) => string | undefined

/** A check of one program; an error that it throws is a disagreement as well. */
function complaint(ast: Ast, expected: BruteForce, check: Check): string | undefined {
  try {
    return check(ast, expected)
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}

/** The smallest program found that the check complains about, and the complaint; undefined if it has none. */
export function explain(seed: number, ast: Ast, expected: BruteForce, check: Check): string | undefined {
  if (complaint(ast, expected, check) === undefined) return undefined
  const complain = (smaller: Ast): string | undefined => {
    const reference = bruteForce(smaller, REFERENCE_STATES_MAX)
    return reference === undefined ? undefined : complaint(smaller, reference, check)
  }
  const smallest = shrink(ast, (smaller) => complain(smaller) !== undefined)
  return `seed ${seed}:\n${printAst(smallest)}\n${complain(smallest) ?? ''}`
}
