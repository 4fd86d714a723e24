import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Source } from '../engine/requests.js'
import { HistoryStrip } from '../state/history-strip.js'
import { StateContext, type Subject } from '../state/parts.js'
import { StatePanel } from '../state/state-panel.js'
import { marksIn, type Marks } from '../diagram/marks.js'
import { isNarrow } from '../parts/narrow.js'
import { Tabs, type Tab } from '../parts/tabs.js'
import { KeysDialog } from './keys-dialog.js'
import { useKeys } from './keys.js'
import { LanesView } from './lanes-view.js'
import { taskName, type TraceModel } from './model.js'
import { Scrubber } from './scrubber.js'
import { useTakeOver, type Position } from './take-over.js'
import { TasksPanel } from './tasks-panel.js'
import { stops, UNFOLDED, visibleRows, withMarked, type Folding } from './visible-rows.js'
import '../styles/trace.css'
import '../styles/what-if.css'

const NO_MARKS: Marks = new Map()

interface TraceViewProps {
  /** Null if the trace can only be looked at. */
  readonly source: Source | null
  readonly model: TraceModel
  readonly cursor: number
  /** Names of what is open: a tab, `all`. */
  readonly show: readonly string[]
  /** Lines of a diagram that steps match, by position of the step: shown with the steps of the race. */
  readonly marks?: Marks
  readonly onCursor: (cursor: number) => void
  readonly onShow: (show: readonly string[]) => void
  readonly onMove: (to: Position) => void
  /** What the trace is of, and what it ends in. */
  readonly head: ComponentChildren
  /** Tabs beside state and tasks, given how to move the cursor. */
  readonly more: readonly Tab[]
}

/** A trace: lanes, the state at the cursor, and a line of everything to move along. */
export function TraceView({ source, model, cursor, show, marks = NO_MARKS, onCursor, onShow, onMove, head, more }: TraceViewProps) {
  const [folding, fold] = useState<Folding>(UNFOLDED)
  const [chosen, choose] = useState<Subject | null>(null)
  const [isHelp, help] = useState(false)
  const all = show.includes('all')
  const rows = useMemo(() => withMarked(model.rows, marks), [model, marks])
  const shown = useMemo(() => visibleRows(rows, { ...folding, all }), [rows, folding, all])
  const scene = useMemo(() => model.scenes.at(cursor), [model, cursor])
  const changes = useMemo(
    () => (chosen === null ? [] : model.scenes.history(chosen.object, chosen.bit).map(({ at }) => at + 1)),
    [model, chosen],
  )
  const beside = ['state', 'tasks', ...more.map(({ name }) => name)]
  const names = isNarrow.value ? ['trace', ...beside] : beside
  const open = show.find((name) => names.includes(name)) ?? (isNarrow.value ? 'trace' : 'state')
  const takeOver = useTakeOver(source, model, cursor, open === 'tasks', onMove)
  const openTab = (name: string): void => onShow([...show.filter((one) => one === 'all' || marksIn([one]).size > 0), name])
  const toggleAll = (): void => onShow(all ? show.filter((one) => one !== 'all') : [...show, 'all'])
  // Keys may come faster than the page is drawn.
  const latest = useRef(cursor)
  latest.current = cursor
  const move = (to: (from: number) => number): void => {
    latest.current = Math.min(model.steps.length, Math.max(0, to(latest.current)))
    onCursor(latest.current)
  }
  const next = (): void => move((from) => stops(shown).find((stop) => stop > from) ?? model.steps.length)
  const previous = (): void => move((from) => stops(shown).findLast((stop) => stop < from) ?? 0)
  const switches = model.stretches.map(({ from }) => from + 1)
  useKeys({
    ArrowDown: next,
    ArrowUp: previous,
    ArrowRight: () => move((from) => from + 1),
    ArrowLeft: () => move((from) => from - 1),
    PageDown: () => move((from) => switches.find((stop) => stop > from) ?? model.steps.length),
    PageUp: () => move((from) => switches.findLast((stop) => stop < from) ?? 0),
    Home: () => move(() => 0),
    End: () => move(() => model.steps.length),
    e: toggleAll,
    Escape: () => choose(null),
    '?': () => help(true),
    ...Object.fromEntries(beside.map((name, at) => [String(at + 1), () => openTab(name)])),
  })
  useEffect(() => choose(null), [model])

  const tools = { choose, chosen, taskName: (task: number) => taskName(model, task) }
  const tabs: readonly Tab[] = [
    ...(isNarrow.value ? [{ name: 'trace', title: 'Trace', content: () => null }] : []),
    { name: 'state', title: 'State', content: () => <StatePanel model={model} scene={scene} /> },
    { name: 'tasks', title: 'Tasks', content: () => <TasksPanel model={model} scene={scene} takeOver={takeOver} /> },
    ...more,
  ]
  const hasFolds = folding.folded.size > 0 || folding.opened.size > 0
  return (
    <main class="content wide trace" id="content" tabIndex={-1} data-open={open}>
      <div class="trace-head">{head}</div>
      <div class="trace-tools">
        <button class="button" type="button" aria-pressed={all} onClick={toggleAll}>
          Every step
        </button>
        <button class="button" type="button" disabled={!hasFolds} onClick={() => fold(UNFOLDED)}>
          Reset
        </button>
        <button class="button" type="button" onClick={() => help(true)}>
          Keys
        </button>
        <p class="unseen" role="status">
          {spoken(model, cursor)}
        </p>
      </div>
      <div class="trace-lanes" role="region" aria-label="Trace">
        <LanesView
          model={model}
          shown={shown}
          marks={marks}
          scene={scene}
          cursor={cursor}
          onCursor={onCursor}
          onFold={(call) => fold({ ...folding, folded: toggled(folding.folded, call) })}
          onOpen={(gap) => fold({ ...folding, opened: toggled(folding.opened, gap) })}
        />
      </div>
      <StateContext.Provider value={tools}>
        <Tabs label="About this step" tabs={tabs} open={open} onOpen={openTab} />
      </StateContext.Provider>
      <div class="trace-foot">
        {chosen !== null && <HistoryStrip model={model} subject={chosen} cursor={cursor} onCursor={onCursor} onClose={() => choose(null)} />}
        <Scrubber model={model} cursor={cursor} marks={changes} onCursor={onCursor} onPrevious={previous} onNext={next} />
      </div>
      <KeysDialog isOpen={isHelp} onClose={() => help(false)} />
    </main>
  )
}

/** What those hear who do not see the row that is marked. */
function spoken(model: TraceModel, cursor: number): string {
  const row = model.rows.find((one) => one.kind === 'step' && one.at + 1 === cursor)
  if (row === undefined) return 'before the first step'
  const failed = row.kind === 'step' ? row.step.failures.map(({ message }) => `, failure: ${message}`).join('') : ''
  return `step ${cursor}, ${taskName(model, row.task)}: ${row.text}${failed}`
}

function toggled(set: ReadonlySet<number>, member: number): ReadonlySet<number> {
  const changed = new Set(set)
  if (!changed.delete(member)) changed.add(member)
  return changed
}
