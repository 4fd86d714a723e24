/** The programs of the race: direct I/O, and the same or other pages of the file through a mapping. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import { programsOnDisk, type DiskDraft, type Stage } from '../disk-drafts.js'
import { deadlockDrafts } from '../hole-punch-fault/lock-programs.js'
import { patches } from '../hole-punch-fault/fixes.js'
import { aioDrafts } from './aio-programs.js'
import { patches as ownPatches } from './fixes.js'

function mappedFile(stage: Stage, block: 'WRITTEN' | 'HOLE' = 'WRITTEN'): readonly [file: AddressSpace, map: Vma] {
  const file = stage.file('F', [block === 'HOLE' ? 'HOLE' : ['WRITTEN', 0]])
  return [file, stage.mapped(file)]
}

/** Stores the last word of the first page. */
function storer({ k }: Stage, map: Vma): void {
  k.spawn('store', () => void k.user_store(map, 0, k.config.words - 1, 'F:stored'), map.mm)
}

function directWriter({ k }: Stage, file: AddressSpace): void {
  k.spawn('direct write', () => void k.pwrite_direct(file, 0, 'F:direct'))
}

function directReader({ k }: Stage, file: AddressSpace): void {
  k.spawn('direct read', () => void k.pread_direct(file, 0))
}

function flusher({ k }: Stage, file: AddressSpace): void {
  k.spawn('flusher', () => k.wb_writeback(file))
}

const DRAFTS: readonly DiskDraft[] = [
  {
    name: 'write-and-store',
    summary: 'A direct write of a page of two words, a store to one of them, and the flusher.',
    machine: { words: 2 },
    setup(stage) {
      const [file, map] = mappedFile(stage)
      directWriter(stage, file)
      storer(stage, map)
      flusher(stage, file)
    },
  },
  {
    name: 'write-and-cached',
    summary: 'The same, with a page that is cached and dirty from the beginning.',
    machine: { words: 2 },
    setup(stage) {
      const [file, map] = mappedFile(stage)
      stage.k.user_store(map, 0, 1, 'F:before')
      directWriter(stage, file)
      storer(stage, map)
      flusher(stage, file)
    },
  },
  {
    name: 'write-and-load',
    summary: 'A direct write, and two loads through a mapping, before, during and after.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      directWriter(stage, file)
      stage.k.spawn(
        'load',
        () => {
          stage.k.user_load(map, 0, 0)
          stage.k.user_load(map, 0, 0)
        },
        map.mm,
      )
    },
  },
  {
    name: 'write-and-read',
    summary: 'A direct write, and read(2) through the page cache, twice.',
    setup(stage) {
      const [file] = mappedFile(stage)
      directWriter(stage, file)
      stage.k.spawn('read', () => {
        stage.k.pread(file, 0)
        stage.k.pread(file, 0)
      })
    },
  },
  {
    name: 'read-of-hole',
    summary: 'A direct read of a hole, and a store to it.',
    setup(stage) {
      const [file, map] = mappedFile(stage, 'HOLE')
      directReader(stage, file)
      storer(stage, map)
    },
  },
  {
    name: 'read-and-store',
    summary: 'A direct read, a store to the same page, and the flusher.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      directReader(stage, file)
      storer(stage, map)
      flusher(stage, file)
    },
  },
  {
    name: 'write-of-hole',
    summary: 'A direct write to a hole, a store to it, and the flusher.',
    machine: { words: 2 },
    setup(stage) {
      const [file, map] = mappedFile(stage, 'HOLE')
      directWriter(stage, file)
      storer(stage, map)
      flusher(stage, file)
    },
  },
  {
    name: 'read-elsewhere',
    summary: 'A direct read of the first page, a store to the second, which is cached.',
    setup(stage) {
      const { k } = stage
      const file = stage.file('F', [
        ['WRITTEN', 0],
        ['WRITTEN', 1],
      ])
      const map = stage.mapped(file)
      k.user_load(map, 1, 0)
      directReader(stage, file)
      k.spawn('store', () => void k.user_store(map, 1, 0, 'F:stored'), map.mm)
    },
  },
  {
    name: 'write-elsewhere',
    summary: 'A direct write of the first page, a store to the second, and the flusher.',
    setup(stage) {
      const { k } = stage
      const file = stage.file('F', [['WRITTEN', 0], 'HOLE'])
      const map = stage.mapped(file)
      directWriter(stage, file)
      k.spawn('store', () => void k.user_store(map, 1, 0, 'F:stored'), map.mm)
      flusher(stage, file)
    },
  },
  {
    name: 'direct-read-into-mapping',
    summary: 'A direct read of a file into a mapping of the same file, while its I/O lock is wanted by somebody else.',
    livelocks: true,
    setup(stage) {
      const { k } = stage
      const file = stage.file('F', [['WRITTEN', 0], 'HOLE'])
      const map = stage.mapped(file)
      k.spawn('direct read', () => void k.pread_direct(file, 0, [map, 1]), map.mm)
      k.spawn('write', () => void k.pwrite(file, 0, 'F:new'))
    },
  },
  ...aioDrafts,
  ...deadlockDrafts(({ k }, file) => k.spawn('direct write', () => void k.pwrite_direct(file, 0, 'F:direct'))),
]

export const programs = programsOnDisk('direct-io-mmap', DRAFTS, [...patches, ...ownPatches])
