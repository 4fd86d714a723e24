/** The tables of the kernel's functions, each with the file of the kernel it is of and the version that it follows. */
import { mmu } from './arch/mmu.js'
import { filemap } from './mm/filemap.js'
import { memory } from './mm/memory.js'
import { faultAround } from './mm/fault-around.js'
import { zap } from './mm/zap.js'
import { pageWriteback } from './mm/page-writeback.js'
import { pageAlloc } from './mm/page-alloc.js'
import { swap } from './mm/swap.js'
import { truncate } from './mm/truncate.js'
import { vmscan } from './mm/vmscan.js'
import { shmem } from './mm/shmem.js'
import { buffer } from './fs/buffer.js'
import { ext4Inode } from './fs/ext4/inode.js'
import { ext4PageIo } from './fs/ext4/page-io.js'
import { iomapBufferedIo } from './fs/iomap/buffered-io.js'
import { xfsAops } from './fs/xfs/xfs-aops.js'
import { fsWriteback } from './fs/fs-writeback.js'
import { superBlocks } from './fs/super.js'
import { blkCore } from './block/blk-core.js'
import { syscalls } from './fs/syscalls.js'
import { rmap } from './mm/rmap.js'
import { gup } from './mm/gup.js'
import { madvise } from './mm/madvise.js'
import { mmap } from './mm/mmap.js'
import { hugeMemory } from './mm/huge-memory.js'
import { swapState } from './mm/swap-state.js'
import { fork } from './kernel/fork.js'
import { bio } from './block/bio.js'
import { blockFops } from './block/fops.js'
import { directIo } from './fs/direct-io.js'
import { iomapDirectIo } from './fs/iomap/direct-io.js'
import { blockMap } from './fs/block-map.js'
import { filemapIo } from './mm/filemap-io.js'
import { truncateRange } from './mm/truncate-range.js'
import { writebackLoop } from './mm/writeback-loop.js'
import { dioCompletion } from './fs/dio-completion.js'
import { directBlocks } from './fs/direct-blocks.js'
import { ext4Delalloc } from './fs/ext4/delalloc.js'
import { ext4Extents } from './fs/ext4/extents.js'
import { ext4Fallocate } from './fs/ext4/fallocate.js'
import { xfsBmapUtil } from './fs/xfs/xfs-bmap-util.js'
import { xfsVnodeops } from './fs/xfs/xfs-vnodeops.js'
import { xfsAopsBh } from './fs/xfs/xfs-aops-bh.js'
import { aioOf34 } from './fs/aio-34.js'
import { fileCalls } from './fs/file-calls.js'
import { segments } from './block/segments.js'
import { ext4FallocateHost } from './fs/ext4/fallocate-host.js'
import { ext4File } from './fs/ext4/file.js'
import { ext4FolioBuffers } from './fs/ext4/folio-buffers.js'
import { ext4MapBlocks } from './fs/ext4/map-blocks.js'
import { ext4Writepages } from './fs/ext4/writepages.js'
import { iomapBufferedFolio } from './fs/iomap/buffered-folio.js'
import { iomapDirectWrite } from './fs/iomap/direct-write.js'
import { jbd2Commit } from './fs/jbd2/commit.js'
import { openCalls } from './fs/open.js'
import { xfsFileSpace } from './fs/xfs/file-space.js'
import { xfsIomapBegin } from './fs/xfs/iomap-begin.js'
import { filemapFolio } from './mm/filemap-folio.js'
import { truncateFolio } from './mm/truncate-folio.js'
import { dax } from './fs/dax.js'
import { daxCalls } from './fs/dax-calls.js'
import { daxEntries } from './fs/dax-entries.js'
import { xfsFile } from './fs/xfs/xfs-file.js'
import { xfsIcache } from './fs/xfs/xfs-icache.js'
import { xfsIoctl } from './fs/xfs/xfs-ioctl.js'
import { xfsIomap } from './fs/xfs/xfs-iomap.js'
import { deviceMemory } from './mm/device-memory.js'
import { filemapRead } from './mm/filemap-read.js'
import { invalidate } from './mm/invalidate.js'

/** Functions of one file; `elsewhere` are those of another file, or null for what is the model's own. */
interface SourceTable {
  readonly functions: object
  readonly file: string
  readonly version: string
  readonly elsewhere: Readonly<Record<string, string | null>>
}

function table<T extends object>(
  functions: T,
  file: string,
  version: string,
  elsewhere: { readonly [Name in keyof T]?: string | null } = {},
): SourceTable {
  return { functions, file, version, elsewhere: elsewhere as SourceTable['elsewhere'] }
}

/** In order: of two functions of one name the later counts. */
export const FUNCTION_TABLES: readonly SourceTable[] = [
  table(mmu, 'arch/x86/mm/fault.c', 'v5.10-rc5', { user_load: null, user_store: null }),
  table(filemap, 'mm/filemap.c', 'v5.10-rc5', {
    __wake_up_common: 'kernel/sched/wait.c',
    page_cache_ra_unbounded: 'mm/readahead.c',
    mpage_end_io: 'fs/mpage.c',
  }),
  table(memory, 'mm/memory.c', 'v5.10-rc5'),
  table(faultAround, 'mm/memory.c', 'v5.10-rc5', { filemap_map_pages: 'mm/filemap.c' }),
  table(zap, 'mm/memory.c', 'v5.10-rc5', { tlb_finish_mmu: 'mm/mmu_gather.c' }),
  table(pageWriteback, 'mm/page-writeback.c', 'v5.10-rc5'),
  table(pageAlloc, 'mm/page_alloc.c', 'v5.10-rc5'),
  table(swap, 'mm/swap.c', 'v5.10-rc5', { get_page: 'include/linux/mm.h', put_page: 'include/linux/mm.h' }),
  table(truncate, 'mm/truncate.c', 'v5.10-rc5'),
  table(vmscan, 'mm/vmscan.c', 'v5.10-rc5'),
  table(shmem, 'mm/shmem.c', 'v5.10-rc5'),
  table(buffer, 'fs/buffer.c', 'v5.10-rc5', { try_to_release_page: 'mm/filemap.c' }),
  table(ext4Inode, 'fs/ext4/inode.c', 'v5.10-rc5', { block_page_mkwrite: 'fs/buffer.c' }),
  table(ext4PageIo, 'fs/ext4/page-io.c', 'v5.10-rc5'),
  table(iomapBufferedIo, 'fs/iomap/buffered-io.c', 'v5.10-rc5'),
  table(xfsAops, 'fs/xfs/xfs_aops.c', 'v5.10-rc5', { xfs_file_read_iter: 'fs/xfs/xfs_file.c', xfs_file_buffered_aio_write: 'fs/xfs/xfs_file.c' }),
  table(fsWriteback, 'fs/fs-writeback.c', 'v5.10-rc5'),
  table(superBlocks, 'fs/super.c', 'v5.10-rc5'),
  table(blkCore, 'block/blk-core.c', 'v5.10-rc5', { bio_integrity_prep: 'block/bio-integrity.c', dma_transfer: null, bio_endio: 'block/bio.c' }),
  table(syscalls, 'fs/read_write.c', 'v5.10-rc5', {
    io_submit_read: 'fs/aio.c',
    io_getevents: 'fs/aio.c',
    driver_fill: null,
    process_vm_readv: 'mm/process_vm_access.c',
    madvise: 'mm/madvise.c',
    fsync: 'fs/sync.c',
    msync: 'mm/msync.c',
    sync_file_range_write: 'fs/sync.c',
    sync_file_range_wait: 'fs/sync.c',
    ftruncate: 'fs/open.c',
    fallocate_punch_hole: 'fs/open.c',
    drop_caches: 'fs/drop_caches.c',
    load_fault: 'mm/filemap.c',
  }),
  table(rmap, 'mm/rmap.c', 'v5.10-rc5'),
  table(gup, 'mm/gup.c', 'v5.10-rc5'),
  table(madvise, 'mm/madvise.c', 'v5.10-rc5'),
  table(mmap, 'mm/mmap.c', 'v5.10-rc5'),
  table(hugeMemory, 'mm/huge_memory.c', 'v5.10-rc5', { migration_entry_wait: 'mm/migrate.c' }),
  table(swapState, 'mm/swap_state.c', 'v5.10-rc5', {
    get_swap_page: 'mm/swapfile.c',
    try_to_free_swap: 'mm/swapfile.c',
    reuse_swap_page: 'mm/swapfile.c',
    free_swap_and_cache: 'mm/swapfile.c',
    swap_readpage: 'mm/page_io.c',
    swap_writepage: 'mm/page_io.c',
    end_swap_bio_write: 'mm/page_io.c',
    swap_set_page_dirty: 'mm/page_io.c',
  }),
  table(fork, 'kernel/fork.c', 'v5.10-rc5', {
    copy_page_range: 'mm/memory.c',
    copy_pte_range: 'mm/memory.c',
    copy_present_pte: 'mm/memory.c',
    copy_nonpresent_pte: 'mm/memory.c',
    exit_mm: 'kernel/exit.c',
  }),
  table(bio, 'block/bio.c', 'v5.10-rc5', { iov_iter_get_pages: 'lib/iov_iter.c' }),
  table(blockFops, 'fs/block_dev.c', 'v5.10-rc5'),
  table(directIo, 'fs/direct-io.c', 'v4.15'),
  table(iomapDirectIo, 'fs/iomap/direct-io.c', 'v5.10-rc5'),
  table(blockMap, 'fs/buffer.c', 'v3.4', { mpage_readpage: 'fs/mpage.c' }),
  table(filemapIo, 'mm/filemap.c', 'v3.4', {
    mpage_bio: 'fs/mpage.c',
    force_page_cache_readahead: 'mm/readahead.c',
    direct_IO_write: 'fs/direct-io.c',
    direct_IO_map_read: 'fs/direct-io.c',
    direct_IO_read: 'fs/direct-io.c',
    get_user_page: 'mm/memory.c',
  }),
  table(truncateRange, 'mm/truncate.c', 'v3.4', { unmap_mapping_range: 'mm/memory.c' }),
  table(writebackLoop, 'mm/page-writeback.c', 'v3.4', { writeback_bio: null }),
  table(directBlocks, 'fs/direct-io.c', 'v3.4'),
  table(dioCompletion, 'fs/direct-io.c', 'v3.4', {
    ext4_end_io_dio: 'fs/ext4/inode.c',
    ext4_end_io_work: 'fs/ext4/page-io.c',
    ext4_end_io_nolock: 'fs/ext4/page-io.c',
    ext4_flush_completed_IO: 'fs/ext4/fsync.c',
    xfs_end_io_direct_write: 'fs/xfs/xfs_aops.c',
    xfs_end_io: 'fs/xfs/xfs_aops.c',
    xfs_destroy_ioend: 'fs/xfs/xfs_aops.c',
  }),
  table(ext4Delalloc, 'fs/ext4/inode.c', 'v3.4'),
  table(ext4Extents, 'fs/ext4/extents.c', 'v3.4', { ext4_setattr: 'fs/ext4/inode.c', jbd2_journal_commit_transaction: 'fs/jbd2/commit.c' }),
  table(ext4Fallocate, 'fs/ext4/extents.c', 'v3.15'),
  table(xfsBmapUtil, 'fs/xfs/xfs_bmap_util.c', 'v3.15'),
  table(xfsVnodeops, 'fs/xfs/xfs_vnodeops.c', 'v3.4', {
    xfs_file_fallocate: 'fs/xfs/xfs_file.c',
    xfs_bunmapi: 'fs/xfs/xfs_bmap.c',
    xfs_setattr_size: 'fs/xfs/xfs_iops.c',
    xfs_log_force: 'fs/xfs/xfs_log.c',
  }),
  table(xfsAopsBh, 'fs/xfs/xfs_aops.c', 'v3.4', { xfs_iomap_write_allocate: 'fs/xfs/xfs_iomap.c', generic_writepages: 'mm/page-writeback.c' }),
  table(aioOf34, 'mm/filemap.c', 'v3.4', {
    xfs_file_aio_read: 'fs/xfs/xfs_file.c',
    xfs_file_aio_read_direct: 'fs/xfs/xfs_file.c',
    xfs_file_aio_write: 'fs/xfs/xfs_file.c',
    xfs_file_aio_write_direct: 'fs/xfs/xfs_file.c',
  }),
  table(fileCalls, 'fs/read_write.c', 'v3.4', {
    fallocate_punch: 'fs/open.c',
    fallocate_prealloc: 'fs/open.c',
    fallocate_zero: 'fs/open.c',
    fallocate_collapse: 'fs/open.c',
    fallocate_insert: 'fs/open.c',
    io_submit_pwrite: 'fs/aio.c',
    io_submit_pread: 'fs/aio.c',
    io_getevents_direct: 'fs/aio.c',
    ftruncate_to: 'fs/open.c',
    fadvise_willneed: 'mm/fadvise.c',
    madvise_willneed: 'mm/madvise.c',
    mmap_elsewhere: 'mm/mmap.c',
    commit: null,
  }),
  table(dax, 'fs/dax.c', 'v4.13'),
  table(daxCalls, 'fs/read_write.c', 'v4.13', { chattr_x: 'fs/xfs/xfs_ioctl.c' }),
  table(daxEntries, 'fs/dax.c', 'v4.13'),
  table(xfsFile, 'fs/xfs/xfs_file.c', 'v4.13'),
  table(xfsIcache, 'fs/xfs/xfs_icache.c', 'v5.8', { iput: 'fs/inode.c' }),
  table(xfsIoctl, 'fs/xfs/xfs_ioctl.c', 'v4.13'),
  table(xfsIomap, 'fs/xfs/xfs_iomap.c', 'v4.13'),
  table(deviceMemory, 'mm/memory.c', 'v4.13', { vmf_insert_pfn_pmd: 'mm/huge_memory.c' }),
  table(filemapRead, 'mm/filemap.c', 'v4.13'),
  table(invalidate, 'mm/truncate.c', 'v4.13'),
  table(segments, 'fs/iomap/ioend.c', 'v6.18', { process_one_work: 'kernel/workqueue.c' }),
  table(filemapFolio, 'mm/filemap.c', 'v6.18', {
    folio_mark_dirty: 'mm/page-writeback.c',
    filemap_dirty_folio: 'mm/page-writeback.c',
    invalidate_range2: 'mm/truncate.c',
    invalidate_complete_folio2: 'mm/truncate.c',
    copy_folio_from_iter_atomic: 'lib/iov_iter.c',
    copy_folio_to_iter: 'lib/iov_iter.c',
  }),
  table(truncateFolio, 'mm/truncate.c', 'v6.18'),
  table(openCalls, 'fs/read_write.c', 'v6.18', {
    do_ftruncate: 'fs/open.c',
    vfs_fallocate: 'fs/open.c',
    vfs_fsync_range: 'fs/sync.c',
    ksys_sync_file_range: 'fs/sync.c',
    fadvise_dontneed: 'mm/fadvise.c',
    force_page_cache_ra: 'mm/readahead.c',
  }),
  table(ext4MapBlocks, 'fs/ext4/inode.c', 'v6.18', {
    ext4_convert_unwritten_extents: 'fs/ext4/extents.c',
    ext4_ext_rm_leaf: 'fs/ext4/extents.c',
    ext4_ext_shift_extents: 'fs/ext4/extents.c',
  }),
  table(ext4FolioBuffers, 'fs/ext4/inode.c', 'v6.18', {
    ext4_read_folio: 'fs/ext4/readpage.c',
    ext4_read_bh_lock: 'fs/ext4/super.c',
    end_buffer_read_sync: 'fs/buffer.c',
    block_commit_write: 'fs/buffer.c',
    generic_perform_write_iter: 'mm/filemap.c',
  }),
  table(ext4Writepages, 'fs/ext4/inode.c', 'v6.18', { ext4_end_io_end: 'fs/ext4/page-io.c' }),
  table(ext4File, 'fs/ext4/file.c', 'v6.18', { ext4_iomap_begin: 'fs/ext4/inode.c', ext4_da_page_mkwrite: 'fs/ext4/inode.c' }),
  table(ext4FallocateHost, 'fs/ext4/extents.c', 'v6.18', {
    ext4_punch_hole: 'fs/ext4/inode.c',
    ext4_setattr_size: 'fs/ext4/inode.c',
    ext4_truncate: 'fs/ext4/inode.c',
  }),
  table(jbd2Commit, 'fs/ext4/fsync.c', 'v6.18', {
    jbd2_commit_transaction: 'fs/jbd2/commit.c',
    ext4_normal_submit_inode_data_buffers: 'fs/ext4/super.c',
    xfs_file_fsync: 'fs/xfs/xfs_file.c',
  }),
  table(iomapBufferedFolio, 'fs/iomap/buffered-io.c', 'v6.18', {
    xfs_vm_read_folio: 'fs/xfs/xfs_aops.c',
    xfs_page_mkwrite: 'fs/xfs/xfs_file.c',
    xfs_end_ioend: 'fs/xfs/xfs_aops.c',
  }),
  table(iomapDirectWrite, 'fs/iomap/direct-io.c', 'v6.18', { pin_user_page: 'mm/gup.c' }),
  table(xfsIomapBegin, 'fs/xfs/xfs_iomap.c', 'v6.18', {
    xfs_writeback_range: 'fs/xfs/xfs_aops.c',
    xfs_bmapi_convert_delalloc: 'fs/xfs/libxfs/xfs_bmap.c',
    xfs_setfilesize: 'fs/xfs/xfs_aops.c',
  }),
  table(xfsFileSpace, 'fs/xfs/xfs_file.c', 'v6.18', {
    xfs_free_file_space_host: 'fs/xfs/xfs_bmap_util.c',
    xfs_flush_unmap_range: 'fs/xfs/xfs_bmap_util.c',
    xfs_alloc_file_space_host: 'fs/xfs/xfs_bmap_util.c',
    xfs_collapse_file_space_host: 'fs/xfs/xfs_bmap_util.c',
    xfs_prepare_shift: 'fs/xfs/xfs_bmap_util.c',
    xfs_shift_file_space: 'fs/xfs/libxfs/xfs_bmap.c',
    xfs_vn_setattr_size: 'fs/xfs/xfs_iops.c',
    xfs_falloc_setsize: 'fs/xfs/xfs_iops.c',
    xfs_itruncate_extents: 'fs/xfs/xfs_inode.c',
  }),
]

/** Where a function of the model is from. */
export interface Source {
  /** Path in the kernel's tree; null of what is the model's own. */
  readonly file: string | null
  /** The version that the model's function follows. */
  readonly version: string
  /** Names of the patches, of other versions or fixes, that change it, in order. */
  readonly patches: readonly string[]
}

/** Of each function by name. */
const SOURCES: ReadonlyMap<string, Omit<Source, 'patches'>> = new Map(
  FUNCTION_TABLES.flatMap(({ functions, file, version, elsewhere }) =>
    Object.keys(functions).map((name) => [name, { file: elsewhere[name] === undefined ? file : elsewhere[name], version }] as const),
  ),
)

/** Where a function is from in a kernel with `patches`; undefined if it is none of the model's. */
export function sourceOf(fn: string, patches: readonly { readonly name: string; readonly replacements: object }[]): Source | undefined {
  const source = SOURCES.get(fn)
  if (source === undefined) return undefined
  return { ...source, patches: patches.filter(({ replacements }) => fn in replacements).map(({ name }) => name) }
}
