/** Faults on memory that was swapped out. */
import { describe, expect, it } from 'vitest'
import type { Mm, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { is_swap_pte } from '../../src/kernel/include/linux/pgtable.js'
import type { Kernel } from '../../src/kernel/kernel.js'
import { counts, entry, mapped, pagesInUse, process } from './processes.js'
import { exploreKernel } from './support.js'

/** v5.16: up to v5.10-rc5 the completion of a swap-out may touch a page that has gone. */
const SWAP = { version: 'v5.16', machine: { swap: 2, bios: 1, pages: 2 } } as const

/** A process whose memory holds `a`, not used lately. */
function stored(k: Kernel): readonly [mm: Mm, area: Vma] {
  const [mm, area] = process(k)
  k.user_store(area, 0, 0, 'a')
  k.ptep_test_and_clear_young(mm, 0)
  return [mm, area]
}

describe('memory that was swapped out', () => {
  it('comes back with its content, by a load and by a store', () => {
    const { failures } = exploreKernel((k, world) => {
      const [mm, area] = stored(k)
      k.spawn('user', () => {
        k.balance_pgdat(3)
        world.assert(k.user_load(area, 0, 0) === 'a', 'the content is lost')
        k.user_store(area, 0, 0, 'b')
        world.assert(k.user_load(area, 0, 0) === 'b', 'a store was lost')
      }, mm)
      world.finally(() => world.assert(counts(mapped(mm))[1] === 1, 'the page is not mapped once'))
    }, SWAP)
    expect(failures).toEqual([])
  })

  it('while it is being swapped out and stored to, loses nothing, and is freed in the end', () => {
    const seen = new Set<boolean>()
    const { failures } = exploreKernel((k, world) => {
      const [mm, area] = stored(k)
      const look = k.world.atomic('look', () => {
        seen.add(is_swap_pte(entry(mm)))
      })
      k.spawn('kswapd', () => {
        k.balance_pgdat(2)
        look()
      })
      k.spawn('user', () => {
        k.user_store(area, 0, 0, 'b')
        world.assert(k.user_load(area, 0, 0) === 'b', 'a store was lost')
        k.munmap(area)
      }, mm)
      world.finally(() => world.assert(pagesInUse(k) === 0 || k.swapper_space.slots.some((slot) => slot.get() !== null), 'a page has leaked'))
    }, SWAP)
    expect(failures).toEqual([])
    expect([...seen].sort()).toEqual([false, true])
  })

  it('is shared after fork: both get it back, and a store of one stays its own', () => {
    const { failures } = exploreKernel((k, world) => {
      const [parent, area] = stored(k)
      const [child, copy] = process(k, { name: 'child', copyOf: area })
      k.spawn('parent', () => {
        k.balance_pgdat(3)
        k.fork(child)
        k.user_store(area, 0, 0, 'b')
        world.assert(k.user_load(area, 0, 0) === 'b', 'a store was lost')
      }, parent)
      k.spawn_child('child', () => {
        world.assert(k.user_load(copy, 0, 0) === 'a', 'the child does not have what its parent had')
      }, child)
    }, { version: 'v5.16', machine: { ...SWAP.machine, pages: 3, bios: 2 } })
    expect(failures).toEqual([])
  })
})
