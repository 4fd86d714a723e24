import { useMemo } from 'preact/hooks'
import { races } from '../../races/index.js'
import type { Race } from '../../races/race.js'
import { raceSubject } from '../../report/check-result.js'
import { traceJson, type View } from '../../report/explorer/index.js'
import { replayCommand } from '../../report/replay-command.js'
import { marksIn } from '../diagram/marks.js'
import type { Source } from '../engine/requests.js'
import { Heading } from '../parts/heading.js'
import { configurationIn, configurationText, configurationView } from '../parts/words.js'
import { linkTo } from '../shell/route.js'
import { SharePanel } from '../trace/share-panel.js'
import { TraceView } from '../trace/trace-view.js'
import { usePosition } from '../trace/use-position.js'
import { useTrace } from '../trace/use-trace.js'
import { WhatIfPanel } from '../trace/what-if-panel.js'

/** A schedule of a program of the catalogue. */
export function TracePage({ view }: { readonly view: View }) {
  const race = races.find(({ name }) => name === view.race)
  return race === undefined ? null : <RaceTrace race={race} view={view} />
}

function RaceTrace({ race, view }: { readonly race: Race; readonly view: View }) {
  const { program = '', schedule = 'h1:' } = view
  const configuration = useMemo(() => configurationIn(race, view), [race, view])
  const source = useMemo((): Source => ({ from: 'catalogue', race: race.name, program, configuration }), [race, program, configuration])
  const { model, error } = useTrace(source, schedule)
  const position = usePosition(view, model)
  const marks = useMemo(() => marksIn(view.show ?? []), [view.show])
  const selected = configurationView(race, configuration)
  const raceLink = linkTo({ page: 'race', race: race.name, ...selected })
  const diagramLink = linkTo({ page: 'diagram', race: race.name, ...(view.text !== undefined && { text: view.text }), ...selected })
  if (error !== null) {
    return (
      <main class="content" id="content" tabIndex={-1}>
        <h1>This trace can not be shown</h1>
        <p class="notice bad" role="alert">
          {error.message}. {error.hint}
        </p>
        <p>
          <a href={raceLink}>The race</a>
        </p>
      </main>
    )
  }
  if (model === null) return <main class="content wide trace" id="content" tabIndex={-1} aria-busy="true" />
  const summary = race.programs.find(({ name }) => name === program)?.summary ?? ''
  const command = replayCommand(raceSubject(race, configuration), program, model.situation.recording.trace.schedule)
  return (
    <TraceView
      source={source}
      model={model}
      cursor={position.cursor}
      show={view.show ?? []}
      marks={marks}
      onCursor={position.setCursor}
      onShow={position.setShow}
      onMove={position.move}
      head={
        <>
          <p class="muted">
            {view.page === 'diagram' && (
              <>
                <a href={diagramLink}>Diagram</a> /{' '}
              </>
            )}
            <a href={raceLink}>{race.name}</a> / <span class="mono">{program}</span>, {configurationText(configuration)}
          </p>
          <Heading model={model} />
          <p class="muted summary">{summary}</p>
        </>
      }
      more={[
        {
          name: 'what-if',
          title: 'What if',
          content: () => (
            <WhatIfPanel race={race} program={program} configuration={configuration} model={model} onCursor={position.setCursor} />
          ),
        },
        {
          name: 'share',
          title: 'Share',
          content: () => (
            <SharePanel
              model={model}
              cursor={position.cursor}
              subject={`${race.name}/${program}, ${configurationText(configuration)}`}
              command={command}
              name={`${race.name}-${program}`}
              json={() => traceJson(model.situation.recording.trace, race.name, configuration)}
            />
          ),
        },
      ]}
    />
  )
}
