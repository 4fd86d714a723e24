/** Scenes of a situation: built from its recording, never by running it again. */
import type { Claim, Content, PlainValue } from '../../engine/recording.js'
import { KernelCards } from './kernel-cards.js'
import { LockCards } from './lock-cards.js'
import type { Moment, ObjectCard, OlderCard, Scene, TaskCard } from './scene.js'
import type { Situation } from './situation.js'
import { sayPlain, Timeline, valueOf } from './timeline.js'

const NO_KERNEL = { pages: [], files: [], processes: [], waitQueues: [], disks: [], bios: [], lists: [], swapSlots: [] } as const

/** Making it costs one walk over the schedule; `at` and `history` are cheap. */
export class Scenes {
  /** Number of steps, choices included: cursors go from 0 to this. */
  readonly steps: number
  private readonly timeline: Timeline
  private readonly kernel: KernelCards | null
  private readonly locks: LockCards
  /** Objects that are on cards of their own. */
  private readonly loose: readonly number[]

  constructor({ recording, layout }: Situation) {
    this.timeline = new Timeline(recording)
    this.steps = this.timeline.steps
    this.kernel = layout === null ? null : new KernelCards(this.timeline, layout, (value, cursor) => this.say(value, cursor))
    this.locks = new LockCards(this.timeline, this.kernel)
    const shown = this.kernel?.shown ?? new Set()
    this.loose = recording.objects.flatMap(({ initial }, object) => {
      const isLoose = initial.kind !== 'lock' && !shown.has(object) && (layout === null || this.timeline.changes(object))
      return isLoose ? [object] : []
    })
  }

  /** @param cursor how many steps have been taken: 0 is the beginning. Anything beyond the end is the end. */
  at(cursor: number): Scene {
    const at = Math.min(Math.max(0, Math.trunc(cursor)), this.steps)
    return {
      cursor: at,
      step: this.step(at),
      tasks: this.timeline.recording.trace.tasks.map((_task, task) => this.task(task, at)),
      locks: this.locks.at(at),
      older: this.older(at),
      objects: this.loose.map((object) => this.object(object, at)),
      ...(this.kernel?.at(at) ?? NO_KERNEL),
    }
  }

  /** Every change of an object, oldest first; of one of its bits if that is named. */
  history(object: number, bit?: string): readonly Moment[] {
    return this.timeline.history(object, bit, (content, cursor) => this.sayContent(content, cursor))
  }

  /** Number of the object of a name, as steps of the trace have it; -1 if there is none. */
  objectNamed(name: string): number {
    return this.timeline.numberOf(name)
  }

  private step(cursor: number): Scene['step'] {
    const task = this.timeline.recording.steps[cursor - 1]?.task
    return task === undefined ? null : { at: cursor - 1, task, calls: this.timeline.momentAt(task, cursor - 1).value.calls }
  }

  private older(cursor: number): OlderCard[] {
    return (this.timeline.recording.steps[cursor - 1]?.older ?? []).map(({ object, contents, readers }) => {
      const values = contents.map((content) => this.sayContent(content, cursor))
      const name = this.timeline.objects[object]?.name ?? ''
      return { name, object, values, readers: readers.map(({ task, from }) => ({ task, values: values.slice(from) })) }
    })
  }

  private task(task: number, cursor: number): TaskCard {
    const { name, context } = this.timeline.recording.trace.tasks[task] ?? { name: '', context: 'task' }
    const { value, since } = this.timeline.momentAt(task, cursor)
    return { ...value, name, context, changed: since > 0 && since === cursor }
  }

  private object(object: number, cursor: number): ObjectCard {
    const { name = '', kind = 'cell' } = this.timeline.objects[object] ?? {}
    return {
      name,
      kind,
      field: this.timeline.field(object, cursor, (content) => this.sayContent(content, cursor)),
      bits: this.timeline.bits(object, cursor),
    }
  }

  private sayContent(content: Content, cursor: number): string {
    switch (content.kind) {
      case 'flags':
        return content.set.join(' ') || 'none'
      case 'list':
        return content.entries.length === 0 ? 'empty' : content.entries.map((entry) => this.say(entry, cursor)).join(', ')
      case 'lock':
        return [saySide('held by', content.holders, this.timeline), saySide('awaited by', content.queue, this.timeline)].join('') || 'free'
      case 'pool':
        return content.members.map(({ live }) => (live ? 'allocated' : 'free')).join(', ')
      default:
        return this.say(valueOf(content), cursor)
    }
  }

  /** A value in words; a pointer to an earlier use of its memory says so. */
  private say(value: PlainValue, cursor: number): string {
    if (typeof value !== 'object' || value === null) return String(value)
    if (!('name' in value)) return `[${value.map((element) => this.say(element, cursor)).join(', ')}]`
    const page = this.kernel?.layout.pages.findIndex(({ name }) => name === value.name) ?? -1
    if (this.kernel === null || value.use === undefined || page < 0) return sayPlain(value)
    const pool = this.timeline.contentAt(this.kernel.layout.memory, cursor).value
    const member = pool.kind === 'pool' ? pool.members[page] : undefined
    if (member?.live === true && member.uses === value.use) return value.name
    return `${value.name} (${member?.uses === value.use ? 'freed' : 'an earlier use'})`
  }
}

function saySide(what: string, claims: readonly Claim[], timeline: Timeline): string {
  if (claims.length === 0) return ''
  return ` ${what} ${claims.map(({ task, mode }) => `${timeline.taskName(task)}${mode === 'shared' ? ' (shared)' : ''}`).join(', ')}`
}
