import { contentText, wordsOf } from '../content.js'
import { PAGE_BYTES, PAGE_WORDS, WORD_BYTES } from '../geometry.js'
import type { Outcome } from '../record.js'
import type { Access, FileName, Operation, Place } from '../sequence.js'
import type { Hands } from './hands.js'
import { EFAULT, FADV, FALLOC, FS_IOC, FS_XFLAG_DAX, MADV, MS, SYNC_FILE_RANGE, type SystemCall } from './numbers.js'
import { addressOf, type Workbench } from './workbench.js'

/** A page may be held for a moment by somebody who passes: reclaim and invalidation are asked again. */
const TRIES = 3
const FSXATTR_BYTES = 28
const WAIT_ALL = SYNC_FILE_RANGE.WAIT_BEFORE | SYNC_FILE_RANGE.WRITE | SYNC_FILE_RANGE.WAIT_AFTER

/** A system call to be made: by the task itself, or (`aside`) by whoever directs it, because it is none of the operation's. */
export interface Call {
  readonly name: SystemCall
  readonly args: readonly number[]
  readonly aside: boolean
}

/** The system calls of an operation: yields each, is told what it returned, and returns what the operation did. */
export type Calls = Generator<Call, Outcome, number>

type Of<Name extends Operation['op']> = Extract<Operation, { op: Name }>

/** What one task's operations become on the files of a workbench. A fork is for whoever directs the tasks. */
export class CallMaker {
  constructor(
    private readonly bench: Workbench,
    private readonly hands: Hands,
    private readonly how: {
      /** As sequences are run: DONTNEED writes back first, and PAGEOUT and DONTNEED try again. */
      readonly recipe: boolean
      /** Write to it to drop the caches; null: may not. */
      readonly dropCaches: number | null
    },
  ) {}

  callsOf(step: Exclude<Operation, Of<'fork'>>): Calls {
    switch (step.op) {
      case 'pread':
        return this.#read(this.#file(step), step.length * WORD_BYTES, step.offset * WORD_BYTES, this.hands.heap)
      case 'pwrite':
        return this.#pwrite(step)
      case 'pread-direct':
      case 'pwrite-direct':
        return this.#direct(step)
      case 'load':
        return this.#load(step)
      case 'store':
        return this.#store(step)
      case 'fadvise':
        return this.#fadvise(step)
      case 'set_dax':
        return this.#setDax(step.dax)
      case 'drop_caches':
        return this.#dropCaches()
      case 'madvise':
        return step.advice === 'PAGEOUT' ? this.#repeated(this.#single(step)) : only(this.#single(step))
      case 'mmap':
        return this.#mmap(step)
      default:
        return only(this.#single(step))
    }
  }

  /** Operations that are one system call, and return what that does. */
  #single(step: Of<'munmap' | 'msync' | 'fsync' | 'fdatasync' | 'sync_file_range' | 'ftruncate' | 'fallocate' | 'madvise'>): Call {
    switch (step.op) {
      case 'munmap':
        return call('munmap', ...this.bench.rangeOf(step.map))
      case 'msync':
        return call('msync', at(step), step.length * WORD_BYTES, flagsOf(step.flags, MS))
      case 'fsync':
      case 'fdatasync':
        return call(step.op, this.#file(step))
      case 'sync_file_range':
        return call('sync_file_range', ...this.#range(step), flagsOf(step.flags, SYNC_FILE_RANGE))
      case 'ftruncate':
        return call('ftruncate', this.#file(step), step.size * WORD_BYTES)
      case 'fallocate': {
        const mode = (step.mode === 'ALLOCATE' ? 0 : FALLOC[step.mode]) | (step.keepSize ? FALLOC.KEEP_SIZE : 0)
        return call('fallocate', this.#file(step), mode, step.offset * WORD_BYTES, step.length * WORD_BYTES)
      }
      case 'madvise':
        return call('madvise', at(step), step.length * WORD_BYTES, MADV[step.advice])
    }
  }

  *#mmap(step: Of<'mmap'>): Calls {
    const address = yield call('mmap', ...this.bench.mapArguments(step.map))
    return { result: Math.min(address, 0), data: '' }
  }

  *#read(fd: number, length: number, offset: number, memory: number): Calls {
    const result = yield call('pread64', fd, memory, length, offset)
    // What arrived in a mapping is seen there; a load would be one access more than the user made.
    const data = result > 0 && memory === this.hands.heap ? contentText(wordsOf(this.hands.bytes.subarray(0, result))) : ''
    return { result: words(result), data }
  }

  *#pwrite(step: Of<'pwrite'>): Calls {
    this.hands.bytes.fill(step.value, 0, PAGE_BYTES)
    let written = 0
    while (written < step.length) {
      const next = step.offset + written
      const piece = next < 0 ? step.length : Math.min(step.length - written, PAGE_WORDS - (next % PAGE_WORDS))
      const result = yield call('pwrite64', this.#file(step), this.hands.heap, piece * WORD_BYTES, next * WORD_BYTES)
      if (result < 0) return { result: written > 0 ? written : result, data: '' }
      written += words(result)
    }
    return { result: written, data: '' }
  }

  *#direct(step: Of<'pread-direct' | 'pwrite-direct'>): Calls {
    const more = (what: typeof step.skew): number => (step.skew === what ? 1 : 0)
    const { direct } = this.bench.files.main
    const length = step.length * WORD_BYTES + more('length')
    const offset = step.offset * WORD_BYTES + more('offset')
    if (step.op === 'pread-direct') {
      return yield* this.#read(direct, length, offset, (step.into === 'heap' ? this.hands.heap : at(step.into)) + more('memory'))
    }
    if ('value' in step.from) this.hands.bytes.fill(step.from.value)
    const memory = ('value' in step.from ? this.hands.heap : at(step.from)) + more('memory')
    return { result: words(yield call('pwrite64', direct, memory, length, offset)), data: '' }
  }

  /**
   * The address is the source of a write to a pipe: a real page fault, real accessed and dirty bits, but -EFAULT where a
   * load of the process's own would be killed by SIGBUS or SIGSEGV.
   */
  *#load(step: Extract<Access, { op: 'load' }>): Calls {
    const length = step.length * WORD_BYTES
    const written = yield call('write', this.hands.pipe.to, at(step), length)
    if (written > 0) yield aside('read', this.hands.pipe.from, this.hands.heap, written)
    if (written < length) return { result: EFAULT, data: '' }
    return { result: step.length, data: contentText(wordsOf(this.hands.bytes.subarray(0, length))) }
  }

  /** The address is the target of a read from a pipe. */
  *#store(step: Extract<Access, { op: 'store' }>): Calls {
    const length = step.length * WORD_BYTES
    this.hands.bytes.fill(step.value, 0, length)
    yield aside('write', this.hands.pipe.to, this.hands.heap, length)
    const stored = yield call('read', this.hands.pipe.from, at(step), length)
    const left = length - Math.max(stored, 0)
    if (left > 0) yield aside('read', this.hands.pipe.from, this.hands.heap, left)
    return { result: left > 0 ? EFAULT : step.length, data: '' }
  }

  *#fadvise(step: Of<'fadvise'>): Calls {
    if (step.advice === 'DONTNEED' && this.how.recipe) yield call('sync_file_range', ...this.#range(step), WAIT_ALL)
    const advise = call('fadvise64', ...this.#range(step), FADV[step.advice])
    return yield* step.advice === 'DONTNEED' ? this.#repeated(advise) : only(advise)
  }

  *#setDax(dax: boolean): Calls {
    const { argument, argumentView } = this.hands
    const fd = this.bench.files.main.write
    for (let byte = 0; byte < FSXATTR_BYTES; byte++) argumentView.setUint8(byte, 0)
    const got = yield call('ioctl', fd, FS_IOC.FSGETXATTR, argument)
    if (got < 0) return { result: got, data: '' }
    const others = argumentView.getUint32(0, true) & ~FS_XFLAG_DAX
    argumentView.setUint32(0, others | (dax ? FS_XFLAG_DAX : 0), true)
    return { result: yield call('ioctl', fd, FS_IOC.FSSETXATTR, argument), data: '' }
  }

  *#dropCaches(): Calls {
    this.hands.bytes.fill('1'.charCodeAt(0), 0, 1)
    if (this.how.dropCaches !== null) yield call('pwrite64', this.how.dropCaches, this.hands.heap, 1, 0)
    return { result: 0, data: '' }
  }

  *#repeated(what: Call): Calls {
    let result = 0
    for (let tries = 0; tries < (this.how.recipe ? TRIES : 1); tries++) {
      yield { ...this.bench.lruDrain, aside: true }
      result = yield what
    }
    return { result, data: '' }
  }

  #file(step: { readonly file: FileName; readonly readOnly?: true }): number {
    const file = this.bench.files[step.file]
    return step.readOnly === true ? file.read : file.write
  }

  #range(step: { readonly file: FileName; readonly offset: number; readonly length: number }): readonly [number, number, number] {
    return [this.bench.files[step.file].write, step.offset * WORD_BYTES, step.length * WORD_BYTES]
  }
}

function call(name: SystemCall, ...args: readonly number[]): Call {
  return { name, args, aside: false }
}

function aside(name: SystemCall, ...args: readonly number[]): Call {
  return { name, args, aside: true }
}

function* only(what: Call): Calls {
  return { result: yield what, data: '' }
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
