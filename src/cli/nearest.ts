import { distance } from 'fastest-levenshtein'

const SUGGESTIONS_MAX = 3

/** The names closest to `wanted`, best first; empty if none is close. */
export function nearest(wanted: string, names: readonly string[]): readonly string[] {
  const lower = wanted.toLowerCase()
  return names
    .map((name) => ({ name, far: farness(lower, name.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, wanted.length / 3))
    .sort((x, y) => x.far - y.far || (x.name < y.name ? -1 : 1))
    .slice(0, SUGGESTIONS_MAX)
    .map(({ name }) => name)
}

/** A name that begins with, ends with or contains what was typed is close, however long the rest of it. */
function farness(wanted: string, name: string): number {
  return wanted.length >= 3 && name.includes(wanted) ? 1 : distance(wanted, name)
}

/** A hint for a name that is not known: the nearest ones, else all there are. */
export function nearestHint(wanted: string, names: readonly string[], see: string): string {
  const close = nearest(wanted, names)
  if (close.length > 0) return `did you mean ${orList(close)}? ${see}`
  return names.length === 0 ? see : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}. ${see}`
}

function orList(names: readonly string[]): string {
  return names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`
}
