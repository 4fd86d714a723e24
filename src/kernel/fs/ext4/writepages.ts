/** fs/ext4/inode.c, fs/ext4/page-io.c, v6.18: writeback with delayed allocation, into blocks that have no data before it is done. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Bio, Page } from '../../include/linux/mm-types.js'
import { PageDirty, PageWriteback } from '../../include/linux/page-flags.js'
import { hostOf, type WritebackControl } from '../../include/linux/host.js'

export const ext4Writepages = {
  /**
   * ext4_do_writepages: first what has its blocks already, then the rest, an extent at a time. Context: task or flusher.
   */
  ext4_do_writepages(k: Kernel, mapping: AddressSpace, wbc: WritebackControl): void {
    if (!k.mapping_tagged(mapping, 'PAGECACHE_TAG_DIRTY')) return
    if (wbc[0] === 'WB_SYNC_ALL') k.tag_range_for_writeback(mapping, wbc)
    for (const index of k.pages_of_range(mapping, wbc[1], wbc[2])) k.mpage_prepare_folio(mapping, index, wbc, false)
    let extent: readonly Page[] = []
    for (const index of k.pages_of_range(mapping, wbc[1], wbc[2])) {
      const page = k.mpage_prepare_folio(mapping, index, wbc, true)
      if (extent.length > 0 && page?.index.get() !== (extent.at(-1)?.index.get() ?? 0) + 1) {
        k.mpage_map_and_submit_extent(mapping, extent)
        extent = []
      }
      if (page !== null) extent = [...extent, page]
    }
    if (extent.length > 0) k.mpage_map_and_submit_extent(mapping, extent)
  },

  /**
   * mpage_prepare_extent_to_map, mpage_process_page_bufs of one page: one that needs no block is written, one that does is left locked
   * where blocks may be mapped. @returns the page that is to be mapped, locked and referenced
   */
  mpage_prepare_folio(k: Kernel, mapping: AddressSpace, index: number, [sync_mode]: WritebackControl, do_map: boolean): Page | null {
    const page = k.find_get_page_tag(mapping, index, sync_mode === 'WB_SYNC_ALL' ? 'PAGECACHE_TAG_TOWRITE' : 'PAGECACHE_TAG_DIRTY')
    if (page === null) return null
    k.lock_page(page)
    if (!PageDirty(page) || (PageWriteback(page) && sync_mode === 'WB_SYNC_NONE') || page.mapping.get() !== mapping) {
      k.unlock_page(page)
      k.put_page(page)
      return null
    }
    k.wait_on_page_writeback(page)
    k.BUG_ON(PageWriteback(page), 'folio_test_writeback(folio)')
    if (k.mpage_needs_mapping(mapping, page)) {
      if (do_map) return page
      k.unlock_page(page)
    } else {
      k.mpage_submit_folio(mapping, page, false)
    }
    k.put_page(page)
    return null
  },

  /** mpage_map_and_submit_extent, mpage_map_one_extent: blocks for consecutive pages, without data until the I/O is done. Uses the pages up. */
  mpage_map_and_submit_extent(k: Kernel, mapping: AddressSpace, pages: readonly Page[]): void {
    const { i_size } = hostOf(mapping)
    const first = pages[0]?.index.get() ?? 0
    let next = first
    while (next < first + pages.length) {
      const map = k.ext4_map_blocks_host(mapping, next, first + pages.length, 'CREATE_UNWRIT_EXT')
      if (typeof map === 'number') k.world.fail('assertion', 'out of blocks: the device has too few for the program')
      const [type, from, end, addr] = map
      for (let index = from; index < end; index++) {
        const page = pages[index - first] as Page
        page.buffers.set([['mapped', (addr ?? 0) + index - from]])
        k.mpage_submit_folio(mapping, page, type === 'UNWRITTEN')
        k.put_page(page)
      }
      next = end
    }
    // Truncate is kept out by i_data_sem, under which the size is looked at.
    k.ext4_update_i_disksize(mapping, Math.min(next * k.config.words, i_size.get()))
  },

  /** mpage_submit_folio, ext4_bio_write_folio. What lies beyond the end of the file is zeroed each time. Context: page locked; unlocks it. */
  mpage_submit_folio(k: Kernel, mapping: AddressSpace, page: Page, unwritten: boolean): void {
    const { words } = k.config
    const index = page.index.get()
    const len = Math.min(hostOf(mapping).i_size.get() - index * words, words)
    k.clear_page_dirty_for_io(page)
    if (len < words) k.folio_zero_range(page, Math.max(len, 0), words - Math.max(len, 0))
    const buffer = k.folio_buffer(page)
    k.set_page_writeback(page)
    if (len > 0 && buffer !== null && typeof buffer !== 'string') {
      const ioend = [unwritten, index * words, (index + 1) * words] as const
      k.submit_bio(['WRITE', 'ioend_end_bio', [page], mapping, index, null, undefined, [[page, 0, buffer[1], 0, words]], ioend])
    } else {
      k.end_page_writeback(page)
    }
    k.unlock_page(page)
  },

  /** ext4_end_io_end: blocks have data now, then writeback of the pages ends. Context: worker. */
  ext4_end_io_end(k: Kernel, bio: Bio): void {
    const [unwritten, start, end] = bio[8] ?? [false, 0, 0]
    if (unwritten) k.ext4_convert_unwritten_extents(bio[3], start, end)
    for (const page of bio[2]) k.end_page_writeback(page)
  },
}

export const ext4WritepagesInlines = {
  /** mpage_add_bh_to_extent: whether the page's block is still to be allocated, or has no data yet. Context: page locked. */
  mpage_needs_mapping(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    const buffer = k.folio_buffer(page)
    if (page.index.get() * k.config.words >= hostOf(mapping).i_size.get()) return false
    return buffer === 'delay' || (buffer !== null && buffer !== 'unmapped' && buffer[0] === 'unwritten')
  },

  /** tag_pages_for_writeback of a range. */
  tag_range_for_writeback(k: Kernel, mapping: AddressSpace, [, start, end]: WritebackControl): void {
    mapping.i_pages.lockIrqsave()
    for (const index of k.pages_of_range(mapping, start, end)) {
      const tags = mapping.tags[index]
      if (tags?.test('PAGECACHE_TAG_DIRTY') === true) tags.set('PAGECACHE_TAG_TOWRITE')
    }
    mapping.i_pages.unlockIrqrestore()
  },
}
