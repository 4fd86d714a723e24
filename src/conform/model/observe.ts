/** What can be observed of the model, in the letters of the recordings. */
import type { AddressSpace, Page, Vma } from '../../kernel/include/linux/mm-types.js'
import { PageAnon, PageDirty, PageWriteback } from '../../kernel/include/linux/page-flags.js'
import { pteOf, pte_page } from '../../kernel/include/linux/pgtable.js'
import { hostOf } from '../../kernel/include/linux/host.js'
import { PageUptodate } from '../../kernel/mm/filemap-folio.js'
import { pagesText } from '../content.js'
import type { FileState, MemoryState } from '../record.js'
import type { Bench } from './bench.js'

const LETTER = { HOLE: 'h', DELALLOC: 'd', UNWRITTEN: 'U', WRITTEN: 'D' } as const

/** A word is a number: what nobody has written is 0. */
export const numberOf = (word: string): number => (word === '' ? 0 : Number(word))

/** Of the first `count` pages. */
export function fileState(file: AddressSpace, count: number): FileState {
  const { i_size, extents, disk } = hostOf(file)
  const size = i_size.get()
  const pages = file.slots.slice(0, count).map((slot) => slot.get())
  const blocks = extents.slice(0, count).map((cell) => cell.get())
  return {
    size,
    incore: pages.map((page) => (page !== null && PageUptodate(page) ? '1' : '0')).join(''),
    cache: pages.map(cacheLetter).join(''),
    blocks: blocks.map((extent) => LETTER[typeof extent === 'string' ? extent : extent[0]]).join(''),
    cached: pagesText(
      pages.map((page, i) => (page === null || !PageUptodate(page) ? null : wordsOf(page).slice(0, Math.max(0, size - i * page.words.length)))),
    ),
    disk: pagesText(
      blocks.map((extent) =>
        typeof extent !== 'string' && extent[0] === 'WRITTEN' ? (disk.blocks[extent[1]] ?? []).map((word) => numberOf(word.get())) : null,
      ),
    ),
  }
}

export function memoryState({ areas }: Bench): MemoryState {
  const own = entriesOf(areas.private)
  const anon = entriesOf(areas.anon)
  return {
    anon: anon.map(({ letter }) => (letter === 'a' ? 'p' : letter)).join(''),
    anonData: pagesText(anon.map(({ letter, page }) => (letter === 'a' && page !== null ? wordsOf(page) : null))),
    shared: lettersOf(areas.shared),
    private: own.map(({ letter }) => letter).join(''),
    privateData: pagesText(own.map(({ letter, page }) => (letter === 'a' && page !== null ? wordsOf(page) : null))),
    other: lettersOf(areas.other),
  }
}

function cacheLetter(page: Page | null): string {
  if (page === null) return '.'
  if (PageDirty(page)) return PageWriteback(page) ? 'x' : 'd'
  return PageWriteback(page) ? 'w' : 'c'
}

function wordsOf(page: Page): readonly number[] {
  return page.words.map((word) => numberOf(word.get()))
}

/** The page table of an area: `.` none, `f` a page of a file, `a` an anonymous one, `z` the zero page, `s` swapped out. */
export function lettersOf(vma: Vma): string {
  return entriesOf(vma)
    .map(({ letter }) => letter)
    .join('')
}

function entriesOf(vma: Vma): readonly { readonly letter: string; readonly page: Page | null }[] {
  return Array.from({ length: vma.pages }, (_, i) => {
    const pte = pteOf(vma.mm, vma.start + i).get()
    const page = pte_page(pte)
    if (page !== null) return { letter: PageAnon(page) ? 'a' : 'f', page }
    if (pte === null) return { letter: '.', page: null }
    return { letter: pte[0] === 'zero' ? 'z' : 's', page: null }
  })
}
