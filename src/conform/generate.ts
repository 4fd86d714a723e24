import { Random } from '../engine/random.js'
import { ANON_PAGES, MAIN_PAGES, MAIN_PAGES_MAX, OTHER_PAGES, PAGE_WORDS } from './geometry.js'
import type { Access, FileName, MappingName, Operation, Place, Sequence } from './sequence.js'

/** Changes whenever a seed gives another sequence than before. */
export const GENERATOR_VERSION = 1

const PAGES_OF: Record<MappingName, number> = { shared: MAIN_PAGES, private: MAIN_PAGES, other: OTHER_PAGES, anon: ANON_PAGES }

/** The sequence of a seed: always the same. Step n writes the value n + 1. */
export function generate(seed: number, length = 20): Sequence {
  const draw = new Draw(seed)
  const steps: Operation[] = []
  for (let step = 0; step < length; step++) steps.push(draw.operation(step, mainWordsAtMost(steps)))
  return { seed, steps }
}

/** The main file is never larger than this after these steps, whatever they return. In words. */
export function mainWordsAtMost(steps: readonly Operation[]): number {
  return steps.reduce((size, step) => {
    switch (step.op) {
      case 'pwrite':
      case 'pwrite-direct':
        return step.op === 'pwrite' && step.file === 'other' ? size : Math.max(size, step.offset + step.length)
      case 'ftruncate':
        return step.file === 'other' || step.readOnly === true || step.size < 0 ? size : step.size
      case 'fallocate':
        if (step.file === 'other' || step.readOnly === true) return size
        if (step.mode === 'INSERT_RANGE') return size + step.length
        return step.mode === 'ALLOCATE' || step.mode === 'ZERO_RANGE' ? Math.max(size, step.offset + step.length) : size
      default:
        return size
    }
  }, 0)
}

type Maker = (draw: Draw, value: number) => Operation

/** Weights of what is drawn. A few calls in a hundred are wrong in some way, for their error numbers. */
const MAKERS: readonly (readonly [weight: number, make: Maker])[] = [
  [70, (d, value) => ({ op: 'pwrite', file: d.mostly('main'), ...d.range(), value })],
  [40, (d) => ({ op: 'pread', file: d.mostly('main'), ...d.range() })],
  [60, (d, value) => d.store(d.fileMapping(), value)],
  [40, (d) => d.load(d.fileMapping())],
  [14, (d, value) => d.store('anon', value)],
  [8, (d) => d.load('anon')],
  [25, (d) => ({ op: 'msync', ...d.pagesOf(d.fileMapping()), flags: d.chance(4, 5) ? 'SYNC' : d.oneOf(['ASYNC', 'INVALIDATE']) })],
  [24, (d) => ({ op: 'fsync', file: d.mostly('main') })],
  [4, (d) => ({ op: 'fdatasync', file: d.mostly('main') })],
  [12, (d) => ({ op: 'sync_file_range', file: d.mostly('main'), ...d.pieceOrAll(), flags: d.syncFlags() })],
  [22, (d) => ({ op: 'fadvise', file: d.mostly('main'), ...d.pieceOrAll(), advice: 'DONTNEED' })],
  [4, (d) => ({ op: 'fadvise', file: d.mostly('main'), ...d.pieceOrAll(), advice: 'WILLNEED' })],
  [30, (d) => ({ op: 'ftruncate', file: 'main', size: d.size() })],
  [4, (d) => ({ op: 'ftruncate', file: 'other', size: d.below(OTHER_PAGES * PAGE_WORDS + 1) })],
  [18, (d) => d.allocate('ALLOCATE')],
  [25, (d) => ({ op: 'fallocate', mode: 'PUNCH_HOLE', keepSize: true, ...d.hole() })],
  [18, (d) => d.allocate('ZERO_RANGE')],
  [7, (d) => ({ op: 'fallocate', mode: 'COLLAPSE_RANGE', keepSize: false, file: 'main', ...d.pages() })],
  [7, (d) => d.insert()],
  [30, (d, value) => ({ op: 'pwrite-direct', ...d.range(), from: { value } })],
  [28, (d) => ({ op: 'pread-direct', ...d.range(), into: 'heap' })],
  [16, (d) => ({ op: 'pwrite-direct', ...d.directPiece(), from: d.pageOf(d.mapping()) })],
  [20, (d) => ({ op: 'pread-direct', ...d.directPiece(), into: d.pageOf(d.mapping()) })],
  [8, (d) => ({ op: 'madvise', ...d.pagesOf(d.mapping()), advice: 'DONTNEED' })],
  [6, (d) => ({ op: 'madvise', ...d.pagesOf('anon'), advice: 'FREE' })],
  [14, (d) => ({ op: 'madvise', ...d.pagesOf(d.mapping()), advice: 'PAGEOUT' })],
  [3, (d) => ({ op: 'madvise', ...d.pagesOf(d.mapping()), advice: d.oneOf(['COLD', 'WILLNEED']) })],
  [6, (d) => ({ op: 'munmap', map: d.mapping() })],
  [8, (d) => ({ op: 'mmap', map: d.mapping() })],
  [9, (d, value) => d.fork(value)],
  [1, () => ({ op: 'drop_caches' })],
  [2, (d) => ({ op: 'set_dax', dax: d.chance(1, 2) })],
  [14, (d, value) => d.wrong(value)],
]
const WEIGHT = MAKERS.reduce((sum, [weight]) => sum + weight, 0)

class Draw {
  readonly #random: Random
  #mainWords = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  operation(step: number, mainWords: number): Operation {
    this.#mainWords = mainWords
    // An empty file has little to offer: half of the sequences start with one that has something in it.
    if (step === 0 && this.chance(1, 2)) return { op: 'pwrite', file: 'main', ...this.range(), value: 1 }
    let ticket = this.below(WEIGHT)
    const drawn = MAKERS.find(([weight]) => (ticket -= weight) < 0)
    if (drawn === undefined) throw new Error('the weights do not add up')
    return drawn[1](this, step + 1)
  }

  below(n: number): number {
    return this.#random.below(n)
  }

  chance(n: number, of: number): boolean {
    return this.below(of) < n
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  mostly(file: FileName): FileName {
    return this.chance(9, 10) ? file : 'other'
  }

  mapping(): MappingName {
    return this.oneOf(['shared', 'shared', 'private', 'other', 'anon', 'anon'])
  }

  fileMapping(): MappingName {
    return this.oneOf(['shared', 'shared', 'shared', 'shared', 'private', 'private', 'other'])
  }

  syncFlags(): 'WRITE' | 'WAIT_BEFORE' | 'WAIT_BEFORE|WRITE|WAIT_AFTER' {
    return this.oneOf(['WRITE', 'WAIT_BEFORE', 'WAIT_BEFORE|WRITE|WAIT_AFTER', 'WAIT_BEFORE|WRITE|WAIT_AFTER'])
  }

  /** Some words within the first pages of a file, short ones preferred. */
  range(): { offset: number; length: number } {
    const offset = this.below(MAIN_PAGES * PAGE_WORDS)
    const length = 1 + this.below(this.chance(1, 2) ? 3 : 18)
    return { offset, length: Math.min(length, MAIN_PAGES * PAGE_WORDS - offset) }
  }

  pages(): { offset: number; length: number } {
    const page = this.below(MAIN_PAGES)
    return { offset: page * PAGE_WORDS, length: (1 + this.below(Math.min(3, MAIN_PAGES - page))) * PAGE_WORDS }
  }

  pieceOrAll(): { offset: number; length: number } {
    return this.chance(2, 3) ? { offset: 0, length: 0 } : this.pages()
  }

  /** What a buffer that is a page of a mapping can take. */
  directPiece(): { offset: number; length: number } {
    return { offset: this.below(MAIN_PAGES) * PAGE_WORDS, length: this.chance(2, 3) ? PAGE_WORDS : 1 + this.below(3) }
  }

  hole(): { file: FileName; offset: number; length: number } {
    return { file: this.mostly('main'), ...(this.chance(1, 2) ? this.pages() : this.range()) }
  }

  size(): number {
    if (this.chance(1, 3)) return this.below(MAIN_PAGES + 1) * PAGE_WORDS
    return this.below(MAIN_PAGES * PAGE_WORDS + 1)
  }

  allocate(mode: 'ALLOCATE' | 'ZERO_RANGE'): Operation {
    return { op: 'fallocate', mode, keepSize: this.chance(1, 2), file: 'main', ...(this.chance(1, 2) ? this.pages() : this.range()) }
  }

  /** Only while the main file stays within what is observed. */
  insert(): Operation {
    const length = (this.chance(1, 3) ? 2 : 1) * PAGE_WORDS
    if (this.#mainWords + length > MAIN_PAGES_MAX * PAGE_WORDS) return { op: 'ftruncate', file: 'main', size: this.size() }
    return { op: 'fallocate', mode: 'INSERT_RANGE', keepSize: false, file: 'main', offset: this.below(MAIN_PAGES) * PAGE_WORDS, length }
  }

  /** The start of a page. */
  pageOf(map: MappingName): Place {
    return { map, word: this.below(PAGES_OF[map]) * PAGE_WORDS }
  }

  pagesOf(map: MappingName): Place & { length: number } {
    const page = this.below(PAGES_OF[map])
    const count = this.chance(1, 4) ? PAGES_OF[map] - page : 1 + this.below(Math.min(2, PAGES_OF[map] - page))
    return { map, word: page * PAGE_WORDS, length: count * PAGE_WORDS }
  }

  /** Words within one page. */
  withinPage(map: MappingName): Place & { length: number } {
    const start = this.chance(1, 2) ? 0 : this.below(PAGE_WORDS)
    const length = this.chance(1, 3) ? PAGE_WORDS - start : 1 + this.below(Math.min(2, PAGE_WORDS - start))
    return { map, word: this.below(PAGES_OF[map]) * PAGE_WORDS + start, length }
  }

  load(map: MappingName): Access {
    return { op: 'load', ...this.withinPage(map) }
  }

  store(map: MappingName, value: number): Access {
    return { op: 'store', ...this.withinPage(map), value }
  }

  fork(value: number): Operation {
    const accesses = Array.from({ length: 1 + this.below(3) }, () =>
      this.chance(1, 2) ? this.load(this.mapping()) : this.store(this.mapping(), value),
    )
    return { op: 'fork', accesses }
  }

  /** A call that is wrong in one way. */
  wrong(value: number): Operation {
    const skew = this.oneOf(['offset', 'length', 'memory'] as const)
    const wrongs: readonly (() => Operation)[] = [
      () => ({ op: 'pwrite', file: 'main', ...this.range(), value, readOnly: true }),
      () => ({ op: 'ftruncate', file: 'main', size: this.size(), readOnly: true }),
      () => ({ op: 'fallocate', file: 'main', mode: 'PUNCH_HOLE', keepSize: true, ...this.pages(), readOnly: true }),
      () => ({ op: 'pread-direct', ...this.range(), into: 'heap', skew }),
      () => ({ op: 'pwrite-direct', ...this.range(), from: { value }, skew }),
      () => ({ op: 'fallocate', file: 'main', mode: 'PUNCH_HOLE', keepSize: false, ...this.pages() }),
      () => ({ op: 'fallocate', file: 'main', mode: 'COLLAPSE_RANGE', keepSize: false, offset: this.below(30) * 2 + 1, length: PAGE_WORDS }),
      () => ({ op: 'fallocate', file: 'main', mode: 'INSERT_RANGE', keepSize: false, offset: MAIN_PAGES_MAX * PAGE_WORDS, length: PAGE_WORDS }),
      () => ({ op: 'fallocate', file: 'main', mode: this.oneOf(['ALLOCATE', 'PUNCH_HOLE']), keepSize: true, offset: 0, length: 0 }),
      () => ({ op: 'ftruncate', file: 'main', size: -1 }),
      () => ({ op: 'pread', file: 'main', offset: -1, length: 1 }),
      () => ({ op: 'pwrite', file: 'main', offset: -1, length: 1, value }),
      () => ({ op: 'sync_file_range', file: 'main', offset: -1, length: 1, flags: 'WAIT_BEFORE' }),
      () => ({ op: 'msync', map: 'shared', word: 1, length: PAGE_WORDS, flags: 'SYNC' }),
      () => ({ op: 'msync', map: 'shared', word: 0, length: PAGE_WORDS, flags: 'SYNC|ASYNC' }),
      () => ({ op: 'madvise', map: 'anon', word: 1, length: PAGE_WORDS, advice: 'DONTNEED' }),
      () => ({ op: 'madvise', ...this.pagesOf('shared'), advice: 'FREE' }),
    ]
    return this.oneOf(wrongs)()
  }
}
