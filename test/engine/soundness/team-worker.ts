/** One thread of a team that searches a random program; see team.test.ts. */
import { parentPort } from 'node:worker_threads'
import { exploreAsMember, type Part, type Team } from '../../../src/engine/team.js'
import { compile } from './compile.js'
import { generate } from './generate.js'

export interface TeamRequest {
  readonly seed: number
  readonly team: Team
  readonly member: number
}

export type TeamAnswer = Part | { readonly error: string }

parentPort?.on('message', ({ seed, team, member }: TeamRequest) => {
  const answer = (): TeamAnswer => {
    try {
      return exploreAsMember(compile(generate(seed), 'random'), team, member, {})
    } catch (error) {
      return { error: String(error) }
    }
  }
  parentPort?.postMessage(answer())
})
