/** One pattern of several, for tables of words that would not fit a line. */
export function anyOf(alternatives: readonly string[], flags = 'i'): RegExp {
  return new RegExp(alternatives.map((alternative) => `(?:${alternative})`).join('|'), flags)
}
