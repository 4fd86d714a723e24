/** Fault-around: what a load that faults on a file maps besides its own page. */
import { describe, expect, it } from 'vitest'
import type { AddressSpace, Page, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { PTE_YOUNG, pte_dirty, pte_write } from '../../src/kernel/include/linux/pgtable.js'
import { patch, type Kernel } from '../../src/kernel/kernel.js'
import { EXT4, XFS, XFS_DAX, type MachineConfig } from '../../src/kernel/machine.js'
import { counts, entry, mapped, process } from './processes.js'
import { exploreKernel, kinds, sequentially } from './support.js'

const VERSIONS = ['v5.10-rc5', 'v4.13'] as const

/** Puts a clean page of the file into the page cache, as reading it does, without a device. */
function cache(k: Kernel, file: AddressSpace, index: number): Page {
  const page = k.alloc_page()
  if (page === null || !k.add_to_page_cache_lru(page, file, index)) throw new Error(`no page ${index}`)
  k.write_words(page, `${file.name}:${index}`)
  k.unlock_page(page)
  k.put_page(page)
  return page
}

/** A file of some pages, of which some are cached, and a process that maps it. */
function setUp(k: Kernel, pages: number, cached: readonly number[], shared = true): readonly [file: AddressSpace, map: Vma, cached: readonly Page[]] {
  const file = k.open('F', EXT4, pages)
  file.blocks.forEach(([word], index) => word?.set(`F:${index}`))
  const map = process(k, { file, pages, shared })[1]
  return [file, map, cached.map((index) => cache(k, file, index))]
}

const machine = (faultAround: number, pages = 4): Partial<MachineConfig> => ({ faultAround, pages, bios: 0 })
const mappedPages = ({ mm }: Vma): readonly number[] => mm.ptes.flatMap((pte, address) => (pte.get() === null ? [] : [address]))

describe.each(VERSIONS)('a load that faults on a file, %s', (version) => {
  it.each([['shared', true], ['private', false]] as const)('maps its neighbours too, read-only, with a reference and a mapping each (%s)', (_name, shared) => {
    sequentially((k) => {
      const [, map, pages] = setUp(k, 4, [0, 1, 2, 3], shared)
      expect(k.user_load(map, 1, 0)).toBe('F:1')
      pages.forEach((page, address) => {
        expect(entry(map.mm, address)).toEqual([page, PTE_YOUNG])
        expect(counts(page)).toEqual([2, 1])
        expect(page.flags.test('PG_locked')).toBe(false)
      })
      k.munmap(map)
      expect(pages.map(counts)).toEqual(pages.map(() => [1, 0]))
    }, { version, machine: machine(4) })
  })

  it.each([
    [1, 1, [1]],
    [2, 1, [0, 1]],
    [2, 2, [2, 3]],
    [4, 2, [0, 1, 2, 3]],
    [16, 3, [0, 1, 2, 3]],
  ])('stays in the aligned stretch of %i pages around page %i, and in the area', (around, page, expected) => {
    sequentially((k) => {
      const [, map] = setUp(k, 4, [0, 1, 2, 3])
      k.user_load(map, page, 0)
      expect(mappedPages(map)).toEqual(expected)
    }, { version, machine: machine(around) })
  })

  it('maps what the area has of the file, where an area does not begin at its beginning', () => {
    sequentially((k) => {
      const [file] = setUp(k, 4, [0, 1, 2, 3])
      const mm = k.address_space('Q', 4)
      const map = k.area(mm, { name: 'Q.area', start: 1, pages: 2, file, pgoff: 2 })
      expect(k.user_load(map, 1, 0)).toBe('F:3')
      expect([1, 2].map((address) => mapped(mm, address).index.get())).toEqual([2, 3])
      expect(mappedPages(map)).toEqual([1, 2])
    }, { version, machine: machine(4) })
  })

  it('a store maps its own page only', () => {
    sequentially((k) => {
      const [, map] = setUp(k, 2, [0, 1])
      k.user_store(map, 0, 0, 'F:v1')
      expect(mappedPages(map)).toEqual([0])
    }, { version, machine: machine(2) })
  })

  it('leaves out neighbours that are locked or not cached, and what is mapped already as it is', () => {
    sequentially((k) => {
      const [, map, [, locked, stored]] = setUp(k, 4, [0, 1, 3])
      if (locked === undefined || stored === undefined) throw new Error('no pages')
      k.user_store(map, 3, 0, 'F:v1')
      const before = entry(map.mm, 3)
      k.lock_page(locked)
      expect(k.user_load(map, 0, 0)).toBe('F:0')
      k.unlock_page(locked)
      expect(mappedPages(map)).toEqual([0, 3])
      expect(entry(map.mm, 3)).toEqual(before)
      expect([counts(locked), counts(stored)[1]]).toEqual([[1, 0], 1])
    }, { version, machine: machine(4) })
  })

  it('leaves out pages that were truncated, and reads its own if it is not cached', () => {
    sequentially((k) => {
      const [file, map] = setUp(k, 4, [0, 1, 2, 3])
      k.truncate_second_pass(file, 2)
      k.truncate_second_pass(file, 3)
      k.user_load(map, 1, 0)
      expect(mappedPages(map)).toEqual([0, 1])
    }, { version, machine: machine(4) })
    const { failures } = exploreKernel((k, world) => {
      const [, map, [neighbour]] = setUp(k, 2, [1])
      k.spawn('user', () => {
        world.assert(k.user_load(map, 0, 0) === 'F:0', 'its own page')
        world.assert(mappedPages(map).length === 2 && neighbour !== undefined && counts(neighbour)[1] === 1, 'the neighbour is mapped too')
      }, map.mm)
    }, { version, machine: { pages: 2, faultAround: 2 } })
    expect(failures).toEqual([])
  })

  it('leaves out pages beyond the end of the file', () => {
    sequentially((k) => {
      const disk = k.disk('sda', 2)
      const file = k.open_on_disk(disk, 'F', XFS, [['WRITTEN', 0], ['WRITTEN', 1]], { resizable: true })
      const map = process(k, { file, pages: 2 })[1]
      const beyond = [cache(k, file, 0), cache(k, file, 1)][1]
      k.i_size_write(file, 1)
      k.do_fault_around(map, 0)
      expect(mappedPages(map)).toEqual([0])
      expect(beyond && counts(beyond)).toEqual([1, 0])
    }, { version, machine: machine(2) })
  })
})

describe.each(VERSIONS)('fault-around, whatever else happens at the same time, %s', (version) => {
  /** What do_fault_around maps of page 1, of a file that is cut after page 0 meanwhile. */
  const truncated = (asks: 'all' | 'nothing of the page'): readonly string[] => {
    const careless = patch('careless', { may_be_mapped_around: () => true })
    const { failures } = exploreKernel((k, world) => {
      const [file, map] = setUp(k, 2, [0, 1])
      k.spawn('user', () => void k.user_load(map, 0, 0), map.mm)
      k.spawn('truncate', () => {
        k.unmap_mapping_pages(file, 1, 1, false)
        k.truncate_first_pass(file, 1)
        k.truncate_second_pass(file, 1)
        world.assert(entry(map.mm, 1) === null, 'a page is mapped that is out of the file')
      })
      world.finally(() => {
        world.assert(entry(map.mm, 1) === null, 'a page stays mapped that is out of the file')
        world.assert(counts(mapped(map.mm, 0)).join() === '2,1' && file.slots[1]?.get() === null, 'references are left')
        world.assert(k.memory.raw(1).refcount.get() === 0, 'the page of the file that was cut has leaked')
      })
    }, { version, patches: asks === 'all' ? [] : [careless], machine: machine(2, 2) })
    return kinds(failures)
  }

  it('does not leave a neighbour mapped that truncate takes out of the file', () => {
    expect(truncated('all')).toEqual([])
  })

  it('would, if it did not ask the locked page whose it is', () => {
    expect(truncated('nothing of the page')).toContain('assertion')
  })

  it('needs no lock of the inode against a hole being punched: what it has mapped is unmapped with the page', () => {
    const { failures } = exploreKernel((k, world) => {
      const [file, map, pages] = setUp(k, 2, [0, 1])
      k.spawn('user', () => void k.do_fault_around(map, 0), map.mm)
      k.spawn('punch', () => {
        k.fallocate_punch_hole(file)
        world.assert(mappedPages(map).length === 0, 'a page of the hole is mapped when the call returns')
      })
      world.finally(() => {
        world.assert(mappedPages(map).length === 0, 'a page of the hole stays mapped')
        world.assert(pages.every((_page, i) => k.memory.raw(i).refcount.get() === 0), 'a page of the hole has leaked')
      })
    }, { version, machine: machine(2, 2) })
    expect(failures).toEqual([])
  })

  it('does not make entries writable or dirty behind page_mkclean: what it maps is clean', () => {
    const { failures } = exploreKernel((k, world) => {
      const [, map, [, page]] = setUp(k, 2, [0, 1])
      if (page === undefined) throw new Error('no page')
      k.user_store(map, 1, 0, 'F:v1')
      const other = process(k, { name: 'Q', pages: 2, file: map.file as AddressSpace })[1]
      k.spawn('user', () => world.assert(k.user_load(other, 0, 0) === 'F:0', 'its own page'), other.mm)
      k.spawn('flusher', () => {
        k.lock_page(page)
        k.page_mkclean(page)
        for (const { mm } of [map, other]) world.assert(!pte_write(entry(mm, 1)) && !pte_dirty(entry(mm, 1)), 'a cleaned page can be stored to')
        k.unlock_page(page)
      })
      world.finally(() => {
        world.assert(!pte_write(entry(map.mm, 1)) && !pte_write(entry(other.mm, 1)), 'a cleaned page can be stored to')
        const mappings = entry(other.mm, 1) === null ? 1 : 2
        world.assert(page.mapcount.get() === mappings, 'mappings are not what is counted')
      })
    }, { version, machine: machine(2) })
    expect(failures).toEqual([])
  })

  it('of two threads: each page is mapped once', () => {
    const { failures } = exploreKernel((k, world) => {
      const [, map, pages] = setUp(k, 2, [0, 1])
      for (const page of [0, 1]) k.spawn(`user-${page}`, () => world.assert(k.user_load(map, page, 0) === `F:${page}`, 'its own page'), map.mm)
      world.finally(() => world.assert(pages.every((page) => counts(page).join() === '2,1' && !page.flags.test('PG_locked')), 'references are left'))
    }, { version, machine: machine(2) })
    expect(failures).toEqual([])
  })
})

it('v3.4 has no fault-around', () => {
  sequentially((k) => {
    const [, map] = setUp(k, 2, [0, 1])
    expect(k.read_fault_around(map, 0)).toBe(0)
    expect(mappedPages(map)).toEqual([])
  }, { version: 'v3.4', machine: machine(2) })
})

describe('a file of v4.13 that may be DAX', () => {
  it('is mapped around from the page cache without MMAPLOCK: somebody who has it does not keep that out', () => {
    sequentially((k) => {
      const file = k.open('F', XFS_DAX, 2, { on: false })
      file.blocks.forEach(([word], index) => word?.set(`F:${index}`))
      const map = process(k, { file, pages: 2 })[1]
      for (const index of [0, 1]) cache(k, file, index)
      file.dax?.i_mmaplock.downWrite()
      expect(k.user_load(map, 0, 0)).toBe('F:0')
      file.dax?.i_mmaplock.upWrite()
      expect(mappedPages(map)).toEqual([0, 1])
    }, { version: 'v4.13', machine: machine(2) })
  })

  it('does not have its hole pages mapped around, nor its device memory', () => {
    sequentially((k) => {
      const file = k.open('F', XFS_DAX, 4, { on: true, extents: ['HOLE', 'HOLE', 'WRITTEN', 'HOLE'] })
      const [first, second] = ['P', 'Q'].map((name) => process(k, { name, file, pages: 4 })[1])
      if (first === undefined || second === undefined) throw new Error('no areas')
      for (const index of [0, 2]) k.user_load(first, index, 0)
      expect(file.slots[0]?.get()).not.toBeNull()
      k.user_load(second, 1, 0)
      expect(mappedPages(second)).toEqual([1])
    }, { version: 'v4.13', machine: machine(4) })
  })
})
