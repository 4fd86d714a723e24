import { fstatSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { ANON_PAGES, MAIN_PAGES_MAX, OTHER_PAGES, OTHER_VALUE, PAGE_BYTES, WORD_BYTES } from '../geometry.js'
import type { FileName, MappingName } from '../sequence.js'
import type { Libc } from './libc.js'
import { FADV, MAP, O, PROT, SYNC_FILE_RANGE } from './numbers.js'

/** Far from where the kernel puts mappings by itself. */
const BASE = 0x1000_0000_0000
/** Fault-around looks at 16 neighbours by address: where a mapping lies must not depend on chance. */
const SPACING = 2 << 20

/** Pages of the buffer that buffered reads and writes, and direct ones without a mapping, use. */
const HEAP_PAGES = 16

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

/** Memory that outlives the sequences. */
export class Heap {
  readonly address: number
  readonly bytes: Uint8Array

  constructor(readonly libc: Libc) {
    const length = HEAP_PAGES * PAGE_BYTES
    const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.POPULATE
    this.address = libc.must('mmap', 0, length, PROT.READ | PROT.WRITE, flags, -1, 0)
    this.bytes = libc.view(this.address, length)
  }

  free(): void {
    this.libc.call('munmap', this.address, HEAP_PAGES * PAGE_BYTES)
  }
}

/** The files and mappings of one sequence, as it finds them when it starts. */
export class Workbench {
  readonly files: Record<FileName, Descriptors>
  readonly #libc: Libc
  readonly #paths: readonly string[]

  constructor(
    readonly heap: Heap,
    folder: string,
    name: string,
  ) {
    this.#libc = heap.libc
    const paths = { main: path.join(folder, `${name}-main`), other: path.join(folder, `${name}-other`) }
    this.#paths = Object.values(paths)
    this.files = { main: this.#open(paths.main), other: this.#open(paths.other) }
    this.#fillOther()
    for (const map of Object.keys(PAGES) as MappingName[]) this.mmap(map)
    this.#map('observeMain', MAIN_PAGES_MAX, PROT.READ, MAP.SHARED, this.files.main.observe)
    this.#map('observeOther', OTHER_PAGES, PROT.READ, MAP.SHARED, this.files.other.observe)
  }

  mmap(map: MappingName): number {
    const protection = PROT.READ | PROT.WRITE
    if (map === 'anon') return this.#map('anon', PAGES.anon, protection, MAP.PRIVATE | MAP.ANONYMOUS, -1)
    const { write } = this.files[map === 'other' ? 'other' : 'main']
    return this.#map(map, PAGES[map], protection, map === 'private' ? MAP.PRIVATE : MAP.SHARED, write)
  }

  munmap(map: MappingName): number {
    return this.#libc.call('munmap', addressOf(map), PAGES[map] * PAGE_BYTES)
  }

  /** Words. */
  size(file: FileName): number {
    return fstatSync(this.files[file].observe).size / WORD_BYTES
  }

  /** The observers' mappings stay to the end: they keep nothing in the cache, because nobody touches them. */
  unmapAll(): void {
    for (const map of Object.keys(PAGES) as MappingName[]) this.munmap(map)
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

  #fillOther(): void {
    const fd = this.files.other.write
    this.heap.bytes.fill(OTHER_VALUE, 0, PAGE_BYTES)
    for (let page = 0; page < OTHER_PAGES; page++) this.#libc.must('pwrite64', fd, this.heap.address, PAGE_BYTES, page * PAGE_BYTES)
    this.#libc.must('fsync', fd)
    this.#libc.must('sync_file_range', fd, 0, 0, SYNC_FILE_RANGE.WAIT_BEFORE)
    this.#libc.must('fadvise64', fd, 0, 0, FADV.DONTNEED)
  }

  #map(slot: keyof typeof SLOT, pages: number, protection: number, flags: number, fd: number): number {
    const result = this.#libc.call('mmap', addressOf(slot), pages * PAGE_BYTES, protection, flags | MAP.FIXED, fd, 0)
    return result < 0 ? result : 0
  }
}
