import type { NextMove, Scene, TaskCard } from '../../report/explorer/index.js'
import { laneClass, laneLetter, sourceText, taskName, type TraceModel } from './model.js'
import type { TakeOver } from './take-over.js'
import '../styles/tasks.css'

interface TasksPanelProps {
  readonly model: TraceModel
  readonly scene: Scene
  /** Null if the trace can only be looked at. */
  readonly takeOver: TakeOver | null
}

/** Every task with its call stack, and what it would do next: whoever is chosen goes on from here. */
export function TasksPanel({ model, scene, takeOver }: TasksPanelProps) {
  return (
    <div class="tasks">
      {takeOver !== null && <Controls takeOver={takeOver} rest={model.steps.length - scene.cursor} />}
      <ol>
        {scene.tasks.map((card, task) => (
          <TaskItem
            key={card.name}
            model={model}
            card={card}
            task={task}
            moves={takeOver?.moves?.filter((move) => move.task === task) ?? []}
            original={model.steps[scene.cursor]?.task === task}
            onStep={(move) => takeOver?.step(move)}
          />
        ))}
      </ol>
    </div>
  )
}

/** @param rest steps of the trace after the cursor */
function Controls({ takeOver, rest }: { readonly takeOver: TakeOver; readonly rest: number }) {
  const { moves, error } = takeOver
  const isOver = moves?.length === 0
  return (
    <>
      <p class="muted">
        {rest === 0
          ? 'Choose who takes the next step.'
          : `Choose who takes the next step from here. The ${rest} steps that follow are then left behind; Undo brings them back.`}
      </p>
      <div class="run">
        <button class="button" type="button" disabled={moves === null || isOver} onClick={takeOver.runOn}>
          Let it run on
        </button>
        <button class="button" type="button" disabled={!takeOver.canUndo} onClick={takeOver.undo}>
          Undo
        </button>
      </div>
      {error !== null && (
        <p class="notice bad" role="alert">
          {error.message}. {error.hint}
        </p>
      )}
      {isOver && <p class="notice">Nobody can go on from here.</p>}
    </>
  )
}

interface TaskItemProps {
  readonly model: TraceModel
  readonly card: TaskCard
  readonly task: number
  readonly moves: readonly NextMove[]
  /** Whether it is the one that goes on in the trace. */
  readonly original: boolean
  readonly onStep: (move: NextMove) => void
}

function TaskItem({ model, card, task, moves, original, onStep }: TaskItemProps) {
  const next = card.next
  return (
    <li class={`task ${laneClass(task)}`}>
      <h2>
        <span class="lane-name">
          <b>{laneLetter(task)}</b> {taskName(model, task)}
        </span>
        <span class="muted">{statusText(card, model)}</span>
      </h2>
      {moves.map((move) => (
        <div key={move.token} class="move">
          <button class="button" type="button" onClick={() => onStep(move)}>
            {card.status === 'choosing' ? `Answer ${move.choice}` : `Step ${taskName(model, task)}`}
          </button>
          <div>
            <p class="mono">{previewText(move, next)}</p>
            {move.preview.failures.map((failure) => (
              <p key={failure.message} class="bad">
                <strong>{failure.message}</strong>
              </p>
            ))}
            {original && <p class="muted">goes on in this trace</p>}
          </div>
        </div>
      ))}
      {card.calls.length > 0 && (
        <ol class="stack" aria-label={`Call stack of ${taskName(model, task)}, innermost first`}>
          {[...card.calls].reverse().map(({ fn, args }, depth) => (
            <li key={depth}>
              <span class="mono">
                {fn}
                <span class="muted">({args.join(', ')})</span>
              </span>
              <span class="muted source">{sourceText(model, fn)}</span>
            </li>
          ))}
        </ol>
      )}
    </li>
  )
}

function statusText(card: TaskCard, model: TraceModel): string {
  switch (card.status) {
    case 'idle':
      return 'not started yet'
    case 'ready':
      return 'can go on'
    case 'waiting': {
      const holders = card.wait?.holders.map((holder) => taskName(model, holder)).join(', ') ?? ''
      return `waits for ${card.wait?.text ?? 'something'}${holders === '' ? '' : `, held by ${holders}`}`
    }
    case 'choosing':
      return 'has a choice'
    case 'finished':
      return 'finished'
    case 'failed':
      return 'failed'
  }
}

/** What a step would do: its changes, else what it reads. */
function previewText({ preview }: NextMove, next: TaskCard['next']): string {
  const did = next === undefined ? '' : [next.op, next.object, next.detail].filter((word) => word !== '').join(' ')
  const changes = preview.changes.map(({ object, part, before, after }) => {
    const name = part.startsWith(object) ? part : `${object} ${part}`
    return `${name} ${before === '' ? '∅' : before} → ${after === '' ? '∅' : after}`
  })
  if (changes.length > 0) return changes.join(', ')
  const answer = preview.result === '' || preview.result === 'undefined' ? '' : ` = ${preview.result}`
  return `${did}${answer}${preview.late === undefined ? '' : ` (${preview.late})`}`
}
