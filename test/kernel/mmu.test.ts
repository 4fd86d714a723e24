/** The TLB: what loads and stores do while the page tables change. */
import { describe, expect, it } from 'vitest'
import { PTE_DIRTY, PTE_WRITE, PTE_YOUNG, pteOf, pte_wrprotect } from '../../src/kernel/include/linux/pgtable.js'
import { counts, entry, mapped, pagesInUse, process, STORED } from './processes.js'
import { exploreKernel, kinds, sequentially } from './support.js'

const TLB = { machine: { tlb: true, pages: 2 } } as const

describe('an entry in the TLB', () => {
  it('serves loads and stores after the page table has changed, until it is flushed', () => {
    sequentially((k) => {
      const [mm, area] = process(k)
      k.user_store(area, 0, 0, 'a')
      const page = mapped(mm)
      k.get_page(page)
      k.ptep_get_and_clear(mm, 0)
      k.user_store(area, 0, 0, 'b')
      expect([k.user_load(area, 0, 0), page.words[0]?.get(), entry(mm)]).toEqual(['b', 'b', null])
      k.flush_tlb_page(area, 0)
      expect([k.user_load(area, 0, 0), entry(mm)?.[0]]).toEqual(['', 'zero'])
    }, TLB)
  })

  it('that is clean can not be stored through: the dirty bit is set in the page table, or the store faults', () => {
    sequentially((k) => {
      const [mm, area] = process(k)
      k.user_store(area, 0, 0, 'a')
      const page = mapped(mm)
      k.get_page(page)
      pteOf(mm, 0).set([page, PTE_WRITE])
      k.flush_tlb_page(area, 0)
      k.user_load(area, 0, 0)
      expect(entry(mm)?.[1]).toBe(PTE_WRITE | PTE_YOUNG)
      k.user_store(area, 0, 0, 'b')
      expect(entry(mm)?.[1]).toBe(STORED)
      pteOf(mm, 0).set([page, PTE_WRITE])
      k.flush_tlb_page(area, 0)
      k.user_load(area, 0, 0)
      k.ptep_get_and_clear(mm, 0)
      k.user_store(area, 0, 0, 'c')
      expect([page.words[0]?.get(), mapped(mm) === page, k.user_load(area, 0, 0)]).toEqual(['b', false, 'c'])
    }, TLB)
  })

  it('without write permission makes a store fault once, and is forgotten', () => {
    sequentially((k) => {
      const [mm, area] = process(k)
      k.user_store(area, 0, 0, 'a')
      const [page, bits] = [mapped(mm), PTE_DIRTY | PTE_YOUNG]
      pteOf(mm, 0).set(pte_wrprotect([page, STORED]))
      k.flush_tlb_page(area, 0)
      k.user_load(area, 0, 0)
      expect(mm.tlb[0]?.get()).toEqual([page, bits])
      pteOf(mm, 0).set([page, STORED])
      expect(k.user_store(area, 0, 0, 'b')).toBe(true)
      expect([k.user_load(area, 0, 0), counts(page)]).toEqual(['b', [1, 1]])
    }, TLB)
  })
})

describe('while another thread of the process stores', () => {
  it('munmap gives no page away that a TLB still reaches', () => {
    const { failures } = exploreKernel((k, world) => {
      const [mm, area] = process(k)
      k.user_store(area, 0, 0, 'a')
      k.spawn('unmapper', () => k.munmap(area), mm)
      k.spawn('user', () => void k.user_store(area, 0, 0, 'b'), mm)
      world.finally(() => world.assert(pagesInUse(k) === 0, 'a page has leaked'))
    }, TLB)
    expect(failures).toEqual([])
  })

  it('a page freed before the flush is stored to by whoever has it in the TLB', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, area] = process(k)
      k.user_store(area, 0, 0, 'a')
      k.spawn('careless', () => {
        const page = mapped(mm)
        k.ptep_get_and_clear(mm, 0)
        k.page_remove_rmap(page)
        k.put_page(page)
        k.flush_tlb_page(area, 0)
      })
      k.spawn('user', () => void k.user_store(area, 0, 0, 'b'), mm)
    }, TLB)
    expect(kinds(failures)).toEqual(['use-after-free'])
  })

  it('fork gives the child a page that no store of the parent reaches any more', () => {
    const { failures } = exploreKernel((k, world) => {
      const [parent, area] = process(k, { name: 'parent' })
      const [child, copy] = process(k, { name: 'child', copyOf: area })
      k.user_store(area, 0, 0, 'a')
      k.spawn('forker', () => k.fork(child), parent)
      k.spawn('thread', () => {
        k.user_store(area, 0, 0, 'b')
        world.assert(k.user_load(area, 0, 0) === 'b', 'the parent lost its store')
      }, parent)
      k.spawn_child('child', () => {
        const seen = k.user_load(copy, 0, 0)
        world.assert(k.user_load(copy, 0, 0) === seen, 'the child sees a store of its parent')
      }, child)
    }, TLB)
    expect(failures).toEqual([])
  })
})
