/** fork and exit. */
import { describe, expect, it } from 'vitest'
import { PTE_DIRTY, PTE_WRITE, PTE_YOUNG } from '../../src/kernel/include/linux/pgtable.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { EXT4 } from '../../src/kernel/machine.js'
import { counts, entry, mapped, pagesInUse, process, STORED } from './processes.js'
import { exploreKernel, pageOf, sequentially } from './support.js'

/** A process with a page that holds `a`, and what is to be its child. */
function parentAndChild(k: Kernel) {
  const [parent, area] = process(k, { name: 'parent' })
  const [child, copy] = process(k, { name: 'child', copyOf: area })
  k.user_store(area, 0, 0, 'a')
  return { parent, area, child, copy, page: mapped(parent) }
}

describe('fork', () => {
  it('shares the page: two references, two mappings, both read-only, the copy old', () => {
    sequentially((k) => {
      const { parent, child, page } = parentAndChild(k)
      k.dup_mmap(child, parent)
      expect(counts(page)).toEqual([2, 2])
      expect(entry(parent)).toEqual([page, PTE_DIRTY | PTE_YOUNG])
      expect(entry(child)).toEqual([page, PTE_DIRTY])
    })
  })

  it('gives the child what the parent had; whoever stores gets a copy, and the last one left keeps the page', () => {
    sequentially((k) => {
      const { parent, area, child, copy, page } = parentAndChild(k)
      k.dup_mmap(child, parent)
      expect(k.user_load(copy, 0, 0)).toBe('a')
      k.user_store(area, 0, 0, 'b')
      expect([k.user_load(area, 0, 0), k.user_load(copy, 0, 0)]).toEqual(['b', 'a'])
      expect([counts(page), counts(mapped(parent))]).toEqual([[1, 1], [1, 1]])
      k.user_store(copy, 0, 0, 'c')
      expect(mapped(child)).toBe(page)
      expect([k.user_load(area, 0, 0), k.user_load(copy, 0, 0), entry(child)?.[1]]).toEqual(['b', 'c', STORED])
    }, { machine: { pages: 2 } })
  })

  it('copies the zero page, and nothing where nothing is', () => {
    sequentially((k) => {
      const [parent, area] = process(k, { name: 'parent', pages: 2 })
      const [child, copy] = process(k, { name: 'child', pages: 2, copyOf: area })
      k.user_load(area, 0, 0)
      k.dup_mmap(child, parent)
      expect([entry(child, 0), entry(child, 1)]).toEqual([['zero', 0], null])
      expect([k.user_load(copy, 0, 0), k.user_load(copy, 1, 0)]).toEqual(['', ''])
    })
  })

  it('leaves a shared mapping of a file to the faults of the child', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const [parent, area] = process(k, { name: 'parent', file })
      const child = k.address_space('child', 1)
      const copy = k.area(child, { name: 'copy', file, later: true, copyOf: area })
      k.user_load(area, 0, 0)
      k.dup_mmap(child, parent)
      expect(entry(child)).toBeNull()
      k.user_store(copy, 0, 0, 'F:v1')
      expect(k.user_load(area, 0, 0)).toBe('F:v1')
      expect(counts(pageOf(file))).toEqual([4, 2])
    })
  })

  it('exit of both frees the page', () => {
    sequentially((k) => {
      const { parent, child, page } = parentAndChild(k)
      k.dup_mmap(child, parent)
      k.exit_mmap(parent)
      expect(counts(page)).toEqual([1, 1])
      k.exit_mmap(child)
      expect([k.memory.isLive(page), pagesInUse(k)]).toEqual([false, 0])
    })
  })

  it.each(['v5.10-rc5', 'v5.8'])('while another thread stores, on %s: the child has the page as it was at some moment, the parent loses nothing', (version) => {
    const { failures } = exploreKernel((k, world) => {
      const { parent, area, child, copy } = parentAndChild(k)
      k.spawn('forker', () => k.fork(child), parent)
      k.spawn('thread', () => {
        k.user_store(area, 0, 0, 'b')
        world.assert(k.user_load(area, 0, 0) === 'b', 'the parent lost its store')
      }, parent)
      k.spawn_child('child', () => {
        const seen = k.user_load(copy, 0, 0)
        world.assert(seen === 'a' || seen === 'b', 'the child sees what never was')
        world.assert(k.user_load(copy, 0, 0) === seen, 'the child sees a store of its parent')
        k.user_store(copy, 0, 0, 'c')
        world.assert(k.user_load(copy, 0, 0) === 'c', 'the child lost its store')
        k.exit_mm()
      }, child)
      world.finally(() => {
        world.assert(pagesInUse(k) === 1, 'a page has leaked')
        world.assert(entry(parent)?.[1] !== undefined && counts(mapped(parent)).join() === '1,1', 'references are left')
      })
    }, { version, machine: { pages: 3 } })
    expect(failures).toEqual([])
  })

  it.each([
    ['v5.10-rc5', 'before', ['1,1,1', '2,1,1', '2,2,0', '2,2,1']],
    ['v5.8', 'after', ['1,1,0', '1,1,1', '2,1,0', '2,2,0']],
  ])('on %s counts a reference, then the mapping, %s the entries lose their write permission', (version, _order, expected) => {
    const seen = new Set<string>()
    exploreKernel((k) => {
      const { parent, child, page } = parentAndChild(k)
      k.spawn('forker', () => k.fork(child), parent)
      const look = k.world.atomic('look', () => {
        seen.add([...counts(page), (entry(parent)?.[1] ?? 0) & PTE_WRITE].join())
      })
      k.spawn('observer', look)
    }, { version })
    expect([...seen].sort()).toEqual(expected)
  })
})
