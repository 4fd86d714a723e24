import { describe, expect, it } from 'vitest'
import type { Mm, Page, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { PTE_DIRTY, PTE_WRITE, PTE_YOUNG } from '../../src/kernel/include/linux/pgtable.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { XFS } from '../../src/kernel/machine.js'
import { counts, entry, mapped, pagesInUse, process, STORED } from './processes.js'
import { exploreKernel, sequentially } from './support.js'

/** A version in which the end of writeback does not touch a page that was freed: swapping shows that race too. */
const MENDED = 'v5.16'

/** A process that has stored to its only page, and given advice. */
function stored(k: Kernel): readonly [mm: Mm, area: Vma, page: Page] {
  const [mm, buffer] = process(k)
  k.user_store(buffer, 0, 0, 'a')
  return [mm, buffer, mapped(mm)]
}

describe('MADV_FREE', () => {
  it('leaves the page mapped and writable, but clean and old, and no longer backed by swap', () => {
    sequentially((k) => {
      const [mm, buffer, page] = stored(k)
      expect(page.flags.test('PG_swapbacked')).toBe(true)
      expect(k.madvise(buffer, 0, 1, 'MADV_FREE')).toBe(true)
      expect(entry(mm)?.[1]).toBe(PTE_WRITE)
      expect(counts(page)).toEqual([1, 1])
      expect(page.flags.test('PG_swapbacked')).toBe(false)
      expect(k.user_load(buffer, 0, 0)).toBe('a')
      expect([k.lru.all(), k.lru_anon.all()]).toEqual([[page], []])
    })
  })

  it('cleans a dirty page, unless it is locked', () => {
    sequentially((k) => {
      const [mm, buffer, page] = stored(k)
      k.set_page_dirty(page)
      k.lock_page(page)
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      expect([page.flags.test('PG_dirty'), page.flags.test('PG_swapbacked'), entry(mm)?.[1]]).toEqual([true, true, STORED])
      k.unlock_page(page)
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      expect([page.flags.test('PG_dirty'), page.flags.test('PG_swapbacked'), entry(mm)?.[1]]).toEqual([false, false, PTE_WRITE])
    })
  })

  it('leaves a dirty page alone that another process shares, but takes a clean one', () => {
    sequentially((k) => {
      const [mm, buffer, page] = stored(k)
      const [child] = process(k, { name: 'C', copyOf: buffer })
      k.dup_mmap(child, mm)
      k.set_page_dirty(page)
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      expect([page.flags.test('PG_dirty'), page.flags.test('PG_swapbacked')]).toEqual([true, true])
      page.flags.clear('PG_dirty')
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      expect([page.flags.test('PG_swapbacked'), entry(mm)?.[1]]).toEqual([false, 0])
      expect(entry(child)?.[1]).toBe(PTE_DIRTY)
    })
  })

  it('has no effect on the zero page, on pages of files, and where nothing is mapped', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_load(buffer, 0, 0)
      expect(k.madvise(buffer, 0, 1, 'MADV_FREE')).toBe(true)
      expect(entry(mm)).toEqual(['zero', PTE_YOUNG])
      const [, area] = process(k, { name: 'Q', file: k.open('F', XFS) })
      expect(k.madvise(area, 0, 1, 'MADV_FREE')).toBe(false)
      k.munmap(buffer)
      expect(k.madvise(buffer, 0, 1, 'MADV_FREE')).toBe(false)
    })
  })

  it('given twice does no more than given once', () => {
    sequentially((k) => {
      const [mm, buffer, page] = stored(k)
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      expect([...counts(page), entry(mm)?.[1]]).toEqual([1, 1, PTE_WRITE])
      expect(k.lru.all()).toEqual([page])
    })
  })

  it('gives swap space back', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      k.spawn('user', () => {
        k.user_store(buffer, 0, 0, 'a')
        for (let pass = 0; pass < 2; pass++) k.try_to_free_pages()
        k.world.assert(entry(mm)?.[0] === 'swap:1', 'the page was not swapped out')
        k.world.until(() => k.memory.raw(0).refcount.get() <= 1 && !k.memory.raw(0).flags.test('PG_writeback'), 'the page to be written')
        k.madvise(buffer, 0, 1, 'MADV_FREE')
        k.world.assert(entry(mm) === null, 'the swap entry is left')
        k.world.assert(k.swap_map[0]?.get() === 0, 'the slot is not free')
        k.try_to_free_pages()
        k.world.assert(pagesInUse(k) === 0, 'the page is left')
      }, mm)
    }, { machine: { swap: 1 }, version: MENDED })
    expect(failures).toEqual([])
  })

  it('puts the page in a pagevec first: it has a reference more, and is not lazyfree until that is drained', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      const page = mapped(mm)
      expect([...counts(page), page.flags.test('PG_lru')]).toEqual([2, 1, false])
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      expect([...counts(page), page.flags.test('PG_lru'), page.flags.test('PG_swapbacked')]).toEqual([2, 1, true, true])
      k.lru_add_drain()
      expect([...counts(page), page.flags.test('PG_lru'), page.flags.test('PG_swapbacked')]).toEqual([1, 1, true, false])
    }, { machine: { pagevec: 15 } })
  })

  it('drains a pagevec that is full', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k, { pages: 2 })
      k.user_store(buffer, 0, 0, 'a')
      expect(counts(mapped(mm))).toEqual([2, 1])
      k.user_store(buffer, 1, 0, 'b')
      k.madvise(buffer, 0, 2, 'MADV_FREE')
      for (const page of [mapped(mm, 0), mapped(mm, 1)]) expect([...counts(page), page.flags.test('PG_swapbacked')]).toEqual([1, 1, false])
    }, { machine: { pages: 2, pagevec: 2 } })
  })

  it('of a page that reclaim has isolated meanwhile does not make it lazyfree', () => {
    sequentially((k) => {
      const [, buffer, page] = stored(k)
      k.lru_add_drain()
      k.mark_page_lazyfree(page)
      expect(k.__isolate_lru_page(page, 'anon')).toBe(true)
      k.lru_add_drain()
      expect([...counts(page), page.flags.test('PG_swapbacked')]).toEqual([2, 1, true])
      k.move_pages_to_lru(page)
      expect([...counts(page), k.user_load(buffer, 0, 0)]).toEqual([1, 1, 'a'])
    }, { machine: { pagevec: 15 } })
  })
})

describe('MADV_DONTNEED', () => {
  it('frees the pages it names, which are zeros afterwards', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k, { pages: 3 })
      for (let page = 0; page < 3; page++) k.user_store(buffer, page, 0, `${page}`)
      k.madvise(buffer, 1, 1, 'MADV_DONTNEED')
      expect([0, 1, 2].map((page) => entry(mm, page) === null)).toEqual([false, true, false])
      expect([0, 1, 2].map((page) => k.user_load(buffer, page, 0))).toEqual(['0', '', '2'])
      expect(pagesInUse(k)).toBe(2)
    }, { machine: { pages: 3 } })
  })
})

describe('MADV_PAGEOUT', () => {
  it('swaps a page out at once; the next load brings it back', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      k.spawn('user', () => {
        k.user_store(buffer, 0, 0, 'a')
        k.madvise(buffer, 0, 1, 'MADV_PAGEOUT')
        k.world.assert(entry(mm)?.[0] === 'swap:1', 'the page was not swapped out')
        k.world.assert(k.user_load(buffer, 0, 0) === 'a', 'the load sees something else')
      }, mm)
    }, { machine: { swap: 1 }, version: MENDED })
    expect(failures).toEqual([])
  })

  it('leaves alone what another process shares', () => {
    sequentially((k) => {
      const [mm, buffer, page] = stored(k)
      const [child] = process(k, { name: 'C', copyOf: buffer })
      k.dup_mmap(child, mm)
      k.madvise(buffer, 0, 1, 'MADV_PAGEOUT')
      expect(counts(page)).toEqual([2, 2])
    }, { machine: { swap: 1 } })
  })

  it('discards a page that was freed by MADV_FREE', () => {
    sequentially((k) => {
      const [mm, buffer] = stored(k)
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      k.madvise(buffer, 0, 1, 'MADV_PAGEOUT')
      expect([entry(mm), pagesInUse(k)]).toEqual([null, 0])
    })
  })
})
