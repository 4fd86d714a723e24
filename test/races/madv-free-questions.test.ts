/** The questions of the thread of January 2022, each with its answer. */
import { describe, expect, it } from 'vitest'
import { explore, program, replay, type Failure, type Trace } from '../../src/engine/index.js'
import type { AddressSpace, Mm, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { patch, type Kernel, type Patch, type Replacements } from '../../src/kernel/kernel.js'
import { BDEV, type MachineConfig } from '../../src/kernel/machine.js'
import { FOLL_WRITE } from '../../src/kernel/mm/gup.js'
import { kernel } from '../../src/kernel/versions.js'
import { pteOf, pte_mkold, pte_page, pte_wrprotect } from '../../src/kernel/include/linux/pgtable.js'
import { patches } from '../../src/races/madv-free-direct-io/fixes.js'
import { madvFreeDirectIo as race } from '../../src/races/madv-free-direct-io/index.js'
import { callsInOrder, failuresOf, inOrder, programOf } from './support.js'

const SECONDS = 1000
const LOST = 'what read(2) returned is lost: a load sees zeros'

function fix(name: string): Patch {
  const found = patches.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no fix ${name}`)
  return found
}

function messages(failures: readonly Failure[]): readonly string[] {
  return [...new Set(failures.map(({ message }) => message))]
}

/** Messages of the failures of a small program, with fixes and a patch that asks a question. */
function ask(applied: readonly string[], question: Replacements, setup: (k: Kernel) => void, machine: Partial<MachineConfig> = {}): readonly string[] {
  const all = [...applied.map(fix), patch('question', question)]
  const subject = program('question', (world) => setup(kernel('v5.16', all).boot(world, { pages: 4, bios: 1, ...machine })))
  const { failures, bound } = explore(subject, { shortest: false })
  expect(bound).toBeNull()
  return messages(failures)
}

function lazilyFreed(k: Kernel): Vma {
  const buf = k.area(k.address_space('A', 1), { name: 'buf' })
  k.user_store(buf, 0, 0, 'A:old')
  k.madvise(buf, 0, 1, 'MADV_FREE')
  return buf
}


function readAndLook(k: Kernel, from: AddressSpace, buf: Vma): void {
  if (k.read_direct_into(from, 0, buf, 0, 1)) k.user_load(buf, 0, 0)
}

/** What the test program has printed at the end of a schedule. */
function printed(trace: Trace): string | undefined {
  return trace.events.flatMap((event) => (event.type === 'step' ? event.changes.filter(({ object }) => object === 'printed') : [])).at(-1)?.after
}

describe('Mauricio Faria de Oliveira, 5 Jan: the reproducer', () => {
  const subject = programOf(race, 'reproducer')

  it('good: memory is shrunk before the pages are got', () => {
    const trace = inOrder(subject, [['shrink'], ['test'], ['bio'], ['test']])
    expect(printed(trace)).toBe('0x79 0x79 0x79 0x79')
    expect(trace.failure).toBeNull()
  })

  it('bad: memory is shrunk after the pages were got, in another schedule of the same program', () => {
    const trace = inOrder(subject, [['test', 'bio_iov_iter_get_pages'], ['shrink'], ['test'], ['bio'], ['test']])
    expect(printed(trace)).toBe('0x0 0x0 0x0 0x0')
    expect(trace.failure).toMatchObject({ kind: 'data-lost', message: LOST })
  })
})

describe('Mauricio Faria de Oliveira, 12 Jan: would it help not to defer the flush of the TLB?', () => {
  it('no: the read is lost all the same', () => {
    const setup = (k: Kernel): void => {
      const buf = lazilyFreed(k)
      const dev = k.open('sdb', BDEV)
      k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    }
    expect(ask([], { ttu_flags: () => false }, setup, { tlb: true })).toContain(LOST)
  })
})

/** A direct read by A, while it forks; `twice`: and while its child forks. */
function forking(twice: boolean): (k: Kernel) => void {
  return (k) => {
    const buf = lazilyFreed(k)
    const dev = k.open('sdb', BDEV)
    const childOf = (name: string, of: Vma): readonly [Mm, Vma] => {
      const mm = k.address_space(name, 1)
      return [mm, k.area(mm, { name: `${name}.buf`, copyOf: of, later: true })]
    }
    const [b, copy] = childOf('B', buf)
    if (twice) {
      const [c] = childOf('C', copy)
      k.spawn_child('child', () => k.fork(c), b)
    }
    k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
    k.spawn('forker', () => k.fork(b), buf.mm)
    k.spawn('kswapd', () => k.balance_pgdat(1))
  }
}

describe('Yu Zhao, 11 Jan: what if page_dup_rmap() is seen before get_page() of copy_present_pte()?', () => {
  /** copy_present_pte with the two the other way round. */
  const otherWayRound: Replacements = {
    copy_present_pte(k, _base, dst_vma, src_vma, address, pte) {
      const page = pte_page(pte)
      if (page !== null) {
        k.page_dup_rmap(page)
        k.get_page(page)
      }
      k.ptep_set_wrprotect(src_vma.mm, address)
      pteOf(dst_vma.mm, address).set(pte_mkold(pte_wrprotect(pte)))
    },
  }

  it('with one fork nothing: it needs the page table lock that reclaim holds, and no third mapping is there to be copied', () => {
    expect(ask(['v2'], {}, forking(false))).not.toContain(LOST)
    expect(ask(['v2'], otherWayRound, forking(false))).not.toContain(LOST)
  }, 60 * SECONDS)

  it('with a second one the check passes, in whichever order they are seen', () => {
    expect(ask(['v2'], {}, forking(true))).toContain(LOST)
    expect(ask(['v2'], otherWayRound, forking(true))).toContain(LOST)
  }, 60 * SECONDS)

  it('v3 does not change that', () => {
    expect(ask(['v3'], {}, forking(true))).toContain(LOST)
  }, 60 * SECONDS)
})

describe('Huang Ying, 13 Jan: is this race possible, if the map count is read before the reference count?', () => {
  it('it is, if the process forked while it reads and the child gives its copy back with MADV_DONTNEED', () => {
    const subject = programOf(race, 'fork-during-dontneed', { fixes: ['mapcount-first'] })
    const found = explore(subject).failures.find(({ message }) => message === LOST)
    expect(found).toBeDefined()
    if (found === undefined) return
    const rows = [
      ['kswapd', 'try_to_unmap_one'],
      ['child', 'page_remove_rmap'],
      ['child', 'put_page'],
      ['kswapd', 'page_remove_rmap'],
    ] as const
    expect(callsInOrder(replay(subject, found.schedule, found), rows)).toBe(true)
  }, 60 * SECONDS)

  it.each(['fork-during-unmap', 'fork-during-exit'])('it is not in %s: references go when the area has left the rmap, whose lock reclaim holds', (name) => {
    expect(failuresOf(race, name, { fixes: ['mapcount-first'] })).toEqual([])
  }, 60 * SECONDS)

  it('it is not if the fork was before the read, which gets a copy then (Huang Ying, 08:04; Minchan Kim, 14 Jan)', () => {
    expect(failuresOf(race, 'fork-before', { fixes: ['mapcount-first'] })).toEqual([])
  }, 60 * SECONDS)

  it('with the reference count read first, as he asks for, it is not', () => {
    expect(failuresOf(race, 'fork-during-dontneed', { fixes: ['v3'] })).toEqual([])
  }, 60 * SECONDS)
})

describe('Miaohe Lin, 13 Jan: do both not run under the same page table lock?', () => {
  /** Says when the map count changes between reclaim's two looks at it. */
  const looksTwice: Replacements = {
    lazyfree_discardable(k, base, page) {
      const before = page.mapcount.get()
      const answer = base(page)
      k.WARN_ON(page.mapcount.get() !== before, 'the map count changes while reclaim decides')
      return answer
    },
  }
  const changes = 'WARN_ON(the map count changes while reclaim decides)'

  it('in one process they do', () => {
    const setup = (k: Kernel): void => {
      const buf = lazilyFreed(k)
      k.spawn('other thread', () => void k.madvise(buf, 0, 1, 'MADV_DONTNEED'), buf.mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    }
    expect(ask([], looksTwice, setup)).not.toContain(changes)
  })

  it('in two processes, as drawn, they do not', () => {
    const setup = (k: Kernel): void => {
      const buf = lazilyFreed(k)
      const mm = k.address_space('B', 1)
      const copy = k.area(mm, { name: 'B.buf', copyOf: buf, later: true })
      k.dup_mmap(mm, buf.mm)
      k.spawn('child', () => void k.madvise(copy, 0, 1, 'MADV_DONTNEED'), mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    }
    expect(ask([], looksTwice, setup)).toContain(changes)
  })
})

describe('Yu Zhao, 13 Jan: is smp_mb() missing between clearing the entry and reading the count?', () => {
  it('not where memory is sequentially consistent', () => {
    expect(failuresOf(race, 'simple-read', { fixes: ['v2'] })).toEqual([])
    expect(failuresOf(race, 'simple-read', { fixes: ['v3'] })).toEqual([])
  })

  it('it is where memory is weak, and v3 is right', () => {
    expect(messages(failuresOf(race, 'simple-read', { fixes: ['v2'], memory: 'weak' }))).toEqual([LOST])
    expect(failuresOf(race, 'simple-read', { fixes: ['v3'], memory: 'weak' })).toEqual([])
  }, 60 * SECONDS)
})

describe('Minchan Kim, 11 Jan: could fast GUP dirty the page under trylock_page()?', () => {
  const setup = (k: Kernel): void => {
    const buf = lazilyFreed(k)
    const dev = k.open('sdb', BDEV)
    k.spawn('reader', () => readAndLook(k, dev, buf), buf.mm)
    k.spawn('kswapd', () => k.balance_pgdat(2))
  }

  it('not after its second look at the entry: reclaim may have been and gone in between', () => {
    expect(ask(['foll-touch'], {}, setup)).toContain(LOST)
  })

  it('before it, it could', () => {
    const beforeLooking: Replacements = {
      try_grab_compound_head(k, base, page, refs, flags) {
        if (!base(page, refs, flags)) return false
        if ((flags & FOLL_WRITE) === 0) return true
        const present = k.present_use(page)
        if (!k.trylock_page(present)) {
          k.put_compound_head(page, refs, flags)
          return false
        }
        k.set_page_dirty(present)
        k.unlock_page(present)
        return true
      },
    }
    expect(ask([], beforeLooking, setup)).not.toContain(LOST)
  })
})
