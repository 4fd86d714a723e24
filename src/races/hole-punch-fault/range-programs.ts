/** Programs of fallocate's later modes: what is zeroed, taken out or put in, and other accesses to the same pages. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { DiskDraft, Stage } from '../disk-drafts.js'

/** A file of one block with data, mapped by process A. */
function oneBlock(stage: Stage): readonly [file: AddressSpace, map: Vma] {
  const file = stage.file('F', [['WRITTEN', 0]])
  return [file, stage.mapped(file)]
}

/** A file of blocks with data, mapped by process A, that can get shorter. */
function blocks(stage: Stage, count: number): readonly [file: AddressSpace, map: Vma] {
  const file = stage.file(
    'F',
    Array.from({ length: count }, (_, block) => ['WRITTEN', block] as const),
    { resizable: true },
  )
  return [file, stage.mapped(file)]
}

/** A file of one block with data, mapped by process A, that can grow by one. */
function growing(stage: Stage): readonly [file: AddressSpace, map: Vma] {
  const file = stage.file('F', [['WRITTEN', 0], 'HOLE'], { resizable: true, size: 1 })
  return [file, stage.mapped(file)]
}

/** A process of its own that calls fallocate. */
function fallocater(stage: Stage, body: () => void): void {
  stage.k.spawn('fallocate', body, stage.process('P'))
}

function flusher({ k }: Stage, file: AddressSpace): void {
  k.spawn('flusher', () => k.wb_writeback(file))
}

function storeAndSync({ k }: Stage, file: AddressSpace, map: Vma, page: number): void {
  k.spawn(
    'store',
    () => {
      k.user_store(map, page, 0, 'F:new')
      k.fsync(file)
    },
    map.mm,
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

function reads({ k }: Stage, file: AddressSpace): void {
  k.spawn('read', () => {
    k.pread(file, 0)
    k.pread(file, 0)
  })
}

export const rangeDrafts: readonly DiskDraft[] = [
  {
    name: 'zero-store',
    summary: 'A page is zeroed (FALLOC_FL_ZERO_RANGE); two stores and fsync in another process, before, during and after.',
    setup(stage) {
      const { k } = stage
      const [file, map] = oneBlock(stage)
      fallocater(stage, () => k.fallocate_zero(file, 0, 1))
      k.spawn(
        'store',
        () => {
          k.user_store(map, 0, 0, 'F:first')
          k.user_store(map, 0, 0, 'F:second')
          k.fsync(file)
        },
        map.mm,
      )
    },
  },
  {
    name: 'zero-load',
    summary: 'A page is zeroed; two loads in another process.',
    setup(stage) {
      const [file, map] = oneBlock(stage)
      fallocater(stage, () => stage.k.fallocate_zero(file, 0, 1))
      loads(stage, map)
    },
  },
  {
    name: 'zero-read',
    summary: 'A page is zeroed; read(2) of it, twice.',
    setup(stage) {
      const [file] = oneBlock(stage)
      fallocater(stage, () => stage.k.fallocate_zero(file, 0, 1))
      reads(stage, file)
    },
  },
  {
    name: 'zero-write',
    summary: 'A page is zeroed; write(2) to it, and the flusher.',
    setup(stage) {
      const [file] = oneBlock(stage)
      fallocater(stage, () => stage.k.fallocate_zero(file, 0, 1))
      stage.k.spawn('write', () => void stage.k.pwrite(file, 0, 'F:new'))
      flusher(stage, file)
    },
  },
  {
    name: 'zero-reserved',
    summary: 'A page is zeroed that is dirty over a reservation; and the flusher.',
    setup(stage) {
      const file = stage.file('F', ['HOLE'])
      stage.k.user_store(stage.mapped(file), 0, 0, 'F:before')
      fallocater(stage, () => stage.k.fallocate_zero(file, 0, 1))
      flusher(stage, file)
    },
  },
  {
    name: 'prealloc-store',
    summary: 'A hole gets a block by fallocate(2); a store to it in another process, and the flusher.',
    setup(stage) {
      const file = stage.file('F', ['HOLE'])
      const map = stage.mapped(file)
      fallocater(stage, () => stage.k.fallocate_prealloc(file, 0, 1))
      stage.k.spawn('store', () => void stage.k.user_store(map, 0, 0, 'F:new'), map.mm)
      flusher(stage, file)
    },
  },
  {
    name: 'collapse-store',
    summary: 'The first page is taken out (FALLOC_FL_COLLAPSE_RANGE); a store to the second and fsync in another process.',
    setup(stage) {
      const [file, map] = blocks(stage, 2)
      fallocater(stage, () => void stage.k.fallocate_collapse(file, 0, 1))
      storeAndSync(stage, file, map, 1)
    },
  },
  {
    name: 'collapse-store-first',
    summary: 'The first page is taken out; a store to what is there and fsync in another process.',
    setup(stage) {
      const [file, map] = blocks(stage, 2)
      fallocater(stage, () => void stage.k.fallocate_collapse(file, 0, 1))
      storeAndSync(stage, file, map, 0)
    },
  },
  {
    name: 'collapse-load',
    summary: 'The first page is taken out; two loads of what is there, in another process.',
    setup(stage) {
      const [file, map] = blocks(stage, 2)
      fallocater(stage, () => void stage.k.fallocate_collapse(file, 0, 1))
      loads(stage, map)
    },
  },
  {
    name: 'collapse-read',
    summary: 'The first page is taken out; read(2) of what is there, twice.',
    setup(stage) {
      const [file] = blocks(stage, 2)
      fallocater(stage, () => void stage.k.fallocate_collapse(file, 0, 1))
      reads(stage, file)
    },
  },
  {
    name: 'collapse-write',
    summary: 'The first page of three is taken out; write(2) to the second.',
    setup(stage) {
      const [file] = blocks(stage, 3)
      fallocater(stage, () => void stage.k.fallocate_collapse(file, 0, 1))
      stage.k.spawn('write', () => void stage.k.pwrite(file, 1, 'F:new'))
    },
  },
  {
    name: 'insert-store',
    summary: 'A hole is put in before the first page (FALLOC_FL_INSERT_RANGE); a store to what is there and fsync in another process.',
    setup(stage) {
      const [file, map] = growing(stage)
      fallocater(stage, () => void stage.k.fallocate_insert(file, 0, 1))
      storeAndSync(stage, file, map, 0)
    },
  },
  {
    name: 'insert-load',
    summary: 'A hole is put in before the first page; two loads of it in another process.',
    setup(stage) {
      const [file, map] = growing(stage)
      fallocater(stage, () => void stage.k.fallocate_insert(file, 0, 1))
      loads(stage, map)
    },
  },
]
