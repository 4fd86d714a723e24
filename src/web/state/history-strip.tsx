import type { Moment } from '../../report/explorer/index.js'
import { counted } from '../../report/numbers.js'
import { laneClass, laneLetter, taskName, type TraceModel } from '../trace/model.js'
import type { Subject } from './parts.js'

interface HistoryStripProps {
  readonly model: TraceModel
  readonly subject: Subject
  readonly cursor: number
  readonly onCursor: (cursor: number) => void
  readonly onClose: () => void
}

/** Every change of one object, in order of time; each can be jumped to. */
export function HistoryStrip({ model, subject, cursor, onCursor, onClose }: HistoryStripProps) {
  const moments = model.scenes.history(subject.object, subject.bit)
  const current = moments.findLastIndex((moment) => moment.at + 1 <= cursor)
  const first = moments[0]
  return (
    <section class="history" aria-label={`History of ${subject.label}`}>
      <header>
        <h2>
          <span class="mono">{subject.label}</span>{' '}
          <span class="muted">{moments.length === 0 ? 'never changes' : counted(moments.length, 'change')}</span>
        </h2>
        <button class="button" type="button" onClick={onClose}>
          Close
        </button>
      </header>
      <ol>
        {first !== undefined && (
          <li>
            <button type="button" aria-current={current < 0 ? 'step' : undefined} onClick={() => onCursor(0)}>
              <span class="when">at first</span>
              <span class="mono">{first.before === '' ? '∅' : first.before}</span>
            </button>
          </li>
        )}
        {moments.map((moment, index) => (
          <MomentItem key={moment.at} model={model} moment={moment} isCurrent={index === current} onCursor={onCursor} />
        ))}
      </ol>
    </section>
  )
}

interface MomentItemProps {
  readonly model: TraceModel
  readonly moment: Moment
  readonly isCurrent: boolean
  readonly onCursor: (cursor: number) => void
}

function MomentItem({ model, moment, isCurrent, onCursor }: MomentItemProps) {
  return (
    <li class={laneClass(moment.task)}>
      <button type="button" aria-current={isCurrent ? 'step' : undefined} onClick={() => onCursor(moment.at + 1)}>
        <span class="when">
          step {moment.at + 1} <b>{laneLetter(moment.task)}</b> {taskName(model, moment.task)}
        </span>
        <span class="mono">{moment.after === '' ? '∅' : moment.after}</span>
      </button>
    </li>
  )
}
