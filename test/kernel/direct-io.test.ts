import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/engine/index.js'
import { PageDirty } from '../../src/kernel/include/linux/page-flags.js'
import type { Vma } from '../../src/kernel/include/linux/mm-types.js'
import { patch, type Kernel, type Patch } from '../../src/kernel/kernel.js'
import { BDEV, EXT4, XFS, type MachineConfig } from '../../src/kernel/machine.js'
import { FOLL_PIN, FOLL_WRITE } from '../../src/kernel/mm/gup.js'
import { counts, mapped, process } from './processes.js'
import { exploreKernel, kinds } from './support.js'

/** A way to read: what is read from, with which call, and how large bios are. */
interface Path {
  readonly name: string
  readonly version: string
  readonly from: typeof BDEV
  readonly sync: boolean
  readonly bioMaxPages?: number
  /** Whether pages are dirty when they are submitted, and whether the user goes on only once they are dirty and put. */
  readonly preDirty: boolean
  readonly putBeforeWake: boolean
}

const PATHS: readonly Path[] = [
  { name: 'a device, in one bio', version: 'v5.10-rc5', from: BDEV, sync: true, preDirty: false, putBeforeWake: true },
  { name: 'a device, in one bio', version: 'v4.15', from: BDEV, sync: true, preDirty: false, putBeforeWake: true },
  { name: 'a device, in two bios', version: 'v5.10-rc5', from: BDEV, sync: true, bioMaxPages: 1, preDirty: true, putBeforeWake: false },
  { name: 'a device, asynchronously', version: 'v5.10-rc5', from: BDEV, sync: false, preDirty: true, putBeforeWake: false },
  { name: 'a device, asynchronously', version: 'v5.16', from: BDEV, sync: false, preDirty: true, putBeforeWake: false },
  { name: 'a device, asynchronously in two bios', version: 'v5.16', from: BDEV, sync: false, bioMaxPages: 1, preDirty: true, putBeforeWake: false },
  { name: 'ext4', version: 'v5.10-rc5', from: EXT4, sync: true, preDirty: true, putBeforeWake: false },
  { name: 'ext4, asynchronously', version: 'v5.10-rc5', from: EXT4, sync: false, preDirty: true, putBeforeWake: false },
  { name: 'ext4', version: 'v4.15', from: EXT4, sync: true, preDirty: false, putBeforeWake: true },
  { name: 'ext4, in two bios', version: 'v4.15', from: EXT4, sync: true, bioMaxPages: 1, preDirty: false, putBeforeWake: true },
  { name: 'ext4, asynchronously', version: 'v4.15', from: EXT4, sync: false, preDirty: true, putBeforeWake: true },
  { name: 'xfs', version: 'v5.10-rc5', from: XFS, sync: true, preDirty: true, putBeforeWake: false },
]

interface Reading {
  readonly patches?: readonly Patch[]
  readonly machine?: Partial<MachineConfig>
  readonly before?: (k: Kernel, buf: Vma) => void
  readonly after?: (k: Kernel, buf: Vma) => void
}

/** What goes wrong when two blocks are read into two pages that were stored to and then freed by MADV_FREE, so that they are clean. */
function reading(path: Path, { patches = [], machine = {}, before, after }: Reading = {}): readonly Failure[] {
  const config = { pages: 2, works: 2, ...machine, ...(path.bioMaxPages !== undefined && { bioMaxPages: path.bioMaxPages }) }
  return exploreKernel((k) => {
    const source = k.open('dev', path.from, 2)
    k.fill_blocks(source)
    const [mm, buf] = process(k, { name: 'A', pages: 2 })
    k.user_store(buf, 0, 0, 'A:0')
    k.user_store(buf, 1, 0, 'A:1')
    k.madvise(buf, 0, 2, 'MADV_FREE')
    k.spawn('A', () => {
      before?.(k, buf)
      if (path.sync) {
        k.world.assert(k.read_direct_into(source, 0, buf, 0, 2), 'a short read')
      } else {
        const iocb = k.io_submit_read(source, 0, buf, 0, 2)
        if (iocb === null) k.world.fail('assertion', 'nothing was submitted')
        else k.io_getevents(iocb)
      }
      after?.(k, buf)
    }, mm)
    k.world.finally(() => {
      for (const page of [0, 1]) {
        k.world.assert(mapped(mm, page).words[0]?.get() === `dev:${page}.0`, 'the blocks are not in the buffer')
        k.world.assert(counts(mapped(mm, page)).join() === '1,1', 'a reference is left')
        k.world.assert(mapped(mm, page).flags.test('PG_dirty'), 'a page that was read into is clean')
      }
    })
  }, { version: path.version, patches, machine: config }).failures
}

describe.each(PATHS)('a direct read from $name, on $version', (path) => {
  it('fills the buffer, dirties its pages and keeps no references', () => {
    const after = (k: Kernel, buf: Vma): void => {
      for (const page of [0, 1]) k.world.assert(k.user_load(buf, page, 0) === `dev:${page}.0`, 'the user does not see what was read')
    }
    expect(reading(path, { after })).toEqual([])
  })

  it(`submits pages that are ${path.preDirty ? 'dirty' : 'clean'}, with one reference for the bio`, () => {
    const looks = patch('looks at submission', {
      submit_bio(k, base, bio) {
        for (const page of bio[2]) {
          k.world.assert(PageDirty(page) === path.preDirty, 'PG_dirty')
          k.world.assert(page.refcount.get() === 2, 'references')
        }
        base(bio)
      },
    })
    expect(reading(path, { patches: [looks] })).toEqual([])
  })

  it(path.putBeforeWake ? 'returns when the pages are put' : 'may return before the pages are put', () => {
    const after = (k: Kernel, buf: Vma): void => {
      for (const page of [0, 1]) k.world.assert(mapped(buf.mm, page).refcount.get() === 1, 'not put yet')
    }
    expect(reading(path, { after }).map(({ message }) => message)).toEqual(path.putBeforeWake ? [] : ['not put yet'])
  })

  it('can pin instead', () => {
    const pins = patch('pins', {
      iov_iter_gup_flags: () => FOLL_WRITE | FOLL_PIN,
      bio_release_page: (k, _base, page) => k.unpin_user_page(page, false),
      submit_bio(k, base, bio) {
        for (const page of bio[2]) k.world.assert(k.page_maybe_dma_pinned(page), 'not pinned')
        base(bio)
      },
    })
    expect(reading(path, { patches: [pins] })).toEqual([])
  })

  it('fails where the buffer ends, and keeps no references', () => {
    const { failures } = exploreKernel((k) => {
      const source = k.open('dev', path.from, 2)
      k.fill_blocks(source)
      const mm = k.address_space('A', 2)
      const buf = k.area(mm, { name: 'A.buf' })
      const beyond = k.area(mm, { name: 'A.beyond', start: 1, later: true })
      k.user_store(buf, 0, 0, 'A:0')
      k.spawn('A', () => {
        const iter = [buf, 0, 2] as const
        k.world.assert(!k.read_iter(source, 0, iter, path.sync), 'all was read')
      }, mm)
      k.world.finally(() => {
        k.world.assert(!beyond.linked.get() && mapped(mm).refcount.get() === 1, 'a reference is left')
      })
    }, { version: path.version, machine: { pages: 2, works: 2, ...(path.bioMaxPages !== undefined && { bioMaxPages: path.bioMaxPages }) } })
    expect(failures).toEqual([])
  })
})

describe('pages that are clean again when a read that had dirtied them completes', () => {
  /** A completion that finds the first page clean and the second dirty. */
  function completion(version: string, looksAt: (k: Kernel, buf: Vma) => void) {
    return exploreKernel((k) => {
      const dev = k.open('dev', BDEV, 2)
      const [mm, buf] = process(k, { name: 'A', pages: 2 })
      for (const page of [0, 1]) k.user_store(buf, page, 0, 'A:1')
      const pages = k.get_user_pages_fast(mm, 0, 2, FOLL_WRITE)
      mapped(mm, 0).flags.clear('PG_dirty')
      mapped(mm, 1).flags.set('PG_dirty')
      k.spawn('completion', () => {
        k.bio_check_pages_dirty(['READ', 'blkdev_bio_end_io', pages, dev, 0, null])
        looksAt(k, buf)
      })
      k.world.finally(() => {
        for (const page of [0, 1]) {
          k.world.assert(mapped(mm, page).flags.test('PG_dirty'), 'a page stays clean')
          k.world.assert(mapped(mm, page).refcount.get() === 1, 'a reference is left')
        }
      })
    }, { version, machine: { pages: 2, works: 1 } })
  }

  it.each(['v4.15', 'v5.10-rc5'])('are dirtied by a worker, and put, on %s', (version) => {
    expect(completion(version, () => undefined).failures).toEqual([])
  })

  it('on v4.15 those that are dirty are put at once; later all wait for the worker', () => {
    const secondIsPut = (k: Kernel, { mm }: Vma): void => k.world.assert(mapped(mm, 1).refcount.get() === 1, 'the second page is held')
    expect(completion('v4.15', secondIsPut).failures).toEqual([])
    expect(completion('v5.10-rc5', secondIsPut).failures.map(({ message }) => message)).toEqual(['the second page is held'])
  })
})

describe('a device', () => {
  it('may transfer the words of a page one by one, any time before it completes', () => {
    const { failures } = exploreKernel((k) => {
      const dev = k.open('dev', BDEV)
      const [mm, buf] = process(k, { name: 'A' })
      k.user_store(buf, 0, 0, 'A:0')
      k.user_store(buf, 0, 1, 'A:1')
      k.spawn('A', () => void k.read_direct_into(dev, 0, buf, 0, 1), mm)
      k.spawn('looker', () => {
        const seen = [k.user_load(buf, 0, 0), k.user_load(buf, 0, 1)]
        k.world.assert(seen.join() !== 'dev:0.0,A:1', 'half of it is there')
      }, mm)
    }, { machine: { words: 2 } })
    expect(failures.map(({ message }) => message)).toEqual(['half of it is there'])
  })

  it('holds no reference: without those of the bio it stores to memory that is somebody else\'s', () => {
    const forgets = patch('takes no reference', {
      iov_iter_get_pages(k, base, iter, from, nr) {
        const pages = base(iter, from, nr)
        for (const page of pages) k.put_page(page)
        return pages
      },
      bio_release_pages: () => undefined,
    })
    const { failures } = exploreKernel((k) => {
      const dev = k.open('dev', BDEV)
      const [mm, buf] = process(k, { name: 'A' })
      k.user_store(buf, 0, 0, 'A:0')
      k.spawn('A', () => void k.read_direct_into(dev, 0, buf, 0, 1), mm)
      k.spawn('unmapper', () => k.munmap(buf), mm)
    }, { patches: [forgets] })
    expect(kinds(failures)).toEqual(['use-after-free'])
  })
})

describe('a direct read from a file', () => {
  it.each([['v4.15', EXT4], ['v5.10-rc5', EXT4], ['v5.10-rc5', XFS]] as const)('sees what was written to the file before, on %s', (version, a_ops) => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', a_ops)
      k.write(file, 'v1')
      const [mm, buf] = process(k, { name: 'A' })
      k.spawn('A', () => {
        k.read_direct_into(file, 0, buf, 0, 1)
        k.world.assert(k.user_load(buf, 0, 0) === 'F:v1', 'it reads something else')
      }, mm)
    }, { version, machine: { pages: 2, bios: 2, works: 1 } })
    expect(failures).toEqual([])
  })
})

describe('an fsync that follows a direct read into a mapped file', () => {
  /** What is reported if the page is written back while it is read into. */
  const synced = (version: string, source: typeof BDEV): readonly string[] =>
    exploreKernel((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const from = k.open('dev', source)
      k.fill_blocks(from)
      const [mm, map] = process(k, { name: 'A', file })
      k.user_load(map, 0, 0)
      k.spawn('A', () => {
        k.read_direct_into(from, 0, map, 0, 1)
        k.fsync(file)
      }, mm)
      k.spawn('flusher', () => k.wb_writeback(file))
    }, { version, machine: { pages: 1, bios: 4, works: 1 } }).failures.map(({ kind, message }) => `${kind}: ${message}`)

  it.each([['v4.15', EXT4], ['v5.16', BDEV]] as const)('finds the page dirty where the read itself has dirtied it: on %s', (version, source) => {
    expect(synced(version, source)).toEqual([])
  })

  it.each(['v4.15', 'v5.16'])('may find it clean where a worker dirties it later: on %s, of an asynchronous read', (version) => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const from = k.open('dev', EXT4)
      k.fill_blocks(from)
      const [mm, map] = process(k, { name: 'A', file })
      k.user_store(map, 0, 0, 'A:1')
      const iocb = k.io_submit_read(from, 0, map, 0, 1)
      k.sync_file_range_write(file)
      k.spawn('A', () => {
        if (iocb !== null) k.io_getevents(iocb)
        k.fsync(file)
      }, mm)
    }, { version, machine: { pages: 1, bios: 4, works: 1 } })
    expect(failures.map(({ kind, message }) => `${kind}: ${message}`)).toEqual(['data-lost: after fsync the device does not have what read(2) returned'])
  })
})

describe('who takes a reference for a moment', () => {
  it('a driver that fills a page leaves it dirty', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buf] = process(k, { name: 'A' })
      k.spawn('A', () => {
        k.world.assert(k.driver_fill(buf, 0, 'drv:1') && k.user_load(buf, 0, 0) === 'drv:1', 'it is not there')
        k.world.assert(mapped(mm).flags.test('PG_dirty') && mapped(mm).refcount.get() === 1, 'state of the page')
      }, mm)
    })
    expect(failures).toEqual([])
  })

  it('process_vm_readv leaves the page as it was', () => {
    const { failures } = exploreKernel((k) => {
      const [mm, buf] = process(k, { name: 'A' })
      k.user_store(buf, 0, 0, 'A:1')
      k.spawn('A', () => {
        k.world.assert(k.process_vm_readv(buf, 0), 'it failed')
        k.world.assert(!mapped(mm).flags.test('PG_dirty') && mapped(mm).refcount.get() === 1, 'state of the page')
      }, mm)
    })
    expect(failures).toEqual([])
  })
})
