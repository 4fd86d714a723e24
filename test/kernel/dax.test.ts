/** Files on a DAX device, v4.13: one after the other, and what locks promise when several do it at once. */
import { describe, expect, it } from 'vitest'
import type { World } from '../../src/engine/index.js'
import type { DaxOptions } from '../../src/kernel/include/linux/dax-types.js'
import type { AddressSpace, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { PTE_DIRTY, PTE_YOUNG, devmap_pmd } from '../../src/kernel/include/linux/pgtable.js'
import { patch, type Kernel, type Patch } from '../../src/kernel/kernel.js'
import { XFS_DAX } from '../../src/kernel/machine.js'
import { mendedDaxWriteback } from '../../src/kernel/versions/mended-dax-writeback.js'
import { STORED, entry, process } from './processes.js'
import { exploreKernel, kinds } from './support.js'

const MACHINE = { pages: 4, bios: 0 }

/** What fails when `setup` is explored. */
function failuresOf(setup: (k: Kernel, world: World) => void, patches: readonly Patch[] = []): readonly string[] {
  return kinds(exploreKernel(setup, { version: 'v4.13', machine: MACHINE, patches }).failures)
}

interface AloneOptions extends DaxOptions {
  readonly shared?: boolean
  readonly huge?: boolean
  readonly pages?: number
}

/** Runs `body` alone, in a task of a process that has a file mapped; what it expects must hold. */
function alone(options: AloneOptions, body: (k: Kernel, file: AddressSpace, map: Vma, world: World) => void): void {
  const { shared = true, huge = false, pages = 1, ...dax } = options
  const found = failuresOf((k, world) => {
    const file = fileOf(k, dax, pages)
    const [mm, map] = process(k, { name: 'A', file, pages, shared, huge })
    k.spawn('user', () => body(k, file, map, world), mm)
  })
  expect(found).toEqual([])
}

function fileOf(k: Kernel, dax: DaxOptions, pages = 1): AddressSpace {
  const file = k.open('F', XFS_DAX, pages, dax)
  if (dax.extents === undefined) k.fill_device(file)
  return file
}

describe('one after the other', () => {
  it('a load maps device memory read-only, the first store makes the entry writable and tags it', () => {
    alone({ on: true }, (k, file, map, world) => {
      world.assert(k.user_load(map, 0, 0) === 'F:0.0', 'the load sees the block')
      world.assert(JSON.stringify(entry(map.mm)) === JSON.stringify(['pfn:0', PTE_YOUNG]), 'mapped read-only')
      k.user_store(map, 0, 0, 'A:1')
      world.assert(JSON.stringify(entry(map.mm)) === JSON.stringify(['pfn:0', STORED]), 'mapped for stores')
      world.assert(file.blocks[0]?.[0]?.get() === 'A:1', 'the store is on the device at once')
      world.assert(file.tags[0]?.test('PAGECACHE_TAG_DIRTY') === true, 'the entry is tagged')
    })
  })

  it('write-back makes the entry clean and read-only, and the next store tags it again', () => {
    alone({ on: true, media: true }, (k, file, map, world) => {
      k.user_store(map, 0, 0, 'A:1')
      k.fsync(file)
      world.assert(((entry(map.mm)?.[1] ?? 0) & PTE_DIRTY) === 0, 'the entry is clean')
      world.assert(file.tags[0]?.get() === 0, 'no tag is left')
      k.user_store(map, 0, 0, 'A:2')
      world.assert(file.tags[0]?.test('PAGECACHE_TAG_DIRTY') === true, 'the entry is tagged')
      k.fsync(file)
    })
  })

  it.each([true, false])('switching keeps what was stored (S_DAX at first: %s)', (on) => {
    // An area made without VM_MIXEDMAP can not be used with S_DAX: the file is read and written then.
    alone({ on }, (k, file, map, world) => {
      k.user_store(map, 0, 0, 'A:1')
      world.assert(k.chattr_x(file, !on), 'chattr')
      world.assert(k.read(file, 0) === 'A:1', 'read(2) sees the store')
      k.write(file, 'w')
      world.assert(k.chattr_x(file, on), 'chattr')
      world.assert(k.user_load(map, 0, 0) === 'F:w', 'a load sees what was written')
      k.expect_one_copy(file)
    })
  })

  it('a store to a private mapping gets a copy, with and without a load before', () => {
    for (const loads of [true, false]) {
      alone({ on: true, shared: false }, (k, file, map, world) => {
        if (loads) k.user_load(map, 0, 0)
        k.user_store(map, 0, 0, 'A:1')
        world.assert(k.user_load(map, 0, 0) === 'A:1', 'the process sees its copy')
        world.assert(k.read(file, 0) === 'F:0.0', 'the file is as it was')
      })
    }
  })

  it('an area older than chattr +x survives a private store, not a load', () => {
    const older = (access: (k: Kernel, map: Vma) => unknown): readonly string[] =>
      failuresOf((k) => {
        const file = fileOf(k, { on: false })
        const [mm, map] = process(k, { name: 'A', file, shared: false })
        k.chattr_x(file, true)
        k.spawn('user', () => void access(k, map), mm)
      })
    expect(older((k, map) => k.user_store(map, 0, 0, 'A:1'))).toEqual([])
    expect(older((k, map) => k.user_load(map, 0, 0))).toEqual(['bug-on'])
  })

  it('a hole is a page of zeros, until somebody stores or writes', () => {
    for (const change of ['store', 'write'] as const) {
      alone({ on: true, extents: ['HOLE'] }, (k, file, map, world) => {
        world.assert(k.user_load(map, 0, 0) === '', 'zeros')
        world.assert(file.slots[0]?.get() !== null, 'a page stands for the hole')
        if (change === 'store') k.user_store(map, 0, 0, 'F:w')
        else k.write(file, 'w')
        world.assert(file.slots[0]?.get() === null, 'the page is gone')
        world.assert(k.user_load(map, 0, 0) === 'F:w', 'the mapping shows what is there now')
        world.assert(k.memory.alloc() !== null, 'its memory is free')
      })
    }
  })

  it('a mapping that covers both pages of a huge entry gets one, unless a smaller entry is there', () => {
    alone({ on: true, pages: 2, huge: true }, (k, _file, map, world) => {
      k.user_store(map, 1, 0, 'A:1')
      world.assert(entry(map.mm, 1) === null, 'no entry of its own')
      world.assert(k.user_load(map, 0, 0) === 'F:0.0', 'both pages are mapped')
    })
    alone({ on: true, pages: 2, huge: true }, (k, file, map, world) => {
      // A page of the page cache, then an entry of DAX: both are in the way of a huge one.
      const small = k.grab_mapping_entry(file, 1, 'PTE')
      k.put_locked_mapping_entry(file, 1, small)
      k.user_load(map, 1, 0)
      world.assert(entry(map.mm, 1)?.[0] === 'pfn:1', 'an entry of its own')
    })
  })

  it('write-back of a huge entry makes it read-only, and the next store tags it again', () => {
    alone({ on: true, pages: 2, huge: true, media: true }, (k, file, map, world) => {
      k.user_store(map, 1, 0, 'A:1')
      k.fsync(file)
      world.assert(map.mm.pmds[0]?.get() === devmap_pmd(0, PTE_YOUNG), 'the huge entry is clean and read-only')
      world.assert(file.tags[0]?.get() === 0, 'no tag is left')
      k.user_store(map, 0, 0, 'A:2')
      world.assert(file.tags[0]?.test('PAGECACHE_TAG_DIRTY') === true, 'the entry is tagged')
      world.assert(k.user_load(map, 1, 0) === 'A:1', 'the other page is as it was')
      k.fsync(file)
    })
  })

  it('an inode that is read into memory again has S_DAX as the flag on disk says', () => {
    alone({ on: true }, (k, file, map, world) => {
      k.xfs_iget(file)
      k.user_store(map, 0, 0, 'A:1')
      k.munmap(map)
      k.chattr_x(file, false)
      k.iput(file)
      k.xfs_iget(file)
      world.assert(!k.IS_DAX(file), 'S_DAX is off')
      world.assert(k.read(file, 0) === 'A:1', 'the data are there')
    })
  })

  it('fork copies entries of device memory even of shared areas', () => {
    const found = failuresOf((k, world) => {
      const file = fileOf(k, { on: true })
      const [mm, map] = process(k, { name: 'A', file })
      const [child] = process(k, { name: 'B', file, copyOf: map })
      k.user_store(map, 0, 0, 'A:1')
      k.spawn('parent', () => {
        k.fork(child)
        world.assert(entry(child)?.[0] === 'pfn:0', 'the child has the entry')
      }, mm)
    })
    expect(found).toEqual([])
  })
})

describe('at once', () => {
  it('faults of three processes wait for each other at the lock of the entry, and none sleeps for ever unless waking is forgotten', () => {
    const threeLoads = (k: Kernel, world: World): void => {
      const file = fileOf(k, { on: true })
      for (const name of ['A', 'B', 'C']) {
        const [mm, map] = process(k, { name, file })
        k.spawn(`user of ${name}`, () => world.assert(k.user_load(map, 0, 0) !== null, 'no signal'), mm)
      }
    }
    expect(failuresOf(threeLoads)).toEqual([])
    expect(failuresOf(threeLoads, [patch('wakes nobody', { dax_wake_mapping_entry_waiter: () => undefined })])).toEqual(['lost-wakeup'])
  })

  it('a store is not lost to write-back, and the fsync after it finds it', () => {
    const found = failuresOf((k) => {
      const file = fileOf(k, { on: true, media: true })
      const [mm, map] = process(k, { name: 'A', file })
      k.user_store(map, 0, 0, 'A:0')
      k.spawn('user', () => {
        k.user_store(map, 0, 0, 'A:1')
        k.fsync(file)
      }, mm)
      k.spawn('flusher', () => k.wb_writeback(file))
    })
    expect(found).toEqual([])
  })

  it('a store to a hole and a load by another process see one file', () => {
    const found = failuresOf((k, world) => {
      const file = fileOf(k, { on: true, extents: ['HOLE'] })
      const [mm, map] = process(k, { name: 'A', file })
      const [other, its] = process(k, { name: 'B', file })
      k.spawn('writer', () => void k.user_store(map, 0, 0, 'A:1'), mm)
      k.spawn('reader', () => {
        k.user_load(its, 0, 0)
        k.user_load(its, 0, 0)
      }, other)
      world.finally(() => k.expect_one_copy(file))
    })
    expect(found).toEqual([])
  })

  it('of two tasks that sync, one may return before the other has flushed', () => {
    const twoSyncs = (k: Kernel): void => {
      const file = fileOf(k, { on: true, media: true })
      const [mm, map] = process(k, { name: 'A', file })
      k.user_store(map, 0, 0, 'A:1')
      k.spawn('sync 1', () => k.fsync(file), mm)
      k.spawn('sync 2', () => k.fsync(file), mm)
    }
    expect(failuresOf(twoSyncs)).toEqual(['data-lost'])
    expect(failuresOf(twoSyncs, [mendedDaxWriteback])).toEqual([])
  })
})
