import { Status } from '../local-state.js'
import type { Machine } from '../machine.js'
import { Operation, type Access, type OperationKind, type Order } from '../operation.js'
import type { Tracked } from '../tracked.js'
import { FALSE } from '../value.js'
import { Fences, type FenceKind } from './fences.js'
import { Histories, type Message } from './histories.js'
import { TaskViewsTable, type TaskViews } from './task-views.js'
import { BELOW, Views } from './views.js'

/**
 * One way an access can go: the message that it reads, or behind which it stores (`BELOW`: before all that are left);
 * whether it stores anything.
 */
interface Option {
  readonly at: number
  readonly stores: boolean
}

/**
 * Shared memory in which an access may come late: what the Linux kernel's memory model allows, without load buffering.
 *
 * Each location has a history of messages in modification order, oldest first; each task has views, which say what it may
 * still read and where it may still store. A load reads any message that is not older than the task's view; a store goes
 * anywhere behind it. A message carries what its writer's release operations promise to whoever reads it; acquire
 * operations and fences take it up. A full fence exchanges views with all other full fences. Messages that no task can
 * read any more are forgotten, and positions counted anew, so that states in which memory is up to date are one state.
 *
 * The slot of a location holds its last message's value: that is what conditions and final checks see.
 */
export class WeakMemory {
  readonly fences: Fences
  private readonly views = new Views()
  private readonly histories: Histories
  private readonly taskViews = new TaskViewsTable(this.views)
  /** Slots of locations. */
  private readonly locations: number[] = []
  /** By slot of an object: the slot of its history, or of the view that its last holder has left in a lock. */
  private readonly companions: number[] = []
  /** Slots of views that are not of tasks: of locks, and of the fences. */
  private readonly viewSlots: number[] = []
  private readonly taskSlots: number[] = []
  /** Slot of what full fences have exchanged. */
  private fenceSlot = -1
  private readonly marker = {}
  private sealed = false
  private readonly kindNumbers = new Map<OperationKind, number>()
  private readonly choices = new Map<string, OperationKind>()
  private readonly pointees = new Map<number, readonly number[]>()

  constructor(private readonly machine: Machine) {
    this.fences = new Fences(machine)
    this.histories = new Histories(machine.values, this.views)
    machine.values.register(this.marker, 'several messages')
  }

  /** To be called when set-up is over. */
  seal(): void {
    const { machine } = this
    this.sealed = true
    const size = machine.slots
    this.fenceSlot = machine.state.addContent()
    this.viewSlots.push(this.fenceSlot)
    for (const _task of machine.tasks) this.taskSlots.push(machine.state.addContent())
    for (let slot = 0; slot < size; slot++) {
      const object = machine.objectAt(slot)
      if (object?.slot !== slot) continue
      this.companions[slot] = machine.state.addContent()
      if (object.isLocation) this.locations.push(slot)
      else this.viewSlots.push(this.companions[slot] as number)
    }
  }

  /** Performs the operation of a task; the code of `several` if it can go in more than one way. */
  execute(op: Operation, task: number): number {
    const { machine } = this
    const { kind } = op
    if (kind.memory === undefined) {
      const code = kind.execute(machine, op, task)
      this.synchronize(op, task, code)
      return code
    }
    const options = this.optionsOf(op, task)
    const [only] = options
    if (only === undefined || options.length > 1) return this.several(options.length)
    return this.take(op, task, only)
  }

  /** Performs an access to what is there now, without ordering anything: part of an atomic function. */
  executeAtLatest(op: Operation, task: number): number {
    const { kind } = op
    if (kind.memory === undefined || !this.sealed) return kind.execute(this.machine, op, task)
    const at = this.messagesAt(op.object.slot).length - 1
    const stores = kind.memory !== 'load' && (kind.storesIf === undefined || this.wouldStore(op, at))
    const relaxed = new Operation({ ...kind, order: 'relaxed' }, op.object, op.a, op.b, op.closure)
    return this.take(relaxed, task, { at, stores })
  }

  /** An access of the running task: a step, and if it can go in several ways, a choice. */
  perform(kind: OperationKind, object: Tracked, a: number, b: number): number {
    const { runner } = this.machine
    return runner.remember(() => {
      const code = runner.perform(kind, object, a, b, undefined)
      const ways = this.severalOf(code)
      const result = ways === 0 ? code : runner.perform(this.choosing(kind, a, b), object, ways, 0, undefined)
      // The fence after a fully ordered operation is a step of its own: others may get in between.
      if (orderOf(kind) === 'full' && (kind.storesIf ?? result) === result)
        this.fences.fence('full')
      return result
    })
  }

  /** A fence of `task`. */
  fence(kind: FenceKind, task: number): void {
    if (!this.sealed) return
    const { views } = this
    const mine = this.viewsOf(task)
    if (kind === 'read') this.setViews(task, { ...mine, read: views.join(mine.read, mine.loaded), loaded: 0 })
    else if (kind === 'write')
      this.setViews(task, {
        ...mine,
        write: views.join(mine.write, mine.own),
        release: views.join(mine.release, mine.own),
        own: 0,
      })
    else this.fullFence(task)
  }

  /** `task` is started by `starter` and knows what that knows. */
  begin(task: number, starter: number): void {
    const { seen } = this.viewsOf(starter)
    this.setViews(task, { read: seen, write: seen, seen, loaded: 0, release: seen, own: 0 })
  }

  /** Forgets what nobody can tell any more: to be called after every step. */
  settle(): void {
    const { machine, views } = this
    const live: number[] = []
    for (let task = 0; task < machine.tasks.length; task++) {
      if (machine.local(task).status === Status.Pending) live.push(task)
      else this.setViewsId(task, 0)
    }
    for (const location of this.locations) {
      const length = this.histories.length(this.companion(location))
      if (length === 1) continue
      let oldest = length - 1
      for (const task of live) oldest = Math.min(oldest, views.at(this.viewsOf(task).read, location))
      if (oldest > 0) this.forget(location, oldest)
    }
  }

  /** Forgets the messages of `location` before position `oldest`. */
  private forget(location: number, oldest: number): void {
    const { views } = this
    const messages = this.messagesAt(location)
    // Who may store before the oldest message that is left: at a place where a message can come.
    const below = (write: number): boolean => {
      for (let at = Math.max(0, write); at < oldest; at++) if (messages[at + 1]?.attached !== true) return true
      return write === BELOW
    }
    const lagging = this.taskSlots.flatMap((_slot, task) => (below(views.at(this.viewsOf(task).write, location)) ? [task] : []))
    this.setMessages(location, messages.slice(oldest))
    this.shift(location, 0, -oldest)
    for (const task of lagging) {
      if (this.machine.local(task).status !== Status.Pending) continue
      const mine = this.viewsOf(task)
      this.setViews(task, { ...mine, write: views.place(mine.write, location, BELOW) })
    }
  }

  /** Every way in which the access can go, the one of sequential consistency first. */
  private optionsOf(op: Operation, task: number): readonly Option[] {
    const { kind, object } = op
    const location = object.slot
    const mine = this.viewsOf(task)
    const last = this.histories.length(this.companion(location)) - 1
    const options: Option[] = []
    if (kind.memory === 'load') {
      for (let at = last; at >= this.views.at(mine.read, location); at--) options.push({ at, stores: false })
      return options
    }
    const order = orderOf(kind)
    const before = order === 'full' ? this.afterFullFence(mine) : mine
    const bound = this.views.at(order === 'release' ? this.views.join(before.write, before.seen) : before.write, location)
    if (kind.memory === 'store') {
      for (let at = last; at >= Math.max(bound, 0); at--)
        if (this.isOpen(location, at)) options.push({ at, stores: true })
      if (bound === BELOW) options.push({ at: BELOW, stores: true })
      return options
    }
    const read = this.views.at(before.read, location)
    const oldest = this.views.at(mine.read, location)
    for (let at = last; at >= oldest; at--) {
      if (kind.storesIf !== undefined && !this.wouldStore(op, at)) options.push({ at, stores: false })
      else if (at >= read && at >= bound && this.isOpen(location, at)) options.push({ at, stores: true })
    }
    return options
  }

  /** Whether a message can come right behind the one at `at`. */
  private isOpen(location: number, at: number): boolean {
    return this.messagesAt(location)[at + 1]?.attached !== true
  }

  /** Whether a conditional access that reads the message at `at` would store something. */
  private wouldStore(op: Operation, at: number): boolean {
    const { value } = this.messagesAt(op.object.slot)[at] as Message
    return this.effect(op, -1, value).after !== value
  }

  private take(op: Operation, task: number, { at, stores }: Option): number {
    const { kind, object } = op
    const location = object.slot
    const order = orderOf(kind)
    if (!stores) return this.load(op, task, at, order === 'acquire' && kind.memory === 'load')
    if (at === BELOW) return this.effect(op, task, this.machine.state.get(location)).result
    if (order === 'full') this.fullFence(task)
    const message = this.messagesAt(location)[at] as Message
    const updates = kind.memory === 'update'
    if (updates) this.read(task, location, at, message, order === 'acquire', kind.hasResult === true)
    const { after, result } = this.effect(op, task, message.value)
    this.store(task, location, at + 1, after, order === 'release', updates ? message.view : undefined)
    return result
  }

  private load(op: Operation, task: number, at: number, acquire: boolean): number {
    const location = op.object.slot
    const message = this.messagesAt(location)[at] as Message
    const { result } = this.effect(op, task, message.value)
    this.read(task, location, at, message, acquire)
    return result
  }

  /** Does what the operation does to a location that holds `value`, and leaves the location as it is. */
  private effect(op: Operation, task: number, value: number): { readonly after: number; readonly result: number } {
    const { machine } = this
    const { slot } = op.object
    const latest = machine.state.get(slot)
    machine.state.set(slot, value)
    const result = op.kind.execute(machine, op, task)
    const after = machine.state.get(slot)
    machine.state.set(slot, latest)
    return { after, result }
  }

  /** @param loads whether the value gets to the task: a fence for loads does not order a read-modify-write without a result */
  private read(task: number, location: number, at: number, message: Message, acquire: boolean, loads = true): void {
    const { views } = this
    const mine = this.viewsOf(task)
    const ordered = acquire ? message.view : this.viewThrough(message)
    this.setViews(task, {
      ...mine,
      read: views.raise(views.join(mine.read, ordered), location, at),
      write: views.raise(views.join(mine.write, ordered), location, at),
      seen: views.raise(views.join(mine.seen, message.view), location, at),
      loaded: loads ? views.raise(views.join(mine.loaded, message.view), location, at) : mine.loaded,
    })
  }

  /** What an address dependency orders: accesses to the fields of the objects that the message points to. */
  private viewThrough({ value, view }: Message): number {
    if (view === 0) return 0
    let fields = this.pointees.get(value)
    if (fields === undefined) {
      fields = this.machine.fieldsOf(this.machine.values.decode(value))
      this.pointees.set(value, fields)
    }
    return fields.length === 0 ? 0 : this.views.restrict(view, fields)
  }

  /** Inserts a message at `position`. @param updated what came with the message that a read-modify-write has read */
  private store(
    task: number,
    location: number,
    position: number,
    value: number,
    release: boolean,
    updated: number | undefined,
  ): void {
    const { views } = this
    const messages = this.messagesAt(location)
    if (position < messages.length) this.shift(location, position, 1)
    const mine = this.viewsOf(task)
    const view = views.join(release ? mine.seen : mine.release, this.shiftedView(updated ?? 0, location, position))
    const after = [...this.messagesAt(location)]
    after.splice(position, 0, { value, view, attached: updated !== undefined })
    this.setMessages(location, after)
    const stored = views.raise(view, location, position)
    this.setViews(task, {
      read: views.raise(mine.read, location, position),
      write: views.raise(mine.write, location, position),
      seen: views.join(mine.seen, stored),
      loaded: mine.loaded,
      release: mine.release,
      own: views.join(mine.own, stored),
    })
  }

  private shiftedView(view: number, location: number, from: number): number {
    return this.views.shift(view, location, from, 1)
  }

  private fullFence(task: number): void {
    const after = this.afterFullFence(this.viewsOf(task))
    this.setViews(task, after)
    this.setContent(this.fenceSlot, after.seen, this.views)
  }

  private afterFullFence({ seen }: TaskViews): TaskViews {
    const all = this.views.join(seen, this.content(this.fenceSlot))
    return { read: all, write: all, seen: all, loaded: 0, release: all, own: 0 }
  }

  /** What a lock, or another object with an order of its own, passes on from task to task. */
  private synchronize(op: Operation, task: number, code: number): void {
    const { views } = this
    const { kind } = op
    if (op.closure !== undefined) for (const object of op.reads) this.acquireLatest(task, object)
    if (kind.passes === undefined || code === FALSE) return
    const slot = this.companions[op.object.slot] as number
    const left = this.content(slot)
    if (kind.passes !== 'releases') this.acquire(task, left)
    if (kind.passes !== 'acquires') this.setContent(slot, views.join(left, this.viewsOf(task).seen), views)
  }

  private acquireLatest(task: number, object: Tracked): void {
    if (object.slot < 0) return
    if (!object.isLocation) {
      this.acquire(task, this.content(this.companions[object.slot] as number))
      return
    }
    const messages = this.messagesAt(object.slot)
    const at = messages.length - 1
    this.read(task, object.slot, at, messages[at] as Message, true)
  }

  private acquire(task: number, view: number): void {
    const { views } = this
    const mine = this.viewsOf(task)
    this.setViews(task, {
      read: views.join(mine.read, view),
      write: views.join(mine.write, view),
      seen: views.join(mine.seen, view),
      loaded: mine.loaded,
      release: views.join(mine.release, view),
      own: mine.own,
    })
  }

  /** The messages of `location` from `from` on have moved by `by`: everybody who knows of them is told. */
  private shift(location: number, from: number, by: number): void {
    const { views, machine } = this
    for (let task = 0; task < this.taskSlots.length; task++) {
      const id = this.content(this.taskSlots[task] as number)
      if (id !== 0) this.setViews(task, this.shifted(this.taskViews.of(id), location, from, by))
    }
    for (const slot of this.viewSlots) this.setContent(slot, views.shift(this.content(slot), location, from, by), views)
    for (const other of this.locations) {
      const id = this.companion(other)
      if (id === 0) continue
      const messages = this.histories.of(id, machine.state.get(other))
      if (messages.every(({ view }) => views.shift(view, location, from, by) === view)) continue
      this.setMessages(
        other,
        messages.map((message) => ({ ...message, view: views.shift(message.view, location, from, by) })),
      )
    }
  }

  private shifted(task: TaskViews, location: number, from: number, by: number): TaskViews {
    const { views } = this
    return {
      read: views.shift(task.read, location, from, by),
      write: views.shift(task.write, location, from, by),
      seen: views.shift(task.seen, location, from, by),
      loaded: views.shift(task.loaded, location, from, by),
      release: views.shift(task.release, location, from, by),
      own: views.shift(task.own, location, from, by),
    }
  }

  /** The choice that follows an access that can go in several ways. */
  private choosing(kind: OperationKind, a: number, b: number): OperationKind {
    const number = this.kindNumbers.get(kind) ?? this.kindNumbers.size
    this.kindNumbers.set(kind, number)
    const key = `${number},${a},${b}`
    let choosing = this.choices.get(key)
    if (choosing === undefined) {
      const original = (op: Operation): Operation => new Operation(kind, op.object, a, b, undefined)
      choosing = {
        name: kind.name,
        invisible: 'choice',
        execute: (machine, op, task) => {
          const access = original(op)
          return this.take(access, task, this.optionsOf(access, task)[machine.choice] as Option)
        },
        accesses: (machine, op): readonly Access[] => kind.accesses(machine, original(op)),
        detail: (machine, op) => kind.detail?.(machine, original(op)) ?? '',
        late: (_machine, op, task) => this.lateness(original(op), task),
        ...(kind.result && {
          result: (machine, op, code) => kind.result?.(machine, original(op), code) ?? '',
        }),
      }
      this.choices.set(key, choosing)
    }
    return choosing
  }

  /** Says how the chosen way differs from the one of sequential consistency. */
  private lateness(op: Operation, task: number): string {
    const { machine } = this
    const { at, stores } = this.optionsOf(op, task)[machine.choice] as Option
    const messages = this.messagesAt(op.object.slot)
    const latest = (messages.at(-1) as Message).value
    const say = (code: number): string => op.kind.result?.(machine, op, code) ?? machine.format(code)
    if (stores) return at === messages.length - 1 ? '' : `before ${say(latest)}`
    const seen = this.effect(op, -1, (messages[at] as Message).value).result
    const now = this.effect(op, -1, latest).result
    return seen === now ? '' : `stale, now ${say(now)}`
  }

  private several(ways: number): number {
    const { values } = this.machine
    return values.tuple([values.encode(this.marker), values.encode(ways)])
  }

  /** How many ways a code of `several` stands for; 0 for other codes. */
  severalOf(code: number): number {
    const { values } = this.machine
    const [marker, ways] = values.elementsOf(code)
    return marker === values.encode(this.marker) ? (ways as number) >> 1 : 0
  }

  private messagesAt(location: number): readonly Message[] {
    return this.histories.of(this.companion(location), this.machine.state.get(location))
  }

  private setMessages(location: number, messages: readonly Message[]): void {
    this.machine.state.set(location, (messages.at(-1) as Message).value)
    this.setContent(this.companions[location] as number, this.histories.intern(messages), this.histories)
  }

  private companion(slot: number): number {
    return this.content(this.companions[slot] as number)
  }

  private viewsOf(task: number): TaskViews {
    return this.taskViews.of(this.content(this.taskSlots[task] as number))
  }

  private setViews(task: number, views: TaskViews): void {
    this.setViewsId(task, this.taskViews.intern(views))
  }

  private setViewsId(task: number, id: number): void {
    this.setContent(this.taskSlots[task] as number, id, this.taskViews)
  }

  private content(slot: number): number {
    return this.machine.state.get(slot)
  }

  private setContent(slot: number, id: number, lanes: { laneA(id: number): number; laneB(id: number): number }): void {
    if (this.machine.state.get(slot) !== id) this.machine.state.setContent(slot, id, lanes.laneA(id), lanes.laneB(id))
  }
}

/** How strong an access is: what it says, or full for a read-modify-write with a result, and relaxed for anything else. */
function orderOf({ order, memory, hasResult }: OperationKind): Order {
  return order ?? (memory === 'update' && hasResult === true ? 'full' : 'relaxed')
}
