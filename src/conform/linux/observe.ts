import { closeSync, openSync, readSync } from 'node:fs'
import { wordsOf } from '../content.js'
import { PAGE_BYTES } from '../geometry.js'
import type { Libc } from './libc.js'
import { FS_IOC, RWF_NOWAIT } from './numbers.js'

const FIEMAP_HEADER = 32
const FIEMAP_EXTENT = 56
const EXTENTS_MAX = 64
const EXTENT = { UNKNOWN: 2, DELALLOC: 4, UNWRITTEN: 0x800 } as const

export interface Extent {
  readonly page: number
  /** Byte on the device. */
  readonly physical: number
  readonly pages: number
  readonly letter: 'D' | 'U' | 'd'
}

/** One letter for each of the first pages: `.` absent, `c` clean, `d` dirty, `w` under writeback, `x` both. No page is touched. */
export function cacheLetters(libc: Libc, fd: number, pages: number): string {
  const { scratch, scratchView } = libc
  const numbers = new DataView(scratchView.buffer, scratchView.byteOffset)
  let letters = ''
  for (let page = 0; page < pages; page++) {
    numbers.setBigUint64(0, BigInt(page * PAGE_BYTES), true)
    numbers.setBigUint64(8, BigInt(PAGE_BYTES), true)
    libc.must('cachestat', fd, scratch, scratch + 16, 0)
    const [cached, dirty, writeback] = [16, 24, 32].map((at) => numbers.getUint32(at, true) > 0)
    letters += cached !== true ? '.' : dirty === true ? (writeback === true ? 'x' : 'd') : writeback === true ? 'w' : 'c'
  }
  return letters
}

/** `1` for each of the first pages that is in the cache and uptodate. `address`: a mapping of the file that nobody touches. */
export function incoreLetters(libc: Libc, address: number, pages: number): string {
  libc.must('mincore', address, pages * PAGE_BYTES, libc.scratch)
  return Array.from(libc.scratchView.subarray(0, pages), (byte) => String(byte & 1)).join('')
}

/** Extents within the first pages. Nothing is written back for it. */
export function extents(libc: Libc, fd: number, pages: number): readonly Extent[] {
  const { scratch, scratchView } = libc
  const numbers = new DataView(scratchView.buffer, scratchView.byteOffset)
  scratchView.fill(0, 0, FIEMAP_HEADER + FIEMAP_EXTENT * EXTENTS_MAX)
  numbers.setBigUint64(8, BigInt(pages * PAGE_BYTES), true)
  numbers.setUint32(24, EXTENTS_MAX, true)
  libc.must('ioctl', fd, FS_IOC.FIEMAP, scratch)
  return Array.from({ length: numbers.getUint32(20, true) }, (_, index) => {
    const at = FIEMAP_HEADER + FIEMAP_EXTENT * index
    const flags = numbers.getUint32(at + 40, true)
    return {
      page: Number(numbers.getBigUint64(at, true)) / PAGE_BYTES,
      physical: Number(numbers.getBigUint64(at + 8, true)),
      pages: Number(numbers.getBigUint64(at + 16, true)) / PAGE_BYTES,
      letter: flags & (EXTENT.DELALLOC | EXTENT.UNKNOWN) ? 'd' : flags & EXTENT.UNWRITTEN ? 'U' : 'D',
    }
  })
}

/** `h` hole, `D` data, `U` unwritten, `d` delayed allocation, for each of the first pages. */
export function blockLetters(found: readonly Extent[], pages: number): string {
  const letters = Array.from<string>({ length: pages }).fill('h')
  for (const { page, pages: length, letter } of found) letters.fill(letter, page, Math.min(page + length, pages))
  return letters.join('')
}

/**
 * Content of a page that is in the cache, up to the end of the file. No I/O, and of the page's state only the accessed bit
 * changes; for a page that is not there the kernel would start to read it.
 * @param iovec address of an iovec that points to a page of `into`
 */
export function cachedWords(libc: Libc, fd: number, page: number, iovec: number, into: Uint8Array): readonly number[] | null {
  const result = libc.call('preadv2', fd, iovec, 1, page * PAGE_BYTES, 0, RWF_NOWAIT)
  return result < 0 ? null : wordsOf(into.subarray(0, result))
}

const PTE = { PRESENT: 1n << 63n, SWAPPED: 1n << 62n, FILE_OR_SHARED: 1n << 61n, PFN: (1n << 55n) - 1n } as const
const KPF = { DIRTY: 4n, WRITEBACK: 8n, SWAPCACHE: 13n, ZERO_PAGE: 24n } as const

export interface PageTableEntry {
  /** `.` none, `f` a page of a file, `a` anonymous, `z` the zero page, `s` swapped out. */
  readonly letter: '.' | 'f' | 'a' | 'z' | 's'
  /** 0 if not present. */
  readonly pfn: number
}

/** What the page tables of this process and the kernel's page flags say. Needs root. */
export class PageTables {
  readonly #pagemap = openSync('/proc/self/pagemap', 'r')
  readonly #flags = openSync('/proc/kpageflags', 'r')
  readonly #counts = openSync('/proc/kpagecount', 'r')
  readonly #buffer = Buffer.alloc(8 * 64)

  entries(address: number, pages: number): readonly PageTableEntry[] {
    readSync(this.#pagemap, this.#buffer, 0, pages * 8, (address / PAGE_BYTES) * 8)
    const values = Array.from({ length: pages }, (_, page) => this.#buffer.readBigUInt64LE(page * 8))
    return values.map((value) => {
      if (!(value & PTE.PRESENT)) return { letter: value & PTE.SWAPPED ? 's' : '.', pfn: 0 }
      const pfn = Number(value & PTE.PFN)
      if (value & PTE.FILE_OR_SHARED) return { letter: 'f', pfn }
      return { letter: this.#flag(pfn, KPF.ZERO_PAGE) ? 'z' : 'a', pfn }
    })
  }

  /** Times the frame is mapped. */
  mapCount(pfn: number): number {
    return this.#word(this.#counts, pfn)[0] ?? 0
  }

  frame(pfn: number): { readonly dirty: boolean; readonly writeback: boolean; readonly swapCache: boolean } {
    return {
      dirty: this.#flag(pfn, KPF.DIRTY),
      writeback: this.#flag(pfn, KPF.WRITEBACK),
      swapCache: this.#flag(pfn, KPF.SWAPCACHE),
    }
  }

  close(): void {
    for (const fd of [this.#pagemap, this.#flags, this.#counts]) closeSync(fd)
  }

  #flag(pfn: number, bit: bigint): boolean {
    readSync(this.#flags, this.#buffer, 0, 8, pfn * 8)
    return Boolean((this.#buffer.readBigUInt64LE(0) >> bit) & 1n)
  }

  #word(fd: number, pfn: number): readonly number[] {
    readSync(fd, this.#buffer, 0, 8, pfn * 8)
    return [Number(this.#buffer.readBigUInt64LE(0))]
  }
}
