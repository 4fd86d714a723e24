import { useMemo } from 'preact/hooks'
import type { Configuration, Race } from '../../races/race.js'
import type { View } from '../../report/explorer/index.js'
import { CheckPanel } from '../race/check-panel.js'
import { Choices } from '../race/choices.js'
import { MatrixPanel } from '../race/matrix-panel.js'
import { configurationIn, configurationView } from '../parts/words.js'
import { go } from '../shell/route.js'
import '../styles/race.css'

/** What a race is about, whether it is there in a configuration of the user's choice, and what every fix does about it. */
export function RacePage({ race, view }: { readonly race: Race; readonly view: View }) {
  const configuration = useMemo(() => configurationIn(race, view), [race, view])
  const choose = (chosen: Configuration): void => {
    go({ page: 'race', race: race.name, ...configurationView(race, chosen) }, 'replace')
  }
  return (
    <main class="content race" id="content" tabIndex={-1}>
      <h1>{race.title}</h1>
      <p class="facts">
        <span class="mono">{race.name}</span>
        <span>thread: {race.thread.subject}</span>
      </p>
      <p class="about">{race.summary}</p>
      <div class="bench">
        <Choices race={race} configuration={configuration} onChoose={choose} />
        <CheckPanel race={race} configuration={configuration} />
      </div>
      <MatrixPanel race={race} configuration={configuration} onChoose={choose} />
    </main>
  )
}
