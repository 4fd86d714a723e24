import type { Configuration, Race } from '../../races/race.js'
import { checkResult, raceSubject, type CheckResult, type ExploredProgram } from '../../report/check-result.js'
import { failureGroups, programsOf, type FailureGroup } from '../../report/failure-groups.js'
import { FAILURE_WORDS } from '../../report/failure-text.js'
import { counted, grouped } from '../../report/numbers.js'
import { runsOf, standing, type ProgramRun, type Standing } from '../engine/checks.js'
import { configurationView } from '../parts/words.js'
import { linkTo } from '../shell/route.js'
import { exploringWhat, LIMITS, maxStates, startExploring, stopExploring } from './exploring.js'
import { ProgramTable } from './program-table.js'
import { verdictSentence, WithinBounds } from './verdict.js'

interface CheckPanelProps {
  readonly race: Race
  readonly configuration: Configuration
}

/** Explores every program of the race in one configuration, and says what was found. */
export function CheckPanel({ race, configuration }: CheckPanelProps) {
  const runs = runsOf(race, configuration)
  const state = standing(runs)
  const check = checkResult(raceSubject(race, configuration), state.done, { seconds: 0, peakMemoryMiB: 0 })
  const isRunning = exploringWhat() === 'check' && state.isRunning
  const isComplete = state.isFinished && check.bound === null
  const run = (): void => void startExploring('check', race, [configuration])
  return (
    <section class="check" aria-label="Exploration">
      <div class="run">
        {isRunning ? (
          <button class="button" type="button" onClick={stopExploring}>
            Stop
          </button>
        ) : (
          <button class="button primary" type="button" disabled={isComplete} onClick={run}>
            {isComplete ? 'Explored' : 'Explore every interleaving'}
          </button>
        )}
        <label class="limit">
          <span class="muted">at most</span>
          <select class="field" value={maxStates.value} onChange={(event) => (maxStates.value = Number(event.currentTarget.value))}>
            {LIMITS.map((limit) => (
              <option key={limit} value={limit}>
                {grouped(limit)} states a program
              </option>
            ))}
          </select>
        </label>
      </div>
      <Verdict check={check} state={state} runs={runs} />
      <div class="outcome">
        <ProgramTable race={race} configuration={configuration} runs={runs} />
        <Failures race={race} configuration={configuration} check={check} />
      </div>
    </section>
  )
}

interface VerdictProps {
  readonly check: CheckResult<ExploredProgram>
  readonly state: Standing
  readonly runs: readonly ProgramRun[]
}

function Verdict({ check, state, runs }: VerdictProps) {
  const { word, tone, text } = verdictSentence(check, state, maxStates.value)
  return (
    <div class="verdict" data-tone={tone}>
      <p class="headline" role="status">
        <strong>{word}</strong> {text}
      </p>
      <div class="meter" role="progressbar" aria-label="Programs explored" aria-valuemin={0} aria-valuemax={runs.length} aria-valuenow={state.done.length}>
        <div style={{ width: `${(100 * state.done.length) / Math.max(1, runs.length)}%` }} />
      </div>
      <WithinBounds check={check} state={state} limit={maxStates.value} />
    </div>
  )
}

interface FailuresProps extends CheckPanelProps {
  readonly check: CheckResult<ExploredProgram>
}

/** What goes wrong, each with the way to its trace: the fewest context switches first. */
function Failures({ race, configuration, check }: FailuresProps) {
  const groups = failureGroups(check)
  return (
    <div class="failures">
      <h2>{groups.length === 0 ? 'Failures' : counted(groups.length, 'failure')}</h2>
      {groups.length === 0 ? (
        <p class="muted">None found so far.</p>
      ) : (
        <ol>
          {groups.map((group) => (
            <FailureItem key={`${group[0].shown.failure.kind} ${group[0].shown.failure.where}`} race={race} configuration={configuration} group={group} />
          ))}
        </ol>
      )}
    </div>
  )
}

interface FailureItemProps extends CheckPanelProps {
  readonly group: FailureGroup<ExploredProgram>
}

function FailureItem({ race, configuration, group }: FailureItemProps) {
  const [{ program, shown }] = group
  const { failure } = shown
  const others = programsOf(group).length - 1
  const link = linkTo({
    page: 'race',
    race: race.name,
    program: program.name,
    ...configurationView(race, configuration),
    schedule: failure.schedule,
    cursor: 0,
  })
  return (
    <li>
      <a href={link}>
        {FAILURE_WORDS[failure.kind].title} in <span class="mono">{failure.where}</span>
      </a>
      <p class="message">{failure.message}</p>
      <p class="muted small">
        <span class="mono">{program.name}</span>: {counted(failure.contextSwitches, 'context switch', 'context switches')},{' '}
        {counted(failure.steps, 'step')}
        {failure.shortest ? ', the fewest possible' : ''}
        {others > 0 ? `; also in ${counted(others, 'other program')}` : ''}
      </p>
    </li>
  )
}
