import { laneClass, laneLetter, taskName, type TraceModel } from './model.js'
import '../styles/scrubber.css'

interface ScrubberProps {
  readonly model: TraceModel
  readonly cursor: number
  /** Cursor positions that have a mark: where the chosen object changes. */
  readonly marks: readonly number[]
  readonly onCursor: (cursor: number) => void
  readonly onPrevious: () => void
  readonly onNext: () => void
}

/** The whole trace as one line: who runs when, where the cursor is. */
export function Scrubber({ model, cursor, marks, onCursor, onPrevious, onNext }: ScrubberProps) {
  const total = model.steps.length
  const step = model.steps[cursor - 1]
  const spoken = step === undefined ? 'before the first step' : `step ${cursor} of ${total}, ${taskName(model, step.task)}`
  return (
    <div class="scrubber">
      <div class="buttons">
        <button class="button" type="button" aria-label="Previous step shown" disabled={cursor === 0} onClick={onPrevious}>
          ‹
        </button>
        <button class="button" type="button" aria-label="Next step shown" disabled={cursor >= total} onClick={onNext}>
          ›
        </button>
      </div>
      <div class="track">
        <div class="stretches" aria-hidden="true">
          {model.stretches.map(({ task, from, to }) => (
            <span key={from} class={laneClass(task)} style={{ flexGrow: to - from }}>
              <b>{laneLetter(task)}</b>
            </span>
          ))}
        </div>
        <div class="ticks" aria-hidden="true">
          {marks.map((mark) => (
            <i key={mark} style={{ left: `${(100 * mark) / Math.max(1, total)}%` }} />
          ))}
        </div>
        <input
          type="range"
          min={0}
          max={total}
          value={cursor}
          aria-label="Step"
          aria-valuetext={spoken}
          onInput={(event) => onCursor(Number(event.currentTarget.value))}
        />
      </div>
      <p class="figures place">
        {cursor} <span class="muted">of {total}</span>
      </p>
    </div>
  )
}
