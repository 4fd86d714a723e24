import type { Change } from '../../engine/result.js'
import { functionOf, sourceText, taskName, type TraceModel } from '../trace/model.js'

/** The last step: who, where in the kernel, what it did. */
export function JustNow({ model, cursor }: { readonly model: TraceModel; readonly cursor: number }) {
  const step = model.steps[cursor - 1]
  if (step === undefined) {
    return (
      <section class="just-now" aria-label="The last step">
        <p class="muted">Before the first step: what set-up has made.</p>
      </section>
    )
  }
  const fn = functionOf(model, cursor - 1)
  const result = step.result === '' || step.result === 'undefined' ? '' : ` = ${step.result}`
  return (
    <section class="just-now" aria-label="The last step">
      <p>
        <strong>{taskName(model, step.task)}</strong>
        {fn !== null && (
          <>
            {' in '}
            <span class="mono">{fn}</span>
            <span class="muted"> {sourceText(model, fn)}</span>
          </>
        )}
      </p>
      <p class="mono did">
        {[step.op, step.object, step.detail].filter((word) => word !== '').join(' ')}
        {result}
        {step.late === undefined ? '' : ` (${step.late})`}
      </p>
      <ul>
        {step.changes.map((change) => (
          <ChangeItem key={`${change.object} ${change.part}`} change={change} />
        ))}
        {step.changes.length === 0 && <li class="muted">changed nothing</li>}
        {step.failures.map((failure) => (
          <li key={failure.message} class="bad">
            <strong>
              {failure.kind} in {failure.where}: {failure.message}
            </strong>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ChangeItem({ change: { object, part, before, after } }: { readonly change: Change }) {
  return (
    <li class="mono">
      {part.startsWith(object) ? part : `${object} ${part}`}: {before === '' ? '∅' : before} → <strong>{after === '' ? '∅' : after}</strong>
    </li>
  )
}
