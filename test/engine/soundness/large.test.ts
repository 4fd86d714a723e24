/** Random programs too large for the reference: the searches of the engine agree with each other. */
import { expect, test } from 'vitest'
import { hasLoops, type Ast } from './ast.js'
import { bruteForce } from './brute-force.js'
import { difference, engineBehaviour, type EngineBehaviour } from './engine-behaviour.js'
import { generate } from './generate.js'
import { printAst } from './print.js'
import { REFERENCE_STATES_MAX } from './report.js'

const SEEDS = 4400
const CHUNKS = 4
const STATES_MAX = 30_000
/** Executions of a partial-order search have no states in common: after so many steps it is given up. */
const DPOR_STEPS_MAX = 200_000
/** So many programs must have been compared, and so many by partial orders too. */
const COMPARED_MIN = 40
const DPOR_COMPARED_MIN = 10

let compared = 0
let comparedByOrders = 0

function compare(seed: number, ast: Ast, plain: EngineBehaviour): void {
  const agree = (method: string, found: EngineBehaviour): void => {
    const complaint = difference(plain, found)
    if (complaint !== undefined) expect.fail(`${method}, seed ${seed}:\n${printAst(ast)}\n${complaint}`)
  }
  compared++
  agree('reduced', engineBehaviour(ast, { method: 'reduced', shortest: false }))
  agree('by default', engineBehaviour(ast, { shortest: false }))
  if (hasLoops(ast)) return
  const orders = engineBehaviour(ast, { method: 'dpor', shortest: false, maxStates: DPOR_STEPS_MAX })
  if (orders.result.bound !== null) return
  comparedByOrders++
  agree('partial orders', orders)
}

test.each(Array.from({ length: CHUNKS }, (_, chunk) => chunk))('every search finds the same, part %i', { timeout: 120_000 }, (chunk) => {
  for (let seed = chunk; seed < SEEDS; seed += CHUNKS) {
    const ast = generate(seed)
    if (bruteForce(ast, REFERENCE_STATES_MAX) !== undefined) continue
    const plain = engineBehaviour(ast, { method: 'plain', shortest: false, maxStates: STATES_MAX })
    if (plain.result.bound === null) compare(seed, ast, plain)
  }
})

test('enough programs were compared', () => {
  expect(compared).toBeGreaterThanOrEqual(COMPARED_MIN)
  expect(comparedByOrders).toBeGreaterThanOrEqual(DPOR_COMPARED_MIN)
})
