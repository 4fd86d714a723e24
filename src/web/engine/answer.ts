/** Answers the page's requests. Runs in a worker; what takes long yields now and then. */
import { exploreStepwise, ProgramError, type Progress, type Program } from '../../engine/index.js'
import { catalogueProgram } from '../../races/configurations.js'
import { races } from '../../races/index.js'
import type { ExploredProgram } from '../../report/check-result.js'
import { runOn, situation, whatIf } from '../../report/explorer/running.js'
import { possible, readText } from './diagram-answers.js'
import { ownProgram } from './own-program.js'
import type { Answers, Complaint, Request, Source } from './requests.js'

export interface Watcher {
  readonly cancelled: () => boolean
  readonly progress: (progress: Progress) => void
}

/** @throws ProgramError if a schedule does not fit, or a program of the user's own is wrong */
export function* answer(request: Request, watcher: Watcher): Generator<unknown, Answers[Request['type']]> {
  switch (request.type) {
    case 'check':
      return yield* check(build(request.source), request.maxStates, watcher)
    case 'situation':
      return situation(build(request.source), request.token)
    case 'run-on':
      return runOn(build(request.source), request.token)
    case 'what-if':
      return whatIf(build(request.source), build(request.other), request.token)
    case 'read':
      return readText(request.text)
    case 'possible':
      return yield* possible(request.text, request.race, request.configuration, watcher)
  }
}

function* check(program: Program, maxStates: number, watcher: Watcher): Generator<unknown, ExploredProgram> {
  const started = performance.now()
  const result = yield* exploreStepwise(program, {
    maxStates,
    poll: (progress) => {
      watcher.progress(progress)
      return watcher.cancelled() ? 'interrupted' : null
    },
  })
  const failures = result.failures.map((failure) => ({ failure }))
  return { name: program.name, result, seconds: (performance.now() - started) / 1000, failures }
}

function build(source: Source): Program {
  if (source.from === 'own') return ownProgram(source.code, source.memory)
  return catalogueProgram(races, source.race, source.program, source.configuration)
}

export function complaint(error: unknown): Complaint {
  if (error instanceof ProgramError) return { message: error.message, hint: error.hint }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { message, hint: '' }
}
