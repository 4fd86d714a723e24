import { races } from '../../races/index.js'
import type { Race } from '../../races/race.js'
import { counted } from '../../report/numbers.js'
import { linkTo } from '../shell/route.js'
import '../styles/home.css'

/** The races, in a sentence each. @param unknown a race that was asked for and is not there */
export function HomePage({ unknown }: { readonly unknown: string | null }) {
  return (
    <main class="content home" id="content" tabIndex={-1}>
      {unknown !== null && (
        <p class="notice bad" role="alert">
          There is no race named {unknown}. These are all.
        </p>
      )}
      <h1>Is this race possible?</h1>
      <p class="lead">
        Heddle is an executable model of the Linux page cache, and an engine that runs it under every interleaving. Pick a race that was argued about on the
        mailing lists: see the shortest way there, step through it, let another task go first, apply the fix that was proposed, and find out whether it
        holds.
      </p>
      <ol class="races">
        {races.map((race) => (
          <RaceItem key={race.name} race={race} />
        ))}
      </ol>
      <p class="muted">Everything is computed in this browser. Nothing is sent anywhere.</p>
    </main>
  )
}

function RaceItem({ race }: { readonly race: Race }) {
  const year = /\d{4}/.exec(race.thread.file)?.[0]
  return (
    <li>
      <h2>
        <a href={linkTo({ page: 'race', race: race.name })}>{race.title}</a>
      </h2>
      <p class="facts">
        <span class="mono">{race.name}</span>
        <span>{race.kernels.join(', ')}</span>
        <span>{race.fileSystems.join(', ')}</span>
        <span>thread of {year}</span>
        <span>{counted(race.programs.length, 'program')}</span>
        <span>{counted(race.fixes.length, 'fix', 'fixes')}</span>
      </p>
    </li>
  )
}
