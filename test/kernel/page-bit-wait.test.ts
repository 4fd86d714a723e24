import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/engine/index.js'
import { EXT4, XFS, type MachineConfig } from '../../src/kernel/machine.js'
import { PageWriteback } from '../../src/kernel/include/linux/page-flags.js'
import { patch } from '../../src/kernel/kernel.js'
import { ERAS, exploreKernel, kinds, pageOf } from './support.js'

/** Failures when three tasks take and release the lock of one page. */
function threeLockers(version: string, machine: Partial<MachineConfig>): readonly Failure[] {
  return exploreKernel((k) => {
    const file = k.open('F', XFS)
    k.write(file, 'v0')
    for (const name of ['A', 'B', 'C']) k.spawn(name, () => void k.load_fault(file))
  }, { version, machine: { lockLedger: true, ...machine } }).failures
}

describe.each(ERAS)('the page lock, on %s', (version) => {
  it('has one owner, and nobody sleeps for ever', () => {
    expect(threeLockers(version, {})).toEqual([])
  })

  it('has one owner also when it is handed over at once', () => {
    expect(threeLockers(version, { unfairness: 0 })).toEqual([])
  })

  it('and the walk that leaves a bookmark after every entry misses nobody', () => {
    expect(threeLockers(version, { bookmarkAfter: 1 })).toEqual([])
  })
})

/** Whether a waiter that holds the page lock can find writeback going on when its wait for that is over. */
function returnsUnderWriteback(version: string): boolean {
  const { failures } = exploreKernel((k) => {
    const file = k.open('F', XFS)
    k.write(file, 'v0')
    const page = pageOf(file)
    k.set_page_writeback(page)
    k.spawn('first completion', () => k.end_page_writeback(page))
    k.spawn('second writeback', () => {
      k.lock_page(page)
      k.wait_on_page_writeback(page)
      k.set_page_writeback(page)
      k.unlock_page(page)
      k.end_page_writeback(page)
    })
    k.spawn('waiter', () => {
      k.lock_page(page)
      k.wait_on_page_writeback(page)
      k.world.assert(!PageWriteback(page), 'woken under writeback')
      k.unlock_page(page)
    })
  }, { version })
  return failures.some(({ message }) => message === 'woken under writeback')
}

describe('writeback that starts again before the woken task runs', () => {
  it('does not stop it since v5.9', () => {
    expect(returnsUnderWriteback('v5.10-rc5')).toBe(true)
  })

  it('puts it to sleep again before', () => {
    expect(returnsUnderWriteback('v5.8')).toBe(false)
  })
})

describe.each(ERAS)('a task that waits without a reference, on %s', (version) => {
  it('may see the page freed and does not touch it any more', () => {
    const { failures } = exploreKernel((k) => {
      const file = k.open('F', XFS)
      k.write(file, 'v0')
      k.spawn('dropper', () => {
        const page = k.find_get_page(file, 0)
        if (page !== null) k.put_and_wait_on_page_locked(page)
      })
      k.spawn('truncate', () => k.ftruncate(file))
    }, { version })
    expect(kinds(failures)).toEqual([])
  })
})

describe('a waiter for the lock that is killed', () => {
  const killed = (version: string): readonly string[] =>
    kinds(
      exploreKernel((k, world) => {
        const file = k.open('F', EXT4)
        k.write(file, 'v0')
        const victim = k.spawn('victim', () => void k.load_fault(file))
        k.spawn('A', () => void k.load_fault(file))
        k.spawn('B', () => void k.load_fault(file))
        world.task('killer', () => k.send_sigkill(victim))
      }, { version }).failures,
    )

  it('may take a wake-up with it since v5.9, so that the next waiter sleeps for ever', () => {
    expect(killed('v5.10-rc5')).toEqual(['lost-wakeup'])
  })

  it('could not before: a task that runs already is passed over', () => {
    expect(killed('v5.8')).toEqual([])
  })
})

describe('patches', () => {
  it('wrap what the earlier ones made of a function, in order', () => {
    const heard: string[] = []
    const saying = (name: string): ReturnType<typeof patch> =>
      patch(name, {
        get_page(_k, base, page) {
          heard.push(name)
          base(page)
        },
      })
    exploreKernel((k) => {
      const page = k.alloc_page()
      if (page !== null) k.get_page(page)
    }, { patches: [saying('first'), saying('second')] })
    expect(heard).toEqual(['second', 'first'])
  })
})
