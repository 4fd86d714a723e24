import { useState } from 'preact/hooks'
import { diagram } from '../../report/diagram.js'
import type { TraceModel } from './model.js'
import '../styles/share.css'

interface SharePanelProps {
  readonly model: TraceModel
  readonly cursor: number
  /** Shows the trace again on the command line. */
  readonly command: string
  /** What files are called. */
  readonly name: string
}

/** The trace to take away: a link to this very step, and the trace in other forms. */
export function SharePanel({ model, cursor, command }: SharePanelProps) {
  const [said, say] = useState('')
  const copy = (what: string, text: string): void => {
    navigator.clipboard.writeText(text).then(
      () => say(`${what} copied.`),
      () => say('This browser does not let the page copy. Select the text instead.'),
    )
  }
  const text = diagram(model.situation.recording.trace)
  return (
    <div class="share">
      <p>The address of this page opens this very step: race, kernel, fixes, schedule and cursor are in it.</p>
      <div class="run">
        <button class="button primary" type="button" onClick={() => copy(`Link to step ${cursor}`, location.href)}>
          Copy the link to this step
        </button>
        <button class="button" type="button" onClick={() => copy('Diagram', `${text}\n`)}>
          Copy as diagram
        </button>
        <button class="button" type="button" onClick={() => copy('Command', command)}>
          Copy the command
        </button>
      </div>
      <p role="status">{said}</p>
      <h3>On the command line</h3>
      <pre class="snippet">{command}</pre>
      <h3>As a diagram of 72 columns</h3>
      <pre class="snippet" tabIndex={0} aria-label="Diagram">
        {text}
      </pre>
    </div>
  )
}
