/** Programs of asynchronous direct I/O (io_submit, io_getevents): it goes on after the lock of the inode has been given up. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { DiskDraft, Stage } from '../disk-drafts.js'

const MACHINE = { aio: 1 } as const

function mappedFile(stage: Stage, block: 'WRITTEN' | 'HOLE' = 'WRITTEN'): readonly [file: AddressSpace, map: Vma] {
  const file = stage.file('F', [block === 'HOLE' ? 'HOLE' : ['WRITTEN', 0]])
  return [file, stage.mapped(file)]
}

/** A file of two pages that can be cut off; the second has data, or is a hole. */
function twoPages(stage: Stage, second: 'WRITTEN' | 'HOLE' = 'WRITTEN'): AddressSpace {
  return stage.file('F', [['WRITTEN', 1], second === 'HOLE' ? 'HOLE' : ['WRITTEN', 0]], { resizable: true })
}

/** Submits a direct write of a page. */
function submitter(stage: Stage, file: AddressSpace, page = 0, more: () => void = () => undefined): void {
  const { k } = stage
  k.spawn(
    'aio write',
    () => {
      k.io_submit_pwrite(file, page, 'F:direct')
      more()
    },
    stage.process('W'),
  )
}

function loads({ k }: Stage, map: Vma): void {
  k.spawn(
    'load',
    () => {
      k.user_load(map, 0, 0)
      k.user_load(map, 0, 0)
    },
    map.mm,
  )
}

function truncater({ k }: Stage, file: AddressSpace, ...sizes: readonly number[]): void {
  k.spawn('truncate', () => {
    for (const size of sizes) k.ftruncate_to(file, size)
  })
}

export const aioDrafts: readonly DiskDraft[] = [
  {
    name: 'aio-write-and-store',
    summary: 'An asynchronous direct write of a page of two words, a store to one of them and fsync.',
    machine: { ...MACHINE, words: 2 },
    setup(stage) {
      const { k } = stage
      const [file, map] = mappedFile(stage)
      submitter(stage, file)
      k.spawn(
        'store',
        () => {
          k.user_store(map, 0, 1, 'F:stored')
          k.fsync(file)
        },
        map.mm,
      )
    },
  },
  {
    name: 'aio-write-and-load',
    summary: 'An asynchronous direct write, and two loads through a mapping, before, during and after.',
    machine: MACHINE,
    setup(stage) {
      const [file, map] = mappedFile(stage)
      submitter(stage, file)
      loads(stage, map)
    },
  },
  {
    name: 'aio-write-and-read',
    summary: 'An asynchronous direct write, then its event and read(2); and read(2) by another task.',
    machine: MACHINE,
    setup(stage) {
      const { k } = stage
      const [file] = mappedFile(stage)
      submitter(stage, file, 0, () => {
        k.io_getevents_direct()
        k.pread(file, 0)
      })
      k.spawn('read', () => void k.pread(file, 0))
    },
  },
  {
    name: 'aio-write-of-hole',
    summary: 'An asynchronous direct write to a hole, whose new block has no data until a worker says so; and two loads.',
    machine: MACHINE,
    setup(stage) {
      const [file, map] = mappedFile(stage, 'HOLE')
      submitter(stage, file)
      loads(stage, map)
    },
  },
  {
    name: 'aio-write-and-truncate',
    summary: 'An asynchronous direct write to the second page, which is cut off.',
    machine: MACHINE,
    setup(stage) {
      const file = twoPages(stage)
      submitter(stage, file, 1)
      truncater(stage, file, 1)
    },
  },
  {
    name: 'aio-write-of-hole-and-truncate',
    summary: 'An asynchronous direct write to a hole, which is cut off; then the file is made as long again.',
    machine: MACHINE,
    setup(stage) {
      const file = twoPages(stage, 'HOLE')
      submitter(stage, file, 1)
      truncater(stage, file, 1, 2)
    },
  },
  {
    name: 'aio-read-and-truncate',
    summary: 'An asynchronous direct read of the second page, which is then cut off; its block is given to another file and written.',
    machine: MACHINE,
    setup(stage) {
      const { k, disk } = stage
      const file = twoPages(stage)
      const other = stage.file('G', ['HOLE'])
      k.spawn(
        'aio read',
        () => {
          k.io_submit_pread(file, 1)
          k.ftruncate_to(file, 1)
          k.commit(disk, file)
          k.pwrite_direct(other, 0, 'G:new')
        },
        stage.process('R'),
      )
    },
  },
]
