/** asm/barrier.h: orderings between accesses. They say nothing under sequential consistency. */
import type { Kernel } from '../../kernel.js'

export const barrierInlines = {
  /** Everything before is ordered against everything after, for all CPUs. */
  smp_mb(k: Kernel): void {
    k.world.fence('full')
  },

  /** Loads before against loads after. */
  smp_rmb(k: Kernel): void {
    k.world.fence('read')
  },

  /** Stores before against stores after. */
  smp_wmb(k: Kernel): void {
    k.world.fence('write')
  },
}
