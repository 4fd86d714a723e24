/** Direct I/O in other versions. */
import { PageDirty } from '../include/linux/page-flags.js'
import { patch } from '../kernel.js'

/**
 * ext4 read through fs/direct-io.c (up to v5.4), and block/bio.c put those pages of a completed read that were still dirty at
 * once, from the interrupt, and left only the others to a worker, which dirtied all of them before it put any.
 */
export const directIoOf415 = patch('direct I/O of v4.15', {
  /** generic_file_read_iter, ext4_direct_IO, ext4_direct_IO_read: what is dirty is written before the inode is locked, and again after. */
  ext4_file_read_iter(k, _base, file, block, iter, sync) {
    k.filemap_write_and_wait_range(file)
    file.i_rwsem.downRead()
    k.filemap_write_and_wait_range(file)
    const complete = k.do_blockdev_direct_IO(file, block, iter, sync)
    file.i_rwsem.upRead()
    return complete
  },

  bio_check_pages_dirty(k, _base, bio) {
    const clean = bio[2].filter((page) => {
      if (!PageDirty(page) && !k.PageCompound(page)) return true
      k.bio_release_page(page)
      return false
    })
    if (clean.length > 0) k.kworker.start([bio[0], bio[1], clean, bio[3], bio[4], bio[5]])
  },

  bio_dirty_fn(k, _base, bio) {
    k.bio_set_pages_dirty(bio)
    k.bio_release_pages(bio, false)
  },
})

/** Since v5.16 asynchronous reads of a block device that fit into one bio have a path of their own. */
export const directIoOf516 = patch('direct I/O of v5.16', {
  blkdev_direct_IO(k, base, file, block, iter, sync) {
    const [, , nr_pages] = iter
    if (!sync && nr_pages <= k.config.bioMaxPages) return k.__blkdev_direct_IO_async(file, block, iter)
    return base(file, block, iter, sync)
  },
})
