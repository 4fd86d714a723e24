import { fstatSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { ANON_PAGES, MAIN_PAGES_MAX, OTHER_PAGES, OTHER_VALUE, PAGE_BYTES, WORD_BYTES } from '../geometry.js'
import { MAPPINGS, type FileName, type MappingName } from '../sequence.js'
import type { Hands } from './hands.js'
import type { Libc } from './libc.js'
import type { LruDrain } from './lru.js'
import { FADV, MAP, O, PROT, SYNC_FILE_RANGE } from './numbers.js'

/** Far from where the kernel puts mappings by itself. */
const BASE = 0x1000_0000_0000
/** Fault-around looks at 16 neighbours by address: where a mapping lies must not depend on chance. */
const SPACING = 2 << 20

const PAGES: Record<MappingName, number> = { shared: MAIN_PAGES_MAX, private: MAIN_PAGES_MAX, other: OTHER_PAGES, anon: ANON_PAGES }
const SLOT: Record<MappingName | 'observeMain' | 'observeOther', number> = {
  shared: 0,
  private: 1,
  other: 2,
  anon: 3,
  observeMain: 4,
  observeOther: 5,
}

/** The same for every sequence. */
export function addressOf(map: MappingName | 'observeMain' | 'observeOther', word = 0): number {
  return BASE + SLOT[map] * SPACING + word * WORD_BYTES
}

export interface Descriptors {
  readonly write: number
  readonly read: number
  readonly direct: number
  /** For observers only. */
  readonly observe: number
}

/** The files and mappings of one sequence, as it finds them when it starts. */
export class Workbench {
  readonly files: Record<FileName, Descriptors>
  readonly lruDrain: LruDrain['call']
  readonly #libc: Libc
  readonly #paths: readonly string[]

  /** @param hands of whoever prepares the files */
  constructor(hands: Hands, lru: LruDrain, folder: string, name: string) {
    this.#libc = hands.libc
    this.lruDrain = lru.call
    const paths = { main: path.join(folder, `${name}-main`), other: path.join(folder, `${name}-other`) }
    this.#paths = Object.values(paths)
    this.files = { main: this.#open(paths.main), other: this.#open(paths.other) }
    this.#fillOther(hands)
    for (const map of MAPPINGS) this.#libc.must('mmap', ...this.mapArguments(map))
    this.#mapForObservers('observeMain', MAIN_PAGES_MAX, this.files.main.observe)
    this.#mapForObservers('observeOther', OTHER_PAGES, this.files.other.observe)
  }

  /** Of mmap, in place of what is there. */
  mapArguments(map: MappingName): readonly number[] {
    const flags = MAP.FIXED | (map === 'anon' ? MAP.PRIVATE | MAP.ANONYMOUS : map === 'private' ? MAP.PRIVATE : MAP.SHARED)
    const fd = map === 'anon' ? -1 : this.files[map === 'other' ? 'other' : 'main'].write
    return [...this.rangeOf(map), PROT.READ | PROT.WRITE, flags, fd, 0]
  }

  /** Address and length. */
  rangeOf(map: MappingName): readonly [number, number] {
    return [addressOf(map), PAGES[map] * PAGE_BYTES]
  }

  /** Words. */
  size(file: FileName): number {
    return fstatSync(this.files[file].observe).size / WORD_BYTES
  }

  /** The observers' mappings stay to the end: they keep nothing in the cache, because nobody touches them. */
  unmapAll(): void {
    for (const map of MAPPINGS) this.#libc.call('munmap', ...this.rangeOf(map))
  }

  close(): void {
    this.unmapAll()
    this.#libc.call('munmap', addressOf('observeMain'), MAIN_PAGES_MAX * PAGE_BYTES)
    this.#libc.call('munmap', addressOf('observeOther'), OTHER_PAGES * PAGE_BYTES)
    for (const file of Object.values(this.files)) for (const fd of Object.values(file)) this.#libc.call('close', fd as number)
    for (const file of this.#paths) unlinkSync(file)
  }

  #open(file: string): Descriptors {
    const write = this.#libc.open(file, O.RDWR | O.CREAT | O.TRUNC)
    const read = this.#libc.open(file, O.RDONLY)
    return { write, read, direct: this.#libc.open(file, O.RDWR | O.DIRECT), observe: this.#libc.open(file, O.RDONLY) }
  }

  #fillOther({ heap, bytes }: Hands): void {
    const fd = this.files.other.write
    bytes.fill(OTHER_VALUE, 0, PAGE_BYTES)
    for (let page = 0; page < OTHER_PAGES; page++) this.#libc.must('pwrite64', fd, heap, PAGE_BYTES, page * PAGE_BYTES)
    this.#libc.must('fsync', fd)
    this.#libc.must('sync_file_range', fd, 0, 0, SYNC_FILE_RANGE.WAIT_BEFORE)
    this.#libc.must('fadvise64', fd, 0, 0, FADV.DONTNEED)
  }

  #mapForObservers(slot: 'observeMain' | 'observeOther', pages: number, fd: number): void {
    this.#libc.must('mmap', addressOf(slot), pages * PAGE_BYTES, PROT.READ, MAP.SHARED | MAP.FIXED, fd, 0)
  }
}
