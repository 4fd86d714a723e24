/** XFS and the page cache of v4.13, for files on a DAX device; buffers are left out, because no block of such a file changes its place. */
import { patch } from '../kernel.js'
import { entryAt, deleteEntry } from '../fs/dax-entries.js'
import { __SetPageFlag } from '../include/linux/page-flags.js'
import { slotOf } from '../mm/filemap.js'

export const xfsOf413 = patch('xfs of v4.13', {
  /** submit_bio to a DAX device (pmem_make_request): the CPU copies, and the bio is complete when this returns. */
  submit_bio(k, base, bio) {
    if (bio[3].dax === null) {
      base(bio)
      return
    }
    const [op, , pages, file, index] = bio
    k.dma_transfer(bio)
    if (op === 'WRITE') pages.forEach((_page, i) => k.dax_flush(file, index + i))
    k.bio_endio(bio)
  },

  /** page_cache_tree_insert: a page takes the place of an exceptional entry, whatever that is. */
  add_to_page_cache_lru(k, base, page, mapping, index) {
    if (mapping.dax === null) return base(page, mapping, index)
    __SetPageFlag(page, 'PG_locked')
    k.lock_owned(page)
    page.refcount.inc()
    page.mapping.set(mapping)
    page.index.set(index)
    mapping.i_pages.lockIrqsave()
    const taken = slotOf(mapping, index).get() !== null
    if (!taken) {
      const entry = entryAt(mapping, index)
      if (entry !== null) {
        deleteEntry(mapping, index, entry)
        if (k.dax_mapping(mapping)) {
          k.WARN_ON(entry[0] !== 'EMPTY' || entry[1] !== 'locked', 'p != dax_radix_locked_entry(0, RADIX_DAX_EMPTY)')
          k.dax_wake_mapping_entry_waiter(mapping, index, entry, true)
        }
      }
      slotOf(mapping, index).set(page)
    }
    mapping.i_pages.unlockIrqrestore()
    if (taken) {
      page.mapping.set(null)
      k.put_page(page)
      return false
    }
    k.lru_cache_add(page)
    return true
  },

  filemap_fault_read: (k, base, mapping, index) => (mapping.dax === null ? base(mapping, index) : k.page_cache_ra_unbounded(mapping, index)),

  /** filemap_write_and_wait, file_write_and_wait_range: what is to be written is a matter of S_DAX, which is looked at without a lock. */
  filemap_write_and_wait_range(k, base, mapping) {
    if (mapping.dax === null) base(mapping)
    else k.filemap_write_and_wait(mapping)
  },

  /** xfs_file_fsync. */
  fsync(k, base, file) {
    if (file.dax === null) {
      base(file)
      return
    }
    const begun = k.oracle_sync_begins(file)
    k.filemap_write_and_wait(file)
    k.oracle_media_ends(file, begun)
  },

  xfs_vm_writepages(k, base, mapping, sync_mode) {
    if (k.dax_mapping(mapping)) k.dax_writeback_mapping_range(mapping, sync_mode)
    else base(mapping, sync_mode)
  },

  iomap_writepage_map(k, base, mapping, page) {
    if (mapping.dax !== null) k.xfs_map_blocks(mapping, page.index.get())
    return base(mapping, page)
  },

  /** iomap_page_mkwrite: locks vmf->page before anything else; the page is dirty before MMAPLOCK is given up. */
  iomap_page_mkwrite(k, base, mapping, page) {
    if (mapping.dax === null) return base(mapping, page)
    // lock_page: test_and_set_bit on the flags of compound_head(page)
    const head = page.compound_head.get() ?? page
    k.lock_page(head)
    if (page.mapping.get() !== mapping) {
      k.unlock_page(page)
      return false
    }
    k.xfs_file_iomap_begin(mapping, page.index.get(), 1, 'IOMAP_WRITE', null)
    k.set_page_dirty(page)
    k.wait_for_stable_page(page)
    k.note_prepared(page)
    return true
  },

  iomap_file_buffered_write(k, base, mapping, word) {
    if (mapping.dax !== null) k.xfs_file_iomap_begin(mapping, 0, 1, 'IOMAP_WRITE', null)
    return base(mapping, word)
  },
})
