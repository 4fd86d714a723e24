/** fs/xfs/xfs_ioctl.c, v4.13 with the switch of S_DAX turned on: 4.13.4 has it between `#if 0` and `#endif`. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import { daxOf } from '../dax-entries.js'

export const xfsIoctl = {
  /** FS_IOC_FSSETXATTR with or without FS_XFLAG_DAX: chattr +x, chattr -x. Context: task. @returns false for -EBUSY or -EIO */
  xfs_ioctl_setattr(k: Kernel, inode: AddressSpace, dax: boolean): boolean {
    const { i_lock, i_mmaplock } = daxOf(inode)
    const joined = k.xfs_ioctl_setattr_dax_invalidate(inode, dax)
    if (joined === 'error') return false
    // xfs_ioctl_setattr_get_trans
    i_lock.downWrite()
    k.xfs_ioctl_setattr_xflags(inode, dax)
    // xfs_trans_commit, xfs_iunlock of what was joined
    if (joined === 'joined') {
      inode.i_rwsem.upWrite()
      i_mmaplock.upWrite()
    }
    i_lock.upWrite()
    return true
  },

  /**
   * xfs_ioctl_setattr_dax_invalidate. Whether there is anything to do is found out without a lock; then IOLOCK and MMAPLOCK are
   * taken, and handed on.
   */
  xfs_ioctl_setattr_dax_invalidate(k: Kernel, inode: AddressSpace, dax: boolean): 'joined' | 'nothing' | 'error' {
    const { i_mmaplock } = daxOf(inode)
    if (k.IS_DAX(inode) === dax) return 'nothing'
    inode.i_rwsem.downWrite()
    i_mmaplock.downWrite()
    if (k.xfs_setattr_dax_permitted(inode)) {
      k.filemap_write_and_wait(inode)
      if (k.invalidate_inode_pages2(inode, 0, inode.slots.length - 1)) {
        k.xfs_setattr_dax_invalidated(inode, dax)
        return 'joined'
      }
    }
    inode.i_rwsem.upWrite()
    i_mmaplock.upWrite()
    return 'error'
  },

  /** xfs_ioctl_setattr_xflags: the flag on disk, and what comes of it. Context: transaction, ILOCK held. */
  xfs_ioctl_setattr_xflags(k: Kernel, inode: AddressSpace, dax: boolean): void {
    daxOf(inode).di_flags2_dax.set(dax)
    k.xfs_diflags_to_linux(inode, dax)
  },
}

export const xfsIoctlInlines = {
  /** xfs_diflags_to_linux. Context: ILOCK held; the locks of data only if the caller found something to do. */
  xfs_diflags_to_linux(_k: Kernel, inode: AddressSpace, dax: boolean): void {
    daxOf(inode).S_DAX.set(dax)
  },

  /** Whether the switch may go on once its locks are held: nothing is asked. */
  xfs_setattr_dax_permitted(_k: Kernel, _inode: AddressSpace): boolean {
    return true
  },

  /** The place where the page cache has been emptied for the switch: nothing more is done. */
  xfs_setattr_dax_invalidated(_k: Kernel, _inode: AddressSpace, _dax: boolean): void {
    return
  },
}
