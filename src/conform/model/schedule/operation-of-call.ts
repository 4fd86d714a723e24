/** What a call of a race's program is as a system call of a case. */
import { PAGE_WORDS } from '../../geometry.js'
import type { FileName, MappingName, Operation } from '../../sequence.js'
import type { TopCall } from './moments.js'
import type { ScheduleStage } from './stages.js'

const P = PAGE_WORDS

export type Translated = { readonly call: Exclude<Operation, { op: 'fork' }> } | { readonly fork: true } | { readonly nothing: string }

/** @param value what it stores or writes, if it does: told apart from what others write */
export function operationOfCall({ fn, args }: TopCall, stage: ScheduleStage, value: number): Translated {
  const [first = '', ...rest] = args
  const file: FileName | undefined = stage.files[first.replace(/\.i_mapping$/, '')]
  const map: MappingName | undefined = stage.areas[first]
  const number = (at: number): number => Number(rest[at] ?? 0)
  if (fn in OF_FILES) return file === undefined ? unknown(first) : (OF_FILES[fn]?.(file, number, value, rest, stage) ?? unknown(fn))
  if (fn in OF_AREAS) return map === undefined ? unknown(first) : (OF_AREAS[fn]?.(map, number, value, rest) ?? unknown(fn))
  if (RECLAIM.includes(fn)) return { call: { op: 'madvise', map: stage.reclaims, word: 0, length: P, advice: 'PAGEOUT' } }
  return fn === 'fork' ? { fork: true } : unknown(fn)
}

/** kswapd and direct reclaim: reclaim that can be asked for takes chosen pages. */
const RECLAIM = ['balance_pgdat', 'try_to_free_pages', 'shrink_inactive_list', 'shrink_all_memory']

type OfFile = (file: FileName, number: (at: number) => number, value: number, rest: readonly string[], stage: ScheduleStage) => Translated
type OfArea = (map: MappingName, number: (at: number) => number, value: number, rest: readonly string[]) => Translated

const WRITEBACK: OfFile = (file) => ({ call: { op: 'sync_file_range', file, offset: 0, length: P, flags: 'WRITE' } })
const PUNCH: OfFile = (file) => ({ call: { op: 'fallocate', file, mode: 'PUNCH_HOLE', keepSize: true, offset: 0, length: P } })

const NOT_DIRECT = { nothing: 'only the main file is opened with O_DIRECT' } as const

/** A read with O_DIRECT; only the main file is opened with it. */
const directRead: OfFile = (file, number, _value, rest, stage) => {
  const map = stage.areas[rest[1] ?? '']
  if (file !== 'main' || map === undefined) return { nothing: 'only the main file is read with O_DIRECT, into a mapping' }
  return { call: { op: 'pread-direct', offset: number(0) * P, length: number(3) * P, into: { map, word: number(2) * P } } }
}

const OF_FILES: Readonly<Record<string, OfFile>> = {
  read_direct_into: directRead,
  io_submit_read: directRead,
  read_direct: (file) => (file === 'main' ? { call: { op: 'pread-direct', offset: 0, length: P, into: 'heap' } } : NOT_DIRECT),
  pread_direct: (file, number) =>
    file === 'main' ? { call: { op: 'pread-direct', offset: number(0) * P, length: P, into: 'heap' } } : NOT_DIRECT,
  pwrite_direct: (file, number, value) =>
    file === 'main' ? { call: { op: 'pwrite-direct', offset: number(0) * P, length: P, from: { value } } } : NOT_DIRECT,
  pread: (file, number) => ({ call: { op: 'pread', file, offset: number(0) * P, length: P } }),
  pwrite: (file, number, value) => ({ call: { op: 'pwrite', file, offset: number(0) * P, length: P, value } }),
  write: (file, _number, value) => ({ call: { op: 'pwrite', file, offset: 0, length: P, value } }),
  fsync: (file) => ({ call: { op: 'fsync', file } }),
  sync_file_range_write: WRITEBACK,
  wb_writeback: WRITEBACK,
  sync_file_range_wait: (file) => ({ call: { op: 'sync_file_range', file, offset: 0, length: P, flags: 'WAIT_BEFORE' } }),
  ftruncate: (file) => ({ call: { op: 'ftruncate', file, size: 0 } }),
  ftruncate_to: (file, number) => ({ call: { op: 'ftruncate', file, size: number(0) * P } }),
  fallocate_punch: PUNCH,
  fallocate_punch_hole: PUNCH,
  drop_caches: (file) => ({ call: { op: 'fadvise', file, offset: 0, length: 0, advice: 'DONTNEED' } }),
  fadvise_willneed: (file, number) => ({ call: { op: 'fadvise', file, offset: number(0) * P, length: P, advice: 'WILLNEED' } }),
  load_fault: (file) => ({ call: { op: 'load', map: file === 'main' ? 'shared' : 'other', word: 0, length: P } }),
}

const OF_AREAS: Readonly<Record<string, OfArea>> = {
  user_load: (map, number) => ({ call: { op: 'load', map, word: number(0) * P, length: P } }),
  user_store: (map, number, value) => ({ call: { op: 'store', map, word: number(0) * P, length: P, value } }),
  msync: (map) => ({ call: { op: 'msync', map, word: 0, length: P, flags: 'SYNC' } }),
  munmap: (map) => ({ call: { op: 'munmap', map } }),
  madvise: (map, number, _value, rest) => {
    const advice = (rest[2] ?? '').replace('MADV_', '')
    if (advice !== 'FREE' && advice !== 'DONTNEED' && advice !== 'PAGEOUT') return { nothing: `there is no advice ${advice}` }
    return { call: { op: 'madvise', map, word: number(0) * P, length: number(1) * P, advice } }
  },
  madvise_willneed: (map) => ({ call: { op: 'madvise', map, word: 0, length: P, advice: 'WILLNEED' } }),
}

function unknown(name: string): Translated {
  return { nothing: `${name} is nothing that a user can ask for` }
}
