/** VM_FAULT_RETRY: a fault that has to wait for its page does so without the mmap_lock, once, and then begins again. */
import { describe, expect, it } from 'vitest'
import type { Vma } from '../../src/kernel/include/linux/mm-types.js'
import { patch, type Kernel, type Patch } from '../../src/kernel/kernel.js'
import { EXT4, EXT4_34 } from '../../src/kernel/machine.js'
import { process } from './processes.js'
import { exploreKernel, kinds } from './support.js'

const VERSIONS = ['v3.4', 'v4.13', 'v4.15', 'v5.8', 'v5.10-rc5', 'v5.16', 'v6.18'] as const

/** A process that maps a file of one page, which is not cached; and another that maps the same file. */
function setUp(k: Kernel, version: string): readonly [one: Vma, other: Vma] {
  const file = version === 'v3.4' ? k.open_on_disk(k.disk('sda', 2), 'F', EXT4_34, [['WRITTEN', 0]]) : k.open('F', EXT4)
  return [process(k, { name: 'A', file })[1], process(k, { name: 'B', file })[1]]
}

const machine = (version: string): { readonly pages: number; readonly bios: number; readonly incarnations: boolean } => ({
  pages: 3,
  bios: version === 'v3.4' ? 0 : 2,
  incarnations: version !== 'v3.4',
})

/** Whether some schedule of two loads from one page, in two processes, has a fault of which `seen` is true. */
function isSeen(version: string, seen: (flags: string, fault: unknown) => boolean, more: readonly Patch[] = []): boolean {
  const watched = patch('watched', {
    fault_on_address(k, base, mm, address, write, flags) {
      const fault = base(mm, address, write, flags)
      k.world.assert(!seen(flags, fault), 'seen')
      return fault
    },
  })
  const { failures } = exploreKernel(
    (k) => {
      for (const map of setUp(k, version)) k.spawn(`load ${map.name}`, () => void k.user_load(map, 0, 0), map.mm)
    },
    { version, patches: [...more, watched], machine: machine(version) },
  )
  expect(kinds(failures).filter((kind) => kind !== 'assertion')).toEqual([])
  return failures.length > 0
}

describe.each(VERSIONS)('a fault of %s that finds its page locked', (version) => {
  it('gives the mmap_lock up the first time, and never the second', () => {
    expect(isSeen(version, (flags, fault) => flags === 'ALLOW_RETRY' && fault === 'VM_FAULT_RETRY')).toBe(true)
    expect(isSeen(version, (flags, fault) => flags === 'TRIED' && fault === 'VM_FAULT_RETRY')).toBe(false)
  })

  it('lets mmap(2) of another thread go by while it waits; if it may not retry, it does not', () => {
    const goesBy = (patches: readonly Patch[]): boolean => {
      const { failures } = exploreKernel(
        (k, world) => {
          const waits = world.cell('waits', 0)
          const [map] = setUp(k, version)
          const { mm } = map
          k.spawn(
            'load',
            () => {
              waits.set(1)
              k.user_load(map, 0, 0)
              waits.set(2)
            },
            mm,
          )
          k.spawn(
            'mmap',
            () => {
              mm.mmap_lock.downWrite()
              // The page is in the page cache, but not mapped yet: the fault is under way.
              world.assert(waits.get() !== 1 || map.file?.slots[0]?.get() === null || mm.ptes[0]?.get() !== null, 'goes by')
              mm.mmap_lock.upWrite()
            },
            mm,
          )
        },
        { version, patches, machine: machine(version) },
      )
      return failures.length > 0
    }
    const noRetry = patch('no retry', { fault_on_address: (_k, base, mm, address, write) => base(mm, address, write, 'NO_RETRY') })
    expect([goesBy([]), goesBy([noRetry])]).toEqual([true, false])
  })

  it('looks its area up again: after munmap(2) there is a signal, and nothing is mapped where no area is', () => {
    const mapsNowhere = (patches: readonly Patch[]): readonly string[] => {
      const { failures } = exploreKernel(
        (k, world) => {
          const [map] = setUp(k, version)
          k.spawn('load', () => void k.user_load(map, 0, 0), map.mm)
          k.spawn('munmap', () => k.munmap(map), map.mm)
          world.finally(() => world.assert(map.mm.ptes[0]?.get() === null, 'nothing is mapped'))
        },
        { version, patches, machine: machine(version) },
      )
      return failures.map(({ message }) => message)
    }
    const remembered = patch('the area of before', { find_vma: (_k, _base, mm) => mm.areas[0] })
    expect(mapsNowhere([])).toEqual([])
    expect(mapsNowhere([remembered])).toContain('nothing is mapped')
  })
})
