/**
 * What user code may rely on, checked by the model: programs state no expectations of their own.
 *
 * Of each word that user code can see the oracle knows what it must be, or that it may be anything. Private memory has its
 * expectations by area, page and word; a shared mapping of a file has those of the file. By the manual pages:
 *
 * - **store, write(2)**: the word is what was stored last, until a call below covers it (mmap(2)).
 * - **read(2) with O_DIRECT** (open(2)): while it runs, and until io_getevents(2) has told of its end if it is asynchronous, the
 *   words of its buffer may be anything. Once it has returned, they are what the device held, unless the device's content
 *   changed meanwhile, or user code itself interfered: stored to the word, read into it twice at a time, freed or unmapped it.
 *   Then the word may be anything.
 * - **madvise(MADV_FREE)** (madvise(2)): while it runs and afterwards a word may be anything: its old content until the kernel
 *   frees the page, zero after that. A store that comes after it cancels it: the word is not freed any more. A direct read
 *   counts as such a store (the thread's question): the caller asked for it.
 * - **madvise(MADV_DONTNEED)**: anything while it runs; then zero in private anonymous memory, what it was in shared memory.
 * - **munmap, mmap**: anything while they run; new anonymous memory is zero.
 * - **fork**: the child's words are the parent's, except those that changed or were being read into during the fork: these may
 *   be anything in the child. The parent keeps what it has. open(2) warns of direct reads into private memory that run during
 *   a fork; that the parent may lose data then is nevertheless reported, for it is what the threads ask about.
 * - **fsync, msync**: once it has returned, the device has each word that was not changed since the call began.
 * - **truncate, punching a hole**: anything while they run; zero afterwards.
 *
 * Each store should have a value of its own. Data that begin with the name of a file, an area or a process and a colon or dot
 * are known as theirs: where they turn up elsewhere they are foreign.
 */
import type { Cell, FailureKind } from '../engine/index.js'
import type { Kernel } from './kernel.js'
import { ZERO, type AddressSpace, type Page, type Vma } from './include/linux/mm-types.js'
import { pteOf, pte_page, pte_write } from './include/linux/pgtable.js'
import { ANYTHING, UNKNOWN, isSettled, storedMeanwhile, type Expected, type Settled, type Unsettled } from './expectations.js'

/** The part of a word that names whose it is. */
const ownerOf = (word: string): string => word.split(/[:.]/)[0] ?? ''

export const oracleInlines = {
  /** page_mkwrite or write_begin has prepared a page of a file for being changed. */
  note_prepared(k: Kernel, page: Page): void {
    if (k.config.mkwriteLedger) k.oracle_prepared(page)
  },

  /** clear_page_dirty_for_io has write-protected a page: whoever changes it has to prepare it first. */
  note_write_protected(k: Kernel, page: Page): void {
    if (k.config.mkwriteLedger) k.oracle_write_protected(page)
  },

  /** A page of a file is dirtied. */
  note_dirtied(k: Kernel, page: Page): void {
    if (k.config.mkwriteLedger) k.oracle_dirtied(page)
  },

  /** User code stores `value` to a word of the `page`th page of an area. Part of the step of the store. */
  oracle_store(k: Kernel, vma: Vma, page: number, word: number, value: string): void {
    if (k.config.promises) stored(wordIn(k.expectations.ofPage(vma, page), word), value)
  },

  /** User code loads a word of the `page`th page of an area and sees `seen`. Part of the step of the load. */
  oracle_load(k: Kernel, vma: Vma, page: number, word: number, seen: string): void {
    if (!k.config.promises) return
    const expected = wordIn(k.expectations.ofPage(vma, page), word).get()
    if (isSettled(expected) && expected[0] !== ANYTHING) {
      if (expected[0] !== seen) k.world.warn(...mismatch(k, vma, expected, seen))
    } else if (isForeignCopy(k, vma, seen)) {
      k.world.warn('data-foreign', `through a private mapping of ${vma.file?.name ?? ''} user code sees data of ${ownerOf(seen)}`)
    }
  },
}

/** None of these is a step: each takes place with the step before it. */
export const oracleObservations = {
  /**
   * read(2) into pages of an area begins.
   * @returns what the device holds now, to be handed to `oracle_read_ends`
   */
  oracle_read_begins(k: Kernel, call: string, file: AddressSpace, block: number, vma: Vma, first: number, pages: number): readonly string[] {
    begin(wordsOf(k, vma, first, pages), call)
    return held(file, block, pages)
  },

  /** The read has returned; `begun` is what the device held when it began. */
  oracle_read_ends(k: Kernel, call: string, file: AddressSpace, block: number, vma: Vma, first: number, pages: number, begun: readonly string[]): void {
    const now = held(file, block, pages)
    end(wordsOf(k, vma, first, pages), call, (i) => (begun[i] === now[i] ? [now[i] ?? ZERO, 'read'] : UNKNOWN))
  },

  /** A read that failed has returned. */
  oracle_read_failed(k: Kernel, call: string, vma: Vma, first: number, pages: number): void {
    end(wordsOf(k, vma, first, pages), call, () => UNKNOWN)
  },

  /** A call that takes pages of an area away begins: madvise, munmap. Shared mappings keep their content in the file. */
  oracle_free_begins(k: Kernel, call: string, vma: Vma, first: number, pages: number): void {
    if (isPrivate(vma)) begin(wordsOf(k, vma, first, pages), call)
  },

  /** It has returned. `becomes`: zero, or anything. */
  oracle_free_ends(k: Kernel, call: string, vma: Vma, first: number, pages: number, becomes: 'zero' | 'anything'): void {
    if (isPrivate(vma)) end(wordsOf(k, vma, first, pages), call, () => (becomes === 'zero' && vma.file === null ? [ZERO, 'zeroed'] : UNKNOWN))
  },

  /** A driver has filled a page with `value`, which it was asked for like a read; null if it could not. */
  oracle_filled(k: Kernel, call: string, vma: Vma, page: number, value: string | null): void {
    end(wordsOf(k, vma, page, 1), call, () => (value === null ? UNKNOWN : [value, 'read']))
  },

  /** mmap(2) has returned a new area. */
  oracle_mmap(k: Kernel, vma: Vma): void {
    if (vma.file !== null) return
    for (const cell of wordsOf(k, vma, 0, vma.pages)) cell.set([ZERO, 'zeroed'])
  },

  /** fork(2) begins for an area. @returns what is expected of it, to be handed to `oracle_fork_ends` */
  oracle_fork_begins(k: Kernel, vma: Vma): readonly Expected[] {
    return wordsOf(k, vma, 0, vma.pages).map((cell) => cell.get())
  },

  /** The child has its copy. */
  oracle_fork_ends(k: Kernel, vma: Vma, child: Vma, begun: readonly Expected[]): void {
    const words = wordsOf(k, child, 0, child.pages)
    wordsOf(k, vma, 0, vma.pages).forEach((cell, i) => {
      const now = cell.get()
      wordIn(words, i).set(isSettled(now) && same(now, begun[i]) ? now : UNKNOWN)
    })
  },

  /** write(2), truncate or a punched hole begins to change pages of a file. */
  oracle_change_begins(k: Kernel, call: string, file: AddressSpace, first: number, pages: number): void {
    begin(wordsOfFile(k, file, first, pages), call)
  },

  /** It has returned; the words are `content` now, or anything if it failed. */
  oracle_change_ends(k: Kernel, call: string, file: AddressSpace, first: number, pages: number, content: string | null): void {
    end(wordsOfFile(k, file, first, pages), call, () => (content === null ? UNKNOWN : [content, content === ZERO ? 'zeroed' : 'stored']))
  },

  /** fsync or msync begins. @returns what is expected of the file, to be handed to `oracle_sync_ends` */
  oracle_sync_begins(k: Kernel, file: AddressSpace): readonly Expected[] {
    return wordsOfFile(k, file, 0, file.slots.length).map((cell) => cell.get())
  },

  /** It has returned: what was expected then, and still is, must be on the device. */
  oracle_sync_ends(k: Kernel, file: AddressSpace, begun: readonly Expected[]): void {
    const blocks = held(file, 0, file.slots.length)
    wordsOfFile(k, file, 0, file.slots.length).forEach((cell, i) => {
      const now = cell.get()
      if (!isSettled(now) || now[0] === ANYTHING || !same(now, begun[i]) || blocks[i] === now[0]) return
      k.world.warn('data-lost', `after fsync the device does not have ${nameOf(now)}`)
    })
  },

  /** A device has taken `content` from a page to write it to a block of a file. */
  oracle_written(k: Kernel, file: AddressSpace, block: number, word: number, content: string): void {
    const expected = k.expectations.ofFile(file)?.words[block]?.[word]?.get()
    if (expected === undefined || !isSettled(expected) || expected[0] === ANYTHING || expected[0] === content) return
    const owner = ownerOf(content)
    if (owner === file.name || owner === ownerOf(expected[0]) || !k.expectations.isOwner(owner)) return
    k.world.warn('data-foreign', `data of ${owner} is written to a block of ${file.name}`)
  },

  /** What is in a page now. */
  oracle_words(_k: Kernel, page: Page): readonly string[] {
    return page.words.map((word) => word.get())
  },

  /**
   * A device has taken the last word of a page for a block: it must have seen the page as it was at some moment, unless user
   * code has stored to it meanwhile.
   */
  oracle_transferred(k: Kernel, page: Page, file: AddressSpace, block: number, before: readonly string[], taken: readonly string[]): void {
    const now = page.words.map((word) => word.get())
    const expected = wordsOfFile(k, file, block, 1).map((cell) => cell.get())
    const stored = now.some((word, w) => word !== before[w] && !changedByRead(expected[w]))
    if (stored || now.every((word, w) => word === taken[w]) || before.every((word, w) => word === taken[w])) return
    k.world.warn('data-torn', 'a block is written that mixes two states of its page')
  },

  /** A write is submitted to the file system of a file. */
  oracle_submitted(k: Kernel, file: AddressSpace): void {
    if (k.super_blocks.get(file)?.frozen.get() === true) k.world.warn('assertion', 'a frozen file system is written to')
  },

  oracle_prepared(k: Kernel, page: Page): void {
    preparedOf(k, page)?.set(true)
  },

  oracle_write_protected(k: Kernel, page: Page): void {
    preparedOf(k, page)?.set(false)
  },

  oracle_dirtied(k: Kernel, page: Page): void {
    if (isUnprepared(k, page)) k.world.warn('assertion', 'a page is dirtied that was not prepared since it was last write-protected')
  },

  /** User code prints a word: `printed` shows all of them, in order. */
  user_print(_k: Kernel, printed: Cell<string>, word: string): void {
    const before = printed.get()
    printed.set(before === '' ? word : `${before} ${word}`)
  },
}

/** Whether a page of a file is neither prepared for a change nor mapped for stores. */
export function isUnprepared(k: Kernel, page: Page): boolean {
  const mapping = k.page_mapping(page)
  const prepared = preparedOf(k, page)
  if (mapping === null || prepared === undefined || prepared.get()) return false
  const index = page.index.get()
  return mapping.i_mmap.all().every((vma) => {
    const address = vma.start + index - vma.pgoff
    if (address < vma.start || address >= vma.start + vma.pages) return true
    const pte = pteOf(vma.mm, address).get()
    const mapped = pte_page(pte)
    return !pte_write(pte) || mapped === null || !k.memory.same(mapped, page)
  })
}

function preparedOf(k: Kernel, page: Page): Cell<boolean> | undefined {
  const mapping = k.page_mapping(page)
  return mapping === null ? undefined : k.expectations.ofFile(mapping)?.prepared[page.index.get()]
}

function stored(cell: Cell<Expected>, value: string): void {
  const before = cell.get()
  cell.set(isSettled(before) ? [value, 'stored'] : storedMeanwhile(before, value, before[0]))
}

/** A call begins to change words: if another is under way, neither can be relied on. */
function begin(cells: readonly Cell<Expected>[], call: string): void {
  for (const cell of cells) {
    const before = cell.get()
    cell.set(isSettled(before) ? [1, call] : [before[0] + 1, ''])
  }
}

/** The call has returned: words are what it made of them if nothing else interfered. */
function end(cells: readonly Cell<Expected>[], call: string, result: (i: number) => Settled): void {
  cells.forEach((cell, i) => {
    const before = cell.get()
    if (isSettled(before)) return
    const [calls, sole] = before
    const after: Settled | Unsettled = calls > 1 ? [calls - 1, ''] : sole === call ? result(i) : UNKNOWN
    cell.set(after)
  })
}

/** Whether a word that has changed was changed by a direct read, with nothing of the user's own in between. */
function changedByRead(expected: Expected | undefined): boolean {
  if (expected === undefined) return false
  return isSettled(expected) ? expected[1] === 'read' : expected[1] !== ''
}

/** Whether what a private mapping of a file with an extent map shows is another file's: its copies are made of this file's pages. */
function isForeignCopy(k: Kernel, { file, shared, name, mm }: Vma, seen: string): boolean {
  const owner = ownerOf(seen)
  return (file?.inode ?? null) !== null && !shared && ![file?.name, name, mm.name].includes(owner) && k.expectations.isOwner(owner)
}

function isPrivate(vma: Vma): boolean {
  return vma.file === null || !vma.shared
}

function same(x: Expected, y: Expected | undefined): boolean {
  return x[0] === y?.[0] && x[1] === y[1]
}

/** What the device holds of consecutive blocks, word by word. */
function held(file: AddressSpace, first: number, blocks: number): readonly string[] {
  return file.blocks.slice(first, first + blocks).flatMap((words) => words.map((word) => word.get()))
}

function wordsOf(k: Kernel, vma: Vma, first: number, pages: number): readonly Cell<Expected>[] {
  if (!k.config.promises) return []
  return Array.from({ length: pages }, (_, i) => k.expectations.ofPage(vma, first + i)).flat()
}

function wordsOfFile(k: Kernel, file: AddressSpace, first: number, pages: number): readonly Cell<Expected>[] {
  return k.expectations.ofFile(file)?.words.slice(first, first + pages).flat() ?? []
}

function wordIn(words: readonly Cell<Expected>[], word: number): Cell<Expected> {
  const cell = words[word]
  if (cell === undefined) throw new RangeError(`there is no word ${word}: a page has ${words.length}`)
  return cell
}

function nameOf([, origin]: Settled): string {
  return origin === 'read' ? 'what read(2) returned' : origin === 'stored' ? 'what was stored' : 'the zeros that were there'
}

/** What to call it when a load sees the wrong thing. */
function mismatch(k: Kernel, vma: Vma, expected: Settled, seen: string): [kind: FailureKind, message: string] {
  const [word, origin] = expected
  const what = nameOf(expected)
  if (seen === ZERO) return ['data-lost', `${what} is lost: a load sees zeros`]
  if (isForeign(k, vma, word, seen)) return ['data-foreign', `in place of ${what} a load sees data of somebody else`]
  if (origin === 'zeroed') return ['data-stale', `in place of ${what} a load sees other content`]
  if (origin === 'read' && ownerOf(seen) === ownerOf(word)) return ['data-stale', `in place of ${what} a load sees other content of the device`]
  return ['data-lost', `${what} is lost: a load sees other content`]
}

/** Data of a file, area or process that has nothing to do with what is expected, nor with the area. */
function isForeign(k: Kernel, vma: Vma, word: string, seen: string): boolean {
  const owner = ownerOf(seen)
  if (!k.expectations.isOwner(owner) || owner === ownerOf(word) || owner === vma.file?.name) return false
  for (let area: Vma | null = vma; area !== null; area = area.copy_of) if (owner === area.name || owner === area.mm.name) return false
  return true
}
