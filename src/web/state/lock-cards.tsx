/** Locks, wait queues, and objects of no other card. */
import { useContext } from 'preact/hooks'
import type { Claim, LockCard as LockData, ObjectCard as ObjectData, WaitQueueCard as WaitQueueData } from '../../report/explorer/index.js'
import { Bits, Card, Line, StateContext, Value } from './parts.js'

export function LockCard({ lock }: { readonly lock: LockData }) {
  const { taskName, choose } = useContext(StateContext)
  const said = (claims: readonly Claim[]): string =>
    claims.map(({ task, mode }) => `${taskName(task)}${mode === 'shared' ? ' (shared)' : ''}`).join(', ')
  const subject = { object: lock.object, label: lock.name, ...(lock.kind === 'page lock' && { bit: 'PG_locked' }) }
  return (
    <Card title={lock.name} aside={lock.kind} isChanged={lock.changed}>
      <dl>
        <Line name="held by">
          <button type="button" class="value" data-changed={lock.changed} title={`since step ${lock.since}`} onClick={() => choose(subject)}>
            {lock.holders.length === 0 ? 'nobody' : said(lock.holders)}
          </button>
        </Line>
        {lock.waiters.length > 0 && <Line name="waiting">{said(lock.waiters)}</Line>}
      </dl>
    </Card>
  )
}

export function WaitQueueCard({ queue }: { readonly queue: WaitQueueData }) {
  const { choose } = useContext(StateContext)
  return (
    <Card title={queue.name} aside="wait queue" isChanged={queue.changed}>
      <button type="button" class="value" data-changed={queue.changed} onClick={() => choose({ object: queue.object, label: queue.name })}>
        {queue.entries.length === 0 ? 'nobody waits' : `${queue.entries.length} in it`}
      </button>
      <ol>
        {queue.entries.map((entry) => (
          <li key={`${entry.task} ${entry.page}`}>
            <span class="mono">{entry.task}</span>{' '}
            <span class="muted">
              for {entry.bit} of {entry.page}
              {entry.kind === '' ? '' : `, ${entry.kind}`}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  )
}

/** All of them in one table: a program of one's own may have many. */
export function Objects({ objects }: { readonly objects: readonly ObjectData[] }) {
  return (
    <Card title="objects">
      <dl>
        {objects.map((object) => (
          <Line key={object.field.object} name={object.name}>
            {object.bits.length > 0 ? <Bits bits={object.bits} label={object.name} /> : <Value field={object.field} label={object.name} />}
          </Line>
        ))}
      </dl>
    </Card>
  )
}
