/**
 * Who holds the references to each page, and who maps it.
 *
 * What is in shared state is counted there: the page cache, page tables, buffers, pagevecs. The rest is what tasks hold themselves, in
 * variables of theirs: a reference that a task's step adds to the count and to nothing that is counted is the task's, until a step
 * takes it away or hands it over. So the contributors always add up to the count, whatever the kernel code does.
 */
import type { PlainValue, Reference } from '../../engine/recording.js'
import type { KernelLayout, PageLayout } from '../../kernel/layout.js'
import type { Contributor } from './scene.js'
import { numberIn, valueOf, type Timeline } from './timeline.js'

/** What a task holds: since which cursor, and in which call it took it. */
interface Held {
  readonly task: number
  readonly since: number
  readonly fn: string
}

interface Ledger {
  readonly since: number
  readonly contributors: readonly Contributor[]
}

export class References {
  private readonly references: readonly Ledger[][]
  private readonly mappings: readonly Ledger[][]
  private readonly swapped: readonly Ledger[][]

  constructor(
    private readonly timeline: Timeline,
    private readonly layout: KernelLayout,
  ) {
    const watched = this.watched()
    this.references = layout.pages.map((page, i) => this.ledgers(page.refcount, watched, (cursor) => this.referencesIn(i, cursor)))
    this.mappings = layout.pages.map((page, i) => this.ledgers(page.mapcount, watched, (cursor) => this.mappingsIn(i, cursor)))
    this.swapped = (layout.swap?.map ?? []).map((count, i) => this.ledgers(count, watched, (cursor) => this.swapEntriesIn(i, cursor)))
  }

  /** Contributors to the reference count of a page. */
  ofPage(page: number, cursor: number): readonly Contributor[] {
    return at(this.references[page], cursor)
  }

  /** Contributors to the mapcount of a page. */
  mapping(page: number, cursor: number): readonly Contributor[] {
    return at(this.mappings[page], cursor)
  }

  /** Whether the model keeps the mapcount: some versions never look at it. */
  keepsMapcount(page: number): boolean {
    const count = this.layout.pages[page]?.mapcount ?? -1
    return this.timeline.changes(count) || this.mappings[page]?.every(({ contributors }) => contributors.every(({ kind }) => kind !== 'uncounted')) === true
  }

  /** Contributors to the count of a swap slot. */
  ofSwapSlot(slot: number, cursor: number): readonly Contributor[] {
    return at(this.swapped[slot], cursor)
  }

  /** Objects a change of which may change who contributes. */
  private watched(): ReadonlySet<number> {
    const { pages, files, swap, mms, lists, memory } = this.layout
    const slots = [...files, ...(swap === null ? [] : [swap.file])].flatMap((file) => file.pages.flatMap(({ slot }) => slot ?? []))
    return new Set([
      memory,
      ...slots,
      ...(swap?.map ?? []),
      ...mms.flatMap(({ ptes, pmds }) => [...ptes, ...pmds]),
      ...lists.map(({ object }) => object),
      ...pages.flatMap((page) => [page.flags, page.refcount, page.mapcount, page.private, page.compound_head]),
    ])
  }

  /** The contributors at every step at which they may have changed. */
  private ledgers(count: number, watched: ReadonlySet<number>, shared: (cursor: number) => readonly Contributor[]): Ledger[] {
    const { timeline } = this
    const ledgers: Ledger[] = []
    let held: readonly Held[] = []
    let excess = 0
    const look = (cursor: number, task: number): void => {
      const known = shared(cursor)
      const own = numberIn(timeline.contentAt(count, cursor).value) - total(known)
      for (; excess < own; excess++) if (excess >= 0) held = [...held, this.taken(task, cursor)]
      for (; excess > own; excess--) held = without(held, task)
      const contributors = [...known, ...this.sayHeld(held)]
      // Fewer are counted than there are: somebody contributes without being counted.
      if (own < 0) contributors.push({ kind: 'uncounted', text: 'not counted', count: own })
      ledgers.push({ since: cursor, contributors })
    }
    look(0, -1)
    for (const [step, { task, changes }] of timeline.recording.steps.entries())
      if (changes.some(({ object }) => watched.has(object))) look(step + 1, task)
    return ledgers
  }

  private taken(task: number, cursor: number): Held {
    const calls = cursor === 0 ? [] : this.timeline.momentAt(task, cursor - 1).value.calls
    const call = calls.findLast(({ fn }) => !/^(try_)?get_page/.test(fn)) ?? calls.at(-1)
    return { task, since: cursor, fn: call?.fn ?? '' }
  }

  private sayHeld(held: readonly Held[]): Contributor[] {
    return held.map(({ task, since, fn }) => {
      const name = task < 0 ? 'set-up' : this.timeline.taskName(task)
      return { kind: 'task', text: fn === '' ? name : `${name}, from ${fn}`, count: 1, task, since, fn }
    })
  }

  private referencesIn(index: number, cursor: number): Contributor[] {
    const { layout } = this
    const page = layout.pages[index] as PageLayout
    const mine = (value: PlainValue): boolean => this.headOf(value, cursor) === index
    const found: Contributor[] = []
    for (const file of layout.files)
      for (const [i, { slot }] of file.pages.entries())
        if (slot !== null && mine(this.value(slot, cursor))) found.push({ kind: 'page cache', text: `page cache, slot ${i} of ${file.name}`, count: 1 })
    for (const [i, { slot }] of (layout.swap?.file.pages ?? []).entries())
      if (slot !== null && mine(this.value(slot, cursor))) found.push({ kind: 'swap cache', text: `swap cache, slot ${i}`, count: 1 })
    for (const mm of layout.mms) {
      for (const [address, pte] of mm.ptes.entries())
        if (mine(targetOf(this.value(pte, cursor)))) found.push({ kind: 'page table', text: `page table of ${mm.name}, entry ${address}`, count: 1 })
      for (const [i, pmd] of mm.pmds.entries())
        if (mine(targetOf(this.value(pmd, cursor)))) found.push({ kind: 'page table', text: `page middle directory of ${mm.name}, entry ${i}`, count: 1 })
    }
    for (const { name, object, counts } of layout.lists) {
      const content = this.timeline.contentAt(object, cursor).value
      if (!counts || content.kind !== 'list') continue
      const count = content.entries.filter(mine).length
      if (count > 0) found.push({ kind: 'pagevec', text: `pagevec ${name}`, count })
    }
    const flags = this.timeline.contentAt(page.flags, cursor).value
    if (this.isLive(index, cursor) && flags.kind === 'flags' && flags.set.includes('PG_private')) found.push({ kind: 'buffers', text: 'its buffers', count: 1 })
    return found
  }

  private mappingsIn(index: number, cursor: number): Contributor[] {
    return this.layout.mms.flatMap((mm) =>
      mm.ptes.flatMap((pte, address): Contributor[] =>
        this.pageOf(targetOf(this.value(pte, cursor)), cursor) === index
          ? [{ kind: 'page table', text: `page table of ${mm.name}, entry ${address}`, count: 1 }]
          : [],
      ),
    )
  }

  private swapEntriesIn(slot: number, cursor: number): Contributor[] {
    const entries = this.layout.mms.flatMap((mm) =>
      mm.ptes.flatMap((pte, address): Contributor[] =>
        targetOf(this.value(pte, cursor)) === `swap:${slot}` ? [{ kind: 'page table', text: `page table of ${mm.name}, entry ${address}`, count: 1 }] : [],
      ),
    )
    const cached = this.layout.swap?.file.pages[slot]?.slot ?? null
    const isCached = cached !== null && this.value(cached, cursor) !== null
    return isCached ? [{ kind: 'swap cache', text: `swap cache, slot ${slot}`, count: 1 }, ...entries] : entries
  }

  private value(object: number, cursor: number): PlainValue {
    return valueOf(this.timeline.contentAt(object, cursor).value)
  }

  private isLive(page: number, cursor: number): boolean {
    const pool = this.timeline.contentAt(this.layout.memory, cursor).value
    return pool.kind === 'pool' && pool.members[page]?.live === true
  }

  /** Number of the page that a value is a pointer to; -1 if it is none, or points to an earlier use of its memory. */
  private pageOf(value: PlainValue, cursor: number): number {
    if (!isReference(value)) return -1
    const page = this.layout.pages.findIndex(({ name }) => name === value.name)
    const pool = this.timeline.contentAt(this.layout.memory, cursor).value
    if (page < 0 || pool.kind !== 'pool') return -1
    const member = pool.members[page]
    return value.use === undefined || (member?.live === true && member.uses === value.use) ? page : -1
  }

  /** The same, of the head of a compound page if it is the tail of one. */
  private headOf(value: PlainValue, cursor: number): number {
    const page = this.pageOf(value, cursor)
    if (page < 0) return -1
    const head = this.value((this.layout.pages[page] as PageLayout).compound_head, cursor)
    return isReference(head) ? this.pageOf(head, cursor) : page
  }
}

/** What an entry of a page table, or of a page middle directory, points to. */
function targetOf(entry: PlainValue): PlainValue {
  return Array.isArray(entry) ? (entry as readonly PlainValue[])[0] : null
}

function isReference(value: PlainValue): value is Reference {
  return typeof value === 'object' && value !== null && 'name' in value
}

/** Without one that the task holds; if it holds none, without the oldest of the others: that was handed over. */
function without(held: readonly Held[], task: number): readonly Held[] {
  const own = held.findLastIndex((one) => one.task === task)
  const given = own >= 0 ? own : 0
  return held.filter((_one, i) => i !== given)
}

function total(contributors: readonly Contributor[]): number {
  return contributors.reduce((sum, { count }) => sum + count, 0)
}

function at(ledgers: readonly Ledger[] | undefined, cursor: number): readonly Contributor[] {
  return ledgers?.findLast(({ since }) => since <= cursor)?.contributors ?? []
}
