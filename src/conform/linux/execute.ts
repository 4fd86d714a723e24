import { writeFileSync } from 'node:fs'
import { contentText, wordsOf } from '../content.js'
import { PAGE_BYTES, PAGE_WORDS, WORD_BYTES } from '../geometry.js'
import type { Outcome } from '../record.js'
import type { Access, FileName, Operation, Place } from '../sequence.js'
import { Actor, type ActorCode } from './actor.js'
import type { Libc } from './libc.js'
import type { LruDrain } from './lru.js'
import { EFAULT, FADV, FALLOC, FS_IOC, FS_XFLAG_DAX, MADV, MS, SYNC_FILE_RANGE } from './numbers.js'
import type { UserAccess } from './user-access.js'
import { addressOf, type Workbench } from './workbench.js'

/** A page may be held for a moment by somebody who passes: reclaim and invalidation are asked again. */
const TRIES = 3
const FSXATTR_BYTES = 28
const WAIT_ALL = SYNC_FILE_RANGE.WAIT_BEFORE | SYNC_FILE_RANGE.WRITE | SYNC_FILE_RANGE.WAIT_AFTER

type Of<Name extends Operation['op']> = Extract<Operation, { op: Name }>

export interface ExecutorParts {
  readonly libc: Libc
  readonly access: UserAccess
  readonly code: ActorCode
  readonly lru: LruDrain
  /** May write to /proc/sys/vm/drop_caches. */
  readonly privileged: boolean
}

/** Makes the calls of a sequence on the real kernel. */
export class Executor {
  readonly #libc: Libc

  constructor(
    private readonly parts: ExecutorParts,
    private readonly bench: Workbench,
  ) {
    this.#libc = parts.libc
  }

  run(step: Operation): Outcome {
    switch (step.op) {
      case 'pread':
        return this.#pread(step)
      case 'pread-direct':
        return this.#preadDirect(step)
      case 'load':
      case 'store':
        return this.#accessed(step)
      case 'fork':
        return this.#fork(step)
      default:
        return { result: this.#plain(step), data: '' }
    }
  }

  /** Calls that return a number and nothing else. */
  #plain(step: Exclude<Operation, Of<'pread' | 'pread-direct' | 'load' | 'store' | 'fork'>>): number {
    const { bench } = this
    switch (step.op) {
      case 'pwrite':
        return this.#pwrite(step)
      case 'pwrite-direct':
        return this.#pwriteDirect(step)
      case 'mmap':
        return bench.mmap(step.map)
      case 'munmap':
        return bench.munmap(step.map)
      case 'msync':
        return this.#libc.call('msync', at(step), step.length * WORD_BYTES, flagsOf(step.flags, MS))
      case 'fsync':
      case 'fdatasync':
        return this.#libc.call(step.op, bench.files[step.file].write)
      case 'sync_file_range':
        return this.#libc.call('sync_file_range', ...this.#fileRange(step), flagsOf(step.flags, SYNC_FILE_RANGE))
      case 'fadvise':
        return this.#fadvise(step)
      case 'ftruncate':
        return this.#libc.call('ftruncate', this.#descriptor(step), step.size * WORD_BYTES)
      case 'fallocate':
        return this.#fallocate(step)
      case 'madvise':
        return this.#madvise(step)
      case 'drop_caches':
        if (this.parts.privileged) writeFileSync('/proc/sys/vm/drop_caches', '1')
        return 0
      case 'set_dax':
        return this.#setDax(step.dax)
    }
  }

  #pread(step: Of<'pread'>): Outcome {
    const { address } = this.bench.heap
    return this.#readOutcome(this.#libc.call('pread64', this.bench.files[step.file].write, address, step.length * WORD_BYTES, step.offset * WORD_BYTES))
  }

  #preadDirect(step: Of<'pread-direct'>): Outcome {
    const memory = step.into === 'heap' ? this.bench.heap.address : at(step.into)
    const result = this.#direct('pread64', step, memory)
    // What arrived in a mapping is seen there; a load would be one access more than the user made.
    return step.into === 'heap' ? this.#readOutcome(result) : { result: words(result), data: '' }
  }

  #readOutcome(result: number): Outcome {
    const data = result > 0 ? contentText(wordsOf(this.bench.heap.bytes.subarray(0, result))) : ''
    return { result: words(result), data }
  }

  #pwrite(step: Of<'pwrite'>): number {
    const { heap } = this.bench
    heap.bytes.fill(step.value, 0, PAGE_BYTES)
    let written = 0
    while (written < step.length) {
      const at = step.offset + written
      const piece = at < 0 ? step.length : Math.min(step.length - written, PAGE_WORDS - (at % PAGE_WORDS))
      const result = this.#libc.call('pwrite64', this.#descriptor(step), heap.address, piece * WORD_BYTES, at * WORD_BYTES)
      if (result < 0) return written > 0 ? written : result
      written += words(result)
    }
    return written
  }

  #pwriteDirect(step: Of<'pwrite-direct'>): number {
    const { heap } = this.bench
    if ('map' in step.from) return words(this.#direct('pwrite64', step, at(step.from)))
    heap.bytes.fill(step.from.value)
    return words(this.#direct('pwrite64', step, heap.address))
  }

  #direct(name: 'pread64' | 'pwrite64', step: Of<'pread-direct' | 'pwrite-direct'>, memory: number): number {
    const more = (what: typeof step.skew): number => (step.skew === what ? 1 : 0)
    const length = step.length * WORD_BYTES + more('length')
    return this.#libc.call(name, this.bench.files.main.direct, memory + more('memory'), length, step.offset * WORD_BYTES + more('offset'))
  }

  #accessed(step: Access): Outcome {
    const address = at(step)
    const length = step.length * WORD_BYTES
    if (step.op === 'store') return { result: this.parts.access.store(address, length, step.value) ? step.length : EFAULT, data: '' }
    const bytes = this.parts.access.load(address, length)
    return bytes === null ? { result: EFAULT, data: '' } : { result: step.length, data: contentText(wordsOf(bytes)) }
  }

  #fork(step: Of<'fork'>): Outcome {
    const child = new Actor(this.parts.code, 'copied')
    try {
      const loaded: number[] = []
      const results = step.accesses.map((access) => {
        const address = at(access)
        const length = access.length * WORD_BYTES
        if (access.op === 'store') {
          const read = (fd: number, at: number, count: number): number => child.callAndWait('read', fd, at, count)
          return this.parts.access.store(address, length, access.value, read) ? access.length : EFAULT
        }
        const bytes = this.parts.access.load(address, length, (fd, at, count) => child.callAndWait('write', fd, at, count))
        if (bytes === null) return EFAULT
        loaded.push(...wordsOf(bytes))
        return access.length
      })
      return { result: 0, data: contentText(loaded), results }
    } finally {
      child.stop()
    }
  }

  #fadvise(step: Of<'fadvise'>): number {
    const range = this.#fileRange(step)
    if (step.advice === 'WILLNEED') return this.#libc.call('fadvise64', ...range, FADV.WILLNEED)
    this.#libc.call('sync_file_range', ...range, WAIT_ALL)
    return this.#repeatedly(() => this.#libc.call('fadvise64', ...range, FADV.DONTNEED))
  }

  #madvise(step: Of<'madvise'>): number {
    const advise = (): number => this.#libc.call('madvise', at(step), step.length * WORD_BYTES, MADV[step.advice])
    return step.advice === 'PAGEOUT' ? this.#repeatedly(advise) : advise()
  }

  #fallocate(step: Of<'fallocate'>): number {
    const mode = (step.mode === 'ALLOCATE' ? 0 : FALLOC[step.mode]) | (step.keepSize ? FALLOC.KEEP_SIZE : 0)
    return this.#libc.call('fallocate', this.#descriptor(step), mode, step.offset * WORD_BYTES, step.length * WORD_BYTES)
  }

  #setDax(dax: boolean): number {
    const { scratch, scratchView } = this.#libc
    const fd = this.bench.files.main.write
    scratchView.fill(0, 0, FSXATTR_BYTES)
    const got = this.#libc.call('ioctl', fd, FS_IOC.FSGETXATTR, scratch)
    if (got < 0) return got
    const flags = new DataView(scratchView.buffer, scratchView.byteOffset)
    const others = flags.getUint32(0, true) & ~FS_XFLAG_DAX
    flags.setUint32(0, others | (dax ? FS_XFLAG_DAX : 0), true)
    return this.#libc.call('ioctl', fd, FS_IOC.FSSETXATTR, scratch)
  }

  #repeatedly(call: () => number): number {
    let result = 0
    for (let tries = 0; tries < TRIES; tries++) {
      this.parts.lru.run()
      result = call()
    }
    return result
  }

  #descriptor(step: { readonly file: FileName; readonly readOnly?: true }): number {
    const file = this.bench.files[step.file]
    return step.readOnly === true ? file.read : file.write
  }

  #fileRange(step: { readonly file: FileName; readonly offset: number; readonly length: number }): readonly [number, number, number] {
    return [this.bench.files[step.file].write, step.offset * WORD_BYTES, step.length * WORD_BYTES]
  }

}

function at(place: Place): number {
  return addressOf(place.map, place.word)
}

/** A count of bytes in words; an error stays. */
function words(result: number): number {
  return result > 0 ? result / WORD_BYTES : result
}

function flagsOf<Names extends string>(text: string, numbers: Record<Names, number>): number {
  return text.split('|').reduce((flags, name) => flags | numbers[name as Names], 0)
}

const clock = new Int32Array(new SharedArrayBuffer(4))

/** Sleeps: the kernel's own threads need a moment. */
export function nap(milliseconds: number): void {
  Atomics.wait(clock, 0, 0, milliseconds)
}
