/** mm/filemap.c as it was up to v5.8, before 2a9127fcf229 rewrote the wait for bits of a page. */
import { patch, type Kernel } from '../kernel.js'
import type { Page, WaitBit, WaitEntry, Waiter } from '../include/linux/mm-types.js'
import { page_waitqueue } from '../mm/filemap.js'

export const oldPageBitWait = patch('old-page-bit-wait', {
  /**
   * Up to v5.8: if the bit is set again nobody is woken and the walk stops; exclusive or not. A task that runs already is
   * not woken, stays on the queue and does not count. Context: queue lock held.
   */
  wake_page_function(k, _base, entry, page, bit) {
    if (page.flags.test(bit)) return -1
    const [waiter, , , kind] = entry
    if (waiter.state.testAndSet('TASK_RUNNING')) return 0
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
      wait.state.clear('TASK_RUNNING')
      q.lock.unlockIrqrestore()
      const set = page.flags.test(bit)
      if (behavior === 'DROP') k.put_page(page)
      if (set) sleep(k, wait, page, bit, killable)
      if (behavior === 'EXCLUSIVE' ? !page.flags.testAndSet(bit) : behavior === 'SHARED' && !page.flags.test(bit)) break
      if (killable && wait.state.test('TIF_SIGPENDING')) {
        got = false
        break
      }
      if (behavior === 'DROP') break
    }
    wait.state.set('TASK_RUNNING')
    k.finish_wait(q, entry, wait, false, '')
    return got
  },
})

/** io_schedule: returns when the task was made to run, or at once if a signal that counts is pending. */
function sleep(k: Kernel, { state }: Waiter, page: Page, bit: WaitBit, killable: boolean): void {
  k.world.until(() => state.test('TASK_RUNNING') || (killable && state.test('TIF_SIGPENDING')), `${bit} of the page to be clear`, {
    lostIf: () => !page.flags.test(bit),
  })
  if (killable) state.set('TASK_RUNNING')
}
