import type { Piece, ReadLine, ReadText } from '../engine/diagram-answers.js'
import type { Complaint } from '../engine/requests.js'
import { laneClass, laneLetter } from '../trace/model.js'
import '../styles/lanes.css'

interface ReadDiagramProps {
  readonly read: ReadText | null
  readonly error: Complaint | null
}

const CONFIDENCE_WORDS = { sure: 'headers and cells agree', likely: 'partly guessed', guess: 'guessed: look at the cut' } as const

/** The text with the cut drawn over it: which piece belongs to which actor, and what it was taken for. */
export function ReadDiagram({ read, error }: ReadDiagramProps) {
  if (error !== null) {
    return (
      <p class="notice bad" role="alert">
        {error.message}. {error.hint}
      </p>
    )
  }
  if (read === null) return <p class="muted">…</p>
  const unchecked = read.lines.flatMap((line, at) =>
    line.pieces.filter(({ isChecked }) => !isChecked).map((piece) => ({ piece, at, text: line.text.slice(piece.from, piece.to) })),
  )
  return (
    <div class="read">
      <ul class="actors">
        {read.columns.map((header, column) => (
          <li key={column} class={laneClass(column)}>
            <span class="lane-name">
              <b>{laneLetter(column)}</b> {header === '' ? 'without a name' : header}
            </span>
          </li>
        ))}
        <li class="muted">{CONFIDENCE_WORDS[read.confidence]}</li>
      </ul>
      <ol class="cut" tabIndex={0} aria-label="The text, cut into cells">
        {read.lines.map((line, at) => (
          <Line key={at} line={line} number={at + 1} isInside={at + 1 >= read.firstLine && at + 1 <= read.lastLine} />
        ))}
      </ol>
      {unchecked.length > 0 && (
        <>
          <h3>Not checked</h3>
          <ul class="notes">
            {unchecked.map(({ piece, at, text }) => (
              <li key={`${at} ${piece.from}`}>
                line {at + 1}: <span class="mono">{text}</span> <span class="muted">{piece.as}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {read.warnings.length > 0 && (
        <>
          <h3>Guessed</h3>
          <ul class="notes">
            {read.warnings.map(({ line, message }) => (
              <li key={`${line} ${message}`}>
                line {line}: {message}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function Line({ line, number, isInside }: { readonly line: ReadLine; readonly number: number; readonly isInside: boolean }) {
  const parts = []
  let at = 0
  for (const piece of line.pieces) {
    if (piece.from > at) parts.push(line.text.slice(at, piece.from))
    parts.push(<PieceMark key={piece.from} piece={piece} text={line.text.slice(Math.max(at, piece.from), piece.to)} />)
    at = Math.max(at, piece.to)
  }
  parts.push(line.text.slice(at))
  return (
    <li class={isInside ? 'inside' : 'outside'}>
      <span class="at-number" aria-hidden="true">
        {number}
      </span>
      <code>{parts}</code>
    </li>
  )
}

function PieceMark({ piece, text }: { readonly piece: Piece; readonly text: string }) {
  const lane = piece.column === null ? 'no-lane' : laneClass(piece.column)
  const letter = piece.column === null ? '' : laneLetter(piece.column)
  return (
    <mark class={`${lane} ${piece.isChecked ? 'checked' : 'unchecked'}`} title={piece.as} data-letter={letter}>
      {text}
    </mark>
  )
}
