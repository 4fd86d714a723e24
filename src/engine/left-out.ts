/** Locks that are left out, to find out what they are needed for: their users go through the motions, and nobody is kept out. */
import type { OperationKind } from './operation.js'
import { TRUE, UNDEFINED } from './value.js'

/** For each kind of operation of a lock, a step of the same name that succeeds at once and changes nothing. */
export function leftOut(kinds: readonly OperationKind[]): ReadonlyMap<OperationKind, OperationKind> {
  return new Map(kinds.map((kind) => [kind, withoutEffect(kind)]))
}

function withoutEffect({ name, locks }: OperationKind): OperationKind {
  return {
    name,
    execute: () => (locks === 'releases' ? UNDEFINED : TRUE),
    accesses: () => [],
    ...(locks !== 'tries' && { result: () => '' }),
  }
}
