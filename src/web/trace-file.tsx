/** Entry of a file that shows one trace by itself: what is in it was recorded; there is no engine. */
import { render } from 'preact'
import { useState } from 'preact/hooks'
import { Heading } from './parts/heading.js'
import { theme, toggleTheme } from './shell/theme.js'
import type { TraceFile } from '../report/explorer/index.js'
import { traceModel, type TraceModel } from './trace/model.js'
import { TraceView } from './trace/trace-view.js'
import './styles/base.css'
import './styles/shell.css'

function SingleTrace({ file, model }: { readonly file: TraceFile; readonly model: TraceModel }) {
  const [cursor, setCursor] = useState(file.cursor)
  const [show, setShow] = useState<readonly string[]>([])
  return (
    <div class="shell">
      <TraceView
        source={null}
        model={model}
        cursor={cursor}
        show={show}
        onCursor={setCursor}
        onShow={setShow}
        onMove={() => undefined}
        head={
          <>
            <p class="muted">
              {file.subject}{' '}
              <button class="link" type="button" onClick={toggleTheme}>
                {theme.value === 'dark' ? 'light' : 'dark'}
              </button>
            </p>
            <Heading model={model} />
            <p class="muted mono summary">{file.command}</p>
          </>
        }
        more={[]}
      />
    </div>
  )
}

const root = document.getElementById('app')
const data = document.getElementById('trace')?.textContent
if (root !== null && data !== undefined) {
  const file = JSON.parse(data) as TraceFile
  render(<SingleTrace file={file} model={traceModel(file.situation)} />, root)
}
