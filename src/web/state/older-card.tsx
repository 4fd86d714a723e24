import { useContext } from 'preact/hooks'
import type { OlderCard as OlderData } from '../../report/explorer/index.js'
import { Card, Line, StateContext } from './parts.js'

/** Where memory is weak: which values of an object who may still see, beside the present one. */
export function OlderCard({ older }: { readonly older: OlderData }) {
  const { taskName, choose } = useContext(StateContext)
  return (
    <Card title={older.name} aside="weak memory">
      <dl>
        <Line name="stored">
          <button type="button" class="value" onClick={() => choose({ object: older.object, label: older.name })}>
            {older.values.map(shown).join(', then ')}
          </button>
        </Line>
        {older.readers.map(({ task, values }) => (
          <Line key={task} name={taskName(task)}>
            <span class="muted">may see</span> <span class="mono">{values.map(shown).join(' or ')}</span>
          </Line>
        ))}
      </dl>
    </Card>
  )
}

function shown(value: string): string {
  return value === '' ? '∅' : value
}
