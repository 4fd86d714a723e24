/** mm/filemap.c as it was up to v5.8, before 2a9127fcf229 rewrote the wait for bits of a page. */
import { patch } from '../kernel.js'
import type { WaitEntry } from '../include/linux/mm-types.js'
import { page_waitqueue } from '../mm/filemap.js'

export const oldPageBitWait = patch('old-page-bit-wait', {
  /** Up to v5.8: if the bit is set again nobody is woken and the walk stops; exclusive or not. Context: queue lock held. */
  wake_page_function(k, _base, entry, page, bit) {
    if (page.flags.test(bit)) return -1
    const [waiter, , , kind] = entry
    waiter.flags.assign(waiter.flags.mask('WQ_FLAG_WOKEN'))
    page_waitqueue(k, page).entries.remove(entry)
    return kind === 'shared' ? 0 : 1
  },

  /**
   * Up to v5.8: a waiter queues at the tail, looks at the bit, sleeps if it is set, and when woken tests it again; only
   * DROP leaves without. A signal is looked at after the bit.
   */
  wait_on_page_bit_common(k, _base, page, bit, behavior, killable) {
    const q = page_waitqueue(k, page)
    const wait = k.current_waiter()
    const entry: WaitEntry = [wait, page, bit, behavior === 'EXCLUSIVE' ? 'exclusive' : 'shared']
    let got = true
    for (;;) {
      q.lock.lockIrqsave()
      if (!q.entries.has(entry)) {
        q.entries.push(entry)
        k.SetPageWaiters(page)
      }
      wait.flags.assign(0)
      q.lock.unlockIrqrestore()
      const set = page.flags.test(bit)
      if (behavior === 'DROP') k.put_page(page)
      if (set) k.io_schedule(wait, page, bit, killable)
      if (behavior === 'EXCLUSIVE' ? !page.flags.testAndSet(bit) : behavior === 'SHARED' && !page.flags.test(bit)) break
      if (killable && wait.signal.get()) {
        got = false
        break
      }
      if (behavior === 'DROP') break
    }
    k.finish_wait(q, entry, wait, false, 'WQ_FLAG_WOKEN')
    return got
  },
})
