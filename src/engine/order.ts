import type { OperationKind, Order } from './operation.js'

/** A kind of access in each strength; `default` is what it is if the program does not say. */
export type Ordered = Readonly<Record<Order | 'default', OperationKind>>

/** The same access in every strength. */
export function inEveryOrder(kind: OperationKind): Ordered {
  const ordered = (order: Order): OperationKind => ({ ...kind, order })
  return {
    default: kind,
    relaxed: ordered('relaxed'),
    acquire: ordered('acquire'),
    release: ordered('release'),
    full: ordered('full'),
  }
}
