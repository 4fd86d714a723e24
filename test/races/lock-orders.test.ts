/** Which locks the report of lock orders knows of, and that it has the orders which the file systems' own comments state. */
import { describe, expect, it } from 'vitest'
import { explore, type LockOrder } from '../../src/engine/index.js'
import { daxFlagSwitch } from '../../src/races/dax-flag-switch/index.js'
import { holePunchFault } from '../../src/races/hole-punch-fault/index.js'
import type { Configuration, Race } from '../../src/races/race.js'
import { programOf } from './support.js'

function ordersIn(race: Race, names: readonly string[], configuration: Partial<Configuration>): readonly LockOrder[] {
  return names.flatMap((name) => explore(programOf(race, name, configuration), { shortest: false }).lockOrders)
}

const ext4 = ordersIn(holePunchFault, ['commit', 'read-into-mapping', 'write'], { fs: 'ext4', fixes: ['punch-i-mutex', 'invalidate-lock'] })
const xfs = ordersIn(holePunchFault, ['commit', 'hole', 'read-into-mapping'], { fs: 'xfs', fixes: ['invalidate-lock'] })
const dax = ordersIn(daxFlagSwitch, ['fsync-on', 'hole-off', 'store-off'], { kernel: 'v4.13', fs: 'xfs' })

const namesIn = (orders: readonly LockOrder[]): readonly string[] => [...new Set(orders.flatMap(({ held, taken }) => [held, taken]))].sort()
const has = (orders: readonly LockOrder[], held: string, taken: string): boolean => orders.some((order) => order.held === held && order.taken === taken)

describe('the report of lock orders', () => {
  it('has every lock of files on ext4: mmap_sem, i_mutex, the lock of the fix, i_data_sem, page lock, i_mmap lock, PTL, the journal', () => {
    expect(namesIn(ext4)).toEqual(['PG_locked', 'i_mmap_mutex', 'i_rwsem', 'ilock', 'invalidate_lock', 'journal', 'mmap_lock', 'ptl'])
  })

  it('has every lock of files on XFS: mmap_sem, IOLOCK, the lock of the fix, ILOCK, page lock, i_mmap lock, PTL, log reservations', () => {
    expect(namesIn(xfs)).toEqual(['PG_locked', 'i_mmap_mutex', 'i_rwsem', 'ilock', 'invalidate_lock', 'log_space', 'mmap_lock', 'ptl'])
  })

  it('has those of DAX: MMAPLOCK, ILOCK, freeze protection and the lock of DAX entries', () => {
    const named = ['dax_entry', 'freeze_pagefault', 'i_lock', 'i_mmap_rwsem', 'i_mmaplock', 'i_rwsem', 'mmap_lock', 'ptl']
    expect(namesIn(dax)).toEqual(expect.arrayContaining(named))
  })

  it('a transaction ranks above page locks on ext4 and below them on XFS', () => {
    expect([has(ext4, 'journal', 'PG_locked'), has(ext4, 'PG_locked', 'journal')]).toEqual([true, false])
    expect([has(xfs, 'log_space', 'PG_locked'), has(xfs, 'PG_locked', 'log_space')]).toEqual([false, true])
  })

  it('freeze protection is entered before MMAPLOCK, and that before an entry of DAX is locked', () => {
    expect(has(dax, 'freeze_pagefault', 'i_mmaplock') && has(dax, 'i_mmaplock', 'dax_entry') && has(dax, 'dax_entry', 'i_mmap_rwsem')).toBe(true)
    expect(has(dax, 'i_mmaplock', 'freeze_pagefault') || has(dax, 'dax_entry', 'i_mmaplock')).toBe(false)
  })
})
