import { describe, expect, it } from 'vitest'
import type { Vma } from '../../src/kernel/include/linux/mm-types.js'
import { patch, type Kernel, type Replacements } from '../../src/kernel/kernel.js'
import { BDEV, EXT4, type MachineConfig } from '../../src/kernel/machine.js'
import { mapped, process } from './processes.js'
import { exploreKernel } from './support.js'

interface Run {
  /** Replacements that make the kernel wrong. */
  readonly wrong?: Replacements
  readonly machine?: Partial<MachineConfig>
  readonly version?: string
}

/** A version in which the end of writeback does not touch pages that are another's by then. */
const MENDED: Run = { version: 'v5.16' }

/** What is reported of a program. */
function reports(setup: (k: Kernel) => void, { wrong = {}, machine = {}, version = 'v5.10-rc5' }: Run = {}): readonly string[] {
  const { failures } = exploreKernel(setup, { version, patches: [patch('wrong', wrong)], machine: { pages: 3, bios: 6, works: 2, ...machine } })
  return failures.map(({ kind, message }) => `${kind}: ${message}`).sort()
}

/** One thread with a buffer, and a device to read from. */
function alone(body: (k: Kernel, buf: Vma) => void, run?: Run): readonly string[] {
  return reports((k) => {
    const [mm, buf] = process(k, { name: 'A' })
    k.spawn('A', () => body(k, buf), mm)
  }, run)
}

/** madvise that does something else than it was asked for. */
const adviceTakenFor = (advice: 'MADV_FREE' | 'MADV_DONTNEED'): Replacements => ({
  do_madvise: (_k, base, vma, first, pages) => base(vma, first, pages, advice),
})

/** Reads go to pages that are not the user's. */
const readsElsewhere: Replacements = {
  iov_iter_get_pages(k) {
    const page = k.alloc_page()
    return page === null ? [] : [page]
  },
}

describe('a store', () => {
  it('is seen by loads until the word is stored to again', () => {
    expect(alone((k, buf) => {
      k.user_store(buf, 0, 0, 'A:1')
      k.user_load(buf, 0, 0)
      k.user_store(buf, 0, 0, 'A:2')
      k.user_load(buf, 0, 0)
    })).toEqual([])
  })

  it('is reported lost if memory reads as zeros', () => {
    expect(alone((k, buf) => {
      k.user_store(buf, 0, 0, 'A:1')
      k.madvise(buf, 0, 1, 'MADV_PAGEOUT')
      k.user_load(buf, 0, 0)
    }, { wrong: adviceTakenFor('MADV_DONTNEED') })).toEqual(['data-lost: what was stored is lost: a load sees zeros'])
  })

  it('is reported lost if an older one is there', () => {
    expect(alone((k, buf) => {
      k.user_store(buf, 0, 0, 'A:1')
      k.user_store(buf, 0, 0, 'A:2')
      k.madvise(buf, 0, 1, 'MADV_PAGEOUT')
      k.user_load(buf, 0, 0)
    }, {
      wrong: {
        do_madvise(_k, _base, vma) {
          mapped(vma.mm).words[0]?.set('A:1')
          return true
        },
      },
    })).toEqual(['data-lost: what was stored is lost: a load sees other content'])
  })

  it('by another thread is as good as one\'s own', () => {
    expect(reports((k) => {
      const [mm, buf] = process(k, { name: 'A' })
      for (const name of ['A', 'B']) {
        k.spawn(name, () => {
          k.user_store(buf, 0, 0, `A:${name}`)
          k.user_load(buf, 0, 0)
        }, mm)
      }
    })).toEqual([])
  })
})

describe('memory that was never stored to', () => {
  it('must not show what its page held before', () => {
    const leaks = (k: Kernel): void => {
      const [mm, buf] = process(k, { name: 'A' })
      const [other, secret] = process(k, { name: 'B' })
      k.user_store(secret, 0, 0, 'B:secret')
      k.spawn('B', () => k.munmap(secret), other)
      k.spawn('A', () => {
        k.world.until(() => !secret.linked.get(), 'the end of B')
        k.user_store(buf, 0, 1, 'A:1')
        k.user_load(buf, 0, 0)
      }, mm)
    }
    expect(reports(leaks, { machine: { pages: 1, words: 2 } })).toEqual([])
    expect(reports(leaks, { machine: { pages: 1, words: 2 }, wrong: { clear_user_highpage: () => undefined } }))
      .toEqual(['data-foreign: in place of the zeros that were there a load sees data of somebody else'])
  })
})

describe('a direct read that has returned', () => {
  const readAndLook = (k: Kernel): void => {
    const dev = k.open('dev', BDEV, 2)
    const [mm, buf] = process(k, { name: 'A' })
    k.user_store(buf, 0, 0, 'A:1')
    k.spawn('A', () => {
      k.read_direct_into(dev, 0, buf, 0, 1)
      k.user_load(buf, 0, 0)
    }, mm)
  }

  it('is seen by loads', () => {
    expect(reports(readAndLook)).toEqual([])
  })

  it('is reported lost if the buffer has what was there before', () => {
    expect(reports(readAndLook, { wrong: readsElsewhere })).toEqual(['data-lost: what read(2) returned is lost: a load sees other content'])
  })

  it('is reported stale if the buffer has something else of the device', () => {
    const wrong: Replacements = { submit_bio: (_k, base, [op, end_io, pages, file, index, owner]) => base([op, end_io, pages, file, index + 1, owner]) }
    expect(reports(readAndLook, { wrong })).toEqual(['data-stale: in place of what read(2) returned a load sees other content of the device'])
  })

  it('is reported lost if the buffer has zeros: the race of MADV_FREE', () => {
    expect(reports((k) => {
      const dev = k.open('dev', BDEV)
      const [mm, buf] = process(k, { name: 'A' })
      k.user_store(buf, 0, 0, 'A:1')
      k.madvise(buf, 0, 1, 'MADV_FREE')
      k.spawn('A', () => {
        k.read_direct_into(dev, 0, buf, 0, 1)
        k.user_load(buf, 0, 0)
      }, mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    }, { version: 'v5.16' })).toEqual(['data-lost: what read(2) returned is lost: a load sees zeros'])
  })

  it.each(['sync', 'async'])('may be undone by a store at the same time, by another read, by madvise: nothing is expected then (%s)', (how) => {
    expect(reports((k) => {
      const dev = k.open('dev', BDEV, 2)
      const [mm, buf] = process(k, { name: 'A' })
      k.spawn('A', () => {
        if (how === 'sync') {
          k.read_direct_into(dev, 0, buf, 0, 1)
        } else {
          const iocb = k.io_submit_read(dev, 0, buf, 0, 1)
          if (iocb !== null) k.io_getevents(iocb)
        }
        k.user_load(buf, 0, 0)
      }, mm)
      const others: readonly (() => void)[] = [
        () => void k.user_store(buf, 0, 0, 'A:1'),
        () => void k.read_direct_into(dev, 1, buf, 0, 1),
        () => void k.madvise(buf, 0, 1, 'MADV_DONTNEED'),
      ]
      k.spawn('B', () => others[k.world.choose(others.length)]?.(), mm)
    })).toEqual([])
  })

  it('while an asynchronous read runs nothing is expected; once its event was fetched all is', () => {
    const asynchronous = (k: Kernel): void => {
      const dev = k.open('dev', BDEV)
      const [mm, buf] = process(k, { name: 'A' })
      k.user_store(buf, 0, 0, 'A:1')
      k.spawn('A', () => {
        const iocb = k.io_submit_read(dev, 0, buf, 0, 1)
        k.user_load(buf, 0, 0)
        if (iocb !== null) k.io_getevents(iocb)
        k.user_load(buf, 0, 0)
      }, mm)
    }
    expect(reports(asynchronous)).toEqual([])
    expect(reports(asynchronous, { wrong: readsElsewhere })).toEqual(['data-lost: what read(2) returned is lost: a load sees other content'])
  })

  it('of what the device held before or after somebody wrote to it is either', () => {
    expect(reports((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      k.sync_file_range_write(file)
      const [mm, buf] = process(k, { name: 'A' })
      k.spawn('A', () => {
        k.read_direct_into(file, 0, buf, 0, 1)
        k.user_load(buf, 0, 0)
      }, mm)
    })).toEqual([])
  })
})

describe('MADV_FREE', () => {
  const freedThen = (then: (k: Kernel, buf: Vma) => void) => (k: Kernel): void => {
    const [mm, buf] = process(k, { name: 'A' })
    k.user_store(buf, 0, 0, 'A:1')
    k.spawn('A', () => {
      k.madvise(buf, 0, 1, 'MADV_FREE')
      then(k, buf)
      k.user_load(buf, 0, 0)
    }, mm)
    k.spawn('kswapd', () => k.balance_pgdat(2))
  }

  it('leaves the old content or zeros', () => {
    expect(reports(freedThen(() => undefined))).toEqual([])
  })

  it('does not touch what is stored after it', () => {
    const stores = freedThen((k, buf) => void k.user_store(buf, 0, 0, 'A:2'))
    expect(reports(stores)).toEqual([])
    expect(reports(stores, { wrong: { lazyfree_discardable: () => true } })).toEqual(['data-lost: what was stored is lost: a load sees zeros'])
  })
})

describe('MADV_DONTNEED', () => {
  const dropped = (k: Kernel, buf: Vma): void => {
    k.user_store(buf, 0, 0, 'A:1')
    k.madvise(buf, 0, 1, 'MADV_DONTNEED')
    k.user_load(buf, 0, 0)
  }

  it('leaves zeros', () => {
    expect(alone(dropped)).toEqual([])
    expect(alone(dropped, { wrong: adviceTakenFor('MADV_FREE') })).toEqual(['data-stale: in place of the zeros that were there a load sees other content'])
  })
})

describe('munmap and mmap', () => {
  it('leave new memory, which is zero', () => {
    const again = (k: Kernel, buf: Vma): void => {
      k.user_store(buf, 0, 0, 'A:1')
      k.munmap(buf)
      k.mmap(buf)
      k.user_load(buf, 0, 0)
    }
    expect(alone(again)).toEqual([])
    expect(alone(again, { wrong: { unmap_region: () => undefined } })).toEqual(['data-stale: in place of the zeros that were there a load sees other content'])
  })
})

describe('fork', () => {
  const forks = (meanwhile: (k: Kernel, buf: Vma) => void) => (k: Kernel): void => {
    const [mm, buf] = process(k, { name: 'A' })
    const [childMm, childBuf] = process(k, { name: 'B', copyOf: buf })
    k.user_store(buf, 0, 0, 'A:1')
    k.spawn_child('child', () => void k.user_load(childBuf, 0, 0), childMm)
    k.spawn('parent', () => {
      k.fork(childMm)
      k.user_store(buf, 0, 0, 'A:2')
      k.user_load(buf, 0, 0)
    }, mm)
    k.spawn('thread', () => meanwhile(k, buf), mm)
  }

  it('gives the child what the parent had', () => {
    expect(reports(forks(() => undefined))).toEqual([])
  })

  it('and not what the parent stores after', () => {
    expect(reports(forks(() => undefined), { wrong: { do_wp_page_reuses: () => true } }))
      .toEqual(['data-lost: what was stored is lost: a load sees other content'])
  })

  it('gives the child the old or the new of what another thread stores meanwhile', () => {
    expect(reports(forks((k, buf) => void k.user_store(buf, 0, 0, 'A:3')))).toEqual([])
  })
})

describe('a file that is mapped shared', () => {
  const storesAndSyncs = (sync: (k: Kernel, map: Vma) => void) => (k: Kernel): void => {
    const file = k.open('F', EXT4)
    k.fill_blocks(file)
    const [mm, map] = process(k, { name: 'A', file })
    k.spawn('A', () => {
      k.user_load(map, 0, 0)
      k.user_store(map, 0, 0, 'A:1')
      sync(k, map)
    }, mm)
  }
  const fsync = storesAndSyncs((k, { file }) => {
    if (file !== null) k.fsync(file)
  })

  it('shows the blocks of the file, and stores are on the device after fsync or msync', () => {
    expect(reports(fsync)).toEqual([])
    expect(reports(storesAndSyncs((k, map) => k.msync(map)))).toEqual([])
  })

  it('is reported if they are not', () => {
    expect(reports(fsync, { wrong: { __filemap_fdatawait_range: () => undefined } }))
      .toEqual(['data-lost: after fsync the device does not have what was stored'])
  })

  it('is read again when the page cache has lost it, with what was written', () => {
    const drops = storesAndSyncs((k, map) => {
      k.msync(map)
      k.madvise(map, 0, 1, 'MADV_DONTNEED')
      if (map.file !== null) k.drop_caches(map.file)
      k.user_load(map, 0, 0)
    })
    expect(reports(drops, MENDED)).toEqual([])
    expect(reports(drops, { ...MENDED, wrong: { dma_from_memory: () => undefined } }))
      .toContain('data-lost: what was stored is lost: a load sees other content')
  })

  it('reads as zeros after truncation or when a hole was punched', () => {
    for (const cuts of ['ftruncate', 'fallocate_punch_hole'] as const) {
      const cut = storesAndSyncs((k, map) => {
        if (map.file === null) return
        k[cuts](map.file)
        k.user_load(map, 0, 0)
      })
      expect(reports(cut, MENDED)).toEqual([])
      expect(reports(cut, { ...MENDED, wrong: { free_blocks: () => undefined } }))
        .toEqual(['data-stale: in place of the zeros that were there a load sees other content'])
    }
  })

  it('is the same for all who map it, and for write(2)', () => {
    expect(reports((k) => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      const [mm, map] = process(k, { name: 'A', file })
      const [other, same] = process(k, { name: 'B', file })
      k.spawn('A', () => {
        k.user_load(map, 0, 0)
        k.write(file, 'v1')
        k.user_load(map, 0, 0)
      }, mm)
      k.spawn('B', () => void k.user_load(same, 0, 0), other)
    })).toEqual([])
  })
})

describe('a page of a file that a direct read fills', () => {
  const fills = (flusher: boolean) => (k: Kernel): void => {
    const file = k.open('F', EXT4)
    k.write(file, 'v0')
    const dev = k.open('dev', BDEV)
    const [mm, map] = process(k, { name: 'A', file })
    k.spawn('A', () => void k.read_direct_into(dev, 0, map, 0, 1), mm)
    if (flusher) k.spawn('flusher', () => k.wb_writeback(file))
  }

  it('must be prepared when it changes and when it is dirtied, where the ledger is kept', () => {
    expect(reports(fills(false), { machine: { mkwriteLedger: true } })).toEqual([])
    expect(reports(fills(true), { machine: { mkwriteLedger: true } })).toEqual([
      'assertion: a device changes a page that is neither prepared nor mapped for stores',
      'assertion: a page is dirtied that was not prepared since it was last write-protected',
    ])
    expect(reports(fills(true))).toEqual([])
  })

  it('must not change while a device writes it that checks what it writes', () => {
    expect(reports(fills(false), { machine: { stableWrites: true } })).toEqual([])
    expect(reports(fills(true), { machine: { stableWrites: true } })).toEqual(['data-torn: a page changes after its guard tags were computed'])
  })

  it('must not reach the disk half old, half new', () => {
    expect(reports(fills(true), { machine: { words: 2 } })).toEqual(['data-torn: a block is written that mixes two states of its page'])
  })
})

describe('stores to a page under writeback', () => {
  const stores = (k: Kernel): void => {
    const file = k.open('F', EXT4)
    k.write(file, 'v0')
    const [mm, map] = process(k, { name: 'A', file })
    k.spawn('A', () => {
      k.user_store(map, 0, 0, 'A:1')
      k.user_store(map, 0, 1, 'A:2')
    }, mm)
    k.spawn('flusher', () => k.wb_writeback(file))
  }

  it('wait where the device checks what it writes; elsewhere the user may tear a block himself', () => {
    expect(reports(stores, { machine: { stableWrites: true, words: 2 } })).toEqual([])
    expect(reports(stores, { machine: { stableWrites: true, words: 2 }, wrong: { wait_for_stable_page: () => undefined } }))
      .toEqual(['data-torn: a page changes after its guard tags were computed'])
    expect(reports(stores, { machine: { words: 2 } })).toEqual([])
  })
})

describe('a frozen file system', () => {
  const freezes = (k: Kernel): void => {
    const file = k.open('F', EXT4)
    k.write(file, 'v0')
    const [mm, map] = process(k, { name: 'A', file })
    k.spawn('A', () => {
      k.user_store(map, 0, 0, 'A:1')
    }, mm)
    k.spawn('freezer', () => {
      k.freeze_super(file)
      k.wb_writeback(file)
      k.thaw_super(file)
    })
  }

  it('keeps stores waiting, and is not written to', () => {
    expect(reports(freezes, { machine: { freeze: true } })).toEqual([])
    expect(reports(freezes, { machine: { freeze: true }, wrong: { sb_start_pagefault: () => undefined, sb_end_pagefault: () => undefined } }))
      .toEqual(['assertion: a frozen file system is written to'])
  })
})

describe('what a user prints', () => {
  it('is kept word by word', () => {
    expect(reports((k) => {
      const dev = k.open('dev', BDEV, 2)
      k.fill_blocks(dev, () => '0x79')
      const printed = k.world.cell('printed', '')
      const [mm, buf] = process(k, { name: 'A', pages: 2 })
      k.spawn('A', () => {
        k.read_direct_into(dev, 0, buf, 0, 2)
        for (const page of [0, 1]) k.user_print(printed, k.user_load(buf, page, 0) ?? 'a signal')
      }, mm)
      k.world.finally(() => k.world.assert(printed.get() === '0x79 0x79', 'something else was printed'))
    })).toEqual([])
  })
})
