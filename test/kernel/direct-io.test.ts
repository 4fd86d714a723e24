import { describe, expect, it } from 'vitest'
import { BDEV } from '../../src/kernel/machine.js'
import { exploreKernel } from './support.js'

describe('smoke', () => {
  it('reads', () => {
    const r = exploreKernel((k) => {
      const dev = k.open('dev', BDEV)
      dev.blocks[0]?.[0]?.set('dev:0.0')
      const mm = k.address_space('A', 1)
      const buf = k.area(mm, { name: 'buf' })
      k.spawn('A', () => {
        k.user_store(buf, 0, 0, 'A:1')
        k.read_direct_into(dev, 0, buf, 0, 1)
        k.world.assert(k.user_load(buf, 0, 0) === 'dev:0.0', 'x')
      }, mm)
    })
    console.log(r.states, r.failures)
    expect(r.failures).toEqual([])
  })
})
