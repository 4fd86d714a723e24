/** fs/fs-writeback.c, v5.10-rc5: the flusher. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace } from '../include/linux/mm-types.js'

export const fsWriteback = {
  /** wb_writeback, __writeback_single_inode of one inode, for background writeback. Context: flusher kworker. */
  wb_writeback(k: Kernel, mapping: AddressSpace): void {
    k.do_writepages(mapping, 'WB_SYNC_NONE')
  },
}
