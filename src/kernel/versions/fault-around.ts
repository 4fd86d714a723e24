/** Fault-around as it was in older kernels. */
import { patch } from '../kernel.js'
import { untilDone } from '../lib/debug.js'
import { slotOf } from '../mm/filemap.js'

/** v3.4: there is none, it came with v3.15. */
export const noFaultAround = patch('no fault-around', {
  read_fault_around: () => 0,
})

export const faultAroundOf413 = patch('fault-around of v4.13', {
  /**
   * The look-up in filemap_map_pages of v4.13 and v4.15: takes its reference before it looks at the page lock, and spins, also under
   * the PTL, until the page it finds is one it could take a reference to.
   */
  map_pages_get(k, _base, mapping, index) {
    const slot = slotOf(mapping, index)
    return untilDone(k, () => {
      const page = slot.get()
      if (page === null) return null
      if (!k.memory.raw(k.memory.indexOf(page)).refcount.incUnlessZero()) return undefined
      const again = slot.get()
      if (again !== null && k.memory.same(again, page)) return again
      k.put_page(k.present_use(page))
      return undefined
    })
  },
})
