/** The tables by which names of one kernel are found in another, and phrases in words. Data only. */
import type { Effect } from './operations.js'

/** Functions that have had several names, or that others stand for. Anything with `page` in it is tried with `folio` too. */
export const ERAS: readonly (readonly string[])[] = [
  ['lock_page', 'folio_lock', '__lock_page', '__folio_lock'],
  ['unlock_page', 'folio_unlock', 'page_unlock'],
  ['trylock_page', 'folio_trylock', 'TestSetPageLocked'],
  ['wait_on_page_writeback', 'folio_wait_writeback'],
  ['wait_on_page_bit', 'folio_wait_bit'],
  ['wait_on_page_bit_common', 'folio_wait_bit_common'],
  ['wait_on_page_locked', 'folio_wait_locked'],
  ['end_page_writeback', 'folio_end_writeback'],
  ['test_clear_page_writeback', '__folio_end_writeback', 'TestClearPageWriteback'],
  ['set_page_writeback', 'folio_start_writeback'],
  ['__test_set_page_writeback', '__folio_start_writeback', 'test_set_page_writeback'],
  ['set_page_dirty', 'folio_mark_dirty'],
  ['set_page_dirty_lock', 'folio_mark_dirty_lock'],
  ['clear_page_dirty_for_io', 'folio_clear_dirty_for_io'],
  ['get_page', 'folio_get', 'page_cache_get'],
  ['put_page', 'folio_put', 'page_cache_release'],
  ['add_to_page_cache_lru', 'filemap_add_folio'],
  ['delete_from_page_cache', 'filemap_remove_folio', 'remove_from_page_cache'],
  ['find_get_page', 'filemap_get_folio', 'find_get_entry', 'filemap_get_entry'],
  ['truncate_inode_page', 'truncate_inode_folio'],
  ['truncate_cleanup_page', 'truncate_cleanup_folio'],
  ['truncate_inode_pages_range', 'truncate_inode_pages', 'truncate_pagecache_range', 'truncate_pagecache'],
  ['invalidate_mapping_pages', 'invalidate_mapping_pagevec'],
  ['block_invalidatepage', 'block_invalidate_folio'],
  ['try_to_release_page', 'filemap_release_folio'],
  ['wake_up_page', 'folio_wake'],
  ['wake_up_page_bit', 'folio_wake_bit'],
  ['shrink_page_list', 'shrink_folio_list'],
  ['shrink_inactive_list', 'shrink_zone'],
  ['get_user_pages_fast', 'internal_get_user_pages_fast', 'gup_fast', 'pin_user_pages_fast'],
  ['__get_user_pages', 'get_user_pages', '__get_user_pages_locked', 'get_user_pages_unlocked'],
  ['do_blockdev_direct_IO', 'do_direct_IO', '__blockdev_direct_IO'],
  ['split_huge_page', 'split_huge_page_to_list', 'split_folio'],
  ['page_remove_rmap', 'folio_remove_rmap_pte'],
  ['try_grab_compound_head', 'try_get_compound_head', 'try_grab_folio', 'try_get_folio'],
  ['filemap_write_and_wait_range', 'filemap_write_and_wait_pages', 'filemap_write_and_wait', 'file_write_and_wait_range'],
  ['unmap_mapping_pages', 'unmap_mapping_range'],
  ['ftruncate', 'truncate', 'vfs_truncate', 'do_truncate', 'truncate_setsize'],
  ['fsync', 'vfs_fsync', 'do_fsync', 'vfs_fsync_range'],
  ['fallocate_punch_hole', 'fallocate_punch', 'fallocate', 'punch_hole', 'ext4_punch_hole', 'ext4_ext_punch_hole', 'xfs_file_fallocate', 'xfs_free_file_space'],
  ['wb_writeback', 'wb_workfn', 'writeback_sb_inodes'],
  ['balance_pgdat', 'kswapd'],
  ['madvise', 'do_madvise'],
  ['cpu_store', 'user_store'],
  ['cpu_load', 'user_load'],
  ['iov_iter_get_pages', 'iov_iter_get_pages2'],
  ['bio_endio', 'ext4_end_bio', 'mpage_end_io'],
]

/** Words for bits, locks, counters, variables and memory, each with its name in the model. Longer words are tried first. */
export interface Noun {
  readonly kind: 'flag' | 'lock' | 'counter' | 'memory' | 'variable'
  readonly part: string
  readonly words: readonly string[]
}

export const NOUNS: readonly Noun[] = [
  ...['locked', 'waiters', 'writeback', 'dirty', 'private', 'lru', 'reclaim', 'referenced', 'swapbacked', 'swapcache', 'head', 'uptodate'].map(
    (bit): Noun => ({
      kind: 'flag',
      part: `PG_${bit}`,
      words: [`pg_${bit}`, `page${bit}`, `${bit} bit`, `${bit} flag`, ...(bit === 'writeback' || bit === 'dirty' ? [bit] : [])],
    }),
  ),
  { kind: 'lock', part: 'mmap_lock', words: ['mmap_lock', 'mmap_sem', 'mmap lock', 'mmap sem'] },
  { kind: 'lock', part: 'i_rwsem', words: ['i_rwsem', 'i_mutex', 'i_mutex_key', 'inode_lock', 'inode lock', 'iolock'] },
  { kind: 'lock', part: 'i_pages', words: ['i_pages', 'tree_lock', 'xa_lock', 'page cache lock', 'tree lock'] },
  { kind: 'lock', part: 'ptl', words: ['ptl', 'pte lock', 'page table lock', 'page_table_lock', 'pt lock'] },
  { kind: 'lock', part: 'private_lock', words: ['private_lock'] },
  { kind: 'lock', part: 'i_mmap_rwsem', words: ['i_mmap_rwsem', 'i_mmap_mutex', 'i_mmap_lock'] },
  { kind: 'lock', part: 'anon_vma', words: ['anon_vma lock', 'anon_vma->rwsem', 'anon_vma'] },
  {
    kind: 'lock',
    part: 'i_mmaplock',
    words: ['mmaplock', 'xfs_mmaplock_excl', 'xfs_mmaplock_shared', 'i_mmaplock', 'invalidate_lock', 'filemap_invalidate_lock'],
  },
  {
    kind: 'counter',
    part: 'refcount',
    words: ['refcount', '_refcount', 'page_count', 'page_ref_count', 'reference count', 'reference', 'ref', 'count'],
  },
  { kind: 'counter', part: 'mapcount', words: ['mapcount', '_mapcount', 'page_mapcount', 'map count'] },
  { kind: 'memory', part: 'page', words: ['page', 'folio', 'the page', "'page'"] },
  { kind: 'memory', part: 'bh', words: ['buffer_head', 'buffer head', 'buffers', 'bh'] },
  { kind: 'variable', part: 'mapping', words: ['page->mapping', 'folio->mapping', 'mapping'] },
  { kind: 'variable', part: 'index', words: ['page->index', 'folio->index'] },
  { kind: 'variable', part: 'i_size', words: ['i_size', 'inode->i_size'] },
  { kind: 'variable', part: 'S_DAX', words: ['s_dax', 'is_dax'] },
  { kind: 'variable', part: 'pte', words: ['pte', '*pte', 'page table entry'] },
]

/** Verbs and what they do to which kind of thing. A verb is one word or more, in its plain form or with `s` or `ed`. */
export const VERBS: readonly { readonly words: readonly string[]; readonly kind: Noun['kind']; readonly effect: Effect }[] = [
  { words: ['set', 'mark', 'start', 'test and set', 'testset'], kind: 'flag', effect: 'set' },
  { words: ['clear', 'end', 'finish', 'test and clear', 'testclear', 'drop'], kind: 'flag', effect: 'clear' },
  { words: ['test', 'check', 'see', 'look at', 'is', 'read'], kind: 'flag', effect: 'test' },
  {
    words: [
      'lock',
      'take',
      'acquire',
      'get',
      'grab',
      'rlock',
      'wlock',
      'hold',
      'spin_lock',
      'mutex_lock',
      'down_read',
      'down_write',
      'down',
      'xfs_ilock',
    ],
    kind: 'lock',
    effect: 'take',
  },
  {
    words: ['unlock', 'release', 'drop', 'put', 'spin_unlock', 'mutex_unlock', 'up_read', 'up_write', 'up', 'xfs_iunlock'],
    kind: 'lock',
    effect: 'release',
  },
  { words: ['trylock', 'try', 'try to take', 'spin_trylock', 'mutex_trylock', 'xfs_ilock_nowait'], kind: 'lock', effect: 'try' },
  { words: ['get', 'take', 'grab', 'inc', 'increment', 'raise', 'elevate'], kind: 'counter', effect: 'gain' },
  { words: ['put', 'drop', 'dec', 'decrement', 'release', 'lower'], kind: 'counter', effect: 'drop' },
  { words: ['read', 'check', 'test', 'look at', 'see'], kind: 'counter', effect: 'count' },
  { words: ['alloc', 'allocate', 'reallocate', 'realloc', 'reuse'], kind: 'memory', effect: 'alloc' },
  { words: ['free', 'discard'], kind: 'memory', effect: 'free' },
  { words: ['set', 'store', 'write', 'clear', 'zap', 'update'], kind: 'variable', effect: 'store' },
  { words: ['read', 'load', 'check', 'test', 'see', 'look at', 'fetch'], kind: 'variable', effect: 'load' },
]
