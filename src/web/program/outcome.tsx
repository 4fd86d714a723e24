import { FAILURE_WORDS } from '../../report/failure-text.js'
import { counted, grouped, probabilityText, secondsText } from '../../report/numbers.js'
import { boundWords, METHOD_WORDS } from '../parts/words.js'
import { linkTo } from '../shell/route.js'
import type { OwnRun } from './own-run.js'

/** What was found about a program, and what was explored for it. @param isCurrent whether it is of the program as it is now */
export function Outcome({ run, isCurrent }: { readonly run: OwnRun; readonly isCurrent: boolean }) {
  const { word, tone, text } = sentence(run)
  return (
    <>
      <div class="verdict" data-tone={tone}>
        <p class="headline" role="status">
          <strong>{word}</strong> {text}
        </p>
        <dl class="bounds figures">
          <dt>explored</dt>
          <dd>{exploredText(run)}</dd>
          <dt>tried</dt>
          <dd>{run.status === 'done' ? METHOD_WORDS[run.explored.result.method] : 'nothing yet'}</dd>
          <dt>bounds</dt>
          <dd>{boundsText(run)}</dd>
        </dl>
      </div>
      {run.status === 'done' && !isCurrent && <p class="notice">The program has been changed since.</p>}
      {run.status === 'done' && <Failures run={run} />}
    </>
  )
}

function Failures({ run }: { readonly run: Extract<OwnRun, { status: 'done' }> }) {
  const traceLink = (schedule: string): string => linkTo({ page: 'program', text: run.text, memory: run.memory, schedule, cursor: 0 })
  return (
    <div class="own-failures">
      <ol>
        {run.explored.result.failures.map((failure) => (
          <li key={failure.schedule}>
            <a href={traceLink(failure.schedule)}>
              {FAILURE_WORDS[failure.kind].title} in <span class="mono">{failure.where}</span>
            </a>
            <p>{failure.message}</p>
            <p class="muted small">
              {counted(failure.contextSwitches, 'context switch', 'context switches')}, {counted(failure.steps, 'step')}
              {failure.shortest ? ', the fewest possible' : ''}
            </p>
          </li>
        ))}
      </ol>
      <p>
        <a href={traceLink('h1:')}>Step through it by hand</a>
      </p>
    </div>
  )
}

function exploredText(run: OwnRun): string {
  switch (run.status) {
    case 'done': {
      const { states, steps, depth } = run.explored.result
      return `${grouped(states)} states, ${grouped(steps)} steps, the longest way ${grouped(depth)}, in ${secondsText(run.explored.seconds)}`
    }
    case 'running':
      return `${grouped(run.progress?.states ?? 0)} states, ${grouped(run.progress?.steps ?? 0)} steps`
    case 'none':
    case 'wrong':
      return '0 states'
  }
}

function boundsText(run: OwnRun): string {
  if (run.status !== 'done') return 'none yet'
  const { bound, falseMergeProbability } = run.explored.result
  const limit = bound === null ? `at most ${grouped(run.maxStates)} states, not reached` : `stopped: ${boundWords(bound, run.maxStates)}`
  return `${limit}; chance that two states were taken for one: ${probabilityText(falseMergeProbability)}`
}

function sentence(run: OwnRun): { readonly word: string; readonly tone: string; readonly text: string } {
  switch (run.status) {
    case 'none':
      return { word: 'Not explored yet.', tone: 'plain', text: '' }
    case 'running':
      return { word: 'Exploring …', tone: 'plain', text: 'no verdict yet.' }
    case 'wrong': {
      const place = run.line === null ? '' : `line ${run.line}: `
      return { word: 'It does not run:', tone: 'bad', text: `${place}${run.complaint.message}. ${run.complaint.hint}` }
    }
    case 'done':
      return verdictOf(run)
  }
}

function verdictOf({ explored, maxStates }: Extract<OwnRun, { status: 'done' }>): ReturnType<typeof sentence> {
  const { verdict, bound, failures } = explored.result
  switch (verdict) {
    case 'race':
      return { word: 'Race.', tone: 'bad', text: `${counted(failures.length, 'failure')}${bound === null ? '' : ' so far; there may be more'}.` }
    case 'holds':
      return { word: 'Holds.', tone: 'good', text: 'Every state was explored; no failure is reachable.' }
    case 'unknown': {
      const why = bound === null ? 'the search is not complete' : boundWords(bound, maxStates)
      return { word: 'Unknown.', tone: 'unsure', text: `${why}; no failure so far.` }
    }
  }
}
