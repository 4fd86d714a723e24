/** asm/barrier.h: orderings between accesses. They say nothing under sequential consistency. */
import type { Kernel } from '../../kernel.js'

export const barrierInlines = {
  /** Everything before is ordered against everything after, for all CPUs. */
  smp_mb(_k: Kernel): void {
    return
  },

  /** Loads before against loads after. */
  smp_rmb(_k: Kernel): void {
    return
  },

  /** Stores before against stores after. */
  smp_wmb(_k: Kernel): void {
    return
  },
}
