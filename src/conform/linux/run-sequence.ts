import { closeSync, openSync, readSync } from 'node:fs'
import { contentText, contentWords, pagesText, wordsOf } from '../content.js'
import { ANON_PAGES, MAIN_PAGES_MAX, OTHER_PAGES, PAGE_BYTES } from '../geometry.js'
import type { FileState, MemoryState, Observation, Outcome, SequenceRecord } from '../record.js'
import { FILES, type Access, type FileName, type Operation, type Sequence } from '../sequence.js'
import { Actor, ActorCode } from './actor.js'
import { CallMaker, type Calls } from './calls.js'
import { endState, PAGES } from './end-state.js'
import { Hands } from './hands.js'
import type { Libc } from './libc.js'
import { LruDrain } from './lru.js'
import { nap } from './nap.js'
import { blockLetters, cachedWords, cacheLetters, extents, incoreLetters, PageTables, type Extent } from './observe.js'
import { addressOf, Workbench } from './workbench.js'

/** Device I/O is waited for, but not for ever. */
const SETTLE_TRIES = 2000

/** Runs sequences in a folder of a file system. */
export class SequenceRunner {
  readonly #libc: Libc
  readonly #hands: Hands
  readonly #code: ActorCode
  readonly #lru: LruDrain
  readonly #image: number | null
  readonly #dropCaches: number | null
  readonly #tables: PageTables | null
  readonly #page: number
  readonly #pageBytes: Uint8Array
  /** Read only where the page table says that something is. */
  readonly #views: Record<'anon' | 'private', Uint8Array>
  #runs = 0

  /** @param image of the file system's device; null: what only root sees is not observed, and no caches are dropped */
  constructor(
    libc: Libc,
    private readonly folder: string,
    image: string | null,
  ) {
    this.#libc = libc
    this.#hands = new Hands(libc)
    this.#code = new ActorCode(libc)
    this.#lru = new LruDrain(libc, folder)
    this.#image = image === null ? null : openSync(image, 'r')
    this.#dropCaches = image === null ? null : openSync('/proc/sys/vm/drop_caches', 'w')
    this.#tables = image === null ? null : new PageTables()
    // The upper half of the scratch memory belongs to the observers: a page, and the iovec that names it.
    this.#page = libc.scratch + 8 * PAGE_BYTES
    this.#pageBytes = libc.scratchView.subarray(8 * PAGE_BYTES, 9 * PAGE_BYTES)
    const iovec = new DataView(libc.scratchView.buffer, libc.scratchView.byteOffset + 9 * PAGE_BYTES)
    iovec.setBigUint64(0, BigInt(this.#page), true)
    iovec.setBigUint64(8, BigInt(PAGE_BYTES), true)
    this.#views = {
      anon: libc.view(addressOf('anon'), ANON_PAGES * PAGE_BYTES),
      private: libc.view(addressOf('private'), MAIN_PAGES_MAX * PAGE_BYTES),
    }
  }

  /** @param before called before each step, with its number from 0, and with the number of steps when all are done */
  run(sequence: Sequence, before: (step: number) => void = () => undefined): SequenceRecord {
    const bench = new Workbench(this.#hands, this.#lru, this.folder, `s${this.#runs++}`)
    try {
      const maker = new CallMaker(bench, this.#hands, { recipe: true, dropCaches: this.#dropCaches })
      const observations: Observation[] = []
      for (const [index, step] of sequence.steps.entries()) {
        before(index)
        observations.push(this.#step(bench, maker, step, observations.at(-1)))
      }
      before(sequence.steps.length)
      return { ...sequence, observations, end: endState(bench, this.#hands) }
    } finally {
      bench.close()
    }
  }

  #step(bench: Workbench, maker: CallMaker, step: Operation, before: Observation | undefined): Observation {
    const outcome = step.op === 'fork' ? this.#fork(maker, step.accesses) : this.#drive(maker.callsOf(step))
    if (this.#tables === null) return { ...outcome, main: { size: bench.size('main') }, other: { size: bench.size('other') } }
    this.#settle(bench, step, before)
    return { ...outcome, main: this.#file(bench, 'main'), other: this.#file(bench, 'other'), memory: this.#memory(this.#tables) }
  }

  #drive(calls: Calls, child: Actor | null = null): Outcome {
    let next = calls.next()
    while (next.done !== true) {
      const { name, args, aside } = next.value
      next = calls.next(child === null || aside ? this.#libc.call(name, ...args) : child.callAndWait(name, ...args))
    }
    return next.value
  }

  #fork(maker: CallMaker, accesses: readonly Access[]): Outcome {
    const child = new Actor(this.#code, 'copied')
    try {
      const outcomes = accesses.map((access) => this.#drive(maker.callsOf(access), child))
      const data = outcomes.flatMap((outcome) => contentWords(outcome.data))
      return { result: 0, data: contentText(data), results: outcomes.map((outcome) => outcome.result) }
    } finally {
      child.stop()
    }
  }

  close(): void {
    if (this.#image !== null) closeSync(this.#image)
    this.#tables?.close()
    if (this.#dropCaches !== null) closeSync(this.#dropCaches)
    this.#lru.close()
    this.#code.free()
    this.#hands.close()
  }

  /**
   * Waits until nothing is under writeback; and after WILLNEED until what it reads has arrived. A page that is in the cache
   * and not uptodate need not be one that is being read: ext4's truncate leaves such pages over holes.
   */
  #settle(bench: Workbench, step: Operation, before: Observation | undefined): void {
    const reads = 'advice' in step && step.advice === 'WILLNEED'
    for (let tries = 0; tries < SETTLE_TRIES; tries++) {
      if (FILES.every((file) => this.#isSettled(bench, file, reads ? before?.[file].cache : undefined))) return
      nap(0.2)
    }
  }

  /** @param before cache letters before pages were asked for */
  #isSettled(bench: Workbench, file: FileName, before: string | undefined): boolean {
    const cache = cacheLetters(this.#libc, bench.files[file].observe, PAGES[file])
    if (/[wx]/.test(cache)) return false
    if (before === undefined) return true
    const incore = this.#incore(file)
    return cache.split('').every((letter, page) => letter === '.' || before[page] !== '.' || incore[page] === '1')
  }

  #incore(file: FileName): string {
    return incoreLetters(this.#libc, addressOf(file === 'main' ? 'observeMain' : 'observeOther'), PAGES[file])
  }

  #file(bench: Workbench, file: FileName): FileState {
    const fd = bench.files[file].observe
    const pages = PAGES[file]
    const incore = this.#incore(file)
    const found = extents(this.#libc, fd, pages)
    const iovec = this.#libc.scratch + 9 * PAGE_BYTES
    const cached = incore.split('').map((letter, page) =>
      letter === '1' ? cachedWords(this.#libc, fd, page, iovec, this.#pageBytes) : null,
    )
    return {
      size: bench.size(file),
      incore,
      cache: cacheLetters(this.#libc, fd, pages),
      blocks: blockLetters(found, pages),
      cached: pagesText(cached),
      disk: pagesText(this.#disk(found, pages)),
    }
  }

  /** Read behind the file system's back. */
  #disk(found: readonly Extent[], pages: number): readonly (readonly number[] | null)[] {
    const content = Array.from<readonly number[] | null>({ length: pages }).fill(null)
    const block = Buffer.alloc(PAGE_BYTES)
    for (const { page, physical, pages: length, letter } of found) {
      for (let at = 0; letter === 'D' && at < length && page + at < pages; at++) {
        readSync(this.#image!, block, 0, PAGE_BYTES, physical + at * PAGE_BYTES)
        content[page + at] = wordsOf(block)
      }
    }
    return content
  }

  #memory(tables: PageTables): MemoryState {
    const anon = tables.entries(addressOf('anon'), ANON_PAGES).map((entry) => entry.letter)
    const own = tables.entries(addressOf('private'), MAIN_PAGES_MAX).map((entry) => entry.letter)
    const content = (map: 'anon' | 'private') => (letter: string, page: number) =>
      letter === 'a' ? wordsOf(this.#views[map].subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)) : null
    return {
      anon: anon.map((letter) => (letter === 'a' ? 'p' : letter)).join(''),
      anonData: pagesText(anon.map(content('anon'))),
      shared: tables.entries(addressOf('shared'), MAIN_PAGES_MAX).map((entry) => entry.letter).join(''),
      private: own.join(''),
      privateData: pagesText(own.map(content('private'))),
      other: tables.entries(addressOf('other'), OTHER_PAGES).map((entry) => entry.letter).join(''),
    }
  }
}
