import { describe, expect, it } from 'vitest'
import { EXT4, SHMEM, XFS } from '../../src/kernel/machine.js'
import { process } from './processes.js'
import { ERAS, exploreKernel, kinds, pageOf, sequentially } from './support.js'

describe.each(ERAS)('references to a page, on %s', (version) => {
  it('page cache and buffers hold one each; writeback holds none', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const page = pageOf(file)
      expect(page.refcount.get()).toBe(2)
      k.sync_file_range_write(file)
      expect(page.flags.test('PG_writeback')).toBe(true)
      expect(page.refcount.get()).toBe(2)
    }, { version })
  })

  it('without buffers the page cache holds the only one', () => {
    sequentially((k) => {
      const file = k.open('F', XFS)
      k.write(file, 'v0')
      expect(pageOf(file).refcount.get()).toBe(1)
    }, { version })
  })

  it('truncate takes them all and frees the page', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const page = pageOf(file)
      k.ftruncate(file)
      expect(file.slots[0]?.get()).toBeNull()
      expect(k.memory.isLive(page)).toBe(false)
    }, { version })
  })

  it('reclaim frees a clean page, and gives up on one that somebody else holds, its buffers gone', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const page = pageOf(file)
      page.flags.clear('PG_dirty')
      k.page_buffers(page).flags.clear('BH_Dirty')
      k.get_page(page)
      k.shrink_inactive_list()
      expect(page.flags.test('PG_private')).toBe(false)
      expect(page.refcount.get()).toBe(2)
      k.put_page(page)
      k.shrink_inactive_list()
      expect(k.memory.isLive(page)).toBe(false)
    }, { version })
  })

  it('reclaim marks a page under writeback, and invalidation leaves it alone', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      k.sync_file_range_write(file)
      const page = pageOf(file)
      k.shrink_inactive_list()
      k.drop_caches(file)
      expect(page.flags.test('PG_reclaim')).toBe(true)
      expect(file.slots[0]?.get()).toBe(page)
      expect(page.refcount.get()).toBe(2)
    }, { version })
  })
})

describe('dirt', () => {
  it('a written page is dirty and tagged; starting writeback moves the tag', () => {
    sequentially((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const tags = file.tags[0]
      expect([pageOf(file).flags.test('PG_dirty'), tags?.test('PAGECACHE_TAG_DIRTY')]).toEqual([true, true])
      k.sync_file_range_write(file)
      expect([pageOf(file).flags.test('PG_dirty'), tags?.test('PAGECACHE_TAG_DIRTY'), tags?.test('PAGECACHE_TAG_WRITEBACK')]).toEqual([false, false, true])
    })
  })

  it('a page written under writeback is dirty again and skipped by whoever does not wait', () => {
    sequentially((k) => {
      const file = k.open('F', XFS)
      k.write(file, 'v0')
      k.sync_file_range_write(file)
      k.write(file, 'v1')
      k.sync_file_range_write(file)
      expect([pageOf(file).flags.test('PG_dirty'), pageOf(file).flags.test('PG_writeback')]).toEqual([true, true])
    }, { machine: { bios: 1 } })
  })

  it.each([['ext4', EXT4], ['xfs', XFS]] as const)('a store dirties and tags a page, also under writeback (%s)', (_name, a_ops) => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', a_ops)
      const [mm, map] = process(k, { file })
      k.write(file, 'v0')
      k.sync_file_range_write(file)
      k.spawn('user', () => {
        k.world.assert(k.user_store(map, 0, 0, 'F:v1'), 'there was no page')
        k.fsync(file)
        k.fsync(file)
        k.world.assert(!pageOf(file).flags.test('PG_dirty') && pageOf(file).refcount.get() === (a_ops === EXT4 ? 3 : 2), 'state after fsync')
        k.expect_durable(file, 'v1')
      }, mm)
    }, { version: 'v5.8' })
    expect(failures).toEqual([])
  })

  it.each([['ext4', EXT4], ['xfs', XFS]] as const)('fsync puts the data on the device (%s)', (_name, a_ops) => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', a_ops)
      k.spawn('user', () => {
        k.write(file, 'v0')
        k.fsync(file)
        k.expect_durable(file, 'v0')
        k.world.assert(!pageOf(file).flags.test('PG_writeback'), 'fsync returned under writeback')
      })
    })
    expect(failures).toEqual([])
  })
})

describe('freeing a page that is in use', () => {
  const freeUnderWriteback = (debugVm: boolean): readonly string[] => {
    const { failures } = exploreKernel((k) => {
      k.spawn('user', () => {
        const page = k.alloc_page()
        if (page === null) return
        page.flags.set('PG_writeback')
        k.put_page(page)
        k.world.assert(k.alloc_page() === null, 'the page was given out again')
      })
    }, { machine: { debugVm } })
    return kinds(failures)
  }

  it('is reported with DEBUG_VM, and the page never used again', () => {
    expect(freeUnderWriteback(true)).toEqual(['bad-page-state'])
  })

  it('goes unnoticed by the kernel without: the page is given out again, its flags wiped', () => {
    expect(freeUnderWriteback(false)).toEqual(['assertion', 'bad-page-state'])
  })
})

describe('physical memory', () => {
  it('is used again at once, and who holds the old pointer is told', () => {
    const { failures } = exploreKernel((k) => {
      k.spawn('user', () => {
        const old = k.alloc_page()
        if (old === null) return
        k.put_page(old)
        const next = k.alloc_page()
        k.world.assert(next !== null && k.memory.same(old, next), 'other memory was given out')
        old.flags.test('PG_waiters')
      })
    })
    expect(failures.map(({ kind, message }) => `${kind}: ${message}`)).toEqual(['use-after-free: page was freed and allocated again'])
  })

  it('a huge page has a tail that is no page of its own', () => {
    sequentially((k) => {
      const shm = k.open('shm', SHMEM)
      expect(k.write(shm, 'v0')).toBe(true)
      expect(k.memory.raw(1).compound_head.get()).not.toBeNull()
      expect(k.memory.raw(1).refcount.get()).toBe(0)
    }, { machine: { pages: 2 } })
  })

  it('PG_writeback ended twice is a BUG', () => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', XFS)
      k.write(file, 'v0')
      k.spawn('user', () => k.end_page_writeback(pageOf(file)))
    })
    expect(failures.map(({ kind, where }) => `${kind} in ${where}`)).toEqual(['bug-on in end_page_writeback'])
  })
})
