/** fs/xfs/xfs_aops.c and xfs_file.c, v5.10-rc5: page cache I/O through iomap, blocks allocated before. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, IovIter, Page, SyncMode } from '../../include/linux/mm-types.js'

export const xfsAops = {
  /** xfs_vm_writepages, iomap_writepages: write_cache_pages, then the bio is submitted. Context: task or flusher. */
  xfs_vm_writepages(k: Kernel, mapping: AddressSpace, sync_mode: SyncMode): void {
    for (const bio of k.write_cache_pages(mapping, sync_mode)) k.submit_bio(bio)
  },

  /** xfs_vm_writepage, iomap_writepage: for reclaim. Context: kswapd, page locked; unlocks it. */
  xfs_vm_writepage(k: Kernel, mapping: AddressSpace, page: Page): void {
    k.submit_bio(k.iomap_writepage_map(mapping, page))
  },

  /** xfs_file_read_iter, xfs_file_dio_aio_read. @returns whether all was read, or queued */
  xfs_file_read_iter(k: Kernel, file: AddressSpace, block: number, iter: IovIter, sync: boolean): boolean {
    file.i_rwsem.downRead()
    const complete = k.iomap_dio_rw(file, block, iter, sync)
    file.i_rwsem.upRead()
    return complete
  },

  /** xfs_file_buffered_aio_write. Context: task. @returns false without memory */
  xfs_file_buffered_aio_write(k: Kernel, mapping: AddressSpace, word: string): boolean {
    mapping.i_rwsem.downWrite()
    const written = k.iomap_file_buffered_write(mapping, word)
    mapping.i_rwsem.upWrite()
    return written
  },
}
