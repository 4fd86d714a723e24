/** Programs in which the locks of I/O, of the address space and of faults meet: system calls whose buffer is a mapping of a file. */
import type { AddressSpace } from '../../kernel/include/linux/mm-types.js'
import type { DiskDraft, Stage } from '../disk-drafts.js'

/** @param other what else is done to the file meanwhile, that wants its I/O lock */
export function deadlockDrafts(other: (stage: Stage, file: AddressSpace) => void): readonly DiskDraft[] {
  return [
    {
      name: 'read-into-mapping',
      summary: 'read(2) of a file into a mapping of the same file, while its I/O lock is wanted by somebody else.',
      livelocks: true,
      setup(stage) {
        const { k } = stage
        const file = stage.file('F', [['WRITTEN', 0]])
        const map = stage.mapped(file)
        k.spawn('read', () => void k.pread(file, 0, [map, 0]), map.mm)
        other(stage, file)
      },
    },
    {
      name: 'write-from-mapping',
      summary: 'write(2) to a file from a mapping of the same file, and a store through it.',
      livelocks: true,
      setup(stage) {
        const { k } = stage
        const file = stage.file('F', [['WRITTEN', 0], 'HOLE'])
        const map = stage.mapped(file)
        k.spawn('write', () => void k.pwrite(file, 1, [map, 0]), map.mm)
        k.spawn('store', () => void k.user_store(map, 0, 0, 'F:new'), map.mm)
      },
    },
    {
      name: 'three-threads',
      summary: 'A store, write(2) from a mapping of another file, and mmap(2), in three threads of one process.',
      livelocks: true,
      setup(stage) {
        const { k } = stage
        const mm = stage.process('A', 2)
        const file = stage.file('F', [['WRITTEN', 0]])
        const source = stage.file('S', [['WRITTEN', 1]])
        const map = stage.mappedInto(mm, 'A.map', file, 0)
        const buffer = stage.mappedInto(mm, 'A.buf', source, 1)
        k.spawn('store', () => void k.user_store(map, 0, 0, 'F:new'), mm)
        k.spawn('write', () => void k.pwrite(file, 0, [buffer, 0]), mm)
        k.spawn('mmap', () => k.mmap_elsewhere(), mm)
      },
    },
    {
      name: 'two-files',
      summary: 'read(2) of one file into a mapping of another, and the other way round.',
      livelocks: true,
      setup(stage) {
        const { k } = stage
        const one = stage.file('F', [['WRITTEN', 0]])
        const two = stage.file('S', [['WRITTEN', 1]])
        const to = stage.mapped(two, 'A')
        const fro = stage.mapped(one, 'B')
        k.spawn('read F', () => void k.pread(one, 0, [to, 0]), to.mm)
        k.spawn('read S', () => void k.pread(two, 0, [fro, 0]), fro.mm)
      },
    },
  ]
}
