/** Page faults of anonymous memory and of files. */
import { describe, expect, it } from 'vitest'
import type { Mm, Page, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { PTE_DIRTY, PTE_WRITE, PTE_YOUNG, pte_dirty, pte_write } from '../../src/kernel/include/linux/pgtable.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { EXT4, XFS } from '../../src/kernel/machine.js'
import { counts, entry, mapped, pagesInUse, process, STORED } from './processes.js'
import { exploreKernel, pageOf, sequentially } from './support.js'

describe('anonymous memory', () => {
  it('reads as zeros before it is written, and takes no page for that', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      expect(k.user_load(buffer, 0, 0)).toBe('')
      expect(entry(mm)).toEqual(['zero', PTE_YOUNG])
      expect(pagesInUse(k)).toBe(0)
    })
  })

  it('holds what was stored, in a page of its own with zeros in its other words', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      const used = k.alloc_page()
      if (used === null) throw new Error('no page')
      k.write_words(used, 'old')
      k.put_page(used)
      expect(k.user_store(buffer, 0, 0, 'a')).toBe(true)
      expect([k.user_load(buffer, 0, 0), k.user_load(buffer, 0, 1)]).toEqual(['a', ''])
      expect(entry(mm)?.[1]).toBe(STORED)
      expect(counts(mapped(mm))).toEqual([1, 1])
      expect(mapped(mm).mapping.get()).toBe(buffer.anon_vma)
    }, { machine: { words: 2 } })
  })

  it('gets a page at the first store after a load', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_load(buffer, 0, 0)
      k.user_store(buffer, 0, 0, 'a')
      expect(k.user_load(buffer, 0, 0)).toBe('a')
      expect([...counts(mapped(mm)), entry(mm)?.[1]]).toEqual([1, 1, STORED])
    })
  })

  it('is not there without memory, nor after munmap: the task gets a signal', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k, { pages: 2 })
      expect([k.user_store(buffer, 0, 0, 'a'), k.user_store(buffer, 1, 0, 'b')]).toEqual([true, false])
      k.munmap(buffer)
      expect([k.user_load(buffer, 0, 0), k.user_store(buffer, 0, 0, 'c')]).toEqual([null, false])
      expect(entry(mm)).toBeNull()
      k.mmap(buffer)
      expect(k.user_load(buffer, 0, 0)).toBe('')
      expect(k.user_store(buffer, 1, 0, 'b')).toBe(true)
    })
  })

  it('munmap frees the page, unless somebody holds it', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      const page = mapped(mm)
      k.get_page(page)
      expect(counts(page)).toEqual([2, 1])
      k.munmap(buffer)
      expect(counts(page)).toEqual([1, 0])
      k.put_page(page)
      expect(k.memory.isLive(page)).toBe(false)
    })
  })

  it('is made old, clean or read-only by the kernel, and the hardware notices the next access', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      const page = mapped(mm)
      mm.ptes[0]?.set([page, PTE_WRITE])
      k.user_load(buffer, 0, 0)
      expect(entry(mm)).toEqual([page, PTE_WRITE | PTE_YOUNG])
      expect(k.ptep_test_and_clear_young(mm, 0)).toBe(true)
      expect(k.ptep_test_and_clear_young(mm, 0)).toBe(false)
      k.user_store(buffer, 0, 0, 'b')
      expect(entry(mm)).toEqual([page, STORED])
      k.ptep_set_wrprotect(mm, 0)
      expect(entry(mm)).toEqual([page, PTE_DIRTY | PTE_YOUNG])
    })
  })

  it.each([
    ['its only user stores in place', 0, true],
    ['another reference makes it a copy, which leaves that reference the old page', 1, false],
  ])('write-protected: %s', (_name, references, inPlace) => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      const page = mapped(mm)
      for (let i = 0; i < references; i++) k.get_page(page)
      k.ptep_set_wrprotect(mm, 0)
      k.user_store(buffer, 0, 0, 'b')
      expect(mapped(mm) === page).toBe(inPlace)
      expect([k.user_load(buffer, 0, 0), page.words[0]?.get()]).toEqual(['b', inPlace ? 'b' : 'a'])
      expect(counts(page)).toEqual(inPlace ? [1, 1] : [1, 0])
      expect(counts(mapped(mm))).toEqual([1, 1])
    }, { machine: { pages: 2 } })
  })

  it('up to v5.8 its only mapping was enough for a store in place', () => {
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'a')
      const page = mapped(mm)
      k.get_page(page)
      k.ptep_set_wrprotect(mm, 0)
      k.user_store(buffer, 0, 0, 'b')
      expect([mapped(mm) === page, page.words[0]?.get(), counts(page)]).toEqual([true, 'b', [2, 1]])
    }, { version: 'v5.8', machine: { pages: 2 } })
  })

  it.each(['sc', 'weak'] as const)('two tasks that fault at once get one page, and no store is lost (memory %s)', (memory) => {
    const { failures } = exploreKernel((k, world) => {
      const [mm, buffer] = process(k)
      for (const word of [0, 1]) {
        k.spawn(`user-${word}`, () => {
          k.user_load(buffer, 0, word)
          world.assert(k.user_store(buffer, 0, word, 'mine'), 'a signal')
          world.assert(k.user_load(buffer, 0, word) === 'mine', 'a store was lost')
        }, mm)
      }
      world.finally(() => {
        const page = mapped(mm)
        world.assert(page.refcount.get() === 1 && page.mapcount.get() === 1, 'references are left')
        world.assert(pagesInUse(k) === 1, 'a page has leaked')
      })
    }, { memory, machine: { pages: 3, words: 2 } })
    expect(failures).toEqual([])
  })
})

describe.each([['ext4', EXT4, 1], ['xfs', XFS, 0]] as const)('a file on %s that is mapped', (_name, a_ops, buffers) => {
  const setUp = (k: Kernel, shared = true): readonly [mm: Mm, map: Vma, page: Page] => {
    const file = k.open('F', a_ops)
    k.write(file, 'v0')
    return [...process(k, { file, shared }), pageOf(file)]
  }

  it('is read in place, read-only and clean', () => {
    sequentially((k) => {
      const [mm, map, page] = setUp(k)
      page.flags.clear('PG_dirty')
      expect(k.user_load(map, 0, 0)).toBe('F:v0')
      expect(entry(mm)).toEqual([page, PTE_YOUNG])
      expect(counts(page)).toEqual([2 + buffers, 1])
      expect([page.flags.test('PG_dirty'), page.flags.test('PG_locked')]).toEqual([false, false])
    })
  })

  it.each([['at first', false], ['after a load', true]])('becomes dirty and writable by a store %s', (_when, loaded) => {
    sequentially((k) => {
      const [mm, map, page] = setUp(k)
      const { file } = map
      page.flags.clear('PG_dirty')
      file?.tags[0]?.assign(0)
      if (loaded) k.user_load(map, 0, 0)
      expect(k.user_store(map, 0, 0, 'F:v1')).toBe(true)
      expect(entry(mm)).toEqual([page, STORED])
      expect(counts(page)).toEqual([2 + buffers, 1])
      expect([page.flags.test('PG_dirty'), page.flags.test('PG_locked')]).toEqual([true, false])
      expect(file?.tags[0]?.test('PAGECACHE_TAG_DIRTY')).toBe(true)
      expect(page.words[0]?.get()).toBe('F:v1')
    })
  })

  it.each([['at first', false], ['after a load', true]])('mapped private, a store %s goes to a copy', (_when, loaded) => {
    sequentially((k) => {
      const [mm, map, page] = setUp(k, false)
      if (loaded) k.user_load(map, 0, 0)
      k.user_store(map, 0, 0, 'mine')
      expect(page.words[0]?.get()).toBe('F:v0')
      expect(mapped(mm)).not.toBe(page)
      expect([counts(page), counts(mapped(mm))]).toEqual([[1 + buffers, 0], [1, 1]])
      if (map.file !== null) k.unmap_mapping_pages(map.file, 0, 1, false)
      expect(k.user_load(map, 0, 0)).toBe('mine')
      if (map.file !== null) k.unmap_mapping_pages(map.file, 0, 1, true)
      expect(k.user_load(map, 0, 0)).toBe('F:v0')
    }, { machine: { pages: 2 } })
  })

  it('hands its dirt to the page when it is unmapped', () => {
    sequentially((k) => {
      const [mm, map, page] = setUp(k)
      k.user_store(map, 0, 0, 'F:v1')
      page.flags.clear('PG_dirty')
      k.munmap(map)
      expect([entry(mm), page.flags.test('PG_dirty')]).toEqual([null, true])
      expect(counts(page)).toEqual([1 + buffers, 0])
    })
  })

  it('is read from the device when it is not in the page cache, and needs memory for that', () => {
    const { failures } = exploreKernel((k, world) => {
      const file = k.open('F', a_ops, 2)
      file.blocks[0]?.[0]?.set('F:v0')
      const [mm, map] = process(k, { file, pages: 2 })
      k.spawn('user', () => {
        world.assert(k.user_load(map, 0, 0) === 'F:v0', 'a load does not see what the device has')
        world.assert(k.user_store(map, 0, 0, 'F:v1') && k.user_load(map, 0, 0) === 'F:v1', 'a store was lost')
        world.assert(k.user_load(map, 1, 0) === null && !k.user_store(map, 1, 0, 'F:v1'), 'there is memory')
      }, mm)
    })
    expect(failures).toEqual([])
  })

  it('is written back while threads store: no store is lost, and what is stored after the page was cleaned makes it dirty again', () => {
    const { failures } = exploreKernel((k, world) => {
      const file = k.open('F', a_ops)
      k.write(file, 'v0')
      const [mm, map] = process(k, { file })
      k.spawn('flusher', () => k.wb_writeback(file))
      k.spawn('user', () => {
        k.user_store(map, 0, 0, 'F:v1')
        world.assert(k.user_load(map, 0, 0) === 'F:v1', 'a store was lost')
      }, mm)
      world.finally(() => {
        const page = pageOf(file)
        const dirty = page.flags.test('PG_dirty') || pte_dirty(entry(mm))
        world.assert(dirty || file.blocks[0]?.[0]?.get() === 'F:v1', 'a store is neither on the device nor marked dirty')
        world.assert(!pte_write(entry(mm)) || page.flags.test('PG_dirty'), 'a clean page is writable')
        world.assert(counts(page).join() === `${2 + buffers},1`, 'references are left')
      })
    }, { machine: { bios: 1 } })
    expect(failures).toEqual([])
  })
})
