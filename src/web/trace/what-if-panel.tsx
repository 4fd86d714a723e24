import { useState } from 'preact/hooks'
import type { Configuration, Race } from '../../races/race.js'
import type { View } from '../../report/explorer/index.js'
import { counted } from '../../report/numbers.js'
import type { Source } from '../engine/requests.js'
import { configurationText, configurationView } from '../parts/words.js'
import { CheckPanel } from '../race/check-panel.js'
import { Choices } from '../race/choices.js'
import { linkTo } from '../shell/route.js'
import { taskName, type TraceModel } from './model.js'
import { PartingTable } from './parting-table.js'
import { useWhatIf, type OtherTrace } from './use-what-if.js'

interface WhatIfPanelProps {
  readonly race: Race
  readonly program: string
  readonly configuration: Configuration
  readonly model: TraceModel
  readonly onCursor: (cursor: number) => void
}

/** The same schedule with other fixes: where the two part. And whether those fixes are enough, by exploring the race with them. */
export function WhatIfPanel({ race, program, configuration, model, onCursor }: WhatIfPanelProps) {
  const [other, choose] = useState(configuration)
  const isSame = configurationText(other) === configurationText(configuration)
  const source = (of: Configuration): Source => ({ from: 'catalogue', race: race.name, program, configuration: of })
  const { found, error } = useWhatIf(isSame ? null : { source: source(configuration), other: source(other) }, model)
  const view: View = { page: 'race', race: race.name, program, ...configurationView(race, other) }
  return (
    <div class="what-if">
      <p>
        The trace is of <span class="mono">{configurationText(configuration)}</span>. Choose what should be different, and the same schedule is run with it.
      </p>
      <details open={isSame}>
        <summary>
          {isSame ? 'Choose fixes' : 'With'} <span class="mono">{isSame ? '' : configurationText(other)}</span>
        </summary>
        <Choices race={race} configuration={other} onChoose={choose} />
      </details>
      {error !== null && (
        <p class="notice bad" role="alert">
          {error.message}
        </p>
      )}
      {found !== null && !isSame && (
        <>
          <Outcome found={found} model={model} />
          <PartingTable model={model} found={found} name={other.fixes.length === 0 ? other.kernel : other.fixes.join(' + ')} />
          <div class="run">
            {found.whatIf.parts !== null && (
              <button class="button" type="button" onClick={() => onCursor(found.whatIf.parts?.at ?? 0)}>
                Show where they part
              </button>
            )}
            <a class="button" href={linkTo({ ...view, schedule: found.whatIf.token, cursor: found.parting })}>
              Go on in the other trace
            </a>
          </div>
        </>
      )}
      {!isSame && (
        <section aria-label="Is it enough?">
          <h2>Is it enough?</h2>
          <p class="muted">One schedule says nothing about the others. All programs of the race, with {other.fixes.join(' + ') || other.kernel}:</p>
          <CheckPanel race={race} configuration={other} />
        </section>
      )}
    </div>
  )
}

/** What became of the schedule, in sentences. */
function Outcome({ found: { whatIf, model: other }, model }: { readonly found: OtherTrace; readonly model: TraceModel }) {
  const failure = other.failure
  const { parts, stops, added, dropped } = whatIf
  return (
    <div class="notice" role="status">
      <p>
        {parts === null
          ? 'Every step is the same.'
          : `The two part at step ${parts.at + 1}: ${parts.text}.`}
        {added + dropped > 0 && ` ${counted(added, 'new step')}, ${counted(dropped, 'step')} left out.`}
      </p>
      {stops !== null && (
        <p>
          At step {stops.at + 1} the schedule can not be followed any more: {stops.text}.
        </p>
      )}
      <p>
        <strong class={failure === null ? 'good' : 'bad'}>
          {failure === null
            ? 'This schedule does not lead to a failure any more.'
            : `It still ends in a failure: ${failure.message} in ${failure.where}${model.failure?.message === failure.message ? '' : ', another one'}.`}
        </strong>
        {failure !== null && ` Noticed in ${taskName(other, other.situation.recording.trace.tasks.findIndex(({ name }) => name === failure.task))}.`}
      </p>
    </div>
  )
}
