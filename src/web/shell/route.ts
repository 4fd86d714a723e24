/** Where the user is: the page's fragment, as a signal. */
import { signal } from '@preact/signals'
import { decodeLink, encodeLink, type View } from '../../report/explorer/index.js'

const HOME: View = { page: 'races' }

/** The fragment that `route` is of. */
let shown = ''

function read(): { readonly view: View; readonly error: string | null } {
  shown = location.hash
  const fragment = shown.slice(1)
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
  // Somebody has just gone elsewhere: the page is about to hear of it, and has nothing to replace there.
  if (target === location.hash || (how === 'replace' && location.hash !== shown)) return
  if (how === 'push') history.pushState(null, '', target)
  else history.replaceState(null, '', target)
  shown = location.hash
  route.value = { view, error: null }
}

/** Goes on from `from` a moment later, in its place; unless somebody has gone elsewhere meanwhile. */
export function settle(from: View, view: View): void {
  if (route.peek().view === from) go(view, 'replace')
}
