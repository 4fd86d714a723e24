/** Locks with those who hold them and those who wait: the engine's own, page locks, and locks of DAX entries. */
import type { Claim, PlainValue } from '../../engine/recording.js'
import type { KernelCards } from './kernel-cards.js'
import type { LockCard } from './scene.js'
import { sayPlain, valueOf, type Timeline } from './timeline.js'

const LOCK_KINDS = ['spinlock', 'mutex', 'rwsem'] as const

export class LockCards {
  private readonly locks: readonly { readonly object: number; readonly name: string; readonly kind: (typeof LOCK_KINDS)[number] }[]

  constructor(
    private readonly timeline: Timeline,
    private readonly kernel: KernelCards | null,
  ) {
    this.locks = timeline.objects.flatMap(({ name, kind }, object) => {
      const known = LOCK_KINDS.find((lock) => lock === kind)
      return known === undefined ? [] : [{ object, name, kind: known }]
    })
  }

  /** Locks that are held, awaited, or were just given up. */
  at(cursor: number): LockCard[] {
    const all = [...this.locks.map(({ object, name, kind }) => this.lock(object, name, kind, cursor)), ...this.pageLocks(cursor), ...this.entryLocks(cursor)]
    return all.filter(({ holders, waiters, changed }) => holders.length > 0 || waiters.length > 0 || changed)
  }

  private lock(object: number, name: string, kind: LockCard['kind'], cursor: number): LockCard {
    const { value, since } = this.timeline.contentAt(object, cursor)
    const { holders, queue } = value.kind === 'lock' ? value : { holders: [], queue: [] }
    const queued = new Set(queue.map(({ task }) => task))
    const blocked = this.waitingFor(name, cursor).filter((task) => !queued.has(task))
    const waiters = [...queue, ...blocked.map((task): Claim => ({ task, mode: 'exclusive' }))]
    return { name, kind, object, holders, waiters, since, changed: since > 0 && since === cursor }
  }

  /** Tasks whose next operation is on the object of that name and can not happen. */
  private waitingFor(name: string, cursor: number): number[] {
    return this.tasks().filter((task) => {
      const { status, next } = this.timeline.momentAt(task, cursor).value
      return status === 'waiting' && next?.object === name
    })
  }

  /** A page lock is the bit of whoever set it, unless it was handed over: then of the waiter that was told. */
  private pageLocks(cursor: number): LockCard[] {
    const { timeline, kernel } = this
    if (kernel === null) return []
    return kernel.layout.pages.map(({ name, flags }): LockCard => {
      const bit = timeline.bits(flags, cursor).find((one) => one.name === 'PG_locked')
      const since = bit?.since ?? 0
      const waiters = kernel.layout.wait_queues.flatMap(({ entries }) => {
        const { value } = timeline.contentAt(entries, cursor)
        return value.kind === 'list' ? value.entries.flatMap((entry) => this.pageLockWaiter(entry, name)) : []
      })
      const holder = bit?.value === true ? (this.handedTo(since, cursor) ?? bit.by ?? -1) : null
      return {
        name: `lock of ${name}`,
        kind: 'page lock',
        object: flags,
        holders: holder === null ? [] : [{ task: holder, mode: 'exclusive' }],
        waiters,
        since,
        changed: bit?.changed === true,
      }
    })
  }

  private pageLockWaiter(entry: PlainValue, page: string): Claim[] {
    if (!Array.isArray(entry)) return []
    const [waiter, of, bit, kind] = entry as readonly PlainValue[]
    if (bit !== 'PG_locked' || typeof of !== 'object' || of === null || !('name' in of) || of.name !== page) return []
    const task = this.taskNamed(this.kernel?.waiterTask(waiter) ?? '')
    return task < 0 ? [] : [{ task, mode: kind === 'shared' ? 'shared' : 'exclusive' }]
  }

  /** The waiter that the step which set the bit did so for. */
  private handedTo(since: number, cursor: number): number | undefined {
    const { timeline, kernel } = this
    const waker = timeline.recording.steps[since - 1]?.task
    if (waker === undefined || kernel === null || timeline.callOf(waker, since) !== 'wake_page_function') return undefined
    const told = kernel.layout.waiters.find(({ flags }) => {
      const done = timeline.bits(flags, cursor).find(({ name }) => name === 'WQ_FLAG_DONE')
      return done?.value === true && done.by === waker && done.since > since
    })
    return told === undefined ? undefined : this.taskNamed(told.task)
  }

  private entryLocks(cursor: number): LockCard[] {
    const { timeline, kernel } = this
    if (kernel === null) return []
    return kernel.layout.files.flatMap((file) =>
      file.pages.flatMap(({ entry, entry_waiters }, index): LockCard[] => {
        if (entry === null) return []
        const isLocked = (value: PlainValue): boolean => Array.isArray(value) && (value as readonly PlainValue[])[1] === 'locked'
        const locked = timeline.field(entry, cursor, (content) => isLocked(valueOf(content)))
        const queue = entry_waiters === null ? undefined : timeline.contentAt(entry_waiters, cursor).value
        const names = queue?.kind === 'list' ? queue.entries : []
        return [
          {
            name: `lock of entry ${index} of ${file.name}`,
            kind: 'entry lock',
            object: entry,
            holders: locked.value ? [{ task: locked.by ?? -1, mode: 'exclusive' }] : [],
            waiters: names.flatMap((name) => ({ task: this.taskNamed(sayPlain(name)), mode: 'exclusive' as const })),
            since: locked.since,
            changed: locked.changed,
          },
        ]
      }),
    )
  }

  private tasks(): readonly number[] {
    return this.timeline.recording.trace.tasks.map((_task, task) => task)
  }

  private taskNamed(name: string): number {
    return this.timeline.recording.trace.tasks.findIndex((task) => task.name === name)
  }
}
