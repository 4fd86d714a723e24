/** fs/jbd2/, fs/ext4/fsync.c, fs/ext4/super.c, v6.18, data=ordered: which transaction a file has changed in, and what a commit writes first. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace } from '../../include/linux/mm-types.js'
import { hostOf, type Journal } from '../../include/linux/host.js'

export const jbd2Commit = {
  /**
   * ext4_sync_file: what is dirty in the range, then the transaction, unless nothing of the file is in the running one. Context: task.
   * @param datasync fdatasync(2), msync(2): only what is needed to read the data again counts
   */
  ext4_sync_file(k: Kernel, file: AddressSpace, start: number, end: number, datasync: boolean): void {
    const { journal, i_sync_tid, i_datasync_tid } = hostOf(file)
    k.filemap_write_and_wait_words(file, start, end)
    if (journal === null) return
    if ((datasync ? i_datasync_tid : i_sync_tid).get() === journal.j_running_tid.get()) k.jbd2_commit_transaction(journal)
  },

  /** jbd2_journal_commit_transaction, which writes data that were ordered before it. Context: kjournald; here whoever waits for it. */
  jbd2_commit_transaction(k: Kernel, journal: Journal): void {
    for (const file of journal.files) k.ext4_normal_submit_inode_data_buffers(file)
    for (const file of journal.files) {
      const range = hostOf(file).i_dirty.get()
      if (range === null) continue
      k.filemap_fdatawait_range(file, ...range)
      hostOf(file).i_dirty.set(null)
    }
    journal.j_running_tid.set(journal.j_running_tid.get() + 1)
  },

  /** ext4_normal_submit_inode_data_buffers: pages of the range whose blocks are allocated and have data. */
  ext4_normal_submit_inode_data_buffers(k: Kernel, file: AddressSpace): void {
    const range = hostOf(file).i_dirty.get()
    if (range === null) return
    const wbc = ['WB_SYNC_ALL', ...range] as const
    k.tag_range_for_writeback(file, wbc)
    for (const index of k.pages_of_range(file, ...range)) k.mpage_prepare_folio(file, index, wbc, false)
  },

  /** xfs_file_fsync: what is dirty in the range; the log has no data. */
  xfs_file_fsync(k: Kernel, file: AddressSpace, start: number, end: number, _datasync: boolean): void {
    k.filemap_write_and_wait_words(file, start, end)
  },
}

export const jbd2CommitInlines = {
  /** ext4_jbd2_inode_add_write, jbd2_journal_file_inode: words of the file are to be written before the running transaction commits. */
  ext4_jbd2_inode_add_write(_k: Kernel, file: AddressSpace, start: number, end: number): void {
    const { i_dirty, journal } = hostOf(file)
    if (journal === null) return
    const before = i_dirty.get()
    i_dirty.set(before === null ? [start, end] : [Math.min(before[0], start), Math.max(before[1], end)])
  },

  /**
   * ext4_update_inode_fsync_trans, and ext4_mark_inode_dirty where the size on disk stays as it is.
   * @param datasync whether fdatasync needs it: the size on disk, blocks with data
   */
  ext4_update_inode_fsync_trans(_k: Kernel, file: AddressSpace, datasync: boolean): void {
    const { journal, i_sync_tid, i_datasync_tid } = hostOf(file)
    if (journal === null) return
    const tid = journal.j_running_tid.get()
    i_sync_tid.set(tid)
    if (datasync) i_datasync_tid.set(tid)
  },

  /** The size on disk, and ext4_mark_inode_dirty, ext4_do_update_inode (fs/ext4/inode.c): fdatasync needs it only where it is another. */
  ext4_mark_inode_dirty(k: Kernel, file: AddressSpace, size: number): void {
    const before = hostOf(file).i_disksize.swap(size)
    k.ext4_update_inode_fsync_trans(file, size !== before)
  },

  /** ext4_update_i_disksize, of a size that has grown. */
  ext4_update_i_disksize(k: Kernel, file: AddressSpace, size: number): void {
    if (size > hostOf(file).i_disksize.get()) k.ext4_mark_inode_dirty(file, size)
  },

  /** ext4_update_inode_size: both sizes, where they grow. */
  ext4_update_inode_size(k: Kernel, file: AddressSpace, size: number): void {
    const { i_size } = hostOf(file)
    if (size > i_size.get()) i_size.set(size)
    k.ext4_update_i_disksize(file, size)
  },
}
