import type { Bound, Result } from '../../engine/result.js'
import type { CheckedProgram } from '../../report/check-result.js'
import type { Job } from './job.js'

/** The answer of a job that was ended before it could give one: nothing is known. */
export function unanswered({ source, search }: Job, bound: Bound): CheckedProgram {
  const name = source.from === 'catalogue' ? source.program : source.bundle.path
  const result: Result = {
    program: name,
    verdict: 'unknown',
    bound,
    failures: [],
    states: 0,
    steps: 0,
    depth: 0,
    falseMergeProbability: 0,
    method: search.strategy === 'exhaustive' ? 'plain' : 'random',
    finalStates: 0,
    lockOrders: [],
  }
  return { name, result, seconds: 0, failures: [] }
}
