/** include/asm-generic/bug.h, include/linux/mmdebug.h, and checks that are not visible to the kernel. */
import type { Value } from '../../engine/index.js'
import type { Kernel } from '../kernel.js'
import type { Page } from '../include/linux/mm-types.js'

export const debugInlines = {
  /**
   * A loop that can go round without end when other tasks keep it from ending: rounds are forgotten, so that it is a cycle
   * of states. `body` says whether to go on; what it keeps between rounds is private memory of the task (world.own).
   */
  loop(k: Kernel, body: () => boolean): void {
    if (k.world.currentTask() === 'set-up') {
      while (body()) continue
      return
    }
    k.world.repeat(() => (body() ? undefined : true))
  },

  /** BUG_ON: ends the task. Wherever it stands, it is reported in the function around it. */
  BUG_ON(k: Kernel, met: boolean, condition: string): void {
    if (met) k.world.fail('bug-on', `BUG_ON(${condition})`)
  },

  BUG(k: Kernel, because: string): void {
    k.world.fail('bug-on', `BUG(): ${because}`)
  },

  /** VM_BUG_ON_PAGE and VM_BUG_ON_PGFLAGS: callers ask for CONFIG_DEBUG_VM first, so that the test is no step without. */
  VM_BUG_ON(k: Kernel, met: boolean, condition: string): void {
    if (met) k.world.fail('vm-bug-on', `VM_BUG_ON_PAGE(${condition})`)
  },

  WARN_ON(k: Kernel, met: boolean, condition: string): void {
    if (met) k.world.warn('warn-on', `WARN_ON(${condition})`)
  },

  /** Notes that the caller owns the page lock, and where a program asks for it who owns it now: whoever owned it must have given it up. */
  lock_owned(k: Kernel, page: Page): void {
    k.world.noteLock('PG_locked', 'taken')
    if (!k.config.lockLedger) return
    if (page.lock_owner.swap(k.world.currentTask()) !== '') k.world.warn('assertion', 'two owners of a page lock')
  },

  /** Notes that the caller gives up the page lock: to be called before the bit is cleared. */
  lock_given_up(k: Kernel, page: Page): void {
    k.world.noteLock('PG_locked', 'released')
    if (k.config.lockLedger) page.lock_owner.set('')
  },
}

/** Repeats `body` until it gives a result; rounds are forgotten. */
export function untilDone<T extends Value>(k: Kernel, body: () => T | undefined): T {
  if (k.world.currentTask() !== 'set-up') return k.world.repeat(body)
  for (;;) {
    const result = body()
    if (result !== undefined) return result
  }
}
