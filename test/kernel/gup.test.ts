import { describe, expect, it } from 'vitest'
import type { Page } from '../../src/kernel/include/linux/mm-types.js'
import { PTE_DIRTY, PTE_WRITE } from '../../src/kernel/include/linux/pgtable.js'
import { patch } from '../../src/kernel/kernel.js'
import { EXT4 } from '../../src/kernel/machine.js'
import { FOLL_GET, FOLL_PIN, FOLL_WRITE } from '../../src/kernel/mm/gup.js'
import { entry, mapped, process } from './processes.js'
import { exploreKernel, kinds, sequentially } from './support.js'

const WRITE = FOLL_WRITE | FOLL_GET

function pageAt(pages: readonly Page[]): Page {
  const [page] = pages
  if (page === undefined) throw new Error('no page was got')
  return page
}

describe('fast get_user_pages for writing', () => {
  it('takes a reference to a page that is mapped writable, and leaves page and entry as clean as they were', () => {
    sequentially((k) => {
      const [mm, buf] = process(k)
      k.user_store(buf, 0, 0, 'A:1')
      k.do_madvise(buf, 0, 1, 'MADV_FREE')
      const before = entry(mm)
      const page = pageAt(k.lockless_pages_from_mm(mm, 0, 1, WRITE))
      expect([page.refcount.get(), page.mapcount.get()]).toEqual([2, 1])
      expect([page.flags.test('PG_dirty'), page.flags.test('PG_referenced')]).toEqual([false, true])
      expect(entry(mm)).toEqual(before)
      expect((before?.[1] ?? 0) & (PTE_DIRTY | PTE_WRITE)).toBe(PTE_WRITE)
    })
  })

  it('gets as far as pages are mapped writable', () => {
    sequentially((k) => {
      const [mm, buf] = process(k, { pages: 3 })
      k.user_store(buf, 0, 0, 'A:1')
      k.user_load(buf, 1, 0)
      k.user_store(buf, 2, 0, 'A:3')
      expect(k.lockless_pages_from_mm(mm, 0, 3, WRITE)).toHaveLength(1)
      expect(k.get_user_pages_fast(mm, 0, 3, WRITE)).toHaveLength(3)
    }, { machine: { pages: 3 } })
  })

  it('holds no page that was taken away while it looked, and none that somebody else got', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buf] = process(k)
      const [otherMm, other] = process(k, { name: 'B' })
      k.user_store(buf, 0, 0, 'A:1')
      k.spawn('reader', () => {
        const [page] = k.get_user_pages_fast(mm, 0, 1, FOLL_GET)
        if (page === undefined) return
        k.world.assert(page.mapping.get() !== other.anon_vma, 'a page of another process was got')
        k.put_page(page)
      }, mm)
      k.spawn('unmapper', () => void k.madvise(buf, 0, 1, 'MADV_DONTNEED'), mm)
      k.spawn('B', () => void k.user_store(other, 0, 0, 'B:1'), otherMm)
    }, { machine: { pages: 2 } })
    expect(failures).toEqual([])
  })

  it('would, if it did not look again', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buf] = process(k)
      const [otherMm, other] = process(k, { name: 'B' })
      k.user_store(buf, 0, 0, 'A:1')
      k.spawn('reader', () => {
        const [page] = k.get_user_pages_fast(mm, 0, 1, FOLL_GET)
        if (page !== undefined) k.put_page(page)
      }, mm)
      k.spawn('unmapper', () => void k.madvise(buf, 0, 1, 'MADV_DONTNEED'), mm)
      k.spawn('B', () => void k.user_store(other, 0, 0, 'B:1'), otherMm)
    }, {
      machine: { pages: 2 },
      patches: [patch('no second look', { pte_same: () => true })],
    })
    expect(kinds(failures)).toContain('use-after-free')
  })
})

describe('slow get_user_pages for writing', () => {
  it('faults in what is not mapped: dirty in the page table, not in the page', () => {
    sequentially((k) => {
      const [mm] = process(k)
      const page = pageAt(k.get_user_pages_fast(mm, 0, 1, WRITE))
      expect([page.refcount.get(), page.mapcount.get(), page.flags.test('PG_dirty')]).toEqual([2, 1, false])
      expect((entry(mm)?.[1] ?? 0) & (PTE_DIRTY | PTE_WRITE)).toBe(PTE_DIRTY | PTE_WRITE)
    })
  })

  it('replaces the zero page', () => {
    sequentially((k) => {
      const [mm, buf] = process(k)
      k.user_load(buf, 0, 0)
      const page = pageAt(k.get_user_pages_fast(mm, 0, 1, WRITE))
      expect(mapped(mm)).toBe(page)
    })
  })

  it('dirties a page whose entry is clean', () => {
    sequentially((k) => {
      const [mm, buf] = process(k)
      k.user_store(buf, 0, 0, 'A:1')
      k.do_madvise(buf, 0, 1, 'MADV_FREE')
      const page = pageAt(k.get_user_pages_unlocked(mm, 0, 1, WRITE))
      expect([page.flags.test('PG_dirty'), page.refcount.get()]).toEqual([true, 2])
    })
  })

  it('gives a process that shares its page since a fork one of its own', () => {
    sequentially((k) => {
      const [mm, buf] = process(k)
      const [child] = process(k, { name: 'B', copyOf: buf })
      k.user_store(buf, 0, 0, 'A:1')
      k.dup_mmap(child, mm)
      const page = pageAt(k.get_user_pages_fast(mm, 0, 1, WRITE))
      expect(mapped(child)).not.toBe(page)
      expect(page.words[0]?.get()).toBe('A:1')
    }, { machine: { pages: 2 } })
  })

  it('asks the file system before a file page may be written to', () => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', EXT4)
      k.fill_blocks(file)
      const [mm] = process(k, { file })
      k.spawn('A', () => {
        const page = pageAt(k.get_user_pages_fast(mm, 0, 1, WRITE))
        k.world.assert(page.words[0]?.get() === 'F:0.0', 'the page was not read')
        k.world.assert(page.flags.test('PG_private') && page.flags.test('PG_dirty'), 'it has no dirty buffers')
        // The page cache, the page table, the buffers, and ours.
        k.world.assert(page.refcount.get() === 4, 'references')
        k.put_page(page)
      }, mm)
    })
    expect(failures).toEqual([])
  })

  it('stops where nothing is mapped', () => {
    sequentially((k) => {
      const mm = k.address_space('A', 2)
      k.area(mm, { name: 'buf' })
      expect(k.get_user_pages_fast(mm, 0, 2, WRITE)).toHaveLength(1)
      expect(k.get_user_pages_fast(mm, 1, 1, WRITE)).toHaveLength(0)
    })
  })
})

describe('get_user_pages for reading', () => {
  it('takes a page that is mapped read-only as it is', () => {
    sequentially((k) => {
      const [mm, buf] = process(k)
      const [child] = process(k, { name: 'B', copyOf: buf })
      k.user_store(buf, 0, 0, 'A:1')
      k.dup_mmap(child, mm)
      expect(pageAt(k.get_user_pages_fast(mm, 0, 1, FOLL_GET))).toBe(mapped(child))
    })
  })
})

describe('a pin', () => {
  it.each([['fast', true], ['slow', false]] as const)('counts as 1024 references, taken by the %s path', (_name, fast) => {
    sequentially((k) => {
      const [mm, buf] = process(k)
      k.user_store(buf, 0, 0, 'A:1')
      const page = pageAt(fast ? k.get_user_pages_fast(mm, 0, 1, FOLL_WRITE | FOLL_PIN) : k.get_user_pages_unlocked(mm, 0, 1, FOLL_WRITE | FOLL_PIN))
      expect([page.refcount.get(), k.page_maybe_dma_pinned(page)]).toEqual([1025, true])
      k.unpin_user_page(page, true)
      expect([page.refcount.get(), k.page_maybe_dma_pinned(page), page.flags.test('PG_dirty')]).toEqual([1, false, true])
    })
  })

  it('that is the last reference frees the page', () => {
    sequentially((k) => {
      const [mm, buf] = process(k)
      k.user_store(buf, 0, 0, 'A:1')
      const page = pageAt(k.get_user_pages_fast(mm, 0, 1, FOLL_WRITE | FOLL_PIN))
      k.do_madvise(buf, 0, 1, 'MADV_DONTNEED')
      k.unpin_user_page(page, false)
      expect(k.memory.isLive(page)).toBe(false)
    })
  })
})

describe('a huge page', () => {
  it('is got by its entry: all pages at once, all references to the head', () => {
    sequentially((k) => {
      const [mm, buf] = process(k, { pages: 2, huge: true })
      k.user_store(buf, 0, 0, 'A:1')
      const pages = k.get_user_pages_fast(mm, 0, 2, WRITE)
      expect(pages.map((page) => k.memory.indexOf(page))).toEqual([0, 1])
      expect(k.memory.raw(0).refcount.get()).toBe(3)
      for (const page of pages) k.put_page(page)
      expect(k.memory.raw(0).refcount.get()).toBe(1)
    }, { machine: { pages: 2, thp: true } })
  })

  it('is got by the slow path page by page', () => {
    sequentially((k) => {
      const [mm, buf] = process(k, { pages: 2, huge: true })
      k.user_store(buf, 0, 0, 'A:1')
      expect(k.get_user_pages_unlocked(mm, 0, 2, WRITE).map((page) => k.memory.indexOf(page))).toEqual([0, 1])
      expect(k.memory.raw(0).refcount.get()).toBe(3)
    }, { machine: { pages: 2, thp: true } })
  })
})
