import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Progress } from '../../engine/index.js'
import { races } from '../../races/index.js'
import type { Configuration, Race } from '../../races/race.js'
import type { View } from '../../report/explorer/index.js'
import { grouped } from '../../report/numbers.js'
import { ReadDiagram } from '../diagram/read-diagram.js'
import { EXAMPLE } from '../diagram/example.js'
import { marksToShow } from '../diagram/marks.js'
import type { PossibleAnswer, ReadText } from '../engine/diagram-answers.js'
import { askInTurn, askNow } from '../engine/pool.js'
import type { Complaint } from '../engine/requests.js'
import { configurationIn, configurationView } from '../parts/words.js'
import { Choices } from '../race/choices.js'
import { go, linkTo, settle } from '../shell/route.js'
import { complaintOf } from '../trace/use-trace.js'
import '../styles/race.css'
import '../styles/program.css'
import '../styles/share.css'
import '../styles/diagram.css'

type Asked =
  | { readonly status: 'none' }
  | { readonly status: 'running'; readonly progress: Progress | null }
  | { readonly status: 'done'; readonly answer: PossibleAnswer; readonly of: string }
  | { readonly status: 'wrong'; readonly complaint: Complaint }

/** How long the text has to be left alone before it is read again. */
const SETTLED_MS = 250

/** A diagram out of a mail: how it is understood, whether it can happen, and how. */
export function DiagramPage({ view }: { readonly view: View }) {
  const [text, setText] = useState(view.text ?? EXAMPLE)
  const race = races.find(({ name }) => name === view.race) ?? races[0]
  if (race === undefined) return null
  return <Desk race={race} view={view} text={text} onText={setText} />
}

interface DeskProps {
  readonly race: Race
  readonly view: View
  readonly text: string
  readonly onText: (text: string) => void
}

function Desk({ race, view, text, onText }: DeskProps) {
  const configuration = useMemo(() => configurationIn(race, view), [race, view])
  const { read, error } = useRead(text)
  const [asked, ask] = useState<Asked>({ status: 'none' })
  const controller = useRef<AbortController | undefined>(undefined)
  const subject = JSON.stringify([text, race.name, configuration])
  const place = (chosen: { readonly race: Race; readonly configuration?: Configuration }): View => ({
    page: 'diagram',
    race: chosen.race.name,
    text,
    ...(chosen.configuration !== undefined && configurationView(chosen.race, chosen.configuration)),
  })
  useEffect(() => {
    if (text === view.text) return undefined
    const timer = setTimeout(() => settle(view, place({ race, configuration })), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [text, view])
  const start = (): void => {
    const own = new AbortController()
    controller.current = own
    ask({ status: 'running', progress: null })
    askInTurn(
      { type: 'possible', text, race: race.name, configuration },
      { signal: own.signal, onProgress: (progress) => ask({ status: 'running', progress }) },
    ).then(
      (answer) => ask(answer === undefined ? { status: 'none' } : { status: 'done', answer, of: subject }),
      (reason: unknown) => ask({ status: 'wrong', complaint: complaintOf(reason) }),
    )
  }
  return (
    <main class="content diagram" id="content" tabIndex={-1}>
      <h1>Can this happen?</h1>
      <p class="about">
        Paste a diagram as people draw it in mails: a column for each actor, time running downwards. Quoting and the text around it do not matter.
      </p>
      <div class="desk">
        <section aria-label="The diagram">
          <label class="select">
            <span>Diagram</span>
            <textarea class="field mono" rows={14} spellcheck={false} value={text} onInput={(event) => onText(event.currentTarget.value)} />
          </label>
          <h2>How it is understood</h2>
          <ReadDiagram read={read} error={error} />
        </section>
        <section class="check" aria-label="The question">
          <label class="select">
            <span>Race</span>
            <select
              class="field"
              value={race.name}
              onChange={(event) => {
                const chosen = races.find(({ name }) => name === event.currentTarget.value)
                if (chosen !== undefined) go(place({ race: chosen }), 'replace')
              }}
            >
              {races.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <details>
            <summary>Kernel, file system, memory, fixes</summary>
            <Choices race={race} configuration={configuration} onChoose={(chosen) => go(place({ race, configuration: chosen }), 'replace')} />
          </details>
          <div class="run">
            {asked.status === 'running' ? (
              <button class="button" type="button" onClick={() => controller.current?.abort()}>
                Stop
              </button>
            ) : (
              <button class="button primary" type="button" disabled={read === null || read.rows === 0} onClick={start}>
                Is it possible?
              </button>
            )}
          </div>
          <Answer asked={asked} isCurrent={asked.status === 'done' && asked.of === subject} view={place({ race, configuration })} />
        </section>
      </div>
    </main>
  )
}

/** Reads the text in a worker, whenever it has been left alone for a moment. */
function useRead(text: string): { readonly read: ReadText | null; readonly error: Complaint | null } {
  const [state, set] = useState<{ readonly read: ReadText | null; readonly error: Complaint | null }>({ read: null, error: null })
  useEffect(() => {
    let isWanted = true
    const timer = setTimeout(() => {
      askNow({ type: 'read', text }).then(
        (read) => {
          if (isWanted) set({ read, error: null })
        },
        (error: unknown) => {
          if (isWanted) set({ read: null, error: complaintOf(error) })
        },
      )
    }, SETTLED_MS)
    return () => {
      isWanted = false
      clearTimeout(timer)
    }
  }, [text])
  return state
}

interface AnswerProps {
  readonly asked: Asked
  readonly isCurrent: boolean
  readonly view: View
}

const TONES = { possible: 'bad', impossible: 'good', unknown: 'unsure' } as const
const WORDS = { possible: 'Possible.', impossible: 'Impossible.', unknown: 'Unknown.' } as const

function Answer({ asked, isCurrent, view }: AnswerProps) {
  if (asked.status !== 'done') {
    const states = asked.status === 'running' ? (asked.progress?.states ?? 0) : 0
    return (
      <div class="verdict">
        <p class="headline" role="status">
          {asked.status === 'none' && <strong>Not asked yet.</strong>}
          {asked.status === 'running' && <strong>Looking …</strong>}
          {asked.status === 'wrong' && (
            <span class="bad">
              {asked.complaint.message}. {asked.complaint.hint}
            </span>
          )}
        </p>
        <p class="muted small figures">{grouped(states)} states</p>
      </div>
    )
  }
  const { answer } = asked
  const trace = answer.schedule === null ? null : { ...view, program: answer.program, schedule: answer.schedule, cursor: 0, show: marksToShow(answer.marks) }
  return (
    <>
      {!isCurrent && <p class="notice">Diagram or race have been changed since.</p>}
      <div class="verdict" data-tone={TONES[answer.answer]}>
        <p class="headline" role="status">
          <strong>{WORDS[answer.answer]}</strong> {answer.matched} of {answer.rows} steps of the diagram can be matched in order
          {answer.blockedLine === null ? '.' : `; line ${answer.blockedLine} can not follow.`}
        </p>
        <p class="muted small figures">{grouped(answer.states)} states explored</p>
      </div>
      {trace !== null && (
        <p>
          <a href={linkTo(trace)}>{answer.answer === 'possible' ? 'Open the execution' : 'Open the execution, as far as it goes'}</a>
        </p>
      )}
      <pre class="snippet" tabIndex={0} aria-label="The answer in words">
        {answer.text}
      </pre>
    </>
  )
}
