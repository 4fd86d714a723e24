/** Who holds the references to a page, by name: what its reference count is the sum of. */
import { describe, expect, test } from 'vitest'
import { program, type World } from '../../../src/engine/index.js'
import { runOn } from '../../../src/engine/walk-on.js'
import type { Kernel } from '../../../src/kernel/kernel.js'
import { EXT4, type MachineConfig } from '../../../src/kernel/machine.js'
import { FOLL_GET, FOLL_WRITE } from '../../../src/kernel/mm/gup.js'
import { kernel } from '../../../src/kernel/versions.js'
import type { PageCard } from '../../../src/report/explorer/scene.js'
import { Scenes } from '../../../src/report/explorer/scenes.js'
import { situation } from '../../../src/report/explorer/situation.js'
import { process } from '../../kernel/processes.js'
import { realSchedules } from './support.js'

/** The cards of page 0 in every state of one task that runs `body`. */
function pagesOf(body: (k: Kernel, world: World) => () => void, machine: Partial<MachineConfig> = {}): readonly PageCard[] {
  const subject = program('one task', (world) => {
    const k = kernel('v5.10-rc5').boot(world, machine)
    const run = body(k, world)
    world.task('A', run)
  })
  const scenes = new Scenes(situation(subject, runOn(subject, 'h1:')))
  return Array.from({ length: scenes.steps + 1 }, (_, cursor) => scenes.at(cursor).pages[0] as PageCard)
}

const said = (page: PageCard | undefined): readonly string[] => page?.references.map(({ text, count }) => (count === 1 ? text : `${text}: ${count}`)) ?? []

describe('the contributors to a reference count', () => {
  test('of a lazyfree page that is read into and being reclaimed: its mapping, and the two tasks’ own', () => {
    const pages = pagesOf((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'old')
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      return () => {
        const [page] = k.get_user_pages_fast(mm, 0, 1, FOLL_WRITE | FOLL_GET)
        if (page === undefined) return
        k.__isolate_lru_page(page, 'file')
        k.trylock_page(page)
        k.try_to_unmap(page, false)
      }
    })
    expect(said(pages[0])).toEqual(['page table of P, entry 0'])
    const full = pages.find(({ refcount }) => refcount.value === 3)
    expect(said(full)).toEqual(['page table of P, entry 0', 'A, from gup_pte_range', 'A, from __isolate_lru_page'])
    expect(full?.mappings.map(({ text }) => text)).toEqual(['page table of P, entry 0'])
    expect(said(pages.at(-1))).toEqual(['A, from gup_pte_range', 'A, from __isolate_lru_page'])
    expect(pages.at(-1)?.mapcount?.value).toBe(0)
  })

  test('of a page of a file: page cache, page table, buffers, and a lookup while it lasts', () => {
    const pages = pagesOf((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const [, area] = process(k, { file })
      k.user_load(area, 0, 0)
      return () => {
        const page = k.find_get_page(file, 0)
        if (page !== null) k.put_page(page)
      }
    })
    const shared = ['page cache, slot 0 of F', 'page table of P, entry 0', 'its buffers']
    expect(said(pages[0])).toEqual(shared)
    expect(said(pages.find(({ refcount }) => refcount.value === 4))).toEqual([...shared, 'A, from find_get_page'])
    expect(said(pages.at(-1))).toEqual(shared)
  })

  test('of a new page: the allocation’s, until it is handed over to the page table', () => {
    const pages = pagesOf((k) => {
      const [, area] = process(k)
      return () => void k.user_store(area, 0, 0, 'new')
    })
    expect(said(pages[0])).toEqual([])
    expect(said(pages.find(({ refcount }) => refcount.value === 1))).toEqual(['A, from alloc_page'])
    expect(said(pages.at(-1))).toEqual(['page table of P, entry 0'])
  })

  test('of a page on its way to the LRU: the pagevec', () => {
    const pages = pagesOf(
      (k) => {
        const [, area] = process(k)
        return () => void k.user_store(area, 0, 0, 'new')
      },
      { pagevec: 15 },
    )
    expect(said(pages.at(-1))).toEqual(['page table of P, entry 0', 'pagevec lru_add'])
  })

  test('always add up, and outlive the task that took them only where a bio has the page: then they are the bio’s', () => {
    for (const { name, subject, token } of realSchedules()) {
      const scenes = new Scenes(situation(subject, token))
      for (let cursor = 0; cursor <= scenes.steps; cursor++) {
        const { pages, tasks } = scenes.at(cursor)
        for (const { refcount, references } of pages) {
          expect(references.reduce((sum, { count }) => sum + count, 0), `${name} at ${cursor}`).toBe(refcount.value)
          const left = references.filter(({ task = -1 }) => tasks[task]?.status === 'finished')
          expect(left, `${name} at ${cursor}`).toEqual([])
        }
      }
    }
  })
})
