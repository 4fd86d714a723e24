import { useState } from 'preact/hooks'
import type { Configuration, Race } from '../../races/race.js'
import { counted, grouped } from '../../report/numbers.js'
import { dateText } from '../parts/words.js'
import { CellDetails } from './cell-details.js'
import { exploringWhat, startExploring, stopExploring } from './exploring.js'
import { liveRow, rowConfigurations, type LiveCell, type LiveRow } from './matrix-rows.js'
import type { Standing } from '../engine/checks.js'

interface MatrixPanelProps {
  readonly race: Race
  readonly configuration: Configuration
  readonly onChoose: (configuration: Configuration) => void
}

/** Fixes × failures: what the exploration finds, beside what the thread says. */
export function MatrixPanel({ race, configuration, onChoose }: MatrixPanelProps) {
  const [selected, select] = useState<{ readonly fix: string; readonly failure: string } | null>(null)
  const rows = rowConfigurations(race, configuration).map((one) => liveRow(race, one))
  const finished = rows.filter(({ state }) => state.isFinished).length
  const states = rows.reduce((total, { state }) => total + state.states, 0)
  const differences = rows.reduce((total, { cells }) => total + cells.filter(({ differs }) => differs).length, 0)
  const isRunning = exploringWhat() === 'matrix'
  const chosen = rows.find(({ row }) => row.fixes.join() === selected?.fix)
  const fill = (): void =>
    void startExploring(
      'matrix',
      race,
      rows.map((row) => row.configuration),
    )
  const cell = chosen?.cells.find(({ cell: one }) => one.failure === selected?.failure)
  return (
    <section class="matrix" aria-label="Every fix against every failure">
      <h2>Every fix against every failure</h2>
      <p class="muted">
        Filled by exploring every program with every fix, in this browser. Beneath each verdict, what the thread says of that fix; <Differs /> where the
        model finds otherwise. Choose a cell to read who said what, and to see the trace.
      </p>
      <div class="run">
        {isRunning ? (
          <button class="button" type="button" onClick={stopExploring}>
            Stop
          </button>
        ) : (
          <button class="button primary" type="button" disabled={finished === rows.length} onClick={fill}>
            Fill the matrix
          </button>
        )}
        <p class="figures" role="status">
          {finished} of {counted(rows.length, 'row')}, {grouped(states)} states, {counted(differences, 'difference')} from the thread
        </p>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label="The matrix; it scrolls sideways">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">fix</th>
              {race.failures.map(({ name, summary }) => (
                <th key={name} scope="col" title={summary}>
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((live) => (
              <Row
                key={live.row.fixes.join()}
                live={live}
                selected={chosen === live ? (selected?.failure ?? null) : null}
                onChoose={onChoose}
                onSelect={(failure) => select({ fix: live.row.fixes.join(), failure })}
              />
            ))}
          </tbody>
        </table>
      </div>
      <CellDetails race={race} live={chosen ?? null} cell={cell ?? null} />
    </section>
  )
}

interface RowProps {
  readonly live: LiveRow
  readonly selected: string | null
  readonly onChoose: (configuration: Configuration) => void
  readonly onSelect: (failure: string) => void
}

function Row({ live, selected, onChoose, onSelect }: RowProps) {
  const { row, state } = live
  const name = row.fixes.length === 0 ? 'no fix' : row.fixes.join(' + ')
  return (
    <tr>
      <th scope="row" title={row.summary}>
        <button type="button" class="link mono" onClick={() => onChoose(live.configuration)}>
          {name}
        </button>
        <span class="muted">{row.author === null ? 'the kernel as it is' : `${row.author}, ${dateText(row.date ?? '')}`}</span>
        <span class="muted">{standingText(state)}</span>
      </th>
      {live.cells.map((cell) => (
        <td key={cell.cell.failure}>
          <Cell cell={cell} isSelected={selected === cell.cell.failure} onSelect={onSelect} fix={name} states={state.states} />
        </td>
      ))}
    </tr>
  )
}

function standingText({ isFinished, isRunning, states }: Standing): string {
  if (isFinished) return `${grouped(states)} states`
  if (states > 0) return `${grouped(states)} states …`
  return isRunning ? 'waiting' : 'not explored'
}

interface CellProps {
  readonly cell: LiveCell
  readonly isSelected: boolean
  readonly fix: string
  readonly states: number
  readonly onSelect: (failure: string) => void
}

const SHOWN = { race: 'race', holds: 'holds', unknown: '?', pending: '·' } as const

function Cell({ cell: { cell, verdict, differs }, isSelected, fix, states, onSelect }: CellProps) {
  const says = new Set(cell.claims.map((claim) => (claim.says === 'closes' ? 'holds' : 'race')))
  const claim = says.size > 1 ? 'both' : [...says].join('')
  const last = cell.claims.at(-1)
  return (
    <button
      type="button"
      class="cell"
      data-verdict={verdict}
      data-differs={differs}
      aria-pressed={isSelected}
      onClick={() => onSelect(cell.failure)}
    >
      <span class="unseen">
        {fix}, {cell.failure}:{' '}
      </span>
      <span class="verdict-word">
        {SHOWN[verdict]}
        {verdict === 'pending' && <span class="unseen">not decided yet</span>}
        {differs && <Differs />}
      </span>
      <span class="explored">{verdict === 'pending' ? '' : compact(states)}</span>
      <span class="claim">{claim === '' ? '' : `said: ${claim}`}</span>
      <span class="claim">{last === undefined ? '' : `${surname(last.who)} ${shortDate(last.date)}`}</span>
    </button>
  )
}

/** The mark of a difference, readable without colour. */
function Differs() {
  return (
    <span class="differs">
      ≠<span class="unseen"> differs</span>
    </span>
  )
}

/** `829 k`, `1.9 M`. */
function compact(value: number): string {
  if (value >= 999_500) return `${(value / 1_000_000).toFixed(1)} M`
  return value >= 1000 ? `${Math.round(value / 1000)} k` : String(value)
}

function surname(who: string): string {
  return who.split(',')[0]?.split(' ').at(-1) ?? who
}

function shortDate(iso: string): string {
  return dateText(iso).split(' ').slice(0, 2).join(' ')
}
