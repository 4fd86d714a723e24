/**
 * fs/iomap/buffered-io.c, v6.18, for XFS with blocks as large as a page: folios have nothing private (no iomap_folio_state). Offsets are
 * in words.
 */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Bio, Page } from '../../include/linux/mm-types.js'
import { PageDirty, PageWriteback } from '../../include/linux/page-flags.js'
import { EFAULT, EIO, hostOf, type Iomap, type UserBuffer, type WritebackControl } from '../../include/linux/host.js'
import { PageUptodate } from '../../mm/filemap-folio.js'

export const iomapBufferedFolio = {
  /** iomap_read_folio, iomap_readahead of one folio. Blocks without data, and beyond the end of the file, are zeros. Context: page locked. */
  xfs_vm_read_folio(k: Kernel, file: AddressSpace, page: Page): void {
    const block = page.index.get()
    const map = k.xfs_read_iomap_begin(file, block, block + 1)
    if (k.iomap_block_needs_zeroing(file, map, block * k.config.words)) {
      k.folio_zero_range(page, 0, k.config.words)
      k.folio_end_read(page)
      return
    }
    k.submit_bio(['READ', 'folio_end_read_bio', [page], file, block, null, undefined, [[page, 0, map[3] ?? 0, 0, k.config.words]]])
  },

  /** iomap_write_iter: iomap_file_buffered_write. Context: task, inode locked. @returns words written, or an error */
  iomap_write_iter(k: Kernel, file: AddressSpace, pos: number, count: number, from: UserBuffer): number {
    const { i_size } = hostOf(file)
    const { words } = k.config
    let done = 0
    while (done < count) {
      const at = pos + done
      const len = Math.min(words - (at % words), count - done)
      const map = k.xfs_buffered_write_iomap_begin(file, at, at + len, false)
      if (!k.fault_in_iov_iter_readable(from, done, len)) {
        k.xfs_buffered_write_iomap_end(file, at, at + len, at, map)
        return done > 0 ? done : EFAULT
      }
      const page = k.iomap_write_begin(file, at, len, map)
      if (page === null) return done > 0 ? done : EIO
      const copied = k.copy_folio_from_iter_atomic(page, at % words, len, from, done)
      k.iomap_write_end(page)
      if (at + copied > i_size.get()) i_size.set(at + copied)
      k.unlock_page(page)
      k.put_page(page)
      done += copied
    }
    return done
  },

  /** iomap_write_begin, __iomap_write_begin: the folio, with what is not to be written up to date. @returns it, locked and referenced; null without memory */
  iomap_write_begin(k: Kernel, file: AddressSpace, pos: number, len: number, map: Iomap): Page | null {
    const { words } = k.config
    const page = k.grab_cache_page_write_begin(file, Math.floor(pos / words))
    if (page === null) return null
    const from = pos % words
    if (PageUptodate(page) || len === words) return page
    if (k.iomap_block_needs_zeroing(file, map, pos - from)) {
      k.folio_zero_range(page, 0, from)
      k.folio_zero_range(page, from + len, words - from - len)
    } else {
      k.iomap_read_folio_sync(file, page, map)
    }
    page.flags.set('PG_uptodate')
    return page
  },

  /** iomap_read_folio_sync, iomap_bio_read_folio_range_sync. Context: page locked; waits. */
  iomap_read_folio_sync(k: Kernel, file: AddressSpace, page: Page, [, first, , addr]: Iomap): void {
    const dio = k.current_dio()
    const block = (addr ?? 0) + page.index.get() - first
    k.dio_init(dio, 1)
    k.submit_bio(['READ', 'end_buffer_read_sync', [], file, page.index.get(), [dio], undefined, [[page, 0, block, 0, k.config.words]]])
    k.dio_wait(dio)
  },

  /** __iomap_write_end. Context: page locked. */
  iomap_write_end(k: Kernel, page: Page): void {
    page.flags.set('PG_uptodate')
    k.filemap_dirty_folio(page)
  },

  /**
   * iomap_zero_range: words `start` to before `end` are zeroed in the page cache. Where there are no data nothing is to be done, unless
   * something dirty is cached: then that is written back, and the mapping looked at again. A block that begins before the range is
   * zeroed at once if it is dirty.
   * @returns whether anything was zeroed
   */
  iomap_zero_range(k: Kernel, file: AddressSpace, start: number, end: number): boolean {
    const { words } = k.config
    let pos = start
    let zeroed = false
    const edge = Math.min(end, Math.ceil(start / words) * words)
    if (start % words !== 0 && k.filemap_range_needs_writeback(file, start, edge)) {
      while (pos < edge) {
        const map = k.xfs_buffered_write_iomap_begin(file, pos, edge, true)
        const next = Math.min(edge, map[2] * words)
        if (k.iomap_zero_iter(file, pos, next, map)) zeroed = true
        pos = next
      }
    }
    let range_dirty = pos < end && k.filemap_range_needs_writeback(file, pos, end)
    while (pos < end) {
      const map = k.xfs_buffered_write_iomap_begin(file, pos, end, true)
      const next = Math.min(end, map[2] * words)
      if (map[0] === 'HOLE' || map[0] === 'UNWRITTEN') {
        if (range_dirty) {
          // iomap_zero_iter_flush_and_stale
          range_dirty = false
          k.filemap_write_and_wait_words(file, pos, end)
          continue
        }
      } else if (k.iomap_zero_iter(file, pos, next, map)) {
        zeroed = true
      }
      pos = next
    }
    return zeroed
  },

  /** iomap_zero_iter of one mapping. @returns whether anything was zeroed */
  iomap_zero_iter(k: Kernel, file: AddressSpace, start: number, end: number, map: Iomap): boolean {
    const { words } = k.config
    if (map[0] === 'HOLE') return false
    for (let pos = start; pos < end; ) {
      const len = Math.min(words - (pos % words), end - pos)
      const page = k.iomap_write_begin(file, pos, len, map)
      if (page === null) return false
      k.folio_zero_range(page, pos % words, len)
      k.iomap_write_end(page)
      k.unlock_page(page)
      k.put_page(page)
      pos += len
    }
    return true
  },

  /** iomap_writepages, writeback_iter. Context: task or flusher. */
  iomap_writepages(k: Kernel, mapping: AddressSpace, wbc: WritebackControl): void {
    const tag = wbc[0] === 'WB_SYNC_ALL' ? 'PAGECACHE_TAG_TOWRITE' : 'PAGECACHE_TAG_DIRTY'
    if (wbc[0] === 'WB_SYNC_ALL') k.tag_range_for_writeback(mapping, wbc)
    for (const index of k.pages_of_range(mapping, wbc[1], wbc[2])) {
      const page = k.find_get_page_tag(mapping, index, tag)
      if (page === null) continue
      k.lock_page(page)
      if (page.mapping.get() !== mapping || !PageDirty(page) || !k.write_cache_pages_wait(page, wbc[0])) {
        k.unlock_page(page)
      } else {
        k.BUG_ON(PageWriteback(page), 'folio_test_writeback(folio)')
        if (k.clear_page_dirty_for_io(page)) k.iomap_writeback_folio(mapping, page)
        else k.unlock_page(page)
      }
      k.put_page(page)
    }
  },

  /**
   * iomap_writeback_folio, iomap_writeback_handle_eof: what lies beyond the end of the file is zeroed; a page beyond it is not written.
   * Context: page locked; unlocks it.
   */
  iomap_writeback_folio(k: Kernel, mapping: AddressSpace, page: Page): void {
    const { words } = k.config
    const index = page.index.get()
    const size = hostOf(mapping).i_size.get()
    const end = Math.min(size, (index + 1) * words)
    if (end <= index * words) {
      k.unlock_page(page)
      return
    }
    if (end % words !== 0) k.folio_zero_range(page, end % words, words - (end % words))
    k.set_page_writeback(page)
    const map = k.xfs_writeback_range(mapping, index)
    if (map[0] === 'HOLE') {
      k.unlock_page(page)
      k.end_page_writeback(page)
      return
    }
    const ioend = [map[0] === 'UNWRITTEN', index * words, end] as const
    const block = (map[3] ?? 0) + index - map[1]
    k.submit_bio(['WRITE', 'ioend_end_bio', [page], mapping, index, null, undefined, [[page, 0, block, 0, words]], ioend])
    k.unlock_page(page)
  },

  /** iomap_page_mkwrite of XFS, under MMAPLOCK. Context: page fault, a reference held. @returns whether the page is returned, locked */
  xfs_page_mkwrite(k: Kernel, file: AddressSpace, page: Page): boolean {
    const { i_size, invalidate_lock } = hostOf(file)
    const { words } = k.config
    invalidate_lock.downRead()
    k.lock_page(page)
    const pos = page.index.get() * words
    const prepared = page.mapping.get() === file && pos < i_size.get()
    if (prepared) {
      k.xfs_buffered_write_iomap_begin(file, pos, Math.min(pos + words, i_size.get()), false)
      k.set_page_dirty(page)
      k.wait_for_stable_page(page)
    } else {
      k.unlock_page(page)
    }
    invalidate_lock.upRead()
    return prepared
  },

  /** iomap_release_folio: there is nothing private. */
  iomap_release_folio(_k: Kernel, page: Page): boolean {
    return !PageWriteback(page)
  },

  /** iomap_invalidate_folio: nor anything to invalidate. */
  iomap_invalidate_folio(_k: Kernel, _page: Page, _offset: number, _length: number): void {
    return
  },

  /** xfs_end_ioend, iomap_finish_ioend. Context: worker. */
  xfs_end_ioend(k: Kernel, bio: Bio): void {
    const [unwritten, start, end] = bio[8] ?? [false, 0, 0]
    if (unwritten) k.xfs_iomap_write_unwritten(bio[3], start, end, false)
    else if (end > hostOf(bio[3]).i_disksize.get()) k.xfs_setfilesize(bio[3], end)
    for (const page of bio[2]) k.end_page_writeback(page)
  },
}

export const iomapBufferedFolioInlines = {
  /** iomap_block_needs_zeroing. */
  iomap_block_needs_zeroing(_k: Kernel, file: AddressSpace, map: Iomap, pos: number): boolean {
    return map[0] !== 'MAPPED' || map[4] || pos >= hostOf(file).i_size.get()
  },
}
