import { codeOfBoolean, type Machine } from './machine.js'
import { leftOut } from './left-out.js'
import type { Operation, OperationKind, Wait } from './operation.js'
import type { Claim as RecordedClaim, Content } from './recording.js'
import type { Scope } from './scope.js'
import { Tracked } from './tracked.js'
import { FALSE, TRUE, UNDEFINED, codeOfInt } from './value.js'

/** One holder or waiter: the task, and whether it writes. */
interface Claim {
  readonly task: number
  readonly writes: boolean
}

const codeOf = (claim: Claim): number => codeOfInt(((claim.task + 1) << 1) | (claim.writes ? 1 : 0))
const claimOf = (code: number): Claim => ({ task: (code >> 2) - 1, writes: ((code >> 1) & 1) === 1 })

function read(machine: Machine, slot: number): Claim[] {
  return machine.values.elementsOf(machine.state.get(slot)).map(claimOf)
}

function write(machine: Machine, slot: number, claims: readonly Claim[]): void {
  machine.state.set(slot, machine.values.tuple(claims.map(codeOf)))
}

/** Whether who comes while the lock is free may take it before the writer that was woken for it. */
const isStolen = (op: Operation): boolean => op.object instanceof Rwsem && op.object.stolen
const holdersOf = (machine: Machine, op: Operation): Claim[] => read(machine, op.object.slot)
const queueOf = (machine: Machine, op: Operation): Claim[] => read(machine, op.object.slot + 1)
const compatible = (holders: readonly Claim[], writes: boolean): boolean =>
  writes ? holders.length === 0 : holders.every((holder) => !holder.writes)

/** Holders are kept in the order of their tasks, so that the order in which readers came does not distinguish states. */
function hold(machine: Machine, op: Operation, holders: readonly Claim[]): void {
  write(
    machine,
    op.object.slot,
    [...holders].sort((x, y) => x.task - y.task),
  )
}

/** A writer that was woken because the lock is free, and has to take it yet. */
function isWoken(machine: Machine, op: Operation, task: number): boolean {
  return isStolen(op) && queueOf(machine, op)[0]?.task === task && holdersOf(machine, op).length === 0
}

const WRITES = 1

const attempt = (name: string): OperationKind => ({
  name,
  locks: 'takes',
  passes: 'acquires',
  execute(machine, op, task) {
    machine.noteIfAtomic(name, task)
    const holders = holdersOf(machine, op)
    const queue = queueOf(machine, op)
    const writes = op.a === WRITES
    const granted = queue.length === 0 ? compatible(holders, writes) : isStolen(op) && holders.length === 0
    if (granted) hold(machine, op, [...holders, { task, writes }])
    else write(machine, op.object.slot + 1, [...queue, { task, writes }])
    return codeOfBoolean(granted)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
  result: (_machine, _op, code) => (code === TRUE ? '' : 'queued'),
})

const waitFor = (name: string): OperationKind => ({
  name: `${name}: granted`,
  locks: 'tries',
  blocksOnHolder: true,
  passes: 'acquires',
  enabled: (machine, op, task) => queueOf(machine, op).every((waiter) => waiter.task !== task) || isWoken(machine, op, task),
  execute(machine, op, task) {
    if (!isWoken(machine, op, task)) return UNDEFINED
    const [first, ...others] = queueOf(machine, op)
    hold(machine, op, [first as Claim])
    write(machine, op.object.slot + 1, others)
    return UNDEFINED
  },
  accesses: (_machine, op) => (isStolen(op) ? op.object.writeAccess() : op.object.readAccess()),
  waitsFor(machine, op, task): Wait {
    const queue = queueOf(machine, op)
    const ahead = queue.slice(
      0,
      queue.findIndex((waiter) => waiter.task === task),
    )
    const holders = holdersOf(machine, op)
    const say = (claims: readonly Claim[]): string =>
      claims.map((claim) => `${machine.taskName(claim.task)} (${claim.writes ? 'write' : 'read'})`).join(', ')
    const behind = ahead.length === 0 ? '' : `, behind ${say(ahead)}`
    return {
      text: `${op.object.name} held by ${say(holders)}${behind}`,
      holders: [...holders, ...ahead].map((claim) => claim.task),
      lost: false,
    }
  },
})

const tryDown = (name: string): OperationKind => ({
  name,
  locks: 'tries',
  passes: 'acquires',
  execute(machine, op, task) {
    const holders = holdersOf(machine, op)
    const writes = op.a === WRITES
    const granted = queueOf(machine, op).length === 0 && compatible(holders, writes)
    if (granted) hold(machine, op, [...holders, { task, writes }])
    return codeOfBoolean(granted)
  },
  accesses: (_machine, op) => op.object.writeAccess(),
})

const up = (name: string): OperationKind => ({
  name,
  locks: 'releases',
  passes: 'releases',
  execute(machine, op, task) {
    const writes = op.a === WRITES
    let holders = holdersOf(machine, op)
    const at = holders.findIndex((holder) => holder.task === task && holder.writes === writes)
    if (at < 0) machine.note('assertion', `${op.object.name} is released by a task that does not hold it`, task)
    holders = holders.filter((_holder, i) => i !== at)
    const queue = queueOf(machine, op)
    // A writer at the head is only woken where the lock can be stolen.
    const granted = ({ writes: waits }: Claim): boolean => compatible(holders, waits) && !(waits && isStolen(op))
    while (queue[0] !== undefined && granted(queue[0])) holders.push(queue.shift() as Claim)
    hold(machine, op, holders)
    write(machine, op.object.slot + 1, queue)
    return UNDEFINED
  },
  accesses: (_machine, op) => op.object.writeAccess(),
})

const downRead = attempt('down_read')
const downWrite = attempt('down_write')
const waitRead = waitFor('down_read')
const waitWrite = waitFor('down_write')
const tryDownRead = tryDown('down_read_trylock')
const tryDownWrite = tryDown('down_write_trylock')
const upRead = up('up_read')
const upWrite = up('up_write')

const LEFT_OUT = leftOut([downRead, downWrite, tryDownRead, tryDownWrite, upRead, upWrite])

/**
 * A readers-writer lock whose waiters sleep and are served in order: a queued writer makes new readers wait. If it can be stolen, a
 * writer is only woken when the lock is free, and whoever comes before it has taken it is faster.
 */
export class Rwsem extends Tracked {
  override readonly recordedAs = 'rwsem'
  private readonly isLeftOut: boolean

  constructor(
    scope: Scope,
    name: string,
    readonly stolen = false,
  ) {
    super(scope.machine, scope.name(name), scope.slot(scope.machine.values.tuple([])), scope.guard)
    scope.slot(scope.machine.values.tuple([]))
    this.isLeftOut = scope.leavesOut(name)
  }

  downRead(): void {
    if (this.act(downRead) === FALSE) this.perform(waitRead)
  }

  downWrite(): void {
    if (this.act(downWrite, WRITES) === FALSE) this.perform(waitWrite, WRITES)
  }

  /** Takes the lock for reading if that needs no waiting; whether it did. */
  tryDownRead(): boolean {
    return this.act(tryDownRead) === TRUE
  }

  /** Takes the lock for writing if that needs no waiting; whether it did. */
  tryDownWrite(): boolean {
    return this.act(tryDownWrite, WRITES) === TRUE
  }

  upRead(): void {
    this.act(upRead)
  }

  upWrite(): void {
    this.act(upWrite, WRITES)
  }

  private act(kind: OperationKind, flags = 0): number {
    return this.perform(this.isLeftOut ? (LEFT_OUT.get(kind) as OperationKind) : kind, flags)
  }

  override holder(): number {
    const writer = read(this.machine, this.slot).find((claim) => claim.writes)
    return writer?.task ?? -1
  }

  override content(read: (slot: number) => number): Content {
    const claims = (slot: number): RecordedClaim[] =>
      this.machine.values
        .elementsOf(read(slot))
        .map(claimOf)
        .map(({ task, writes }) => ({ task, mode: writes ? 'exclusive' : 'shared' }))
    return { kind: 'lock', holders: claims(this.slot), queue: claims(this.slot + 1) }
  }

  override parts(slot: number, code: number): readonly (readonly [string, string])[] {
    const claims = this.machine.values.elementsOf(code).map(claimOf)
    const text = claims
      .map((claim) => `${this.machine.taskName(claim.task)} (${claim.writes ? 'write' : 'read'})`)
      .join(', ')
    return slot === this.slot ? [[this.name, text || 'free']] : [[`${this.name} queue`, text || 'empty']]
  }
}
