/**
 * What the oracle says of calls that move the rest of a file: collapsing and inserting ranges. It looks, and makes no steps.
 *
 * Words that nobody else changes meanwhile are where they have to be when the call returns. A store or write(2) during the call comes
 * before or after it: what it stored must be found where it was stored or where that has been moved to, and every word must be what is
 * moved there or what was stored; from then on it is what is found.
 */
import type { Cell } from '../engine/index.js'
import type { Kernel } from './kernel.js'
import { ANYTHING, MANY, UNKNOWN, isSettled, type Expected, type Settled } from './expectations.js'
import { ZERO, type AddressSpace } from './include/linux/mm-types.js'
import { inodeOf, onDisk } from './fs/block-map.js'
import { wordOf } from './block/blocks.js'

const ZEROS: Settled = [ZERO, 'zeroed']

export const shiftObservations = {
  /** The call begins to change all words from block `first` on. @returns what is expected of them, to be handed to `oracle_shift_ends` */
  oracle_shift_begins(k: Kernel, call: string, file: AddressSpace, first: number): readonly Expected[] {
    return wordsFrom(k, file, first).map((cell) => {
      const before = cell.get()
      cell.set(isSettled(before) ? [1, call, ''] : [before[0] + 1, '', before[2] ?? ''])
      return before
    })
  },

  /** It has returned: blocks `first` to before `end` were taken out or put in, what is behind has moved by `by`; nothing has if it failed. */
  oracle_shift_ends(k: Kernel, call: string, file: AddressSpace, first: number, end: number, by: number, begun: readonly Expected[], done: boolean): void {
    const { blocks_per_page, i_size } = inodeOf(file)
    const each = k.config.words / blocks_per_page
    const cells = wordsFrom(k, file, first)
    const met = cells.map((cell) => cell.get())
    const seen = cells.map((_cell, w) => wordNow(k, file, first * each + w))
    const moved = done ? by * each : 0
    const removed = done && by < 0 ? (end - first) * each : 0
    const size = ((typeof i_size === 'number' ? i_size : i_size.get()) - first) * each

    /** What is stored at a word while the call runs; '' for nothing, MANY if that is not known. */
    const storedAt = (w: number): string => {
      const now = met[w]
      if (now === undefined || isSettled(now) || now[1] === call) return ''
      return now[0] > 1 || now[2] === '' ? MANY : (now[2] ?? MANY)
    }
    /** What was expected of a word when the call began; outside the range there is a hole. */
    const before = (w: number): Settled => {
      const was = begun[w] ?? ZEROS
      return isSettled(was) ? was : UNKNOWN
    }

    met.forEach((_now, w) => {
      const value = storedAt(w)
      if (value === '' || value === MANY || w < removed) return
      const places = [w + moved, w].filter((place) => place < size)
      if (places.length > 0 && places.every((place) => seen[place] !== value && seen[place] !== null)) {
        k.world.warn('data-lost', 'what was stored is lost: it is neither where it was stored nor where it has been moved to')
      }
    })

    cells.forEach((cell, w) => {
      const now = met[w]
      if (now === undefined || isSettled(now)) return
      if (now[0] > 1) {
        cell.set([now[0] - 1, ''])
        return
      }
      const source = w - moved
      const legal = [before(source)[0], storedAt(source), storedAt(w)].filter((value, i) => i === 0 || value !== '')
      if (legal.length === 1) cell.set(before(source))
      else cell.set(w >= size || legal.includes(MANY) || legal.includes(ANYTHING) ? UNKNOWN : foundAs(k, seen[w] ?? ANYTHING, legal))
    })
  },
}

/** A word that may be one of several is what it is found to be. */
function foundAs(k: Kernel, seen: string, legal: readonly string[]): Settled {
  if (seen === ANYTHING) return UNKNOWN
  if (!legal.includes(seen)) {
    k.world.warn('data-stale', 'where something has been moved to, there is neither that nor what was stored')
    return UNKNOWN
  }
  return [seen, seen === ZERO ? 'zeroed' : 'stored']
}

function wordsFrom(k: Kernel, file: AddressSpace, first: number): readonly Cell<Expected>[] {
  const words = k.expectations.ofFile(file)?.words.flat() ?? []
  return words.slice(first * (k.config.words / inodeOf(file).blocks_per_page))
}

/** What a reader of a word finds now; null while its page is being read. */
function wordNow(k: Kernel, file: AddressSpace, word: number): string | null {
  const { words } = k.config
  const index = Math.floor(word / words)
  const page = file.slots[index]?.get() ?? null
  if (page === null) return onDisk(file, index, word % words, words)
  return page.flags.test('PG_uptodate') ? wordOf(page.words, word % words).get() : null
}
