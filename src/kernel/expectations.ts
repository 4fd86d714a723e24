/** What the oracle remembers: cells beside the machine that the kernel's code never sees. */
import type { Cell, World } from '../engine/index.js'
import { onDisk } from './fs/block-map.js'
import { ZERO, type AddressSpace, type Vma } from './include/linux/mm-types.js'

/** A word of which nothing is known. */
export const ANYTHING = '?'

/** More than one value was stored while a call moved words. */
export const MANY = '??'

/** What made a word what it must be: zeroed or empty memory, a store of user code or write(2), read(2). */
export type Origin = 'zeroed' | 'stored' | 'read'

/** The word must be this. */
export type Settled = readonly [word: string, origin: Origin]

/**
 * Calls are under way that change the word; `sole` names the only one, if nothing of the user's own came in between. While a call moves
 * words, `stored` is what has been stored meanwhile: '' for nothing, MANY if more than once.
 */
export type Unsettled = readonly [calls: number, sole: string, stored?: string]

export type Expected = Settled | Unsettled

export function isSettled(expected: Expected): expected is Settled {
  return typeof expected[0] === 'string'
}

/** Something was stored to a word that `calls` calls are changing still. */
export function storedMeanwhile([, , stored]: Unsettled, value: string, calls: number): Unsettled {
  return stored === undefined ? [calls, ''] : [calls, '', stored === '' && value !== ZERO ? value : MANY]
}

export const UNKNOWN: Settled = [ANYTHING, 'zeroed']

/** What is expected of a file that programs map. */
export interface FileExpectation {
  /** Of each page and word. */
  readonly words: readonly (readonly Cell<Expected>[])[]
  /** Whether each page was prepared for a change since it was last write-protected; empty unless the ledger is kept. */
  readonly prepared: readonly Cell<boolean>[]
}

/** Made at set-up, one for each machine. */
export class Expectations {
  private readonly areas = new Map<Vma, readonly (readonly Cell<Expected>[])[]>()
  private readonly files = new Map<AddressSpace, FileExpectation>()
  private readonly owners = new Set<string>()
  private readonly deleted = new Set<string>()

  constructor(
    private readonly world: World,
    private readonly words: number,
    private readonly mkwriteLedger: boolean,
  ) {}

  /** Makes what is expected of an area, and of the file that it maps. */
  addArea(vma: Vma): void {
    this.owners.add(vma.name).add(vma.mm.name)
    if (vma.file !== null && vma.shared) {
      const file = this.files.get(vma.file) ?? this.addFile(vma.file)
      this.areas.set(vma, file.words.slice(vma.pgoff, vma.pgoff + vma.pages))
    } else {
      const init: Settled = vma.file === null ? [ZERO, 'zeroed'] : UNKNOWN
      this.areas.set(vma, this.make(vma.name, vma.pages, () => init))
    }
  }

  addOwner(name: string): void {
    this.owners.add(name)
  }

  /** Whether data that begin with this name are those of a file, an area or a process. */
  isOwner(name: string): boolean {
    return this.owners.has(name)
  }

  /** A file that was there once: nobody may see its data any more, wherever they are. */
  addDeleted(name: string): void {
    this.deleted.add(name)
  }

  isDeleted(name: string): boolean {
    return this.deleted.has(name)
  }

  /** What is expected of the words of a page of an area. */
  ofPage(vma: Vma, page: number): readonly Cell<Expected>[] {
    const words = this.areas.get(vma)?.[page]
    if (words === undefined) throw new RangeError(`area ${vma.name} has no page ${page}: it has ${vma.pages}`)
    return words
  }

  /** What is expected of a file; undefined of one that nobody maps. */
  ofFile(file: AddressSpace): FileExpectation | undefined {
    return this.files.get(file)
  }

  /** Makes what is expected of a file: what is in its blocks. */
  addFile(file: AddressSpace): FileExpectation {
    const made: FileExpectation = {
      words: this.make(file.name, file.slots.length, (page, word) => {
        const cached = file.slots[page]?.get()?.words[word]?.get()
        const content = cached ?? (file.inode === null ? file.blocks[page]?.[word]?.get() : onDisk(file, page, word, this.words))
        return [content ?? ZERO, file.inode !== null && content === ZERO ? 'zeroed' : 'stored']
      }),
      prepared: this.mkwriteLedger ? file.slots.map((_slot, i) => this.world.ledger(`${file.name}.prepared${i}`, false)) : [],
    }
    this.files.set(file, made)
    return made
  }

  private make(name: string, pages: number, init: (page: number, word: number) => Settled): Cell<Expected>[][] {
    return Array.from({ length: pages }, (_p, page) =>
      Array.from({ length: this.words }, (_w, word) => this.world.ledger<Expected>(`${name}.expected${page}.${word}`, init(page, word))),
    )
  }
}
