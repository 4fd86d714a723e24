import type { CaseEvent, HeldIo, TaskName } from '../../src/conform/case.js'
import type { Operation } from '../../src/conform/sequence.js'

/** Short ways to write the events of a case. */

export type SingleCall = Exclude<Operation, { op: 'fork' }>

export const run = (call: SingleCall): CaseEvent => ({ event: 'run', call })
export const start = (task: TaskName, call: SingleCall): CaseEvent => ({ event: 'start', task, call })
export const hold = (io: HeldIo): CaseEvent => ({ event: 'hold', io })
export const release = (io: HeldIo, error = 0): CaseEvent => (error === 0 ? { event: 'release', io } : { event: 'release', io, error })

/** Page 0 of the main file. */
export const READ: HeldIo = { of: 'main', page: 0, direction: 'read' }
export const WRITE: HeldIo = { of: 'main', page: 0, direction: 'write' }

export const FILL = 1
export const STORED = 9
export const OTHERS = 77

/** The main file has this many pages of `FILL`, on disk and cached clean. */
export function filled(pages: number): readonly CaseEvent[] {
  return [run({ op: 'pwrite', file: 'main', offset: 0, length: pages * 8, value: FILL }), run({ op: 'fsync', file: 'main' })]
}

/** The same, and nothing of it cached. */
export function onDisk(pages: number): readonly CaseEvent[] {
  return [...filled(pages), run({ op: 'fadvise', file: 'main', offset: 0, length: 0, advice: 'DONTNEED' })]
}

/** The first page was stored to, and its writeback is held. */
export const WRITING_BACK: readonly CaseEvent[] = [
  run({ op: 'store', map: 'shared', word: 0, length: 1, value: STORED }),
  hold(WRITE),
  run({ op: 'sync_file_range', file: 'main', offset: 0, length: 8, flags: 'WRITE' }),
]

/** What another task may do to page 0 or to others of a file of five pages. */
export const CALLS: Readonly<Record<string, SingleCall>> = {
  'pwrite same page': { op: 'pwrite', file: 'main', offset: 0, length: 8, value: OTHERS },
  'pwrite other page': { op: 'pwrite', file: 'main', offset: 24, length: 8, value: OTHERS },
  'pwrite one word': { op: 'pwrite', file: 'main', offset: 0, length: 1, value: OTHERS },
  'store same page': { op: 'store', map: 'shared', word: 1, length: 1, value: OTHERS },
  'load same page': { op: 'load', map: 'shared', word: 0, length: 1 },
  'pread same page': { op: 'pread', file: 'main', offset: 0, length: 8 },
  'direct read same page': { op: 'pread-direct', offset: 0, length: 8, into: 'heap' },
  'direct write same page': { op: 'pwrite-direct', offset: 0, length: 8, from: { value: OTHERS } },
  'direct write other page': { op: 'pwrite-direct', offset: 32, length: 8, from: { value: OTHERS } },
  'punch same page': { op: 'fallocate', file: 'main', mode: 'PUNCH_HOLE', keepSize: true, offset: 0, length: 8 },
  'punch other page': { op: 'fallocate', file: 'main', mode: 'PUNCH_HOLE', keepSize: true, offset: 24, length: 8 },
  'zero same page': { op: 'fallocate', file: 'main', mode: 'ZERO_RANGE', keepSize: true, offset: 0, length: 8 },
  'truncate to 0': { op: 'ftruncate', file: 'main', size: 0 },
  'truncate to 1': { op: 'ftruncate', file: 'main', size: 1 },
  'truncate up': { op: 'ftruncate', file: 'main', size: 90 },
  fsync: { op: 'fsync', file: 'main' },
  'sync_file_range WRITE': { op: 'sync_file_range', file: 'main', offset: 0, length: 8, flags: 'WRITE' },
  'sync_file_range WAIT_BEFORE': { op: 'sync_file_range', file: 'main', offset: 0, length: 8, flags: 'WAIT_BEFORE' },
  'msync SYNC': { op: 'msync', map: 'shared', word: 0, length: 8, flags: 'SYNC' },
  'fadvise DONTNEED': { op: 'fadvise', file: 'main', offset: 0, length: 0, advice: 'DONTNEED' },
  'madvise PAGEOUT': { op: 'madvise', map: 'shared', word: 0, length: 8, advice: 'PAGEOUT' },
  munmap: { op: 'munmap', map: 'shared' },
}
