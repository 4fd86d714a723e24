import { useEffect, useState } from 'preact/hooks'
import type { Memory } from '../../races/race.js'
import type { View } from '../../report/explorer/index.js'
import { grouped } from '../../report/numbers.js'
import { MEMORY_WORDS } from '../parts/words.js'
import { Editor } from '../program/editor.js'
import { examples, type Example } from '../program/examples.js'
import { Outcome } from '../program/outcome.js'
import { useOwnRun } from '../program/own-run.js'
import { LIMITS, maxStates } from '../race/exploring.js'
import { go, settle } from '../shell/route.js'
import '../styles/race.css'
import '../styles/program.css'

/** How long the text has to be left alone before it is in the page's address. */
const SETTLED_MS = 400

/** A program of the user's own: written here, explored here, and in the page's address. */
export function ProgramPage({ view }: { readonly view: View }) {
  const [all, setAll] = useState<readonly Example[]>([])
  const [text, setText] = useState(view.text ?? '')
  const [beginning, begin] = useState({ text, at: 0 })
  const memory = view.memory ?? 'sc'
  const { run, start, stop } = useOwnRun()
  const startFrom = (example: string): void => {
    setText(example)
    begin(({ at }) => ({ text: example, at: at + 1 }))
  }
  useEffect(() => {
    void examples().then((found) => {
      setAll(found)
      if (text === '') startFrom(found[0]?.text ?? '')
    })
  }, [])
  useEffect(() => {
    if (text === '' || text === view.text) return undefined
    const timer = setTimeout(() => settle(view, { ...view, text }), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [text, view])
  const explore = (): void => start(text, memory, maxStates.value)
  const chosen = all.find((example) => example.text === text)?.name ?? ''
  return (
    <main class="content program" id="content" tabIndex={-1}>
      <h1>A program of your own</h1>
      <p class="about">
        Plain TypeScript. What tasks share are objects of the world: cells, counters, flags, lists, locks, wait queues. Every operation on one is a step, and
        every order of steps is tried.
      </p>
      <div class="desk">
        <section aria-label="The program">
          <div class="run">
            <label class="select">
              <span>Start from</span>
              <select
                class="field"
                value={chosen}
                onChange={(event) => startFrom(all.find(({ name }) => name === event.currentTarget.value)?.text ?? text)}
              >
                {chosen === '' && <option value="">your own</option>}
                {all.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <label class="select">
              <span>Memory</span>
              <select class="field" value={memory} onChange={(event) => go({ ...view, text, memory: event.currentTarget.value as Memory }, 'replace')}>
                {Object.entries(MEMORY_WORDS).map(([value, word]) => (
                  <option key={value} value={value}>
                    {word}
                  </option>
                ))}
              </select>
            </label>
            <label class="select">
              <span>At most</span>
              <select class="field" value={maxStates.value} onChange={(event) => (maxStates.value = Number(event.currentTarget.value))}>
                {LIMITS.map((limit) => (
                  <option key={limit} value={limit}>
                    {grouped(limit)} states
                  </option>
                ))}
              </select>
            </label>
          </div>
          {beginning.text !== '' && <Editor key={beginning.at} initial={beginning.text} onChange={setText} onRun={explore} />}
          <p class="muted small">Ctrl-Enter explores. Ctrl-Space completes. The address of this page holds the program.</p>
        </section>
        <section class="check" aria-label="Exploration">
          <div class="run">
            {run.status === 'running' ? (
              <button class="button" type="button" onClick={stop}>
                Stop
              </button>
            ) : (
              <button class="button primary" type="button" disabled={text === ''} onClick={explore}>
                Explore every interleaving
              </button>
            )}
          </div>
          <Outcome run={run} isCurrent={run.status === 'done' && run.text === text && run.memory === memory} />
        </section>
      </div>
    </main>
  )
}
