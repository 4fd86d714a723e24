/** The file systems that files of v6.18 can be on. */
import type { HostOperations } from '../include/linux/host.js'

export const HOST_OPERATIONS = {
  ext4: {
    read_iter: 'ext4_file_read',
    write_iter: 'ext4_file_write_iter',
    read_folio: 'ext4_read_folio',
    writepages: 'ext4_do_writepages',
    release_folio: 'ext4_release_folio',
    invalidate_folio: 'ext4_invalidate_folio',
    iomap_begin: 'ext4_iomap_begin',
    dio_end_io: 'ext4_dio_write_end_io',
    end_ioend: 'ext4_end_io_end',
    fallocate: 'ext4_fallocate_host',
    fsync: 'ext4_sync_file',
    fadvise: 'force_page_cache_ra',
    setattr: 'ext4_setattr_size',
  },
  xfs: {
    read_iter: 'xfs_file_read',
    write_iter: 'xfs_file_write',
    read_folio: 'xfs_vm_read_folio',
    writepages: 'iomap_writepages',
    release_folio: 'iomap_release_folio',
    invalidate_folio: 'iomap_invalidate_folio',
    iomap_begin: 'xfs_direct_iomap_begin',
    dio_end_io: 'xfs_dio_write_end_io',
    end_ioend: 'xfs_end_ioend',
    fallocate: 'xfs_fallocate',
    fsync: 'xfs_file_fsync',
    fadvise: 'xfs_file_fadvise',
    setattr: 'xfs_vn_setattr_size',
  },
} satisfies Readonly<Record<string, HostOperations>>
