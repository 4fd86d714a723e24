/** Reclaim and madvise of transparent huge pages. */
import { describe, expect, it } from 'vitest'
import type { Mm, Page, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { PMD_TABLE, PTE_WRITE, pmd_trans_huge } from '../../src/kernel/include/linux/pgtable.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { entry, mapped, pagesInUse, process } from './processes.js'
import { exploreKernel, sequentially } from './support.js'

const THP = { machine: { thp: true, pages: 2 } } as const
const SWAPPED = { machine: { thp: true, pages: 2, swap: 2, bios: 2 }, version: 'v5.16' } as const

/** A process with a huge page that holds `a` and `b`. */
function stored(k: Kernel): readonly [mm: Mm, area: Vma, head: Page] {
  const [mm, area] = process(k, { pages: 2, huge: true })
  k.user_store(area, 0, 0, 'a')
  k.user_store(area, 1, 0, 'b')
  const pmd = mm.pmds[0]?.get() ?? null
  if (!pmd_trans_huge(pmd)) throw new Error('no huge page is mapped')
  return [mm, area, pmd[0]]
}

const loaded = (k: Kernel, area: Vma): readonly (string | null)[] => [k.user_load(area, 0, 0), k.user_load(area, 1, 0)]

describe('a huge page that was given up by MADV_FREE', () => {
  it('is split and discarded', () => {
    sequentially((k) => {
      const [mm, area] = stored(k)
      k.madvise(area, 0, 2, 'MADV_FREE')
      k.try_to_free_pages()
      expect([entry(mm, 0), entry(mm, 1), pagesInUse(k)]).toEqual([null, null, 0])
      expect(loaded(k, area)).toEqual(['', ''])
    }, THP)
  })

  it('is kept whole while somebody holds a part of it', () => {
    sequentially((k) => {
      const [mm, area, head] = stored(k)
      k.madvise(area, 0, 2, 'MADV_FREE')
      k.get_page(head)
      k.try_to_free_pages()
      expect([pmd_trans_huge(mm.pmds[0]?.get() ?? null), head.refcount.get()]).toEqual([true, 2])
      expect(loaded(k, area)).toEqual(['a', 'b'])
    }, THP)
  })

  it('survives one round if a part of it was loaded from since', () => {
    sequentially((k) => {
      const [mm, area] = stored(k)
      k.madvise(area, 0, 2, 'MADV_FREE')
      k.user_load(area, 1, 0)
      k.try_to_free_pages()
      expect(pmd_trans_huge(mm.pmds[0]?.get() ?? null)).toBe(true)
      k.try_to_free_pages()
      expect(pagesInUse(k)).toBe(0)
    }, THP)
  })

  it('is kept, all of it, if a part of it was stored to since', () => {
    sequentially((k) => {
      const [mm, area] = stored(k)
      k.madvise(area, 0, 2, 'MADV_FREE')
      k.user_store(area, 1, 0, 'c')
      k.shrink_all_memory()
      k.shrink_all_memory()
      expect(loaded(k, area)).toEqual(['a', 'c'])
      expect([0, 1].map((page) => mapped(mm, page).flags.test('PG_swapbacked'))).toEqual([true, true])
    }, THP)
  })

  it('is split at once if it is given up in part, and only that part is discarded', () => {
    sequentially((k) => {
      const [mm, area] = stored(k)
      k.madvise(area, 1, 1, 'MADV_FREE')
      expect([mm.pmds[0]?.get(), entry(mm, 1)?.[1]]).toEqual([PMD_TABLE, PTE_WRITE])
      k.shrink_all_memory()
      expect(loaded(k, area)).toEqual(['a', ''])
    }, THP)
  })

  it('loses no store to reclaim', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, area] = stored(k)
      k.madvise(area, 0, 2, 'MADV_FREE')
      k.spawn('user', () => {
        k.user_store(area, 1, 0, 'c')
        k.world.assert(k.user_load(area, 1, 0) === 'c', 'a store is lost')
      }, mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    }, { machine: { thp: true, pages: 4 } })
    expect(failures).toEqual([])
  })
})

describe('a huge page that is backed by swap', () => {
  it('is split and swapped out, by MADV_PAGEOUT at once; each load brings its part back', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, area] = stored(k)
      k.spawn('user', () => {
        k.madvise(area, 0, 2, 'MADV_PAGEOUT')
        k.world.assert(entry(mm, 0)?.[0] === 'swap:1' && entry(mm, 1)?.[0] === 'swap:2', 'the page was not swapped out')
        k.world.assert(loaded(k, area).join() === 'a,b', 'something is lost')
      }, mm)
    }, SWAPPED)
    expect(failures).toEqual([])
  })
})
