/** What of a schedule can be seen from outside the kernel: calls that begin and end, device I/O that is done, and who was switched away from where. */
import type { Trace, TraceEvent } from '../../../engine/index.js'

/** A call of a task that is not made by another call. */
export interface TopCall {
  readonly task: string
  readonly fn: string
  readonly args: readonly string[]
}

export interface DeviceIo {
  readonly direction: 'read' | 'write'
  /** Name of the file in the program. */
  readonly file: string
  readonly page: number
}

export type Moment =
  | { readonly at: 'call'; readonly call: TopCall }
  /** A task asks the device for something. */
  | { readonly at: 'submit'; readonly task: string; readonly io: DeviceIo }
  /** The device begins to transfer the data. */
  | { readonly at: 'io'; readonly io: DeviceIo }
  /** A task goes on with something else than the one before. */
  | { readonly at: 'switch'; readonly from: string; readonly to: string; readonly within: string | null }

/** The moments of a schedule, in order. */
export function momentsOf(trace: Trace): readonly Moment[] {
  const moments: Moment[] = []
  const open = new Map<number, string[]>()
  let last = -1
  let pending: Moment[] = []
  for (const event of trace.events) {
    if (event.type === 'call') {
      const frames = open.get(event.task) ?? []
      open.set(event.task, [...frames.slice(0, event.depth), event.fn])
      pending.push(...momentsOfCall(trace, event))
    } else if (event.type === 'return') {
      open.set(event.task, (open.get(event.task) ?? []).slice(0, event.depth))
    } else {
      if (event.switch !== undefined && last >= 0) moments.push(switchOf(trace, last, event, open))
      moments.push(...pending)
      pending = []
      const io = event.op === 'start' && event.object === 'bio' ? ioOf(event.detail) : null
      if (io !== null) moments.push({ at: 'submit', task: nameOf(trace, event.task), io })
      last = event.task
    }
  }
  return unique(moments)
}

function momentsOfCall(trace: Trace, { task, depth, fn, args }: Extract<TraceEvent, { type: 'call' }>): Moment[] {
  if (fn === 'dma_transfer') {
    const io = ioOf(args[0] ?? '')
    return io === null ? [] : [{ at: 'io', io }]
  }
  const isDevice = trace.tasks[task]?.context === 'irq' || nameOf(trace, task).startsWith('kworker')
  return depth === 0 && !isDevice ? [{ at: 'call', call: { task: nameOf(trace, task), fn, args } }] : []
}

/** `[READ, end_io, [page0], sdb.i_mapping, 0, …]` */
function ioOf(bio: string): DeviceIo | null {
  const found = /^\[(READ|WRITE), \w+, \[[^\]]*\], (\S+)\.i_mapping, (\d+)/.exec(bio)
  if (found === null) return null
  return { direction: found[1] === 'READ' ? 'read' : 'write', file: found[2] ?? '', page: Number(found[3]) }
}

function switchOf(trace: Trace, last: number, event: Extract<TraceEvent, { type: 'step' }>, open: ReadonlyMap<number, readonly string[]>): Moment {
  const frames = open.get(last) ?? []
  const stopped = event.switch?.reason === 'preempted' && frames.length > 0
  return { at: 'switch', from: nameOf(trace, last), to: nameOf(trace, event.task), within: stopped ? (frames.at(-1) ?? null) : null }
}

/** A task's first call is told of each time the task is run again up to it: once is enough. */
function unique(moments: readonly Moment[]): readonly Moment[] {
  const told = new Map<string, number>()
  return moments.filter((moment, i) => {
    if (moment.at === 'switch' || moment.at === 'submit') return true
    const key = JSON.stringify(moment)
    const before = told.get(key)
    told.set(key, i)
    return before === undefined || moments.slice(before + 1, i).some((between) => between.at === moment.at && JSON.stringify(between) !== key)
  })
}

function nameOf(trace: Trace, task: number): string {
  return trace.tasks[task]?.name ?? `task ${task}`
}
