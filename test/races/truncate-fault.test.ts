/** "For truncate, i_size protects us": Jan Kara, 16 May 2012. */
import { describe, expect, it } from 'vitest'
import { explore, program } from '../../src/engine/index.js'
import { EXT4_34, XFS_34 } from '../../src/kernel/machine.js'
import { patch } from '../../src/kernel/kernel.js'
import { kernel } from '../../src/kernel/versions.js'
import { truncateFault as race } from '../../src/races/truncate-fault/index.js'
import { rowOf } from './support.js'

const SECONDS = 1000

describe.each(['ext4', 'xfs'] as const)('%s, v3.4', (fs) => {
  it('i_size protects pages that are cut off as a whole; a store to the last page is lost when its block is cut off and the file grows again', () => {
    expect(rowOf(race, { fs })).toEqual({ 'store-lost': ['last-page'] })
  }, 60 * SECONDS)

  it('pagecache-isize-extended closes that too', () => {
    expect(rowOf(race, { fs, fixes: ['pagecache-isize-extended'] })).toEqual({})
  }, 60 * SECONDS)

  it('it is i_size that protects: if nobody looks at it when the page is locked, the race of punching is there', () => {
    const unchecked = patch('no look at i_size', { i_size_read: (_k, _base, file) => file.slots.length })
    const subject = program('store', (world) => {
      const k = kernel('v3.4', [unchecked]).boot(world, { pages: 4, incarnations: false })
      const disk = k.disk('sda', 3)
      const file = k.open_on_disk(
        disk,
        'F',
        fs === 'ext4' ? EXT4_34 : XFS_34,
        [
          ['WRITTEN', 0],
          ['WRITTEN', 1],
        ],
        { resizable: true },
      )
      const map = k.area(k.address_space('A', 2), { name: 'A.map', file, pages: 2 })
      k.spawn('truncate', () => {
        file.i_rwsem.downWrite()
        k.truncate_setsize(file, 1)
        if (fs === 'ext4') k.ext4_ext_free_range(file, 1, 2)
        else k.xfs_bunmapi(file, 1, 2)
        file.i_rwsem.upWrite()
      })
      k.spawn('store', () => void k.user_store(map, 1, 0, 'F:new'), map.mm)
      k.spawn('flusher', () => k.wb_writeback(file))
    })
    expect(explore(subject, { shortest: false }).failures.map(({ kind }) => kind)).toContain('data-misplaced')
  }, 60 * SECONDS)
})
