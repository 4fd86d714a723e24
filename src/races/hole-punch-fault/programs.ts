/** The programs of the race: a hole is punched, and every way in which pages of the file get into memory, become dirty and are written. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import { programsOnDisk, type DiskDraft, type Stage } from '../disk-drafts.js'
import { deadlockDrafts } from './lock-programs.js'
import { patches } from './fixes.js'
import { rangeDrafts } from './range-programs.js'

/** A file of one block with data, mapped by process A, which also punches. */
function mappedFile(stage: Stage): readonly [file: AddressSpace, map: Vma] {
  const file = stage.file('F', [['WRITTEN', 0]])
  return [file, stage.mapped(file)]
}

function puncher({ k }: Stage, file: AddressSpace, map: Vma): void {
  k.spawn('punch', () => k.fallocate_punch(file, 0, 1), map.mm)
}

/** A process of its own that punches. */
function otherPuncher(stage: Stage, file: AddressSpace): void {
  stage.k.spawn('punch', () => stage.k.fallocate_punch(file, 0, 1), stage.process('P'))
}

function flusher({ k }: Stage, file: AddressSpace): void {
  k.spawn('flusher', () => k.wb_writeback(file))
}

/** What was freed is committed, and another file gets a block and is written. */
function reuser({ k, disk, file }: Stage, first: AddressSpace, more: () => void = () => undefined): void {
  const other = file('G', ['HOLE'])
  k.spawn('reuse', () => {
    k.commit(disk, first)
    k.pwrite_direct(other, 0, 'G:new')
    more()
  })
}

function load({ k }: Stage, map: Vma): void {
  k.user_load(map, 0, 0)
}

function store({ k }: Stage, map: Vma, value = 'F:new'): void {
  k.user_store(map, 0, 0, value)
}

/** Stores the first word of a page that is mapped privately, and loads the second, which comes from the file. */
function privateStorer({ k }: Stage, map: Vma): void {
  k.spawn(
    'private store',
    () => {
      k.user_store(map, 0, 0, 'A:new')
      k.user_load(map, 0, 1)
      k.user_load(map, 0, 0)
    },
    map.mm,
  )
}

const DRAFTS: readonly DiskDraft[] = [
  {
    name: 'store',
    summary: "The thread's diagram: a store through a mapping of the process that punches, and the flusher.",
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.spawn('store', () => store(stage, map), map.mm)
      flusher(stage, file)
    },
  },
  {
    name: 'store-other-process',
    summary: 'The same store through a mapping of another process.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      otherPuncher(stage, file)
      stage.k.spawn('store', () => store(stage, map), map.mm)
      flusher(stage, file)
    },
  },
  {
    name: 'store-cached',
    summary: 'The same store, to a page that is cached and mapped read-only from the beginning.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      load(stage, map)
      puncher(stage, file, map)
      stage.k.spawn('store', () => store(stage, map), map.mm)
      flusher(stage, file)
    },
  },
  {
    name: 'store-reuse',
    summary: 'A store in another process; the freed block is committed, given to another file and written, and then the flusher comes.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      otherPuncher(stage, file)
      stage.k.spawn('store', () => store(stage, map), map.mm)
      reuser(stage, file, () => stage.k.wb_writeback(file))
    },
  },
  {
    name: 'load-then-store',
    summary: 'A load and a store through the same mapping, before, during and after, and the flusher.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.spawn(
        'user',
        () => {
          load(stage, map)
          store(stage, map)
        },
        map.mm,
      )
      flusher(stage, file)
    },
  },
  {
    name: 'load',
    summary: 'Two loads through a mapping of another process, before, during and after.',
    livelocks: true,
    setup(stage) {
      const [file, map] = mappedFile(stage)
      otherPuncher(stage, file)
      stage.k.spawn(
        'load',
        () => {
          load(stage, map)
          load(stage, map)
        },
        map.mm,
      )
    },
  },
  {
    name: 'load-reuse',
    summary: 'A load in another process while the freed block is committed and given to another file.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      otherPuncher(stage, file)
      stage.k.spawn('load', () => load(stage, map), map.mm)
      reuser(stage, file)
    },
  },
  {
    name: 'two-processes',
    summary: 'A store through the mapping of one process, a load through that of another, and a third process punches.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      const other = stage.mapped(file, 'B')
      otherPuncher(stage, file)
      stage.k.spawn('store', () => store(stage, map), map.mm)
      stage.k.spawn('load', () => load(stage, other), other.mm)
    },
  },
  {
    name: 'store-munmap',
    summary: 'A store, and munmap(2) of its area by another thread; a fault that waits for its page gives mmap_sem up and looks the area up again.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      otherPuncher(stage, file)
      stage.k.spawn('store', () => store(stage, map), map.mm)
      stage.k.spawn('munmap', () => stage.k.munmap(map), map.mm)
    },
  },
  {
    name: 'private-store',
    summary: 'A store to a private mapping in another process, and a load of what it copied, before, during and after.',
    machine: { words: 2 },
    setup(stage) {
      const file = stage.file('F', [['WRITTEN', 0]])
      const map = stage.mappedPrivately(file)
      otherPuncher(stage, file)
      privateStorer(stage, map)
    },
  },
  {
    name: 'private-reuse',
    summary: 'The same while the freed block is committed and given to another file.',
    machine: { words: 2 },
    setup(stage) {
      const file = stage.file('F', [['WRITTEN', 0]])
      const map = stage.mappedPrivately(file)
      otherPuncher(stage, file)
      privateStorer(stage, map)
      reuser(stage, file)
    },
  },
  {
    name: 'read',
    summary: 'read(2) of the range, and then again.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.spawn('read', () => {
        stage.k.pread(file, 0)
        stage.k.pread(file, 0)
      })
    },
  },
  {
    name: 'read-reuse',
    summary: 'read(2) while the freed block is committed and given to another file.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.spawn('read', () => {
        stage.k.pread(file, 0)
        stage.k.pread(file, 0)
      })
      reuser(stage, file)
    },
  },
  {
    name: 'write',
    summary: 'write(2) to the range, and the flusher.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.spawn('write', () => void stage.k.pwrite(file, 0, 'F:new'))
      flusher(stage, file)
    },
  },
  {
    name: 'write-reuse',
    summary: 'write(2) to the range; the freed block is committed, given to another file and written, and then the flusher comes.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.spawn('write', () => void stage.k.pwrite(file, 0, 'F:new'))
      reuser(stage, file, () => stage.k.wb_writeback(file))
    },
  },
  {
    name: 'fadvise',
    summary: 'posix_fadvise(POSIX_FADV_WILLNEED) of the range, and read(2).',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.spawn('fadvise', () => {
        stage.k.fadvise_willneed(file, 0, 1)
        stage.k.pread(file, 0)
      })
    },
  },
  {
    name: 'fadvise-reuse',
    summary: 'The same while the freed block is committed and given to another file.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.spawn('fadvise', () => {
        stage.k.fadvise_willneed(file, 0, 1)
        stage.k.pread(file, 0)
      })
      reuser(stage, file)
    },
  },
  {
    name: 'madvise',
    summary: 'madvise(MADV_WILLNEED) of the range in another process, and a load.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      otherPuncher(stage, file)
      stage.k.spawn(
        'madvise',
        () => {
          stage.k.madvise_willneed(map)
          load(stage, map)
        },
        map.mm,
      )
    },
  },
  {
    name: 'unwritten',
    summary: 'A store of another process to a block that was preallocated, and the flusher.',
    setup(stage) {
      const file = stage.file('F', [['UNWRITTEN', 0]])
      const map = stage.mapped(file)
      otherPuncher(stage, file)
      stage.k.spawn('store', () => store(stage, map), map.mm)
      flusher(stage, file)
    },
  },
  {
    name: 'hole',
    summary: 'A store of another process to a hole: a block is reserved, and the flusher allocates it.',
    setup(stage) {
      const file = stage.file('F', ['HOLE'])
      const map = stage.mapped(file)
      otherPuncher(stage, file)
      stage.k.spawn('store', () => store(stage, map), map.mm)
      flusher(stage, file)
    },
  },
  {
    name: 'page-beyond',
    summary: 'The first page is punched, the store goes to the second.',
    setup(stage) {
      const file = stage.file('F', [
        ['WRITTEN', 0],
        ['WRITTEN', 1],
      ])
      const map = stage.mapped(file)
      puncher(stage, file, map)
      stage.k.spawn('store', () => void stage.k.user_store(map, 1, 0, 'F:new'), map.mm)
    },
  },
  {
    name: 'aio-write',
    summary: 'An asynchronous direct write to the range.',
    machine: { aio: 1 },
    setup(stage) {
      const file = stage.file('F', [['WRITTEN', 0]])
      otherPuncher(stage, file)
      stage.k.spawn('aio write', () => stage.k.io_submit_pwrite(file, 0, 'F:direct'), stage.process('W'))
    },
  },
  {
    name: 'aio-write-of-hole',
    summary: 'An asynchronous direct write to a hole, whose new block a worker has to convert; its event and read(2). Free blocks hold data of a deleted file.',
    machine: { aio: 1 },
    setup(stage) {
      const file = stage.file('F', ['HOLE'])
      stage.k.expectations.addDeleted('D')
      for (const word of stage.disk.blocks.flat()) word.set('D:old')
      otherPuncher(stage, file)
      stage.k.spawn(
        'aio write',
        () => {
          stage.k.io_submit_pwrite(file, 0, 'F:direct')
          stage.k.io_getevents_direct()
          stage.k.pread(file, 0)
        },
        stage.process('W'),
      )
    },
  },
  {
    name: 'aio-read-reuse',
    summary: 'An asynchronous direct read, then its range is punched, while the freed block is committed and given to another file.',
    machine: { aio: 1 },
    setup(stage) {
      const { k } = stage
      const file = stage.file('F', [['WRITTEN', 0]])
      k.spawn(
        'aio read',
        () => {
          k.io_submit_pread(file, 0)
          k.fallocate_punch(file, 0, 1)
        },
        stage.process('R'),
      )
      reuser(stage, file)
    },
  },
  ...rangeDrafts,
  ...deadlockDrafts((stage, file) => otherPuncher(stage, file)),
  {
    name: 'commit',
    summary: 'A store, the flusher and a commit of the journal: who waits for whom.',
    setup(stage) {
      const [file, map] = mappedFile(stage)
      puncher(stage, file, map)
      stage.k.user_store(map, 0, 0, 'F:new')
      flusher(stage, file)
      stage.k.spawn('kjournald', () => stage.k.commit(stage.disk, file))
    },
  },
]

export const programs = programsOnDisk('hole-punch-fault', DRAFTS, patches)
