/** Transparent huge pages of anonymous memory. */
import { describe, expect, it } from 'vitest'
import type { Mm, Page, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { PMD_TABLE, PTE_DIRTY, PTE_WRITE, PTE_YOUNG, pmd_trans_huge } from '../../src/kernel/include/linux/pgtable.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { counts, entry, mapped, pagesInUse, process, STORED } from './processes.js'
import { exploreKernel, sequentially } from './support.js'

const THP = { thp: true, pages: 2 } as const

function hugeProcess(k: Kernel, name = 'P', copyOf?: Vma): readonly [mm: Mm, area: Vma] {
  return process(k, { name, pages: 2, huge: true, ...(copyOf !== undefined && { copyOf }) })
}

function hugePage(mm: Mm): readonly [head: Page, tail: Page, bits: number] {
  const pmd = mm.pmds[0]?.get() ?? null
  if (!pmd_trans_huge(pmd)) throw new Error('no huge page is mapped')
  return pmd
}

/** A process with a huge page that holds `a` and `b`. */
function stored(k: Kernel) {
  const [mm, area] = hugeProcess(k)
  k.user_store(area, 0, 0, 'a')
  k.user_store(area, 1, 0, 'b')
  const [head, tail] = hugePage(mm)
  return { mm, area, head, tail }
}

describe('a huge page', () => {
  it('is mapped at once by a store to a part of it, with one reference for all', () => {
    sequentially((k) => {
      const [mm, area] = hugeProcess(k)
      k.user_store(area, 1, 0, 'b')
      const [head, tail, bits] = hugePage(mm)
      expect([k.user_load(area, 0, 0), k.user_load(area, 1, 0)]).toEqual(['', 'b'])
      expect([bits, head.refcount.get(), tail.refcount.get(), head.compound_mapcount.get(), counts(tail)]).toEqual([STORED, 1, 0, 1, [0, 0]])
      k.get_page(tail)
      expect([head.refcount.get(), tail.refcount.get()]).toEqual([2, 0])
      k.put_page(tail)
      k.munmap(area)
      expect([pagesInUse(k), mm.pmds[0]?.get()]).toEqual([0, null])
    }, { machine: THP })
  })

  it('is not to be had without neighbouring pages: small ones do', () => {
    sequentially((k) => {
      const [mm, area] = hugeProcess(k)
      const taken = k.alloc_page()
      expect(taken).not.toBeNull()
      expect(k.user_store(area, 1, 0, 'b')).toBe(true)
      expect([mm.pmds[0]?.get(), entry(mm, 0), counts(mapped(mm, 1))]).toEqual([PMD_TABLE, null, [1, 1]])
      k.munmap(area)
      expect(pagesInUse(k)).toBe(1)
    }, { machine: THP })
  })

  it('is shared by fork; a store splits the mapping and copies the one page', () => {
    sequentially((k) => {
      const { mm, area, head } = stored(k)
      const [child, copy] = hugeProcess(k, 'child', area)
      k.dup_mmap(child, mm)
      expect([head.refcount.get(), head.compound_mapcount.get(), hugePage(mm)[2] & PTE_WRITE, hugePage(child)[2]]).toEqual([2, 2, 0, PTE_DIRTY])
      k.user_store(copy, 0, 0, 'c')
      expect([k.user_load(area, 0, 0), k.user_load(copy, 0, 0), k.user_load(copy, 1, 0)]).toEqual(['a', 'c', 'b'])
      expect(hugePage(mm)[0]).toBe(head)
      k.exit_mmap(mm)
      expect(k.user_load(copy, 1, 0)).toBe('b')
      k.exit_mmap(child)
      expect(pagesInUse(k)).toBe(0)
    }, { machine: { thp: true, pages: 3 } })
  })

  it('is stored to in place by its only user', () => {
    sequentially((k) => {
      const { mm, area, head } = stored(k)
      k.pmdp_set_wrprotect(mm, 0)
      k.user_store(area, 1, 0, 'c')
      expect([hugePage(mm)[0] === head, hugePage(mm)[2], k.user_load(area, 1, 0)]).toEqual([true, STORED, 'c'])
    }, { machine: THP })
  })

  it('of which a part is unmapped is mapped page by page', () => {
    sequentially((k) => {
      const { mm, area, head } = stored(k)
      k.zap_page_range(area, 0, 1)
      expect([entry(mm, 0), k.user_load(area, 1, 0), head.refcount.get()]).toEqual([null, 'b', 1])
      k.munmap(area)
      expect(pagesInUse(k)).toBe(0)
    }, { machine: THP })
  })

  it('freed by madvise is clean, old and still writable', () => {
    sequentially((k) => {
      const { mm, area, head } = stored(k)
      head.flags.set('PG_dirty')
      expect(k.madvise_free_huge_pmd(area, 0, 2)).toBe(true)
      expect([hugePage(mm)[2], head.flags.test('PG_dirty'), head.flags.test('PG_swapbacked')]).toEqual([PTE_WRITE, false, false])
    }, { machine: THP })
  })
})

describe('splitting a huge page', () => {
  const split = (k: Kernel, head: Page, tail: Page): boolean => {
    k.get_page(head)
    k.lock_page(head)
    const done = k.split_huge_page(head, tail, false) !== null
    k.unlock_page(head)
    k.put_page(head)
    return done
  }

  it('makes two pages of it with the same content, a reference and a mapping each', () => {
    sequentially((k) => {
      const { mm, area, head, tail } = stored(k)
      expect(split(k, head, tail)).toBe(true)
      expect([mapped(mm, 0), mapped(mm, 1)]).toEqual([head, tail])
      expect([counts(head), counts(tail), tail.compound_head.get()]).toEqual([[1, 1], [1, 1], null])
      expect([k.user_load(area, 0, 0), k.user_load(area, 1, 0)]).toEqual(['a', 'b'])
      // Dirt of the huge entry has gone to both pages.
      expect([head.flags.test('PG_dirty'), tail.flags.test('PG_dirty'), entry(mm)?.[1]]).toEqual([true, true, PTE_WRITE | PTE_YOUNG])
      head.flags.clear('PG_dirty')
      tail.flags.clear('PG_dirty')
      k.munmap(area)
      expect(pagesInUse(k)).toBe(0)
    }, { machine: THP })
  })

  it('fails while somebody has a reference to any of its pages, and leaves it mapped', () => {
    sequentially((k) => {
      const { mm, area, head, tail } = stored(k)
      k.get_page(tail)
      expect(split(k, head, tail)).toBe(false)
      expect([hugePage(mm)[0], head.refcount.get(), k.user_load(area, 1, 0)]).toEqual([head, 2, 'b'])
    }, { machine: THP })
  })

  it.each(['sc', 'weak'] as const)('while its user stores to it, loses nothing (memory %s)', (memory) => {
    const { failures } = exploreKernel((k, world) => {
      const { mm, area, head, tail } = stored(k)
      k.spawn('kswapd', () => void split(k, head, tail))
      k.spawn('user', () => {
        k.user_store(area, 1, 0, 'c')
        world.assert(k.user_load(area, 1, 0) === 'c', 'a store was lost')
        world.assert(k.user_load(area, 0, 0) === 'a', 'what nobody stored to has changed')
      }, mm)
    }, { memory, machine: THP })
    expect(failures).toEqual([])
  })

  it('while its user stores to it, and somebody takes a reference, loses nothing', () => {
    let done = false
    let failed = false
    const { failures } = exploreKernel((k, world) => {
      const { mm, area, head, tail } = stored(k)
      k.spawn('kswapd', () => {
        if (split(k, head, tail)) done = true
        else failed = true
      })
      k.spawn('user', () => {
        k.user_store(area, 1, 0, 'c')
        world.assert(k.user_load(area, 1, 0) === 'c', 'a store was lost')
        world.assert(k.user_load(area, 0, 0) === 'a', 'what nobody stored to has changed')
      }, mm)
      k.spawn('other', () => {
        const raw = k.memory.raw(k.memory.indexOf(head))
        if (!raw.refcount.incUnlessZero()) return
        k.put_page(k.present_use(raw))
      })
      world.finally(() => {
        world.assert([head, tail].every((page) => k.memory.isLive(page)), 'a mapped page was freed')
        world.assert(!head.flags.test('PG_locked') && !tail.flags.test('PG_locked'), 'a page is locked')
        if (head.flags.test('PG_head')) return
        world.assert(mapped(mm, 0) === head && mapped(mm, 1) === tail, 'a page is not mapped')
        world.assert(counts(head).join() === '1,1' && counts(tail).join() === '1,1', 'references are left')
      })
    }, { machine: THP })
    expect(failures).toEqual([])
    expect([done, failed]).toEqual([true, true])
  })
})
