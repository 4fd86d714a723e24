/** Reading and writing files with extent maps: mm/filemap.c (ext4) and fs/xfs/xfs_file.c, v3.4. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace } from '../include/linux/mm-types.js'
import type { AioRequest } from '../include/linux/extent-map.js'
import type { UserPage } from '../mm/filemap-io.js'
import { inodeOf } from './block-map.js'

/** How a write with O_DIRECT ends: `queued` is -EIOCBQUEUED. */
export type WrittenDirect = 'written' | 'queued' | 'error'

export const aioOf34 = {
  /** generic_file_aio_read, of one page, through the page cache: no lock of the inode. */
  generic_file_aio_read(k: Kernel, file: AddressSpace, index: number, to: UserPage | null): readonly string[] | null {
    return k.do_generic_file_read(file, index, to)
  },

  /**
   * generic_file_aio_read with O_DIRECT, ext4_ind_direct_IO: what is dirty is written before, and again under i_mutex, which is given up
   * (DIO_LOCKING) when the blocks are known: i_dio_count keeps truncate away from then on.
   * @returns what was read; null if the buffer can not be had, or if the read was `begun` asynchronously
   */
  generic_file_aio_read_direct(k: Kernel, file: AddressSpace, index: number, to: UserPage | null, begun: AioRequest[8] | null): readonly string[] | null {
    const { i_dio_count } = inodeOf(file)
    k.filemap_write_and_wait_pages(file, index, index + 1)
    file.i_rwsem.downWrite()
    k.filemap_write_and_wait_pages(file, index, index + 1)
    i_dio_count.inc()
    const mapped = k.direct_IO_map_read(file, index, to)
    if (mapped !== null && begun !== null) k.dio_submit_read(file, index, mapped[1], begun)
    file.i_rwsem.upWrite()
    if (mapped !== null && begun !== null) return null
    const words = mapped === null ? null : k.direct_IO_read(file, ...mapped)
    k.inode_dio_done(file)
    return words
  },

  /** generic_file_aio_write, through the page cache. */
  generic_file_aio_write(k: Kernel, file: AddressSpace, index: number, from: UserPage | string): boolean {
    file.i_rwsem.downWrite()
    const written = k.generic_perform_write(file, index, from)
    file.i_rwsem.upWrite()
    return written
  },

  /** generic_file_aio_write with O_DIRECT: if the cache can not be emptied, through the cache, which is written and dropped then. */
  generic_file_aio_write_direct(k: Kernel, file: AddressSpace, index: number, content: string, call: string | null): WrittenDirect {
    file.i_rwsem.downWrite()
    const direct = k.generic_file_direct_write(file, index, content, call)
    const written = direct || k.generic_perform_write(file, index, content)
    if (written && !direct) {
      k.filemap_write_and_wait_pages(file, index, index + 1)
      k.invalidate_inode_pages2_range(file, index, index + 1)
    }
    file.i_rwsem.upWrite()
    return direct && call !== null ? 'queued' : written ? 'written' : 'error'
  },

  /** xfs_file_aio_read, through the page cache: IOLOCK for reading, also while the data are copied to the user. */
  xfs_file_aio_read(k: Kernel, file: AddressSpace, index: number, to: UserPage | null): readonly string[] | null {
    file.i_rwsem.downRead()
    const words = k.do_generic_file_read(file, index, to)
    file.i_rwsem.upRead()
    return words
  },

  /** xfs_file_aio_read with O_DIRECT: what is cached from here to the end of the file is written and thrown away. */
  xfs_file_aio_read_direct(k: Kernel, file: AddressSpace, index: number, to: UserPage | null, begun: AioRequest[8] | null): readonly string[] | null {
    const exclusive = k.xfs_rw_ilock_direct(file, index)
    k.filemap_write_and_wait_pages(file, index, index + 1)
    if (begun !== null) inodeOf(file).i_dio_count.inc()
    const mapped = k.direct_IO_map_read(file, index, to)
    let words: readonly string[] | null = null
    if (mapped !== null && begun !== null) k.dio_submit_read(file, index, mapped[1], begun)
    else if (mapped !== null) words = k.direct_IO_read(file, ...mapped)
    k.xfs_rw_iunlock_direct(file, exclusive)
    return words
  },

  /** xfs_file_buffered_aio_write. */
  xfs_file_aio_write(k: Kernel, file: AddressSpace, index: number, from: UserPage | string): boolean {
    file.i_rwsem.downWrite()
    const written = k.generic_perform_write(file, index, from)
    file.i_rwsem.upWrite()
    return written
  },

  /** xfs_file_dio_aio_write. There is no way through the cache: a page that can not be dropped makes the write fail. */
  xfs_file_aio_write_direct(k: Kernel, file: AddressSpace, index: number, content: string, call: string | null): WrittenDirect {
    const exclusive = k.xfs_rw_ilock_direct(file, index)
    const written = k.generic_file_direct_write(file, index, content, call)
    k.xfs_rw_iunlock_direct(file, exclusive)
    return !written ? 'error' : call === null ? 'written' : 'queued'
  },
}

export const aioOf34Inlines = {
  /**
   * The beginning of direct I/O on XFS: the IOLOCK for reading, or, if anything is cached, for writing, and the cache is flushed and
   * emptied to the end of the file. (The kernel then demotes the lock for the sake of other direct I/O.)
   * @returns whether the lock is held for writing
   */
  xfs_rw_ilock_direct(k: Kernel, file: AddressSpace, index: number): boolean {
    file.i_rwsem.downRead()
    if (k.nrpages(file) === 0) return false
    file.i_rwsem.upRead()
    file.i_rwsem.downWrite()
    if (k.nrpages(file) > 0) k.xfs_flushinval_pages(file, index)
    return true
  },

  xfs_rw_iunlock_direct(_k: Kernel, file: AddressSpace, exclusive: boolean): void {
    if (exclusive) file.i_rwsem.upWrite()
    else file.i_rwsem.upRead()
  },
}
