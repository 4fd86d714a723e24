/** include/linux/wait.h and kernel/sched/, as far as page bits need them. */
import type { Kernel } from '../../kernel.js'
import type { Page, WaitBit, Waiter } from './mm-types.js'

export const WQ_FLAGS = ['WQ_FLAG_WOKEN', 'WQ_FLAG_DONE'] as const
export const TASK_STATE = ['TASK_RUNNING', 'TIF_SIGPENDING'] as const

export const waitInlines = {
  /** A fatal signal: it is pending, and a task that sleeps until then runs, in one go. Context: another task. */
  send_sigkill(_k: Kernel, { state }: Waiter): void {
    for (;;) {
      const word = state.get()
      if (state.compareExchange(word, word | state.mask('TASK_RUNNING', 'TIF_SIGPENDING'))) return
    }
  },

  /** The wait entry on the stack of the running task. */
  current_waiter(k: Kernel): Waiter {
    return k.waiter_of(k.world.currentTask())
  },

  /**
   * set_current_state and io_schedule in a loop: sleeps until woken, or killed where that counts. A task that sleeps for
   * ever although the bit is clear has missed its wake-up.
   */
  io_schedule(k: Kernel, wait: Waiter, page: Page, bit: WaitBit, killable: boolean): void {
    k.world.until(() => wait.flags.test('WQ_FLAG_WOKEN') || (killable && wait.state.test('TIF_SIGPENDING')), `${bit} of the page to be clear`, {
      lostIf: () => !page.flags.test(bit),
    })
  },
}
