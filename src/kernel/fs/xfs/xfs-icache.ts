/** fs/xfs/xfs_icache.c and fs/inode.c, v5.8: inodes come into memory when they are opened first, and may go when nobody has them open. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import { daxOf } from '../dax-entries.js'

export const xfsIcache = {
  /**
   * open(2): xfs_iget. An inode that is being evicted is waited for (__wait_on_freeing_inode); one that is not in memory is read,
   * and only then S_DAX follows the flag on disk (xfs_diflags_to_iflags).
   */
  xfs_iget(k: Kernel, inode: AddressSpace): void {
    const { i_state, i_count, S_DAX, di_flags2_dax, inode_hash_lock } = daxOf(inode)
    for (;;) {
      inode_hash_lock.lock()
      const state = i_state.get()
      if (state !== 'I_FREEING') {
        i_count.inc()
        if (state === 'on disk') {
          S_DAX.set(di_flags2_dax.get())
          i_state.set('in memory')
        }
        inode_hash_lock.unlock()
        return
      }
      inode_hash_lock.unlock()
      k.world.until(() => i_state.get() !== 'I_FREEING', 'the inode to be freed')
    }
  },

  /** close(2): iput. The last user of an inode that is not to stay (I_DONTCACHE, or memory is short) evicts it. */
  iput(k: Kernel, inode: AddressSpace): void {
    const { i_state, i_count, inode_hash_lock } = daxOf(inode)
    inode_hash_lock.lock()
    const last = i_count.decAndTest()
    if (last) i_state.set('I_FREEING')
    inode_hash_lock.unlock()
    if (!last) return
    // write_inode_now, truncate_inode_pages_final
    k.filemap_write_and_wait(inode)
    k.truncate_inode_pages_range(inode)
    for (let index = 0; index < inode.slots.length; index++) k.__dax_invalidate_mapping_entry(inode, index, true)
    i_state.set('on disk')
  },
}
