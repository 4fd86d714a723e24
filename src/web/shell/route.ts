/** Where the user is: the page's fragment, as a signal. */
import { signal } from '@preact/signals'
import { decodeLink, encodeLink, type View } from '../../report/explorer/index.js'

const HOME: View = { page: 'races' }

function read(): { readonly view: View; readonly error: string | null } {
  const fragment = location.hash.slice(1)
  if (fragment === '') return { view: HOME, error: null }
  try {
    return { view: decodeLink(fragment), error: null }
  } catch (error) {
    return { view: HOME, error: error instanceof Error ? error.message : String(error) }
  }
}

/** What is looked at, and what is wrong with the link that was opened, if anything is. */
export const route = signal(read())

window.addEventListener('hashchange', () => {
  route.value = read()
})

/** The link to a view, for `href`. */
export function linkTo(view: View): string {
  return `#${encodeLink(view)}`
}

/** Goes to another view: with an entry in the history of its own, or in place of the present one. */
export function go(view: View, how: 'push' | 'replace' = 'push'): void {
  const target = linkTo(view)
  if (target === location.hash) return
  if (how === 'push') history.pushState(null, '', target)
  else history.replaceState(null, '', target)
  route.value = { view, error: null }
}
