import { program, type Program } from 'heddle/engine'

/** What a page-table entry maps: nothing, the page that MADV_FREE marked, or one that a fault put there later. */
const NONE = 0
const LAZY = 1
const FRESH = 2

/**
 * W4: direct I/O into `pages` lazily freed pages, one after the other, against reclaim of the same pages.
 * `fixed`: reclaim discards a page only if refcount - 1 == mapcount, the count read first.
 */
export function madvFree(pages: number, fixed: boolean): Program {
  return program(`madv-free(${pages})${fixed ? ', fixed' : ''}`, (world) => {
    const each = Array.from({ length: pages }, (_, i) => ({
      pte: world.cell(`pte[${i}]`, LAZY),
      refs: world.counter(`page[${i}].refcount`, 1),
      mapped: world.counter(`page[${i}].mapcount`, 1),
      dirty: world.cell(`page[${i}].dirty`, false),
      written: world.cell(`page[${i}].data`, false),
    }))
    const pageTableLock = world.mutex('page-table lock')
    const submitted = world.cell('submitted', 0)
    const completed = world.cell('completed', 0)

    /** Whether the lazily freed page was found and a reference taken. */
    const gupFast = world.fn('gup_fast', (i: number) => {
      const { pte, refs } = each[i]!
      if (pte.get() === NONE) return false
      if (!refs.incUnlessZero()) return false
      if (pte.get() === LAZY) return true
      refs.dec()
      return false
    })
    /** Whether the lazily freed page was still there. */
    const gupSlow = world.fn('gup_slow', (i: number) => {
      const { pte, refs, dirty } = each[i]!
      pageTableLock.lock()
      const lazy = pte.get() === LAZY
      if (lazy) {
        refs.inc()
        dirty.set(true)
      } else {
        pte.set(FRESH)
      }
      pageTableLock.unlock()
      return lazy
    })
    const load = world.fn('load', (i: number) => {
      const { pte, written } = each[i]!
      if (pte.get() === NONE) {
        pageTableLock.lock()
        if (pte.get() === NONE) world.fail('data-lost', 'the zero page is mapped where read() has put data')
        pageTableLock.unlock()
      }
      world.assert(written.get(), 'the device has written the page')
    })
    const read = world.fn('read', (i: number) => {
      const { refs, dirty } = each[i]!
      const lazy = gupFast(i) || gupSlow(i)
      submitted.set(i + 1)
      world.until(() => completed.get() === i + 1, 'the device')
      if (!lazy) return
      dirty.set(true)
      refs.dec()
    })
    const unmap = world.fn('try_to_unmap', (i: number) => {
      const { pte, refs, mapped, dirty } = each[i]!
      pageTableLock.lock()
      pte.set(NONE)
      const extra = fixed && refs.get() - 1 !== mapped.get()
      const discard = !extra && !dirty.get()
      if (discard) {
        mapped.dec()
        refs.dec()
      } else {
        pte.set(LAZY)
      }
      pageTableLock.unlock()
      return discard
    })
    const shrink = world.fn('shrink_page', (i: number) => {
      const { refs } = each[i]!
      refs.inc()
      const unmapped = unmap(i)
      if (!(unmapped && refs.compareExchange(1, 0))) refs.dec()
    })

    world.task('user', () => {
      for (let i = 0; i < pages; i++) {
        read(i)
        load(i)
      }
    })
    world.task('device', () => {
      for (let i = 0; i < pages; i++) {
        world.until(() => submitted.get() === i + 1, 'a bio')
        each[i]!.written.set(true)
        completed.set(i + 1)
      }
    })
    world.task('reclaim', () => {
      for (let i = 0; i < pages; i++) shrink(i)
    })
  })
}
