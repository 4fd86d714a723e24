import { useMemo } from 'preact/hooks'
import type { View } from '../../report/explorer/index.js'
import type { Source } from '../engine/requests.js'
import { Heading } from '../parts/heading.js'
import { compile } from '../program/compile.js'
import { linkTo } from '../shell/route.js'
import { SharePanel } from '../trace/share-panel.js'
import { TraceView } from '../trace/trace-view.js'
import { usePosition } from '../trace/use-position.js'
import { useTrace } from '../trace/use-trace.js'

/** A schedule of a program of the user's own. */
export function OwnTracePage({ view }: { readonly view: View }) {
  const { text = '', memory = 'sc', schedule = 'h1:' } = view
  const compiled = useMemo(() => compile(text), [text])
  const source = useMemo((): Source => ({ from: 'own', code: compiled.code ?? '', memory }), [compiled, memory])
  const { model, error } = useTrace(source, schedule)
  const position = usePosition(view, model)
  const editor = linkTo({ page: 'program', text, ...(memory === 'weak' && { memory }) })
  const complaint = compiled.error ?? error
  if (complaint !== null) {
    return (
      <main class="content" id="content" tabIndex={-1}>
        <h1>This trace can not be shown</h1>
        <p class="notice bad" role="alert">
          {complaint.message}
        </p>
        <p>
          <a href={editor}>The program</a>
        </p>
      </main>
    )
  }
  if (model === null) return <main class="content wide trace" id="content" tabIndex={-1} aria-busy="true" />
  const { trace } = model.situation.recording
  const weak = memory === 'weak' ? ' --memory weak' : ''
  return (
    <TraceView
      source={source}
      model={model}
      cursor={position.cursor}
      show={view.show ?? []}
      onCursor={position.setCursor}
      onShow={position.setShow}
      onMove={position.move}
      head={
        <>
          <p class="muted">
            <a href={editor}>Your program</a> / <span class="mono">{trace.program}</span>
            {memory === 'weak' ? ', weak memory' : ''}
          </p>
          <Heading model={model} />
        </>
      }
      more={[
        {
          name: 'share',
          title: 'Share',
          content: () => (
            <SharePanel
              model={model}
              cursor={position.cursor}
              subject={`${trace.program}, a program of one's own`}
              command={`heddle replay --race program.ts${weak} --schedule ${trace.schedule}`}
              name={trace.program.replace(/\W+/g, '-')}
              json={null}
            />
          ),
        },
      ]}
    />
  )
}
