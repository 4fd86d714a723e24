/** What the files and memory of each race's programs are on the two files and the mappings of a case. */
import { PAGE_WORDS } from '../../geometry.js'
import type { FileName, MappingName, Operation } from '../../sequence.js'
import type { HeldIo } from '../../case.js'

const P = PAGE_WORDS

export interface ScheduleStage {
  readonly files: Readonly<Record<string, FileName>>
  readonly areas: Readonly<Record<string, MappingName>>
  /** What reclaim is made to take: MADV_PAGEOUT asks for one mapping. */
  readonly reclaims: MappingName
  readonly before: readonly Operation[]
  /** I/O that is under way when the tasks begin, and the call that leads to it. */
  readonly underWay: { readonly io: HeldIo; readonly call: Exclude<Operation, { op: 'fork' }> } | null
}

const FULL: readonly Operation[] = [{ op: 'pwrite', file: 'main', offset: 0, length: 3 * P, value: 1 }, { op: 'fsync', file: 'main' }]
const EVICTED: readonly Operation[] = [...FULL, { op: 'fadvise', file: 'main', offset: 0, length: 0, advice: 'DONTNEED' }]
const LAZY: readonly Operation[] = [
  ...FULL,
  { op: 'store', map: 'anon', word: 0, length: P, value: 5 },
  { op: 'madvise', map: 'anon', word: 0, length: P, advice: 'FREE' },
]

const IN_THE_FILE: ScheduleStage = {
  files: { F: 'main', G: 'other' },
  areas: { 'A.map': 'shared', 'B.map': 'shared' },
  reclaims: 'shared',
  before: EVICTED,
  underWay: null,
}

const STAGES: Readonly<Record<string, ScheduleStage>> = {
  'madv-free-direct-io': { files: { sdb: 'main', F: 'main' }, areas: { buf: 'anon' }, reclaims: 'anon', before: LAZY, underWay: null },
  'dirty-without-buffers': {
    files: { F1: 'other', F2: 'main', sdb: 'main' },
    areas: { map: 'other' },
    reclaims: 'other',
    before: [...FULL, { op: 'store', map: 'other', word: 0, length: P, value: 6 }],
    underWay: null,
  },
  'dirty-without-mkwrite': {
    files: { F1: 'other', F2: 'main', sdb: 'main' },
    areas: { map: 'other' },
    reclaims: 'other',
    before: [...FULL, { op: 'store', map: 'other', word: 0, length: P, value: 6 }],
    underWay: null,
  },
  'writeback-wakeup': {
    files: { F1: 'main', F2: 'other' },
    areas: { 'writer.map': 'shared' },
    reclaims: 'shared',
    before: [...FULL, { op: 'pwrite', file: 'main', offset: 0, length: P, value: 2 }],
    underWay: {
      io: { of: 'main', page: 0, direction: 'write' },
      call: { op: 'sync_file_range', file: 'main', offset: 0, length: P, flags: 'WRITE' },
    },
  },
  'hole-punch-fault': IN_THE_FILE,
  'truncate-fault': IN_THE_FILE,
  'direct-io-mmap': IN_THE_FILE,
}

/** @returns null for a race that this machine has nothing for: DAX */
export function stageOfRace(race: string): ScheduleStage | null {
  return STAGES[race] ?? null
}
