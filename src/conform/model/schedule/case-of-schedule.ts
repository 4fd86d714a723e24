/** From a schedule of a race to a case: as much of it as holds, system calls and the order of both can force. */
import type { Trace } from '../../../engine/index.js'
import { heldText, TASKS, type Case, type CaseEvent, type HeldIo, type TaskName } from '../../case.js'
import { momentsOf, type DeviceIo, type Moment, type TopCall } from './moments.js'
import { operationOfCall } from './operation-of-call.js'
import type { ScheduleStage } from './stages.js'

/** A switch from one task to another, and whether something outside the kernel can bring it about. */
export interface Switch {
  readonly from: string
  readonly to: string
  /** The function of the kernel in which the first task stops; null if it waits, has finished, or is between two calls. */
  readonly within: string | null
  readonly forced: boolean
}

export interface ScheduledCase {
  readonly which: Case
  /** Which task of the program each task of the case is. */
  readonly players: Readonly<Partial<Record<TaskName, string>>>
  readonly switches: readonly Switch[]
  /** Calls that were left out, and why. */
  readonly leftOut: readonly string[]
}

/** Functions of the model in which a task stands for its device: stopping there is holding the request. */
const DEVICE: Readonly<Record<string, 'read' | 'write'>> = {
  direct_IO_write: 'write',
  direct_IO_read: 'read',
  mpage_bio: 'read',
  writeback_bio: 'write',
}

interface Hold {
  readonly io: HeldIo
  /** The task that asked for it, and may wait for it; null: nobody does. */
  readonly owner: string | null
  /** The device has been at it in the schedule. What comes of that shows when the owner goes on, so it is released only then. */
  due: boolean
}

/** Values that nothing else in a case has, from this one up. */
const FIRST_VALUE = 40

export function caseOfSchedule(name: string, trace: Trace, stage: ScheduleStage): ScheduledCase {
  return new Translation(name, stage).of(momentsOf(trace))
}

class Translation {
  private readonly events: CaseEvent[]
  private readonly players = new Map<string, TaskName>()
  private readonly switches: Switch[] = []
  private readonly leftOut: string[] = []
  /** I/O that is asked to be held and was not released yet. */
  private held: Hold[] = []
  private value = FIRST_VALUE

  constructor(
    private readonly name: string,
    private readonly stage: ScheduleStage,
  ) {
    this.events = stage.before.map((call) => ({ event: 'run', call }))
    if (stage.underWay === null) return
    this.hold({ io: stage.underWay.io, owner: null, due: false })
    this.events.push({ event: 'run', call: stage.underWay.call })
  }

  of(moments: readonly Moment[]): ScheduledCase {
    moments.forEach((moment, i) => {
      if (moment.at === 'call') this.called(moment.call, moments.slice(i + 1))
      else if (moment.at === 'io') this.transferred(moment.io)
      else if (moment.at === 'switch') this.switched(moment)
    })
    for (const { io, due } of this.held) if (due) this.release(io)
    const { name, events, switches, leftOut } = this
    const players = Object.fromEntries([...this.players].map(([program, player]) => [player, program]))
    return { which: { name, events }, players, switches, leftOut }
  }

  private called(call: TopCall, later: readonly Moment[]): void {
    this.goesOn(call.task)
    if (call.fn === 'io_getevents') return
    const translated = operationOfCall(call, this.stage, this.value++)
    if ('nothing' in translated) {
      this.leftOut.push(`${call.task}: ${call.fn}: ${translated.nothing}`)
      return
    }
    const player = this.players.get(call.task) ?? TASKS[this.players.size]
    if (player === undefined) {
      this.leftOut.push(`${call.task}: ${call.fn}: a case has ${TASKS.length} tasks`)
      return
    }
    if ('fork' in translated) {
      const child = TASKS.at(-1) as TaskName
      this.players.set(`child of ${call.task}`, child)
      this.events.push({ event: 'fork', task: child })
      return
    }
    this.players.set(call.task, player)
    for (const hold of this.requestsOf(call, later)) this.hold(hold)
    this.events.push({ event: 'start', task: player, call: translated.call })
  }

  /** Requests that the call leads to: they are held from before it on. */
  private requestsOf(call: TopCall, later: readonly Moment[]): readonly Hold[] {
    const found: Hold[] = []
    const end = later.findIndex((moment) => moment.at === 'call' && moment.call.task === call.task)
    const during = end < 0 ? later : later.slice(0, end)
    for (const moment of during) {
      if (moment.at === 'submit' && moment.task === call.task) {
        const io = this.ioOf(moment.io)
        if (io !== null && !found.some((one) => heldText(one.io) === heldText(io)) && !this.isHeld(io)) found.push({ io, owner: call.task, due: false })
      } else if (moment.at === 'switch' && moment.from === call.task && moment.within !== null && moment.within in DEVICE) {
        const of = this.stage.files[(call.args[0] ?? '').replace(/\.i_mapping$/, '')] ?? this.mapped(call.args[0] ?? '')
        if (of !== null) found.push({ io: { of, page: 0, direction: DEVICE[moment.within] ?? 'read' }, owner: call.task, due: true })
      }
    }
    return found
  }

  private mapped(area: string): 'main' | 'other' | null {
    const map = this.stage.areas[area]
    return map === undefined || map === 'anon' ? null : map === 'other' ? 'other' : 'main'
  }

  private transferred(done: DeviceIo): void {
    const io = this.ioOf(done)
    const hold = io === null ? undefined : this.held.find((one) => heldText(one.io) === heldText(io))
    if (hold === undefined) return
    if (hold.owner === null) this.release(hold.io)
    else hold.due = true
  }

  private goesOn(task: string): void {
    for (const { io, owner, due } of this.held) if (due && owner === task) this.release(io)
  }

  private switched({ from, to, within }: Extract<Moment, { at: 'switch' }>): void {
    this.goesOn(to)
    const atDevice = within !== null && within in DEVICE
    this.switches.push({ from, to, within, forced: within === null || atDevice })
  }

  private ioOf({ file, page, direction }: DeviceIo): HeldIo | null {
    const of = this.stage.files[file]
    return of === undefined ? null : { of, page, direction }
  }

  private hold(hold: Hold): void {
    this.held.push(hold)
    this.events.push({ event: 'hold', io: hold.io })
  }

  private isHeld(io: HeldIo): boolean {
    return this.held.some((one) => heldText(one.io) === heldText(io))
  }

  private release(io: HeldIo): void {
    if (!this.isHeld(io)) return
    this.held = this.held.filter((one) => heldText(one.io) !== heldText(io))
    this.events.push({ event: 'release', io })
  }
}
