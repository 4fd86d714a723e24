import type { Machine } from './machine.js'
import { ALL, type Access, type Condition, type Operation, type OperationKind } from './operation.js'
import { Tracked } from './tracked.js'
import { UNDEFINED } from './value.js'

/** Evaluates a condition on the present state and keeps track of what it depends on. */
function isMet(machine: Machine, op: Operation): boolean {
  const known = op.reads.size
  const met = machine.runner.evaluate(() => (op.closure as Condition).met(), op.reads)
  if (op.reads.size !== known) {
    op.accessesChanged()
    machine.learned++
  }
  return met
}

const until: OperationKind = {
  name: 'wait until',
  enabled: isMet,
  execute(machine, _op, task) {
    machine.noteIfAtomic('a conditional wait', task)
    return UNDEFINED
  },
  accesses(_machine, op): readonly Access[] {
    return [...op.reads].map((object) => ({ location: object.slot, reads: ALL, writes: 0, commutes: 0 }))
  },
  detail: (machine, op) => machine.format(op.a),
  waitsFor(machine, op) {
    const condition = op.closure as Condition
    return {
      text: machine.format(op.a),
      holders: [],
      lost: machine.runner.evaluate(() => condition.lost?.(), new Set()),
    }
  },
}

/** The place where tasks wait for a condition over tracked objects. It has no state of its own. */
export class Conditions extends Tracked {
  constructor(machine: Machine) {
    super(machine, '', -1, undefined)
  }

  /** One step, possible when the condition is met; `what` says what is waited for. */
  until(condition: Condition, what: string): void {
    this.performWith(until, condition, this.machine.values.encode(what))
  }
}
