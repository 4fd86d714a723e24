import { memo } from 'preact/compat'
import { useEffect, useRef } from 'preact/hooks'
import type { CallRow, Scene, SwitchRow as Switch } from '../../report/explorer/index.js'
import { counted } from '../../report/numbers.js'
import type { Marks } from '../diagram/marks.js'
import { callText } from '../../report/step-text.js'
import { laneClass, laneLetter, sourceText, taskName, type TraceModel } from './model.js'
import { isAtCursor, isInGap, type Gap, type ShownRow, type Visible } from './visible-rows.js'
import '../styles/lanes.css'

interface LanesViewProps {
  readonly model: TraceModel
  readonly shown: Visible
  readonly marks: Marks
  readonly scene: Scene
  readonly cursor: number
  readonly onCursor: (cursor: number) => void
  readonly onFold: (call: number) => void
  readonly onOpen: (gap: number) => void
}

/** Lanes, one a task; time runs downwards. One row can be tabbed to: that of the cursor. */
export function LanesView({ model, shown, marks, scene, cursor, onCursor, onFold, onOpen }: LanesViewProps) {
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>('[aria-current]')
    current?.scrollIntoView({ block: 'nearest' })
    // Whoever moves with the keyboard inside the list stays at the cursor.
    if (list.current?.contains(document.activeElement) === true) current?.focus({ preventScroll: true })
  }, [cursor, shown])
  const { tasks } = model.situation.recording.trace
  const isAtStart = cursor === 0 || isInGap(shown.before, cursor)
  return (
    <div class="lanes" style={{ '--columns': columnsFor(model) }}>
      <div class="lane-heads lane-grid">
        <span class="unseen">Lanes:</span>
        {tasks.map((_, task) => (
          <LaneHead key={task} scene={scene} task={task} />
        ))}
      </div>
      <ol class="lane-rows" ref={list} aria-label="Steps, from the first to the last">
        <li class={isAtStart ? 'lane-grid start at' : 'lane-grid start'}>
          <div class="what">
            <button type="button" aria-current={isAtStart ? 'step' : undefined} tabIndex={isAtStart ? 0 : -1} onClick={() => onCursor(0)}>
              before the first step
            </button>
            <GapButton gap={shown.before} onOpen={onOpen} />
          </div>
        </li>
        {shown.rows.map((one) => (
          <Row
            key={one.key}
            shown={one}
            model={model}
            mark={one.row.kind === 'step' ? marks.get(one.row.at) : undefined}
            isCurrent={isAtCursor(one, cursor)}
            isAround={isInGap(one.gap, cursor)}
            isPast={one.row.kind === 'step' ? one.row.at < cursor : one.row.at <= cursor}
            onCursor={onCursor}
            onFold={onFold}
            onOpen={onOpen}
          />
        ))}
        <Ending model={model} isReached={cursor === model.steps.length} />
      </ol>
      <div class="warp lane-grid" aria-hidden="true">
        {tasks.map((_, task) => (
          <span key={task} class={laneClass(task)} style={{ gridColumn: task + 2 }} />
        ))}
      </div>
    </div>
  )
}

/** Tasks that take no step in this trace need no room. The last that does has no other to its right to write over. */
function columnsFor({ situation, stretches }: TraceModel): string {
  const running = new Set(stretches.map(({ task }) => task))
  const last = Math.max(0, ...running)
  const widths = situation.recording.trace.tasks.map((_, task) => {
    if (!running.has(task)) return 'minmax(4.5rem, 0.3fr)'
    return task === last ? 'minmax(0, 1.7fr)' : 'minmax(0, 1fr)'
  })
  return widths.join(' ')
}

const STATUS_WORDS = { idle: 'not started', ready: 'can go on', waiting: 'waits', choosing: 'chooses', finished: 'finished', failed: 'failed' } as const

function LaneHead({ scene, task }: { readonly scene: Scene; readonly task: number }) {
  const card = scene.tasks[task]
  return (
    <div class={`lane-head ${laneClass(task)}`} style={{ gridColumn: task + 2 }}>
      <span class="lane-name">
        <b>{laneLetter(task)}</b> {card?.name}
      </span>
      <span class="lane-status" title={card?.wait?.text}>
        {card === undefined ? '' : STATUS_WORDS[card.status]}
        {card?.context === 'irq' ? ', irq' : ''}
      </span>
    </div>
  )
}

interface RowProps {
  readonly shown: ShownRow
  readonly model: TraceModel
  /** Lines of a diagram that it matches. */
  readonly mark: string | undefined
  readonly isCurrent: boolean
  /** Whether the cursor is among what is left out after it. */
  readonly isAround: boolean
  readonly isPast: boolean
  readonly onCursor: (cursor: number) => void
  readonly onFold: (call: number) => void
  readonly onOpen: (gap: number) => void
}

const Row = memo(function Row({ shown, model, mark, isCurrent, isAround, isPast, onCursor, onFold, onOpen }: RowProps) {
  const { row, gap } = shown
  if (row.kind === 'switch') return <SwitchRow row={row} model={model} gap={gap} isAround={isAround} onOpen={onOpen} />
  const classes = ['lane-grid', row.kind, laneClass(row.task), isCurrent || isAround ? 'at' : '', isPast ? 'past' : 'ahead']
  const current = isCurrent || isAround ? ('step' as const) : undefined
  const tab = isCurrent || isAround ? 0 : -1
  return (
    <li class={classes.join(' ')}>
      <span class="at-number" aria-hidden="true">
        {row.kind === 'step' ? row.at + 1 : ''}
      </span>
      <span class="thread-bar" style={{ gridColumn: row.task + 2 }} aria-hidden="true" />
      <div class="what" style={{ gridColumn: `${row.task + 2} / -1`, '--indent': shown.indent }}>
        {row.kind === 'call' ? (
          <button
            type="button"
            aria-current={current}
            tabIndex={tab}
            aria-expanded={!shown.isFolded}
            title={[row, ...shown.chain].map(({ fn, text }) => `${text}  ${sourceText(model, fn)}`).join('\n')}
            onClick={() => onFold(row.call)}
          >
            <span class="unseen">{taskName(model, row.task)} calls </span>
            <CallText row={row} chain={shown.chain} />
            {shown.isFolded && <span class="count"> … {counted(row.steps, 'step')}</span>}
          </button>
        ) : (
          <button type="button" aria-current={current} tabIndex={tab} onClick={() => onCursor(row.at + 1)}>
            <span class="unseen">
              step {row.at + 1}, {taskName(model, row.task)}:{' '}
            </span>
            {row.text.replaceAll('->', ' → ')}
            {mark !== undefined && <span class="line-mark">line {mark}</span>}
            {row.step.failures.map(({ message }) => (
              <strong key={message} class="failure">
                {message}
              </strong>
            ))}
          </button>
        )}
        <GapButton gap={gap} onOpen={onOpen} />
      </div>
    </li>
  )
})

/** Opens what is left out. */
function GapButton({ gap, onOpen }: { readonly gap: Gap | null; readonly onOpen: (gap: number) => void }) {
  if (gap === null) return null
  return (
    <button type="button" class="gap" tabIndex={-1} onClick={() => onOpen(gap.first)} aria-label={`Show ${counted(gap.steps, 'more step')}`}>
      +{gap.steps}
    </button>
  )
}

/** Arguments that are longer say too much. */
const ARGUMENTS_MAX = 30

function CallText({ row, chain }: { readonly row: CallRow; readonly chain: readonly CallRow[] }) {
  const innermost = chain.at(-1) ?? row
  const outer = [row, ...chain].slice(0, -1)
  const named = outer.length > 2 ? outer.slice(0, 1) : outer
  return (
    <>
      {named.map(({ call, fn }) => (
        <span key={call} class="outer">
          {fn} ›{' '}
        </span>
      ))}
      {named.length < outer.length && <span class="outer">… › </span>}
      {callText(innermost.fn, innermost.args, ARGUMENTS_MAX)}
    </>
  )
}

interface SwitchRowProps {
  readonly row: Switch
  readonly model: TraceModel
  readonly gap: Gap | null
  readonly isAround: boolean
  readonly onOpen: (gap: number) => void
}

/** The thread goes over to another lane. */
function SwitchRow({ row, model, gap, isAround, onOpen }: SwitchRowProps) {
  const [left, right] = row.task < row.to ? [row.task, row.to] : [row.to, row.task]
  return (
    <li class={`lane-grid switch ${laneClass(row.to)} ${isAround ? 'at' : ''}`} aria-current={isAround ? 'step' : undefined}>
      <span
        class={row.task < row.to ? 'weft right' : 'weft left'}
        style={{ gridColumn: `${left + 2} / ${right + 2}` }}
        aria-hidden="true"
      />
      <span class="reason" style={{ gridColumn: `${left + 2} / -1` }}>
        {row.text}
        <span class="goes-on">
          {' → '}
          <b>{laneLetter(row.to)}</b> {taskName(model, row.to)}
        </span>
        <GapButton gap={gap} onOpen={onOpen} />
      </span>
    </li>
  )
}

/** What the trace ends with, if that is at no step: tasks that sleep for ever. */
function Ending({ model, isReached }: { readonly model: TraceModel; readonly isReached: boolean }) {
  const { failure, situation } = model
  const isShown = failure !== null && model.steps.some((step) => step.failures.some(({ message }) => message === failure.message))
  if (failure !== null && !isShown) {
    return (
      <li class={isReached ? 'ending bad at-end' : 'ending bad'}>
        {failure.kind}: {failure.message}
      </li>
    )
  }
  if (failure !== null) return null
  return <li class="ending muted">{situation.recording.ended ? 'Everything has finished; nothing failed.' : 'The schedule ends here.'}</li>
}
