import type { Result } from '../../engine/result.js'

/**
 * For `--check-collisions`: two searches that differ only in their fingerprints must find the same, or states were taken
 * for one another. Nothing can be said of searches that a bound cut short.
 * @throws Error with both findings
 */
export function assertSame(first: Result, second: Result): void {
  if (first.bound !== null || second.bound !== null) return
  const countsCompare = first.method === second.method
  const [one, other] = [findings(first, countsCompare), findings(second, countsCompare)]
  if (one === other) return
  throw new Error(`states of ${first.program} were taken for one another: ${one} with one seed, ${other} with another`)
}

function findings({ verdict, states, failures }: Result, withStates: boolean): string {
  const found = failures.map(({ kind, where, message }) => `${kind} in ${where}: ${message}`).sort()
  return [verdict, ...(withStates ? [`${states} states`] : []), ...found].join('; ')
}
