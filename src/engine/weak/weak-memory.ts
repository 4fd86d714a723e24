import { Status } from '../local-state.js'
import type { Machine } from '../machine.js'
import { Operation, type Access, type OperationKind, type Order } from '../operation.js'
import type { Tracked } from '../tracked.js'
import { FALSE } from '../value.js'
import { Fences, type FenceKind } from './fences.js'
import { Histories, type Message } from './histories.js'
import { NOTHING, TaskViewsTable, type TaskViews } from './task-views.js'
import { Views } from './views.js'

/** One way an access can go: the message that it reads, or behind which it stores; whether it stores anything. */
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
 * read any more, and before which none can store, are forgotten, and positions counted anew, so that states in which
 * memory is up to date are one state.
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
  /** By slot of an object: the slot of its history, or of what its users have left in a lock. */
  private readonly companions: number[] = []
  /** Slots of what was left in locks and their like. */
  private readonly lockSlots: number[] = []
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
    for (const _task of machine.tasks) this.taskSlots.push(machine.state.addContent())
    for (let slot = 0; slot < size; slot++) {
      const object = machine.objectAt(slot)
      if (object?.slot !== slot) continue
      this.companions[slot] = machine.state.addContent()
      if (object.isLocation) this.locations.push(slot)
      else this.lockSlots.push(this.companions[slot] as number)
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
    this.setViews(task, { read: seen, write: seen, seen, loaded: 0, release: seen, strong: 0, own: 0 })
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
      for (const task of live) {
        const { read, write } = this.viewsOf(task)
        oldest = Math.min(oldest, views.at(read, location), views.at(write, location))
      }
      if (oldest === 0) continue
      this.setMessages(location, this.messagesAt(location).slice(oldest))
      this.shift(location, 0, -oldest)
    }
  }

  /**
   * For whoever shows the state: locations of which a task may still read a value that is not the newest. Values in modification
   * order; `from` is the position of the oldest that the task may read.
   */
  older(): readonly { readonly slot: number; readonly values: readonly number[]; readonly readers: readonly { task: number; from: number }[] }[] {
    const { machine, views } = this
    return this.locations.flatMap((slot) => {
      const messages = this.messagesAt(slot)
      const readers = machine.tasks.flatMap((_task, task) => {
        const from = views.at(this.viewsOf(task).read, slot)
        return machine.local(task).status === Status.Pending && from < messages.length - 1 ? [{ task, from }] : []
      })
      return readers.length === 0 ? [] : [{ slot, values: messages.map(({ value }) => value), readers }]
    })
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
      for (let at = last; at >= bound; at--) if (this.isOpen(location, at)) options.push({ at, stores: true })
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
    if (order === 'full') this.fullFence(task)
    const message = this.messagesAt(location)[at] as Message
    const updates = kind.memory === 'update'
    if (updates) this.read(task, location, at, message, order === 'acquire', kind.hasResult === true)
    const { after, result } = this.effect(op, task, message.value)
    this.store(task, location, at + 1, after, order === 'release', updates ? message : undefined)
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
    // What is ordered before the load is ordered before the stores after it, if it is an acquire.
    const before = views.join(mine.write, mine.read)
    this.setViews(task, {
      ...mine,
      read: views.raise(views.join(mine.read, ordered), location, at),
      write: views.raise(views.join(acquire ? before : mine.write, ordered), location, at),
      seen: views.raise(views.join(mine.seen, message.view), location, at),
      loaded: loads ? views.raise(views.join(mine.loaded, message.view), location, at) : mine.loaded,
      release: acquire ? views.join(mine.release, message.strong) : mine.release,
      strong: acquire ? views.join(mine.strong, message.strong) : mine.strong,
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

  /** Inserts a message at `position`. @param updated the message that a read-modify-write has read */
  private store(
    task: number,
    location: number,
    position: number,
    value: number,
    release: boolean,
    updated: Message | undefined,
  ): void {
    const { views } = this
    const messages = this.messagesAt(location)
    if (position < messages.length) this.shift(location, position, 1)
    const mine = this.viewsOf(task)
    const inherited = (part: 'view' | 'strong'): number => views.shift(updated?.[part] ?? 0, location, position, 1)
    const view = views.join(release ? mine.seen : mine.release, inherited('view'))
    const strong = views.join(mine.strong, inherited('strong'))
    const after = [...this.messagesAt(location)]
    after.splice(position, 0, { value, view, strong, attached: updated !== undefined })
    this.setMessages(location, after)
    const stored = views.raise(view, location, position)
    this.setViews(task, {
      read: views.raise(mine.read, location, position),
      write: views.raise(mine.write, location, position),
      seen: views.join(mine.seen, stored),
      loaded: mine.loaded,
      release: mine.release,
      strong: mine.strong,
      own: views.join(mine.own, stored),
    })
  }

  private fullFence(task: number): void {
    const after = this.afterFullFence(this.viewsOf(task))
    this.setViews(task, after)
    this.setContent(this.fenceSlot, after.seen, this.views)
  }

  private afterFullFence({ seen }: TaskViews): TaskViews {
    const all = this.views.join(seen, this.content(this.fenceSlot))
    return { read: all, write: all, seen: all, loaded: 0, release: all, strong: all, own: 0 }
  }

  /** What a lock, or another object with an order of its own, passes on from task to task. */
  private synchronize(op: Operation, task: number, code: number): void {
    const { kind } = op
    if (op.closure !== undefined) for (const object of op.reads) this.acquireLatest(task, object)
    if (kind.passes === undefined || code === FALSE) return
    const slot = this.companions[op.object.slot] as number
    if (kind.passes !== 'releases') this.acquire(task, slot)
    if (kind.passes !== 'acquires') this.leave(task, slot)
  }

  private acquireLatest(task: number, object: Tracked): void {
    if (object.slot < 0) return
    if (!object.isLocation) {
      this.acquire(task, this.companions[object.slot] as number)
      return
    }
    const messages = this.messagesAt(object.slot)
    const at = messages.length - 1
    this.read(task, object.slot, at, messages[at] as Message, true)
  }

  /** `task` takes up what was left in the object whose companion is at `slot`. */
  private acquire(task: number, slot: number): void {
    const { views } = this
    const mine = this.viewsOf(task)
    const left = this.taskViews.of(this.content(slot))
    this.setViews(task, {
      read: views.join(mine.read, left.seen),
      write: views.join(views.join(mine.write, mine.read), left.seen),
      seen: views.join(mine.seen, left.seen),
      loaded: mine.loaded,
      release: views.join(mine.release, left.release),
      strong: views.join(mine.strong, left.strong),
      own: mine.own,
    })
  }

  /** `task` leaves there what it has seen, and what it has stored: only that comes with plain stores of the next user. */
  private leave(task: number, slot: number): void {
    const { views } = this
    const mine = this.viewsOf(task)
    const left = this.taskViews.of(this.content(slot))
    const next = {
      ...NOTHING,
      seen: views.join(left.seen, mine.seen),
      release: views.join(left.release, views.join(mine.release, mine.own)),
      strong: views.join(left.strong, mine.strong),
    }
    this.setContent(slot, this.taskViews.intern(next), this.taskViews)
  }

  /** The messages of `location` from `from` on have moved by `by`: everybody who knows of them is told. */
  private shift(location: number, from: number, by: number): void {
    const { views, machine } = this
    for (let task = 0; task < this.taskSlots.length; task++) {
      const id = this.content(this.taskSlots[task] as number)
      if (id !== 0) this.setViews(task, this.shifted(this.taskViews.of(id), location, from, by))
    }
    for (const slot of this.lockSlots) {
      const id = this.content(slot)
      if (id === 0) continue
      this.setContent(slot, this.taskViews.intern(this.shifted(this.taskViews.of(id), location, from, by)), this.taskViews)
    }
    this.setContent(this.fenceSlot, views.shift(this.content(this.fenceSlot), location, from, by), views)
    for (const other of this.locations) {
      const id = this.companion(other)
      if (id === 0) continue
      const messages = this.histories.of(id, machine.state.get(other))
      if (messages.every(({ view }) => views.at(view, location) === 0)) continue
      this.setMessages(
        other,
        messages.map((message) => ({
          ...message,
          view: views.shift(message.view, location, from, by),
          strong: views.shift(message.strong, location, from, by),
        })),
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
      strong: views.shift(task.strong, location, from, by),
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
