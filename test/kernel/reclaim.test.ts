/** Reclaim: which pages it takes, which it leaves, and what users notice. */
import { describe, expect, it } from 'vitest'
import type { Mm, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { PTE_YOUNG } from '../../src/kernel/include/linux/pgtable.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { EXT4, XFS } from '../../src/kernel/machine.js'
import { counts, entry, mapped, pagesInUse, process } from './processes.js'
import { exploreKernel, kinds, pageOf, sequentially } from './support.js'

/** A version in which the end of writeback does not touch a page that was freed: swapping shows that race too. */
const MENDED = 'v5.16'

/** A process that has stored to its only page and given it up. */
function freed(k: Kernel): readonly [mm: Mm, area: Vma] {
  const [mm, buffer] = process(k)
  k.user_store(buffer, 0, 0, 'a')
  k.madvise(buffer, 0, 1, 'MADV_FREE')
  return [mm, buffer]
}

describe('a page that was given up by MADV_FREE', () => {
  it.each(['v4.15', 'v5.8', 'v5.10-rc5', 'v5.16'])('is discarded, and reads as zeros (%s)', (version) => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = freed(k)
      k.shrink_all_memory()
      expect([entry(mm), pagesInUse(k)]).toEqual([null, 0])
      expect(k.user_load(buffer, 0, 0)).toBe('')
    }, { version })
    expect(failures).toEqual([])
  })

  it('is kept, and backed by swap again, if it was stored to since', () => {
    sequentially((k) => {
      const [mm, buffer] = freed(k)
      k.user_store(buffer, 0, 0, 'b')
      k.shrink_all_memory()
      const page = mapped(mm)
      expect([page.flags.test('PG_swapbacked'), ...counts(page)]).toEqual([true, 1, 1])
      expect([k.lru.all(), k.lru_anon.all()]).toEqual([[], [page]])
      expect(k.user_load(buffer, 0, 0)).toBe('b')
    })
  })

  it('survives one round if it was loaded from since', () => {
    sequentially((k) => {
      const [mm, buffer] = freed(k)
      k.user_load(buffer, 0, 0)
      k.try_to_free_pages()
      expect(entry(mm)?.[1]).toBe(1)
      k.try_to_free_pages()
      expect(entry(mm)).toBeNull()
    })
  })

  it('stays with the process that did not give it up', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      const [child, copy] = process(k, { name: 'C', copyOf: buffer })
      k.dup_mmap(child, mm)
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      k.shrink_all_memory()
      expect(entry(mm)).toBeNull()
      expect([k.user_load(copy, 0, 0), ...counts(mapped(child))]).toEqual(['a', 1, 1])
    })
  })

  it.each([['v5.10-rc5', true], ['v5.16', false]] as const)('is looked at for dirt once more when nobody has it (%s: %s)', (version, kept) => {
    sequentially((k) => {
      const [mm] = freed(k)
      const page = mapped(mm)
      k.__isolate_lru_page(page, 'file')
      k.trylock_page(page)
      k.try_to_unmap(page, false)
      page.flags.set('PG_dirty')
      expect(k.freeze_lazyfree(page)).toBe(!kept)
    }, { version })
  })
})

describe('anonymous memory', () => {
  it('is left alone without a swap device', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      k.shrink_all_memory()
      expect([...counts(mapped(mm)), k.user_load(buffer, 0, 0)]).toEqual([1, 1, 'a'])
    })
  })

  it('goes to swap, and its page to somebody else; a fault brings it back', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      const [other, greedy] = process(k, { name: 'Q' })
      k.spawn('user', () => {
        k.user_store(buffer, 0, 0, 'a')
        k.shrink_all_memory()
        k.world.assert(entry(mm)?.[0] === 'swap:1', 'the page was not unmapped')
        k.world.until(() => k.memory.raw(0).refcount.get() <= 1 && !k.memory.raw(0).flags.test('PG_writeback'), 'the page to be written')
        k.try_to_free_pages()
        k.world.assert(pagesInUse(k) === 0, 'the page was not freed')
        k.world.assert(k.user_store(greedy, 0, 0, 'q'), 'there is no page')
        k.world.assert(!k.user_store(buffer, 0, 1, 'b'), 'there is a page')
        k.exit_mmap(other)
        k.world.assert(k.user_store(buffer, 0, 1, 'b'), 'there is no page for a store')
        k.world.assert(k.user_load(buffer, 0, 0) === 'a' && k.user_load(buffer, 0, 1) === 'b', 'a store is lost')
        k.exit_mmap(mm)
        k.world.assert(pagesInUse(k) === 0 && k.swap_map[0]?.get() === 0, 'something is left')
      }, mm)
    }, { machine: { swap: 1, words: 2 }, version: MENDED })
    expect(failures).toEqual([])
  })

  it('that two processes share has one slot, and each brings it back for itself', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      const [child, copy] = process(k, { name: 'C', copyOf: buffer })
      k.dup_mmap(child, mm)
      k.spawn('user', () => {
        k.shrink_all_memory()
        k.world.assert(entry(mm)?.[0] === 'swap:1' && entry(child)?.[0] === 'swap:1', 'the page was not unmapped')
        k.user_store(copy, 0, 0, 'b')
        k.world.assert(k.user_load(buffer, 0, 0) === 'a' && k.user_load(copy, 0, 0) === 'b', 'they see each other')
      }, mm)
    }, { machine: { swap: 1, pages: 2 }, version: MENDED })
    expect(failures).toEqual([])
  })

  it('that is yet to become lazyfree is written to swap though its entry is clean', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      k.lru_add_drain()
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      k.spawn('kswapd', () => {
        k.balance_pgdat(1)
        k.world.assert(entry(mm)?.[0] === 'swap:1', 'the page was not unmapped')
        k.lru_add_drain()
        k.balance_pgdat(1)
        k.world.until(() => k.memory.raw(0).refcount.get() <= 1 && !k.memory.raw(0).flags.test('PG_writeback'), 'the page to be written')
        k.balance_pgdat(1)
        k.world.assert(pagesInUse(k) === 0 && k.swapper_space.blocks[0]?.[0]?.get() === 'a', 'swap does not have the data')
      })
    }, { machine: { swap: 1, pagevec: 15 }, version: MENDED })
    expect(failures).toEqual([])
  })

  it('stays when swap is full', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k, { pages: 2 })
      k.spawn('user', () => {
        k.user_store(buffer, 0, 0, 'a')
        k.user_store(buffer, 1, 0, 'b')
        k.shrink_all_memory()
        k.world.assert(entry(mm, 0)?.[0] === 'swap:1' && counts(mapped(mm, 1))[1] === 1, 'the wrong pages are there')
      }, mm)
    }, { machine: { swap: 1, pages: 2 }, version: MENDED })
    expect(failures).toEqual([])
  })
})

describe('a page of a file', () => {
  const clean = (k: Kernel, a_ops: typeof EXT4): ReturnType<Kernel['open']> => {
    const file = k.open('F', a_ops)
    k.write(file, 'v0')
    pageOf(file).flags.clear('PG_dirty')
    if (a_ops === EXT4) k.page_buffers(pageOf(file)).flags.clear('BH_Dirty')
    return file
  }

  it.each([['ext4', EXT4], ['xfs', XFS]] as const)('that is clean is unmapped and freed, once it was not used for a round (%s)', (_name, a_ops) => {
    sequentially((k) => {
      const file = clean(k, a_ops)
      const [mm, area] = process(k, { file })
      k.user_load(area, 0, 0)
      k.try_to_free_pages()
      expect(entry(mm)?.[1]).toBe(0)
      k.try_to_free_pages()
      expect([entry(mm), file.slots[0]?.get(), pagesInUse(k)]).toEqual([null, null, 0])
    })
  })

  it.each([['ext4', EXT4], ['xfs', XFS]] as const)('that is dirty is written by kswapd when all pages are, at the second meeting (%s)', (_name, a_ops) => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', a_ops)
      k.write(file, 'v0')
      k.spawn('kswapd', () => {
        const page = pageOf(file)
        k.balance_pgdat(1)
        k.world.assert(page.flags.test('PG_dirty') && page.flags.test('PG_reclaim'), 'the page was written at once')
        k.balance_pgdat(1)
        k.world.until(() => file.blocks[0]?.[0]?.get() === 'F:v0', 'the data to be on the device')
        const raw = k.memory.raw(0)
        k.world.until(() => !raw.flags.test('PG_writeback') && raw.refcount.get() <= (raw.flags.test('PG_private') ? 2 : 1), 'the writeback to end')
        k.balance_pgdat(1)
        k.world.assert(file.slots[0]?.get() === null, 'the page was not freed')
      })
    }, { machine: { pgdat_dirty: true }, version: MENDED })
    expect(failures).toEqual([])
  })

  it('that is dirty is left to the flusher otherwise', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      k.shrink_all_memory()
      expect([pageOf(file).flags.test('PG_dirty'), pageOf(file).flags.test('PG_writeback')]).toEqual([true, false])
    })
  })

  it('that somebody holds is not written by kswapd', () => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const page = pageOf(file)
      k.get_page(page)
      k.spawn('kswapd', () => {
        k.balance_pgdat(3)
        k.world.assert(page.flags.test('PG_dirty') && !page.flags.test('PG_writeback') && counts(page)[0] === 3, 'the page was written')
      })
    }, { machine: { pgdat_dirty: true } })
    expect(failures).toEqual([])
  })

  it('loses its buffers on the active list when there are too many, though it is mapped and held', () => {
    sequentially((k) => {
      const file = clean(k, EXT4)
      const [mm, area] = process(k, { file })
      k.user_load(area, 0, 0)
      const page = pageOf(file)
      k.get_page(page)
      k.shrink_active_list('file')
      expect([page.flags.test('PG_private'), ...counts(page), entry(mm)?.[1]]).toEqual([false, 3, 1, 0])
    }, { machine: { buffer_heads_over_limit: true } })
  })

  it('is written from where it is mapped: dirt in page tables goes to the page, and the next store faults', () => {
    sequentially((k) => {
      const file = clean(k, XFS)
      const [mm, area] = process(k, { file })
      const [other, view] = process(k, { name: 'Q', file })
      const [third, copy] = process(k, { name: 'R', file, shared: false })
      k.user_store(area, 0, 0, 'F:v1')
      k.user_load(view, 0, 0)
      k.user_load(copy, 0, 0)
      const page = pageOf(file)
      page.flags.clear('PG_dirty')
      k.lock_page(page)
      expect(k.clear_page_dirty_for_io(page)).toBe(true)
      expect([mm, other, third].map((each) => entry(each)?.[1])).toEqual([PTE_YOUNG, PTE_YOUNG, PTE_YOUNG])
      expect(page.flags.test('PG_dirty')).toBe(false)
      expect(k.clear_page_dirty_for_io(page)).toBe(false)
      k.unlock_page(page)
      k.user_store(area, 0, 0, 'F:v2')
      expect(page.flags.test('PG_dirty')).toBe(true)
    })
  })

  it('is left by drop_caches while it is mapped, and unmapped by truncate', () => {
    sequentially((k) => {
      const file = clean(k, EXT4)
      const [mm, area] = process(k, { file })
      k.user_load(area, 0, 0)
      k.drop_caches(file)
      expect(counts(pageOf(file))).toEqual([3, 1])
      k.truncate_inode_pages_range(file)
      expect([entry(mm), file.slots[0]?.get(), pagesInUse(k)]).toEqual([null, null, 0])
    })
  })
})

describe('translations', () => {
  it('are flushed before a page that was unmapped is freed', () => {
    sequentially((k) => {
      const [mm] = freed(k)
      const page = mapped(mm)
      mm.tlb[0]?.set(entry(mm))
      k.__isolate_lru_page(page, 'file')
      k.trylock_page(page)
      const owed = k.try_to_unmap(page, true)
      expect([owed, mm.tlb[0]?.get() === null, mm.tlb_flush_batched.get()]).toEqual([[[mm], false], false, true])
      k.try_to_unmap_flush(owed)
      expect(mm.tlb[0]?.get()).toBeNull()
    }, { machine: { tlb: true } })
  })
})

describe('a TLB that remembers entries', () => {
  it('does not let a load reach the page when somebody else has got it', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = freed(k)
      mm.tlb[0]?.set(entry(mm))
      const [other, greedy] = process(k, { name: 'Q' })
      k.spawn('user', () => k.world.assert(k.user_load(buffer, 0, 0) !== 'q', 'a load sees what is not its own'), mm)
      k.spawn('greedy', () => void k.user_store(greedy, 0, 0, 'q'), other)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    }, { machine: { tlb: true } })
    expect(failures).toEqual([])
  })

  it('does not let a store pass by page_mkwrite after the page was cleaned for writing', () => {
    sequentially((k) => {
      const file = k.open('F', XFS)
      k.write(file, 'v0')
      const [, area] = process(k, { file })
      k.user_store(area, 0, 0, 'F:v1')
      const page = pageOf(file)
      k.lock_page(page)
      k.clear_page_dirty_for_io(page)
      k.unlock_page(page)
      k.user_store(area, 0, 0, 'F:v2')
      expect(page.flags.test('PG_dirty')).toBe(true)
    }, { machine: { tlb: true } })
  })
})

describe('reclaim beside', () => {
  const swapping = { machine: { pages: 2, swap: 1 }, version: MENDED }

  it.each(['sc', 'weak'] as const)('a store that comes after MADV_FREE: it is never lost (memory: %s)', (memory) => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      k.spawn('user', () => {
        k.madvise(buffer, 0, 1, 'MADV_FREE')
        k.user_store(buffer, 0, 0, 'b')
        k.world.assert(k.user_load(buffer, 0, 0) === 'b', 'a store is lost')
      }, mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    }, { machine: { pages: 2 }, memory })
    expect(failures).toEqual([])
  })

  it('the same with a TLB whose flush is put off', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      k.user_load(buffer, 0, 0)
      k.spawn('user', () => {
        k.user_store(buffer, 0, 0, 'b')
        k.world.assert(k.user_load(buffer, 0, 0) === 'b', 'a store is lost')
      }, mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    }, { machine: { pages: 2, tlb: true } })
    expect(failures).toEqual([])
  })

  it('a device that reads into a page given up: what it read is lost', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = freed(k)
      k.spawn('user', () => {
        const [page] = k.get_user_pages_fast(mm, 0, 1, 5)
        if (page === undefined) return
        k.write_words(page, 'read')
        k.set_page_dirty_lock(page)
        k.put_page(page)
        k.world.assert(k.user_load(buffer, 0, 0) === 'read', 'what was read is lost')
      }, mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    }, { machine: { pages: 2 } })
    expect(kinds(failures)).toContain('assertion')
  })

  it('swapping: a store is never lost', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      k.user_load(buffer, 0, 0)
      k.spawn('user', () => {
        k.user_store(buffer, 0, 0, 'b')
        k.world.assert(k.user_load(buffer, 0, 0) === 'b', 'a store is lost')
      }, mm)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    }, swapping)
    expect(failures).toEqual([])
  })

  it('munmap: the page is freed once, and no entry of the swap slot is left', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      k.page_referenced(mapped(mm), false)
      k.spawn('user', () => k.munmap(buffer), mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
      k.world.finally(() => {
        k.world.assert(entry(mm) === null && counts(k.memory.raw(0))[1] === 0, 'something is mapped')
        k.world.assert((k.swap_map[0]?.get() ?? 0) % 64 === 0, 'an entry is counted')
      })
    }, swapping)
    expect(failures).toEqual([])
  })

  it('reclaim: two at a time do not free a page twice', () => {
    const { failures } = exploreKernel((k) => {
      freed(k)
      k.spawn('user', () => k.try_to_free_pages())
      k.spawn('kswapd', () => k.balance_pgdat(1))
      k.world.finally(() => k.world.assert(pagesInUse(k) === 0, 'the page is left'))
    })
    expect(failures).toEqual([])
  })

  it('fsync: what was stored through a mapping is on the device', () => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', XFS)
      k.write(file, 'v0')
      const [mm, area] = process(k, { file })
      k.spawn('user', () => {
        k.user_store(area, 0, 0, 'F:v1')
        k.filemap_write_and_wait_range(file)
        k.world.assert(file.blocks[0]?.[0]?.get() === 'F:v1', 'a store is not on the device')
      }, mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    }, { version: MENDED })
    expect(failures).toEqual([])
  })
})
