import { FAILURE_WORDS } from '../../report/failure-text.js'
import { counted } from '../../report/numbers.js'
import type { TraceModel } from '../trace/model.js'

/** What a trace ends in. */
export function Heading({ model: { failure, situation } }: { readonly model: TraceModel }) {
  const { contextSwitches, steps } = situation.recording.trace
  return (
    <h1>
      {failure === null ? (
        'No failure so far'
      ) : (
        <>
          <span class="bad">{FAILURE_WORDS[failure.kind].title}</span> in <span class="mono">{failure.where}</span>: {failure.message}
        </>
      )}
      <span class="muted size">
        {' '}
        {counted(steps, 'step')}, {counted(contextSwitches, 'context switch', 'context switches')}
      </span>
    </h1>
  )
}
