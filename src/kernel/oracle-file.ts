/**
 * What the oracle says of files whose blocks are freed and used again. It looks, and makes no steps.
 *
 * - A device writes to a block that the file does not own at that moment: `data-misplaced`.
 * - After an fsync the device has what users expect. When all tasks have ended, each word of a file that nothing has left open must
 *   be what a reader finds: in the page cache, or on the device if the page is not cached; and on the device too if the page is
 *   cached but clean.
 * - A delayed allocation in the map needs a dirty page above it, or nothing will ever allocate it (`assertion`).
 */
import type { Cell, FailureKind } from '../engine/index.js'
import type { Kernel } from './kernel.js'
import { ANYTHING, UNKNOWN, isSettled, storedMeanwhile, type Expected, type Settled } from './expectations.js'
import { ZERO, type AddressSpace, type Page, type Vma } from './include/linux/mm-types.js'
import type { AioRequest } from './include/linux/extent-map.js'
import { inodeOf, onDisk, stateOf } from './fs/block-map.js'
import { wordOf } from './block/blocks.js'
import { pteOf, pte_dirty, pte_page } from './include/linux/pgtable.js'

export const fileObservations = {
  /** A call begins to change blocks of a file. */
  oracle_blocks_begin(k: Kernel, call: string, file: AddressSpace, first: number, end: number): void {
    for (const cell of wordsOfBlocks(k, file, first, end)) {
      const before = cell.get()
      cell.set(isSettled(before) ? [1, call] : before[2] === undefined ? [before[0] + 1, ''] : [before[0] + 1, '', before[2]])
    }
  },

  /** It has returned: the words are `content` now if nothing else interfered; null if anything. */
  oracle_blocks_end(k: Kernel, call: string, file: AddressSpace, first: number, end: number, content: string | null): void {
    for (const cell of wordsOfBlocks(k, file, first, end)) {
      const before = cell.get()
      if (isSettled(before)) continue
      const [calls, sole] = before
      const after: Settled = content === null ? UNKNOWN : [content, content === ZERO ? 'zeroed' : 'stored']
      if (calls > 1) cell.set(storedMeanwhile(before, content ?? ZERO, calls - 1))
      else cell.set(sole === call ? after : UNKNOWN)
    }
  },

  /** truncate begins: private copies of pages beyond `size`, in blocks, go. */
  oracle_copies_begin(k: Kernel, call: string, file: AddressSpace, size: number): void {
    for (const [vma, first] of copiesBeyond(file, size)) k.oracle_free_begins(call, vma, first, vma.pages - first)
  },

  /** It has returned. */
  oracle_copies_end(k: Kernel, call: string, file: AddressSpace, size: number): void {
    for (const [vma, first] of copiesBeyond(file, size)) k.oracle_free_ends(call, vma, first, vma.pages - first, 'anything')
  },

  /** read(2) begins. @returns what is expected now, to be handed to `oracle_pread_ends` */
  oracle_pread_begins(k: Kernel, file: AddressSpace, index: number): readonly Expected[] {
    return k.expectations.ofFile(file)?.words[index]?.map((cell): Expected => cell.get()) ?? []
  },

  /** It has returned `seen`: what was expected all the time must be there. */
  oracle_pread_ends(k: Kernel, file: AddressSpace, index: number, begun: readonly Expected[], seen: readonly string[]): void {
    k.expectations.ofFile(file)?.words[index]?.forEach((cell, w) => {
      const owner = ownerOf(seen[w] ?? ZERO)
      if (k.expectations.isDeleted(owner)) k.world.warn('data-foreign', `read(2) sees data of ${owner}, which has been deleted`)
      const now = cell.get()
      const before = begun[w]
      if (!isSettled(now) || before === undefined || !isSettled(before)) return
      if (sameAs(now, before)) warnOf(k, mismatch(k, file, now, seen[w] ?? ZERO, 'read(2) sees'))
      // It has changed meanwhile: still it was never data of another file.
      else if (before[0] !== ANYTHING && seen[w] !== before[0]) warnOf(k, foreign(k, file, now, seen[w] ?? ZERO, 'read(2) sees'))
    })
  },

  /** There is an event for asynchronous direct I/O, which has read `words`. */
  oracle_aio_ends(k: Kernel, [op, file, index, , content, , , call, begun]: AioRequest, words: readonly string[]): void {
    const { blocks_per_page } = inodeOf(file)
    if (op === 'READ') k.oracle_pread_ends(file, index, begun, words)
    else k.oracle_blocks_end(call, file, index * blocks_per_page, (index + 1) * blocks_per_page, content)
  },

  /** fsync has returned: what was expected when it began (`oracle_sync_begins`), and still is, must be on the device. */
  oracle_file_synced(k: Kernel, file: AddressSpace, begun: readonly Expected[]): void {
    const { words } = k.config
    k.expectations.ofFile(file)?.words.flat().forEach((cell, i) => {
      const now = cell.get()
      if (!isSettled(now) || !sameAs(now, begun[i])) return
      const seen = onDisk(file, Math.floor(i / words), i % words, words)
      warnOf(k, mismatch(k, file, now, seen, 'after fsync on the device there is'))
    })
  },

  /** A device writes to a block on behalf of a file. */
  oracle_block_written(k: Kernel, file: AddressSpace, block: number): void {
    const state = stateOf(inodeOf(file).disk, block).get()
    if (state[0] === 'OWNED' && state[1] === file.name) return
    const whose = state[0] === 'OWNED' ? `that belongs to ${state[1]}` : 'that it has given back'
    k.world.warn('data-misplaced', `a page of ${file.name} is written to a block ${whose}`)
  },
}

export const fileOracleInlines = {
  /** In `finally`: what users find in the files, now that everybody has ended. */
  check_files(k: Kernel, files: readonly AddressSpace[]): void {
    for (const file of files) {
      file.slots.forEach((slot, index) => {
        const page = slot.get()
        k.expectations.ofFile(file)?.words[index]?.forEach((cell, w) => {
          const expected = cell.get()
          if (!isSettled(expected)) return
          const wrong =
            (page === null ? null : mismatch(k, file, expected, wordOf(page.words, w).get(), 'in memory there is')) ??
            (page !== null && isDirty(k, file, index, page)
              ? null
              : mismatch(k, file, expected, onDisk(file, index, w, k.config.words), 'on the device there is'))
          if (wrong !== null) k.world.fail(...wrong)
        })
      })
    }
  },

  /** In `finally`: whether every delayed allocation will be used some time. */
  check_reservations(k: Kernel, files: readonly AddressSpace[]): void {
    k.world.assert(!files.some((file) => hasStrayDelalloc(k, file)), 'a delayed allocation is left without a dirty page above it')
  },
}

/** Areas that map pages wholly beyond `size`, in blocks, privately, and the first of these pages in each. */
function copiesBeyond(file: AddressSpace, size: number): readonly (readonly [vma: Vma, first: number])[] {
  const { mappings, blocks_per_page } = inodeOf(file)
  return mappings.flatMap((vma) => {
    const first = Math.max(Math.ceil(size / blocks_per_page) - vma.pgoff, 0)
    return vma.shared || first >= vma.pages ? [] : [[vma, first] as const]
  })
}

/** The part of a word that names whose it is. */
function ownerOf(word: string): string {
  return word.split(/[:.]/)[0] ?? ''
}

function sameAs(x: Expected, y: Expected | undefined): boolean {
  return x[0] === y?.[0] && x[1] === y[1]
}

function warnOf(k: Kernel, met: readonly [kind: FailureKind, message: string] | null): void {
  if (met !== null) k.world.warn(...met)
}

function mismatch(k: Kernel, file: AddressSpace, expected: Settled, seen: string, where: string): readonly [kind: FailureKind, message: string] | null {
  const [word, origin] = expected
  if (word === ANYTHING || word === seen) return null
  const what = whatOf(expected)
  if (origin === 'zeroed') return foreign(k, file, expected, seen, where) ?? ['data-stale', `in place of ${what} ${where} what was there before`]
  return foreign(k, file, expected, seen, where) ?? ['data-lost', `${what} is lost: ${where} ${seen === ZERO ? 'zeros' : 'what was there before'}`]
}

/** Data of another file where something else is expected. */
function foreign(k: Kernel, file: AddressSpace, expected: Settled, seen: string, where: string): readonly [kind: FailureKind, message: string] | null {
  const [word] = expected
  const owner = ownerOf(seen)
  if (word === ANYTHING || word === seen || seen === ZERO || owner === file.name || !k.expectations.isOwner(owner)) return null
  return ['data-foreign', `in place of ${whatOf(expected)} ${where} data of ${owner}`]
}

function whatOf([, origin]: Settled): string {
  return origin === 'zeroed' ? 'the zeros of a hole' : 'what was stored'
}

function isDirty(k: Kernel, file: AddressSpace, index: number, page: Page): boolean {
  if (page.flags.test('PG_dirty')) return true
  return inodeOf(file).mappings.some(({ mm, start, pgoff, pages }) => {
    if (index < pgoff || index >= pgoff + pages) return false
    const pte = pteOf(mm, start + index - pgoff).get()
    const mapped = pte_page(pte)
    return pte_dirty(pte) && mapped !== null && k.memory.same(mapped, page)
  })
}

function hasStrayDelalloc(k: Kernel, file: AddressSpace): boolean {
  const { extents, blocks_per_page } = inodeOf(file)
  return extents.some((extent, block) => {
    const index = Math.floor(block / blocks_per_page)
    const page = file.slots[index]?.get() ?? null
    return extent.get() === 'DELALLOC' && (page === null || !isDirty(k, file, index, page))
  })
}

function wordsOfBlocks(k: Kernel, file: AddressSpace, first: number, end: number): readonly Cell<Expected>[] {
  const words = k.expectations.ofFile(file)?.words.flat() ?? []
  const each = k.config.words / inodeOf(file).blocks_per_page
  return words.slice(first * each, end * each)
}
