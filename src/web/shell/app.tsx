import { useEffect } from 'preact/hooks'
import { races } from '../../races/index.js'
import type { Race } from '../../races/race.js'
import type { View } from '../../report/explorer/index.js'
import { HomePage } from '../pages/home.js'
import { RacePage } from '../pages/race.js'
import { Later } from './later.js'
import { linkTo, route } from './route.js'
import { theme, toggleTheme } from './theme.js'

const tracePage = async () => (await import('../pages/trace.js')).TracePage
const diagramPage = async () => (await import('../pages/diagram.js')).DiagramPage
const programPage = async () => (await import('../pages/program.js')).ProgramPage
const ownTracePage = async () => (await import('../pages/own-trace.js')).OwnTracePage

/** The frame of every page: name, ways to the pages, light or dark. */
export function App() {
  const { view, error } = route.value
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={skip}>
        To the content
      </a>
      <header class="bar">
        <a class="brand" href={linkTo({ page: 'races' })} aria-label="Heddle: all races">
          <Mark />
          <span>Heddle</span>
        </a>
        <nav aria-label="Pages">
          <a href={linkTo({ page: 'races' })} aria-current={view.page === 'races' || view.page === 'race' ? 'page' : undefined}>
            Races
          </a>
          <a href={linkTo({ page: 'diagram' })} aria-current={view.page === 'diagram' ? 'page' : undefined}>
            Diagram
          </a>
          <a href={linkTo({ page: 'program' })} aria-current={view.page === 'program' ? 'page' : undefined}>
            Own program
          </a>
        </nav>
        <button class="button" type="button" onClick={toggleTheme}>
          {theme.value === 'dark' ? 'Light' : 'Dark'}
        </button>
      </header>
      {error !== null && (
        <div class="notice bad" role="alert">
          <p>The link could not be read: {error}</p>
        </div>
      )}
      <Page />
    </div>
  )
}

function Page() {
  const { view } = route.value
  const race = races.find(({ name }) => name === view.race)
  const title = titleOf(view.page, race)
  useEffect(() => {
    document.title = `${title} · Heddle`
  }, [title])
  if (view.page === 'race' && race !== undefined) {
    return view.program !== undefined && view.schedule !== undefined ? <Later load={tracePage} view={view} /> : <RacePage race={race} view={view} />
  }
  if (view.page === 'diagram') {
    return view.schedule === undefined ? <Later load={diagramPage} view={view} /> : <Later load={tracePage} view={view} />
  }
  if (view.page === 'program') return view.schedule === undefined ? <Later load={programPage} view={view} /> : <Later load={ownTracePage} view={view} />
  return <HomePage unknown={view.page === 'race' ? (view.race ?? null) : null} />
}

function titleOf(page: View['page'], race: Race | undefined): string {
  switch (page) {
    case 'races':
      return 'Is this race possible?'
    case 'race':
      return race?.title ?? 'Is this race possible?'
    case 'diagram':
      return 'Can this happen?'
    case 'program':
      return 'Own program'
  }
}

/** Three threads of a warp and one that goes across. */
function Mark() {
  return (
    <svg width="18" height="18" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke-width="1.6">
      <path d="M3 1v14M8 1v14M13 1v14" stroke="var(--strong-line)" />
      <path d="M1 11h5V5h9" stroke="var(--lane-1)" stroke-width="2" />
    </svg>
  )
}

function skip(event: Event): void {
  event.preventDefault()
  const content = document.getElementById('content')
  content?.focus()
  content?.scrollIntoView()
}
