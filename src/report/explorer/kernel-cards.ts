/** Cards of the kernel's machine: pages, files, processes, devices, wait queues. */
import type { Content, PlainValue } from '../../engine/recording.js'
import { PMD_INVALID, PTE_DIRTY, PTE_WRITE, PTE_YOUNG } from '../../kernel/include/linux/pgtable.js'
import type { AreaLayout, FileLayout, KernelLayout, MmLayout, NamedObject, PageLayout } from '../../kernel/layout.js'
import { References } from './references.js'
import type { BioCard, Contributor, DiskCard, Field, FileCard, PageCard, ProcessCard, Scene, WaitQueueCard } from './scene.js'
import { numberIn, sayPlain, valueOf, type Timeline } from './timeline.js'

/** Bits of page table entries, by name. */
const PTE_BITS = [
  [PTE_WRITE, 'write'],
  [PTE_DIRTY, 'dirty'],
  [PTE_YOUNG, 'young'],
  [PMD_INVALID, 'invalid'],
] as const

type KernelScene = Pick<Scene, 'pages' | 'files' | 'processes' | 'waitQueues' | 'disks' | 'bios' | 'lists' | 'swapSlots'>

export class KernelCards {
  private readonly references: References

  constructor(
    private readonly timeline: Timeline,
    readonly layout: KernelLayout,
    private readonly say: (value: PlainValue, cursor: number) => string,
  ) {
    this.references = new References(timeline, layout)
  }

  /** Objects that are on the cards. */
  get shown(): ReadonlySet<number> {
    const { memory, pages, buffer_heads, files, swap, mms, disks, wait_queues, lists } = this.layout
    const file = ({ pages, extents, fields, i_mmap }: FileLayout): number[] => [
      ...pages.flatMap(({ slot, tags, block, entry, entry_waiters, media }) => [slot ?? -1, tags ?? -1, entry ?? -1, entry_waiters ?? -1, ...block, ...media]),
      ...extents,
      ...fields.map(({ object }) => object),
      i_mmap,
    ]
    return new Set([
      memory,
      ...pages.flatMap(({ name: _name, words, ...objects }) => [...Object.values(objects), ...words]),
      buffer_heads.pool,
      ...buffer_heads.flags,
      ...files.flatMap(file),
      ...(swap === null ? [] : [...file(swap.file), ...swap.map]),
      ...mms.flatMap(({ ptes, pmds, tlb, areas }) => [...ptes, ...pmds, ...tlb, ...areas.map(({ linked }) => linked)]),
      ...disks.flatMap(({ blocks }) => blocks.flatMap(({ state, words }) => [state, ...words])),
      ...wait_queues.map(({ entries }) => entries),
      ...lists.map(({ object }) => object),
    ])
  }

  at(cursor: number): KernelScene {
    const { layout } = this
    return {
      pages: layout.pages.map((page, i) => this.page(page, i, cursor)),
      files: layout.files.map((file) => this.file(file, cursor)),
      processes: layout.mms.map((mm) => this.process(mm, cursor)),
      waitQueues: layout.wait_queues.map((queue) => this.waitQueue(queue, cursor)),
      disks: layout.disks.map((disk) => this.disk(disk, cursor)),
      bios: layout.bios.flatMap((task) => this.bio(task, cursor)),
      lists: layout.lists.map(({ name, object }) => this.list(name, object, cursor)),
      swapSlots: (layout.swap?.map ?? []).map((object, i) => ({
        ...this.timeline.field(object, cursor, numberIn),
        contributors: this.references.ofSwapSlot(i, cursor),
      })),
    }
  }

  private page(page: PageLayout, index: number, cursor: number): PageCard {
    const { timeline, layout, references } = this
    const member = (content: Content) => (content.kind === 'pool' ? content.members[index] : undefined)
    const more = Object.entries({
      compound_head: page.compound_head,
      compound_mapcount: page.compound_mapcount,
      private: page.private,
      buffers: page.buffers,
      swap: page.swap,
    }).map(([name, object]) => ({ name, object }))
    return {
      name: page.name,
      live: member(timeline.contentAt(layout.memory, cursor).value)?.live === true,
      use: timeline.field(layout.memory, cursor, (content) => member(content)?.uses ?? 0),
      flags: timeline.bits(page.flags, cursor),
      refcount: timeline.field(page.refcount, cursor, numberIn),
      references: references.ofPage(index, cursor).map((one) => this.passedOn(one, page.name, cursor)),
      mapcount: references.keepsMapcount(index) ? timeline.field(page.mapcount, cursor, numberIn) : null,
      mappings: references.mapping(index, cursor).filter(({ kind }) => kind !== 'uncounted' || references.keepsMapcount(index)),
      mapping: this.field(page.mapping, cursor),
      index: timeline.field(page.index, cursor, numberIn),
      words: page.words.map((word) => this.field(word, cursor)),
      // Most pages never have any of these.
      more: this.fields(more.filter(({ object }) => timeline.changes(object)), cursor),
    }
  }

  /** A reference that has outlived the task which took it is that of the bio, or of the worker, that has the page now. */
  private passedOn(one: Contributor, page: string, cursor: number): Contributor {
    const { timeline } = this
    if (one.task === undefined || one.task < 0 || timeline.momentAt(one.task, cursor).value.status !== 'finished') return one
    const holder = timeline.recording.trace.tasks.findIndex((_task, task) => {
      const { argument, status } = timeline.momentAt(task, cursor).value
      return status !== 'finished' && mentions(argument, page)
    })
    return holder < 0 ? one : { ...one, task: holder, text: `${timeline.taskName(holder)}, passed on by ${one.text}` }
  }

  private file(file: FileLayout, cursor: number): FileCard {
    const waiters = (object: number | null): readonly string[] => {
      const content = object === null ? undefined : this.timeline.contentAt(object, cursor).value
      return content?.kind === 'list' ? content.entries.map((entry) => this.say(entry, cursor)) : []
    }
    return {
      name: file.name,
      pages: file.pages.map(({ slot, tags, block, entry, entry_waiters, media }, index) => ({
        index,
        slot: slot === null ? null : this.field(slot, cursor),
        tags: tags === null ? [] : this.timeline.bits(tags, cursor),
        block: block.map((word) => this.field(word, cursor)),
        entry: entry === null ? null : this.field(entry, cursor),
        entryWaiters: waiters(entry_waiters),
        media: media.map((word) => this.field(word, cursor)),
      })),
      extents: file.extents.map((extent) => this.field(extent, cursor)),
      disk: file.disk,
      fields: this.fields(file.fields, cursor),
    }
  }

  private process(mm: MmLayout, cursor: number): ProcessCard {
    const areaOf = (address: number): AreaLayout | undefined =>
      mm.areas.findLast(({ start, pages, linked }) => address >= start && address < start + pages && this.raw(linked, cursor) === true)
    return {
      name: mm.name,
      entries: mm.ptes.map((pte, address) => ({
        address,
        area: areaOf(address)?.name ?? '',
        target: this.timeline.field(pte, cursor, (content) => this.target(valueOf(content), cursor)),
        bits: bitsIn(this.raw(pte, cursor)),
        tlb: this.timeline.field(mm.tlb[address] as number, cursor, (content) => this.entry(valueOf(content), cursor)),
      })),
      huge: mm.pmds
        .map((pmd, i) => ({ address: 2 * i, pmd }))
        .filter(({ pmd }) => this.timeline.changes(pmd))
        .map(({ address, pmd }) => ({
          address,
          entry: this.timeline.field(pmd, cursor, (content) => this.target(valueOf(content), cursor)),
          bits: bitsIn(this.raw(pmd, cursor)),
        })),
      areas: mm.areas.map(({ name, start, pages, file, pgoff, shared, linked }) => ({
        name,
        start,
        pages,
        file,
        pgoff,
        shared,
        linked: this.timeline.field(linked, cursor, (content) => valueOf(content) === true),
      })),
    }
  }

  private waitQueue({ name, entries }: KernelLayout['wait_queues'][number], cursor: number): WaitQueueCard {
    const { value, since } = this.timeline.contentAt(entries, cursor)
    const waiters = value.kind === 'list' ? value.entries : []
    return {
      name,
      object: entries,
      changed: since > 0 && since === cursor,
      entries: waiters.map((entry) => {
        if (!Array.isArray(entry)) return { task: this.say(entry, cursor), page: '', bit: '', kind: 'bookmark' }
        const [waiter, page, bit, kind] = entry as readonly PlainValue[]
        return { task: this.waiterTask(waiter), page: this.say(page, cursor), bit: sayPlain(bit), kind: sayPlain(kind) }
      }),
    }
  }

  /** The task that a wait entry belongs to. */
  waiterTask(waiter: PlainValue): string {
    const name = this.say(waiter, 0)
    return this.layout.waiters.find(({ entry }) => entry === name)?.task ?? name
  }

  private disk({ name, blocks }: KernelLayout['disks'][number], cursor: number): DiskCard {
    return {
      name,
      blocks: blocks.map(({ state, words }, block) => ({
        block,
        state: this.field(state, cursor),
        words: words.map((word) => this.field(word, cursor)),
      })),
    }
  }

  private bio(task: number, cursor: number): BioCard[] {
    const { argument, calls } = this.timeline.momentAt(task, cursor).value
    if (!Array.isArray(argument)) return []
    const [op, , pages, file, index] = argument as readonly PlainValue[]
    return [
      {
        task,
        op: op === 'READ' ? 'READ' : 'WRITE',
        pages: (Array.isArray(pages) ? (pages as readonly PlainValue[]) : []).map((page) => this.say(page, cursor)),
        file: this.say(file, cursor),
        index: typeof index === 'number' ? index : 0,
        status: calls.some(({ fn }) => fn === 'bio_endio') ? 'completing' : 'submitted',
      },
    ]
  }

  private list(name: string, object: number, cursor: number): Scene['lists'][number] {
    const { value, since } = this.timeline.contentAt(object, cursor)
    const entries = value.kind === 'list' ? value.entries.map((entry) => this.say(entry, cursor)) : []
    return { name, object, entries, changed: since > 0 && since === cursor }
  }

  private field(object: number, cursor: number): Field<string> {
    return this.timeline.field(object, cursor, (content) => this.say(valueOf(content), cursor))
  }

  private fields(objects: readonly NamedObject[], cursor: number): (Field<string> & { readonly name: string })[] {
    return objects.map(({ name, object }) => ({ name, ...this.field(object, cursor) }))
  }

  private raw(object: number, cursor: number): PlainValue {
    return valueOf(this.timeline.contentAt(object, cursor).value)
  }

  /** What an entry points to; empty if there is none. */
  private target(entry: PlainValue, cursor: number): string {
    if (entry === null || entry === undefined) return ''
    if (!Array.isArray(entry)) return this.say(entry, cursor)
    return this.say((entry as readonly PlainValue[])[0], cursor)
  }

  private entry(entry: PlainValue, cursor: number): string {
    return [this.target(entry, cursor), ...bitsIn(entry)].join(' ')
  }
}

function mentions(value: PlainValue, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'name' in value ? value.name === name : value.some((element) => mentions(element, name))
}

function bitsIn(entry: PlainValue): readonly string[] {
  const bits = Array.isArray(entry) ? (entry as readonly PlainValue[]).at(-1) : 0
  return typeof bits === 'number' ? PTE_BITS.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name) : []
}
