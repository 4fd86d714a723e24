/** What interleavings are made of: how pages are when they begin, what is held, and what others do meanwhile. */
import type { CaseEvent, HeldIo } from '../../case.js'
import { PAGE_WORDS } from '../../geometry.js'
import type { FileName, MappingName, Operation } from '../../sequence.js'

const P = PAGE_WORDS

/** A call that leads to a request which is held. */
export interface Held {
  readonly name: string
  /** What pages it is about: of the main file alone, also of anonymous memory, or also of the other file. */
  readonly about: 'main' | 'anon' | 'other'
  readonly io: HeldIo
  readonly before: readonly Operation[]
  readonly call: Exclude<Operation, { op: 'fork' }>
}

/** Something that another task does meanwhile. */
export type Meanwhile = { readonly name: string; readonly about: Held['about'] } & (
  | { readonly call: Exclude<Operation, { op: 'fork' }> }
  /** The process forks, and the child does this. */
  | { readonly child: Exclude<Operation, { op: 'fork' }> }
)

const READ: HeldIo = { of: 'main', page: 0, direction: 'read' }
const WRITE: HeldIo = { of: 'main', page: 0, direction: 'write' }
const SWAP_WRITE: HeldIo = { of: 'swap', direction: 'write' }

/** Three pages of the main file, written and synced. */
const FULL: readonly Operation[] = [{ op: 'pwrite', file: 'main', offset: 0, length: 3 * P, value: 1 }, { op: 'fsync', file: 'main' }]
const EVICTED: readonly Operation[] = [...FULL, { op: 'fadvise', file: 'main', offset: 0, length: 0, advice: 'DONTNEED' }]
const MAPPED: readonly Operation[] = [...FULL, { op: 'load', map: 'shared', word: 0, length: P }]
const WRITTEN: readonly Operation[] = [...FULL, { op: 'pwrite', file: 'main', offset: 0, length: P, value: 2 }]
const STORED: readonly Operation[] = [...FULL, { op: 'store', map: 'shared', word: 0, length: P, value: 2 }]
/** A page that is dirty over a block without data. */
const PREALLOCATED: readonly Operation[] = [
  { op: 'fallocate', file: 'main', mode: 'ALLOCATE', keepSize: false, offset: 0, length: 3 * P },
  { op: 'fsync', file: 'main' },
  { op: 'pwrite', file: 'main', offset: 0, length: P, value: 2 },
]
const FILLED: readonly Operation[] = [...FULL, { op: 'store', map: 'anon', word: 0, length: P, value: 5 }]
const LAZY: readonly Operation[] = [...FILLED, { op: 'madvise', map: 'anon', word: 0, length: P, advice: 'FREE' }]
const OTHER_MAPPED: readonly Operation[] = [...FULL, { op: 'load', map: 'other', word: 0, length: P }]
const OTHER_STORED: readonly Operation[] = [...FULL, { op: 'store', map: 'other', word: 0, length: P, value: 6 }]
const PRIVATE_STORED: readonly Operation[] = [...FULL, { op: 'store', map: 'private', word: P, length: P, value: 6 }]

const SYNC_RANGE = { op: 'sync_file_range', file: 'main', offset: 0, length: P } as const

function writes(): readonly Held[] {
  const dirty = [
    { name: 'written', before: WRITTEN },
    { name: 'stored', before: STORED },
    { name: 'preallocated', before: PREALLOCATED },
  ]
  const starters = [
    { name: 'sync_file_range', call: { ...SYNC_RANGE, flags: 'WRITE' } },
    { name: 'fsync', call: { op: 'fsync', file: 'main' } },
    { name: 'msync', call: { op: 'msync', map: 'shared', word: 0, length: P, flags: 'SYNC' } },
    { name: 'DONTNEED', call: { op: 'fadvise', file: 'main', offset: 0, length: 0, advice: 'DONTNEED' } },
    { name: 'pread-direct', call: { op: 'pread-direct', offset: 0, length: P, into: 'heap' } },
    { name: 'pwrite-direct', call: { op: 'pwrite-direct', offset: 0, length: P, from: { value: 3 } } },
  ] as const
  return dirty.flatMap((page) =>
    starters.map(({ name, call }) => ({ name: `write by ${name}, page ${page.name}`, about: 'main', io: WRITE, before: page.before, call }) as const),
  )
}

function reads(): readonly Held[] {
  const starters = [
    { name: 'pread', call: { op: 'pread', file: 'main', offset: 0, length: P } },
    { name: 'load', call: { op: 'load', map: 'shared', word: 0, length: P } },
    { name: 'store', call: { op: 'store', map: 'shared', word: 0, length: P, value: 3 } },
    { name: 'pwrite of half a page', call: { op: 'pwrite', file: 'main', offset: 0, length: P / 2, value: 3 } },
    { name: 'WILLNEED', call: { op: 'fadvise', file: 'main', offset: 0, length: P, advice: 'WILLNEED' } },
    { name: 'private load', call: { op: 'load', map: 'private', word: 0, length: P } },
  ] as const
  return starters.map(({ name, call }) => ({ name: `read by ${name}`, about: 'main', io: READ, before: EVICTED, call }))
}

function directIo(): readonly Held[] {
  const read = (name: string, before: readonly Operation[], into: 'heap' | { map: MappingName; word: number }, about: Held['about']): Held => ({
    name: `direct read into ${name}`,
    about,
    io: READ,
    before,
    call: { op: 'pread-direct', offset: 0, length: P, into },
  })
  const write = (name: string, before: readonly Operation[], from: { value: number } | { map: MappingName; word: number }, about: Held['about']): Held => ({
    name: `direct write from ${name}`,
    about,
    io: WRITE,
    before,
    call: { op: 'pwrite-direct', offset: 0, length: P, from },
  })
  return [
    read('heap', FULL, 'heap', 'main'),
    read('heap, page mapped', MAPPED, 'heap', 'main'),
    read('heap, page evicted', EVICTED, 'heap', 'main'),
    read('anonymous memory', FILLED, { map: 'anon', word: 0 }, 'anon'),
    read('lazily freed memory', LAZY, { map: 'anon', word: 0 }, 'anon'),
    read('fresh memory', FULL, { map: 'anon', word: 0 }, 'anon'),
    read('a private copy', PRIVATE_STORED, { map: 'private', word: P }, 'main'),
    read('a mapping of the other file', OTHER_MAPPED, { map: 'other', word: 0 }, 'other'),
    read('a dirty page of the other file', OTHER_STORED, { map: 'other', word: 0 }, 'other'),
    write('heap', FULL, { value: 3 }, 'main'),
    write('heap, page mapped', MAPPED, { value: 3 }, 'main'),
    write('heap, page evicted', EVICTED, { value: 3 }, 'main'),
    write('anonymous memory', FILLED, { map: 'anon', word: 0 }, 'anon'),
    write('a mapping of the other file', OTHER_MAPPED, { map: 'other', word: 0 }, 'other'),
  ]
}

const SWAPPED: Held = {
  name: 'swap-out',
  about: 'anon',
  io: SWAP_WRITE,
  before: FILLED,
  call: { op: 'madvise', map: 'anon', word: 0, length: P, advice: 'PAGEOUT' },
}

export const HELD: readonly Held[] = [...writes(), ...reads(), ...directIo(), SWAPPED]

function ofMain(): readonly Meanwhile[] {
  const page = (name: string, make: (page: number) => Exclude<Operation, { op: 'fork' }>, pages: readonly number[] = [0, 1]): Meanwhile[] =>
    pages.map((at) => ({ name: `${name}${pages.length > 1 ? ` of page ${at}` : ''}`, about: 'main', call: make(at) }))
  const fallocate = (mode: 'PUNCH_HOLE' | 'ZERO_RANGE' | 'COLLAPSE_RANGE' | 'INSERT_RANGE', keepSize: boolean, pages?: readonly number[]): Meanwhile[] =>
    page(mode.toLowerCase(), (at) => ({ op: 'fallocate', file: 'main', mode, keepSize, offset: at * P, length: P }), pages)
  const truncate = (name: string, size: number): Meanwhile => ({ name, about: 'main', call: { op: 'ftruncate', file: 'main', size } })
  const main = (name: string, call: Exclude<Operation, { op: 'fork' }>): Meanwhile => ({ name, about: 'main', call })
  return [
    ...page('pread', (at) => ({ op: 'pread', file: 'main', offset: at * P, length: P })),
    ...page('pwrite', (at) => ({ op: 'pwrite', file: 'main', offset: at * P, length: P, value: 7 })),
    ...page('load', (at) => ({ op: 'load', map: 'shared', word: at * P, length: P })),
    ...page('store', (at) => ({ op: 'store', map: 'shared', word: at * P, length: P, value: 8 })),
    ...page('private store', (at) => ({ op: 'store', map: 'private', word: at * P, length: P, value: 8 }), [0]),
    ...page('direct read', (at) => ({ op: 'pread-direct', offset: at * P, length: P, into: 'heap' })),
    ...page('direct write', (at) => ({ op: 'pwrite-direct', offset: at * P, length: P, from: { value: 9 } })),
    ...fallocate('PUNCH_HOLE', true),
    ...fallocate('ZERO_RANGE', false),
    ...fallocate('COLLAPSE_RANGE', false),
    ...fallocate('INSERT_RANGE', false, [0]),
    main('fsync', { op: 'fsync', file: 'main' }),
    main('msync', { op: 'msync', map: 'shared', word: 0, length: P, flags: 'SYNC' }),
    main('sync_file_range WRITE', { ...SYNC_RANGE, flags: 'WRITE' }),
    main('sync_file_range WAIT_BEFORE', { ...SYNC_RANGE, flags: 'WAIT_BEFORE' }),
    main('sync_file_range with all flags', { ...SYNC_RANGE, flags: 'WAIT_BEFORE|WRITE|WAIT_AFTER' }),
    main('DONTNEED', { op: 'fadvise', file: 'main', offset: 0, length: 0, advice: 'DONTNEED' }),
    main('WILLNEED', { op: 'fadvise', file: 'main', offset: 0, length: 2 * P, advice: 'WILLNEED' }),
    main('PAGEOUT', { op: 'madvise', map: 'shared', word: 0, length: 2 * P, advice: 'PAGEOUT' }),
    main('MADV_DONTNEED', { op: 'madvise', map: 'shared', word: 0, length: 2 * P, advice: 'DONTNEED' }),
    main('munmap', { op: 'munmap', map: 'shared' }),
    truncate('truncate to nothing', 0),
    truncate('truncate to half a page', P / 2),
    truncate('truncate to a page', P),
    truncate('truncate to longer', 4 * P),
  ]
}

function ofAnon(): readonly Meanwhile[] {
  const anon = (name: string, call: Exclude<Operation, { op: 'fork' }>): Meanwhile => ({ name: `${name} of the memory`, about: 'anon', call })
  const advice = (name: 'FREE' | 'DONTNEED' | 'PAGEOUT'): Meanwhile => anon(`MADV_${name}`, { op: 'madvise', map: 'anon', word: 0, length: P, advice: name })
  const load = { op: 'load', map: 'anon', word: 0, length: P } as const
  const store = { op: 'store', map: 'anon', word: 0, length: P, value: 11 } as const
  return [
    anon('load', load),
    anon('store', store),
    advice('FREE'),
    advice('DONTNEED'),
    advice('PAGEOUT'),
    anon('munmap', { op: 'munmap', map: 'anon' }),
    { name: 'load of a child', about: 'anon', child: load },
    { name: 'store of a child', about: 'anon', child: store },
  ]
}

function ofOther(): readonly Meanwhile[] {
  const file: FileName = 'other'
  const other = (name: string, call: Exclude<Operation, { op: 'fork' }>): Meanwhile => ({ name: `${name} of the other file`, about: 'other', call })
  return [
    other('load', { op: 'load', map: 'other', word: 0, length: P }),
    other('store', { op: 'store', map: 'other', word: 0, length: P, value: 12 }),
    other('pread', { op: 'pread', file, offset: 0, length: P }),
    other('pwrite', { op: 'pwrite', file, offset: 0, length: P, value: 12 }),
    other('fsync', { op: 'fsync', file }),
    other('msync', { op: 'msync', map: 'other', word: 0, length: P, flags: 'SYNC' }),
    other('DONTNEED', { op: 'fadvise', file, offset: 0, length: 0, advice: 'DONTNEED' }),
    other('PAGEOUT', { op: 'madvise', map: 'other', word: 0, length: P, advice: 'PAGEOUT' }),
    other('munmap', { op: 'munmap', map: 'other' }),
    other('punch', { op: 'fallocate', file, mode: 'PUNCH_HOLE', keepSize: true, offset: 0, length: P }),
    other('truncate', { op: 'ftruncate', file, size: 0 }),
  ]
}

export const MEANWHILE: readonly Meanwhile[] = [...ofMain(), ...ofAnon(), ...ofOther()]

/** The events of a task's part. */
export function eventsOf(task: 'B' | 'C', what: Meanwhile): readonly CaseEvent[] {
  if ('call' in what) return [{ event: 'start', task, call: what.call }]
  return [{ event: 'fork', task }, { event: 'start', task, call: what.child }]
}
