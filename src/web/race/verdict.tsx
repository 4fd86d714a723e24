import { probabilityText, counted, grouped } from '../../report/numbers.js'
import type { CheckResult, ExploredProgram } from '../../report/check-result.js'
import type { Standing } from '../engine/checks.js'
import { boundWords, METHOD_WORDS } from '../parts/words.js'

export type Tone = 'bad' | 'good' | 'unsure' | 'plain'

/** The verdict in a sentence: never more than was explored. */
export function verdictSentence(
  check: CheckResult<ExploredProgram>,
  { isFinished, isRunning, programs, done }: Standing,
  limit: number,
): { readonly word: string; readonly tone: Tone; readonly text: string } {
  const bad = done.filter(({ result }) => result.verdict === 'race').length
  const found = done.reduce((total, { failures }) => total + failures.length, 0)
  const stopped = check.bound === null ? '' : boundWords(check.bound, limit)
  if (found > 0) {
    const rest = !isFinished || stopped !== '' ? ` so far${stopped === '' ? '' : ` (${stopped})`}; there may be more` : ''
    return { word: 'Race.', tone: 'bad', text: `${counted(found, 'failure')} in ${bad} of ${counted(programs, 'program')}${rest}.` }
  }
  if (isRunning) return { word: 'Exploring …', tone: 'plain', text: `no failure so far; ${done.length} of ${counted(programs, 'program')} done.` }
  if (!isFinished && done.length === 0) return { word: 'Not explored yet.', tone: 'plain', text: `${counted(programs, 'program')} to explore.` }
  if (!isFinished || stopped !== '') {
    const why = stopped === '' ? `${done.length} of ${counted(programs, 'program')} explored` : stopped
    return { word: 'Unknown.', tone: 'unsure', text: `${why}; no failure so far.` }
  }
  return { word: 'Holds.', tone: 'good', text: 'Every state was explored; no failure is reachable.' }
}

interface WithinBoundsProps {
  readonly check: CheckResult<ExploredProgram>
  readonly state: Standing
  readonly limit: number
}

/** What was explored, and within which bounds. Always the same number of lines. */
export function WithinBounds({ check, state, limit }: WithinBoundsProps) {
  const methods = [...new Set(state.done.map(({ result }) => METHOD_WORDS[result.method]))].join('; ')
  const bound = check.bound === null ? `at most ${grouped(limit)} states a program, not reached` : `stopped: ${boundWords(check.bound, limit)}`
  return (
    <dl class="bounds figures">
      <dt>explored</dt>
      <dd>
        {grouped(state.states)} states, {grouped(check.steps)} steps, in {state.done.length} of {counted(state.programs, 'program')}
      </dd>
      <dt>tried</dt>
      <dd>{methods === '' ? 'nothing yet' : methods}</dd>
      <dt>bounds</dt>
      <dd>
        the tasks and calls of these programs; {bound}; chance that two states were taken for one:{' '}
        {probabilityText(check.falseMergeProbability)}
      </dd>
    </dl>
  )
}
