import type { Configuration, Race } from '../../races/race.js'
import { grouped, secondsText } from '../../report/numbers.js'
import type { ProgramRun, Run } from '../engine/checks.js'
import { configurationView } from '../parts/words.js'
import { linkTo } from '../shell/route.js'

interface ProgramTableProps {
  readonly race: Race
  readonly configuration: Configuration
  readonly runs: readonly ProgramRun[]
}

/** Every program with its verdict and what was explored of it; each can be stepped through by hand, too. */
export function ProgramTable({ race, configuration, runs }: ProgramTableProps) {
  return (
    <table class="programs figures">
      <caption class="unseen">Programs of {race.name}</caption>
      <thead>
        <tr>
          <th scope="col">program</th>
          <th scope="col">verdict</th>
          <th scope="col" class="number">
            states
          </th>
          <th scope="col" class="number">
            time
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map(({ program, run }) => (
          <Row
            key={program}
            name={program}
            summary={race.programs.find(({ name }) => name === program)?.summary ?? ''}
            link={linkTo({ page: 'race', race: race.name, program, ...configurationView(race, configuration), schedule: 'h1:', cursor: 0 })}
            run={run.value}
          />
        ))}
      </tbody>
    </table>
  )
}

interface RowProps {
  readonly name: string
  readonly summary: string
  readonly link: string
  readonly run: Run
}

function Row({ name, summary, link, run }: RowProps) {
  const result = run.status === 'done' ? run.explored.result : null
  const states = result?.states ?? (run.status === 'running' ? (run.progress?.states ?? 0) : null)
  return (
    <tr>
      <th scope="row">
        <a class="mono" href={link} title={`${summary} Step through it by hand.`}>
          {name}
        </a>
      </th>
      <td data-verdict={result?.verdict ?? run.status}>{verdictOf(run)}</td>
      <td class="number">{states === null ? '' : grouped(states)}</td>
      <td class="number">{run.status === 'done' ? secondsText(run.explored.seconds) : ''}</td>
    </tr>
  )
}

function verdictOf(run: Run): string {
  switch (run.status) {
    case 'none':
      return '–'
    case 'waiting':
      return 'waiting'
    case 'running':
      return run.progress?.phase === 'shortest' ? 'shortest' : 'exploring'
    case 'failed':
      return 'failed'
    case 'done':
      return run.explored.result.verdict
  }
}
