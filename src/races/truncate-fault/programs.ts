/** The programs of the race: a file is cut off, and every way in which its pages get into memory, become dirty and are written. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import { programsOnDisk, type DiskDraft, type Stage } from '../disk-drafts.js'
import { patches } from './fixes.js'

/** A file of two pages, mapped by process A. */
function twoPages(stage: Stage): readonly [file: AddressSpace, map: Vma] {
  const file = stage.file(
    'F',
    [
      ['WRITTEN', 1],
      ['WRITTEN', 0],
    ],
    { resizable: true },
  )
  return [file, stage.mapped(file)]
}

/** A file of one page with two blocks. */
function onePage(stage: Stage): readonly [file: AddressSpace, map: Vma] {
  const file = stage.file(
    'F',
    [
      ['WRITTEN', 1],
      ['WRITTEN', 0],
    ],
    { resizable: true },
  )
  return [file, stage.mapped(file)]
}

function truncater({ k }: Stage, file: AddressSpace, ...sizes: readonly number[]): void {
  k.spawn('truncate', () => {
    for (const size of sizes) k.ftruncate_to(file, size)
  })
}

function storer({ k }: Stage, map: Vma): void {
  k.spawn('store', () => void k.user_store(map, 1, 0, 'F:new'), map.mm)
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

const DRAFTS: readonly DiskDraft[] = [
  {
    name: 'store',
    summary: 'A store to the page that is cut off, and the flusher.',
    setup(stage) {
      const [file, map] = twoPages(stage)
      truncater(stage, file, 1)
      storer(stage, map)
      flusher(stage, file)
    },
  },
  {
    name: 'store-reuse',
    summary: 'A store; the freed block is committed, given to another file and written, and then the flusher comes.',
    setup(stage) {
      const [file, map] = twoPages(stage)
      truncater(stage, file, 1)
      storer(stage, map)
      reuser(stage, file, () => stage.k.wb_writeback(file))
    },
  },
  {
    name: 'load-reuse',
    summary: 'Loads while the freed block is committed and given to another file.',
    setup(stage) {
      const [file, map] = twoPages(stage)
      truncater(stage, file, 1)
      stage.k.spawn(
        'load',
        () => {
          stage.k.user_load(map, 1, 0)
          stage.k.user_load(map, 1, 0)
        },
        map.mm,
      )
      reuser(stage, file)
    },
  },
  {
    name: 'shrink-and-grow',
    summary: 'The file is cut off and made as long again; a store, and the flusher.',
    setup(stage) {
      const [file, map] = twoPages(stage)
      truncater(stage, file, 1, 2)
      storer(stage, map)
      flusher(stage, file)
    },
  },
  {
    name: 'shrink-and-grow-load',
    summary: 'The file is cut off and made as long again; two loads.',
    setup(stage) {
      const [file, map] = twoPages(stage)
      truncater(stage, file, 1, 2)
      stage.k.spawn(
        'load',
        () => {
          stage.k.user_load(map, 1, 0)
          stage.k.user_load(map, 1, 0)
        },
        map.mm,
      )
    },
  },
  {
    name: 'private-store',
    summary: 'The file is cut off and made as long again; a store to a private mapping of what is cut off, and a load.',
    setup(stage) {
      const { k } = stage
      const [file] = twoPages(stage)
      const map = stage.mappedPrivately(file, 'B')
      truncater(stage, file, 1, 2)
      k.spawn(
        'private store',
        () => {
          k.user_store(map, 1, 0, 'B:new')
          k.user_load(map, 1, 0)
        },
        map.mm,
      )
    },
  },
  {
    name: 'read-and-fadvise',
    summary: 'posix_fadvise(POSIX_FADV_WILLNEED) and read(2), while the file is cut off and made as long again.',
    setup(stage) {
      const [file] = twoPages(stage)
      truncater(stage, file, 1, 2)
      stage.k.spawn('read', () => {
        stage.k.fadvise_willneed(file, 1, 2)
        stage.k.pread(file, 1)
      })
    },
  },
  {
    name: 'last-page',
    summary: 'Blocks smaller than pages: one task stores, cuts the last block off, makes the file as long again and stores again; and the flusher.',
    machine: { words: 2 },
    blocks_per_page: 2,
    setup(stage) {
      const { k } = stage
      const [file, map] = onePage(stage)
      k.spawn(
        'user',
        () => {
          k.user_store(map, 0, 1, 'F:first')
          k.ftruncate_to(file, 1)
          k.ftruncate_to(file, 2)
          k.user_store(map, 0, 1, 'F:second')
        },
        map.mm,
      )
      flusher(stage, file)
    },
  },
  {
    name: 'last-page-kept',
    summary: 'Blocks smaller than pages: the last block is cut off, a store goes to the one before it; and the flusher.',
    machine: { words: 2 },
    blocks_per_page: 2,
    setup(stage) {
      const { k } = stage
      const [file, map] = onePage(stage)
      truncater(stage, file, 1)
      k.spawn('store', () => void k.user_store(map, 0, 0, 'F:new'), map.mm)
      flusher(stage, file)
    },
  },
]

export const programs = programsOnDisk('truncate-fault', DRAFTS, patches)
