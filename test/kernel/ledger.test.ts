/** Who holds references to a page, and how often it is mapped, step by step through reclaim. */
import { describe, expect, it } from 'vitest'
import { patch, type Patch } from '../../src/kernel/kernel.js'
import { EXT4 } from '../../src/kernel/machine.js'
import { FOLL_GET, FOLL_WRITE } from '../../src/kernel/mm/gup.js'
import { counts, entry, mapped, process } from './processes.js'
import { pageOf, sequentially } from './support.js'

/** Notes the counts of a lazyfree page at the place where reclaim decides whether to discard it. */
function recorder(): readonly [seen: (readonly [number, number])[], recording: Patch] {
  const seen: (readonly [number, number])[] = []
  return [
    seen,
    patch('recorder', {
      lazyfree_discardable(_k, base, page) {
        seen.push(counts(page))
        return base(page)
      },
    }),
  ]
}

describe('a lazyfree page', () => {
  it('that is read into directly has one reference more all the way, is unmapped all the same, and put back', () => {
    const [seen, recording] = recorder()
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'old')
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      const page = mapped(mm)
      expect(counts(page)).toEqual([1, 1])
      expect(k.get_user_pages_fast(mm, 0, 1, FOLL_WRITE | FOLL_GET)).toEqual([page])
      expect(counts(page)).toEqual([2, 1])
      expect([page.flags.test('PG_dirty'), entry(mm)?.[1]]).toEqual([false, 1])
      expect(k.__isolate_lru_page(page, 'file')).toBe(true)
      expect(counts(page)).toEqual([3, 1])
      expect(k.trylock_page(page)).toBe(true)
      k.try_to_unmap(page, false)
      expect([...counts(page), entry(mm)]).toEqual([2, 0, null])
      expect(k.freeze_lazyfree(page)).toBe(false)
      k.unlock_page(page)
      k.move_pages_to_lru(page)
      expect(counts(page)).toEqual([1, 0])
      k.write_words(page, 'read')
      k.set_page_dirty_lock(page)
      k.put_page(page)
      expect(k.memory.isLive(page)).toBe(false)
      expect(entry(mm)).toBeNull()
    }, { patches: [recording] })
    expect(seen).toEqual([[3, 1]])
  })

  it('that nobody else uses is down to the reference of its isolation when it is unmapped, and freed', () => {
    const [seen, recording] = recorder()
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'old')
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      const page = mapped(mm)
      k.__isolate_lru_page(page, 'file')
      k.trylock_page(page)
      k.try_to_unmap(page, false)
      expect(counts(page)).toEqual([1, 0])
      expect(k.freeze_lazyfree(page)).toBe(true)
      expect(counts(page)).toEqual([0, 0])
    }, { patches: [recording] })
    expect(seen).toEqual([[2, 1]])
  })

  it.each([2, 3, 4])('that %i processes share is refused by "two references" at the first, but never by "one more than mappings"', (sharers) => {
    const [seen, recording] = recorder()
    sequentially((k) => {
      const [mm, buffer] = process(k)
      k.user_store(buffer, 0, 0, 'old')
      k.madvise(buffer, 0, 1, 'MADV_FREE')
      const page = mapped(mm)
      for (let i = 2; i <= sharers; i++) {
        const [child] = process(k, { name: `P${i}`, copyOf: buffer })
        k.dup_mmap(child, mm)
      }
      expect(counts(page)).toEqual([sharers, sharers])
      k.__isolate_lru_page(page, 'file')
      k.trylock_page(page)
      k.try_to_unmap(page, false)
      expect(counts(page)).toEqual([1, 0])
    }, { patches: [recording] })
    expect(seen).toEqual(Array.from({ length: sharers }, (_, k) => [1 + (sharers - k), sharers - k]))
  })
})

describe('a page of a file', () => {
  it('that is read into directly loses its buffers to reclaim, and is kept', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const page = pageOf(file)
      page.flags.clear('PG_dirty')
      k.page_buffers(page).flags.clear('BH_Dirty')
      const [mm, area] = process(k, { file })
      expect(k.user_load(area, 0, 0)).toBe('F:v0')
      expect(counts(page)).toEqual([3, 1])
      k.get_page(page)
      expect(k.__isolate_lru_page(page, 'file')).toBe(true)
      expect(counts(page)).toEqual([5, 1])
      expect(k.trylock_page(page)).toBe(true)
      k.try_to_unmap(page, false)
      expect([...counts(page), entry(mm)]).toEqual([4, 0, null])
      expect(k.is_page_cache_freeable(page)).toBe(false)
      expect(k.try_to_release_page(page)).toBe(true)
      expect(counts(page)).toEqual([3, 0])
      expect(k.__remove_mapping(file, page)).toBe(false)
      expect(counts(page)).toEqual([3, 0])
      k.unlock_page(page)
      k.move_pages_to_lru(page)
      expect(counts(page)).toEqual([2, 0])
      k.put_page(page)
      expect(counts(page)).toEqual([1, 0])
      expect(file.slots[0]?.get()).toBe(page)
    })
  })

  it('whose writeback has just ended has no reference that would keep it from truncate', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const page = pageOf(file)
      k.set_page_writeback(page)
      expect(counts(page)).toEqual([2, 0])
      k.test_clear_page_writeback(page)
      expect(k.find_get_page(file, 0)).toBe(page)
      expect(counts(page)).toEqual([3, 0])
      k.lock_page(page)
      k.truncate_cleanup_page(file, page)
      expect(counts(page)).toEqual([2, 0])
      k.delete_from_page_cache(page, file)
      expect(counts(page)).toEqual([1, 0])
      k.unlock_page(page)
      k.put_page(page)
      expect(k.memory.isLive(page)).toBe(false)
    })
  })
})
