import type { Race } from '../../races/race.js'
import { counted, grouped } from '../../report/numbers.js'
import { configurationView, dateText } from '../parts/words.js'
import { linkTo } from '../shell/route.js'
import type { LiveCell, LiveRow } from './matrix-rows.js'

interface CellDetailsProps {
  readonly race: Race
  readonly live: LiveRow | null
  readonly cell: LiveCell | null
}

/** What was found for one fix and one failure, and who says what about it. */
export function CellDetails({ race, live, cell }: CellDetailsProps) {
  if (live === null || cell === null) {
    return <div class="details muted">No cell chosen.</div>
  }
  const failure = race.failures.find(({ name }) => name === cell.cell.failure)
  const { claims, shownBy } = cell.cell
  return (
    <div class="details" aria-live="polite">
      <h3>
        <span class="mono">{live.row.fixes.length === 0 ? 'no fix' : live.row.fixes.join(' + ')}</span> and{' '}
        <span class="mono">{cell.cell.failure}</span>
      </h3>
      <p class="muted">{failure?.summary}</p>
      <p>
        <strong data-verdict={cell.verdict}>{verdictWords(cell, live)}</strong>
        {shownBy !== null && (
          <>
            {' '}
            {shownBy.failure.message} in <span class="mono">{shownBy.failure.where}</span>, program <span class="mono">{shownBy.program}</span>,{' '}
            {counted(shownBy.failure.contextSwitches, 'context switch', 'context switches')}.{' '}
            <a
              href={linkTo({
                page: 'race',
                race: race.name,
                program: shownBy.program,
                ...configurationView(race, live.configuration),
                schedule: shownBy.failure.schedule,
                cursor: 0,
              })}
            >
              Open the trace
            </a>
          </>
        )}
      </p>
      {claims.length === 0 ? (
        <p class="muted">The thread says nothing about it.</p>
      ) : (
        <ul>
          {claims.map((claim) => (
            <li key={claim.date + claim.who}>
              <span class="muted">
                {claim.who}, {dateText(claim.date)}: it {claim.says === 'closes' ? 'closes this' : 'leaves this'}.
              </span>{' '}
              {claim.text}
            </li>
          ))}
        </ul>
      )}
      {cell.differs && <p class="differs">The model and the thread differ.</p>}
    </div>
  )
}

function verdictWords({ verdict }: LiveCell, { state }: LiveRow): string {
  const explored = `${grouped(state.states)} states of ${counted(state.programs, 'program')}`
  switch (verdict) {
    case 'race':
      return 'Race:'
    case 'holds':
      return `Holds: all ${explored} were explored, it is not reachable.`
    case 'unknown':
      return `Unknown: a search was stopped early, after ${explored}.`
    case 'pending':
      return state.states === 0 ? 'Not explored yet.' : `Not decided yet: ${grouped(state.states)} states so far.`
  }
}
