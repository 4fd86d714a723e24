/** What every object held, and where every task stood, at every step: looked up, never run again. */
import type { Content, PlainValue, Recording, RecordedObject, TaskMoment } from '../../engine/recording.js'
import type { Bit, Field, Moment } from './scene.js'

/** What something was from a cursor on; `by` is the task whose step it was, null for the beginning. */
export interface Version<T> {
  readonly since: number
  readonly by: number | null
  readonly value: T
}

/** A cursor counts steps: the state at cursor 0 is the initial one, that at `n` the one after step `n - 1`. */
export class Timeline {
  readonly steps: number
  readonly objects: readonly RecordedObject[]
  private readonly versions: readonly Version<Content>[][]
  private readonly moments: readonly Version<TaskMoment>[][]
  private readonly numbers = new Map<string, number>()

  constructor(readonly recording: Recording) {
    this.steps = recording.steps.length
    this.objects = recording.objects
    this.versions = recording.objects.map(({ initial }) => [{ since: 0, by: null, value: initial }])
    this.moments = recording.moments.map((moment) => [{ since: 0, by: null, value: moment }])
    for (const [at, { task, changes, moments }] of recording.steps.entries()) {
      for (const { object, content } of changes) this.versions[object]?.push({ since: at + 1, by: task, value: content })
      for (const { task: other, moment } of moments) this.moments[other]?.push({ since: at + 1, by: task, value: moment })
    }
    for (const [number, { name }] of recording.objects.entries()) if (!this.numbers.has(name)) this.numbers.set(name, number)
  }

  numberOf(name: string): number {
    return this.numbers.get(name) ?? -1
  }

  taskName(task: number): string {
    return this.recording.trace.tasks[task]?.name ?? 'set-up'
  }

  contentAt(object: number, cursor: number): Version<Content> {
    return latest(this.versions[object] ?? [], cursor)
  }

  momentAt(task: number, cursor: number): Version<TaskMoment> {
    return latest(this.moments[task] ?? [], cursor)
  }

  /** Whether an object is ever changed. */
  changes(object: number): boolean {
    return (this.versions[object]?.length ?? 0) > 1
  }

  /** Every version of an object, oldest first. */
  allOf(object: number): readonly Version<Content>[] {
    return this.versions[object] ?? []
  }

  /** The innermost call that `task` was in when it made the step that led to `cursor`. */
  callOf(task: number, cursor: number): string | undefined {
    return this.momentAt(task, cursor - 1).value.calls.at(-1)?.fn
  }

  /** What `read` makes of an object, and since when it does. */
  field<T>(object: number, cursor: number, read: (content: Content) => T): Field<T> {
    const versions = this.versions[object] ?? []
    let at = position(versions, cursor)
    const value = read((versions[at] as Version<Content>).value)
    while (at > 0 && read((versions[at - 1] as Version<Content>).value) === value) at--
    const { since, by } = versions[at] as Version<Content>
    return { object, value, since, by, changed: since > 0 && since === cursor }
  }

  bits(object: number, cursor: number): Bit[] {
    const { value } = this.contentAt(object, cursor)
    if (value.kind !== 'flags') return []
    return value.bits.map((name) => ({ name, ...this.field(object, cursor, (content) => content.kind === 'flags' && content.set.includes(name)) }))
  }

  history(object: number, bit: string | undefined, say: (content: Content, cursor: number) => string): Moment[] {
    const versions = this.versions[object] ?? []
    const text = ({ value, since }: Version<Content>): string =>
      bit === undefined ? say(value, since) : value.kind === 'flags' && value.set.includes(bit) ? '1' : '0'
    return versions.flatMap((version, i) => {
      const before = versions[i - 1]
      if (before === undefined || version.by === null || text(before) === text(version)) return []
      return [{ at: version.since - 1, task: version.by, before: text(before), after: text(version) }]
    })
  }
}

/** The newest version that is not younger than the cursor. */
function latest<T>(versions: readonly Version<T>[], cursor: number): Version<T> {
  return versions[position(versions, cursor)] as Version<T>
}

function position(versions: readonly Version<unknown>[], cursor: number): number {
  let low = 0
  let high = versions.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((versions[middle] as Version<unknown>).since <= cursor) low = middle
    else high = middle - 1
  }
  return low
}

export function valueOf(content: Content): PlainValue {
  return content.kind === 'cell' || content.kind === 'counter' ? content.value : undefined
}

export function numberIn(content: Content): number {
  const value = valueOf(content)
  return typeof value === 'number' ? value : 0
}

/** A value in words. */
export function sayPlain(value: PlainValue): string {
  if (typeof value === 'object' && value !== null) return 'name' in value ? value.name : `[${value.map(sayPlain).join(', ')}]`
  return String(value)
}
