import type { Machine } from '../machine.js'
import type { OperationKind } from '../operation.js'
import { Tracked } from '../tracked.js'
import { UNDEFINED } from '../value.js'

export type FenceKind = 'full' | 'read' | 'write'

const fence = (kind: FenceKind): OperationKind => ({
  name: `${kind} fence`,
  // Only a full fence meets other tasks; of the others nobody can tell when they happen.
  ...(kind !== 'full' && { invisible: 'eager' as const }),
  execute(machine, _op, task) {
    machine.weak?.fence(kind, task)
    return UNDEFINED
  },
  accesses: () => [],
})

const FENCES = { full: fence('full'), read: fence('read'), write: fence('write') }

/** Fences of tasks: operations that access nothing. */
export class Fences extends Tracked {
  constructor(machine: Machine) {
    super(machine, '', -4, undefined)
  }

  fence(kind: FenceKind): void {
    this.perform(FENCES[kind])
  }
}
