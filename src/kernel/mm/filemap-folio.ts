/**
 * mm/filemap.c, v6.18, of files that have an inode of that version: reading through the page cache, ranges that are written and
 * waited for, and what direct I/O does to the page cache. Offsets are in words. Folios are single pages; what was only renamed
 * with folios keeps its name of v5.10 here. Readahead is off: a page that is missing is read alone.
 */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Bio, Page } from '../include/linux/mm-types.js'
import { ClearPageReclaim, PageDirty, PageReclaim, PageWriteback } from '../include/linux/page-flags.js'
import { EBUSY, EFAULT, EIO, LLONG_MAX, ENOTBLK, contentOf, hostOf, isUserWords } from '../include/linux/host.js'
import type { ReadResult, UserBuffer, WritebackControl } from '../include/linux/host.js'
import { wordOf } from '../block/blocks.js'
import { untilDone } from '../lib/debug.js'
import { slotOf } from './filemap.js'

export const PageUptodate = (page: Page): boolean => page.flags.test('PG_uptodate')

export const filemapFolio = {
  /**
   * filemap_read, filemap_get_pages, filemap_get_read_batch, page by page. Context: task; with the inode locked for reading on XFS,
   * without a lock on ext4. The size is looked at again when the page is up to date.
   */
  filemap_read(k: Kernel, file: AddressSpace, pos: number, count: number, to: UserBuffer): ReadResult {
    const { i_size } = hostOf(file)
    const data: string[] = []
    let done = 0
    while (done < count) {
      const at = pos + done
      if (at >= i_size.get()) break
      const page = k.filemap_get_page(file, Math.floor(at / k.config.words))
      if (typeof page === 'number') return done > 0 ? [done, data] : [page, data]
      const isize = i_size.get()
      const offset = at % k.config.words
      const wanted = Math.min(k.config.words - offset, count - done, isize - at)
      if (wanted <= 0) {
        k.put_page(page)
        break
      }
      k.mark_page_accessed(page)
      const copied = k.copy_folio_to_iter(page, offset, wanted, to, done)
      if (!isUserWords(to)) data.push(...copied)
      k.put_page(page)
      done += copied.length
      if (copied.length < wanted) return [done > 0 ? done : EFAULT, data]
    }
    return [done, data]
  },

  /** filemap_get_pages of one page. @returns the page, up to date and referenced; -EIO or -ENOMEM */
  filemap_get_page(k: Kernel, file: AddressSpace, index: number): Page | number {
    return untilDone(k, (): Page | number | undefined => {
      const page = k.find_get_page(file, index)
      if (page === null) return k.filemap_create_folio(file, index)
      if (PageUptodate(page)) return page
      return k.filemap_update_page(file, page)
    })
  },

  /**
   * filemap_create_folio, and page_cache_ra_unbounded of one page: the invalidate_lock is held from before the page is inserted until
   * it is submitted. @returns undefined to look again, or -ENOMEM
   */
  filemap_create_folio(k: Kernel, file: AddressSpace, index: number): number | undefined {
    const { invalidate_lock, ops } = hostOf(file)
    const page = k.alloc_page()
    if (page === null) return EIO
    invalidate_lock.downRead()
    if (k.add_to_page_cache_lru(page, file, index)) {
      k[ops.read_folio](file, page)
    } else {
      k.lock_given_up(page)
      page.flags.clear('PG_locked')
    }
    invalidate_lock.upRead()
    k.put_page(page)
    return undefined
  },

  /** filemap_update_page: a page that is not up to date is waited for, and read if nobody else does. @returns the page, undefined to look again, or -EIO */
  filemap_update_page(k: Kernel, file: AddressSpace, page: Page): Page | number | undefined {
    const { invalidate_lock } = hostOf(file)
    invalidate_lock.downRead()
    if (!k.trylock_page(page)) {
      invalidate_lock.upRead()
      k.put_and_wait_on_page_locked(page)
      return undefined
    }
    if (page.mapping.get() !== file) {
      invalidate_lock.upRead()
      k.unlock_page(page)
      k.put_page(page)
      return undefined
    }
    if (PageUptodate(page)) {
      k.unlock_page(page)
      invalidate_lock.upRead()
      return page
    }
    const read = k.filemap_read_folio(file, page)
    invalidate_lock.upRead()
    if (read === 0) return page
    k.put_page(page)
    return read
  },

  /** filemap_read_folio. Context: page locked, which the read's completion unlocks. @returns 0 or -EIO */
  filemap_read_folio(k: Kernel, file: AddressSpace, page: Page): number {
    k[hostOf(file).ops.read_folio](file, page)
    k.wait_on_page_bit_common(page, 'PG_locked', 'SHARED', false)
    return PageUptodate(page) ? 0 : EIO
  },

  /**
   * folio_end_read, of the pages of a bio. Context: completion interrupt, without a reference of its own: an unlocked page may be freed
   * before its waiters are woken (see mpage_end_io).
   */
  folio_end_read_bio(k: Kernel, bio: Bio): void {
    for (const page of bio[2]) k.folio_end_read(k.memory.raw(k.memory.indexOf(page)))
  },

  /**
   * folio_end_read of a page that was read: up to date, and unlocked. Context: any, page locked. Whoever reads it need not have a reference:
   * once it is unlocked it may be freed before its waiters are woken. What comes of it is explored, the access itself is not reported.
   */
  folio_end_read(k: Kernel, page: Page): void {
    page.flags.set('PG_uptodate')
    k.unlock_page(k.memory.raw(k.memory.indexOf(page)))
  },

  /** filemap_lock_folio. @returns the page, locked and referenced; null if it is not in the cache */
  filemap_lock_folio(k: Kernel, mapping: AddressSpace, index: number): Page | null {
    return untilDone(k, () => {
      const page = k.find_get_page(mapping, index)
      if (page === null) return null
      k.lock_page(page)
      if (page.mapping.get() === mapping) return page
      k.unlock_page(page)
      k.put_page(page)
      return undefined
    })
  },

  /** folio_mark_dirty of a file: what is dirtied is not to be reclaimed soon. (write(2) and zeroing dirty folios without it.) */
  folio_mark_dirty(k: Kernel, page: Page): boolean {
    if (PageReclaim(page)) ClearPageReclaim(page)
    return k.filemap_dirty_folio(page)
  },

  /** filemap_dirty_folio: for XFS, and for ext4 beneath block_dirty_folio. @returns whether the page was clean */
  filemap_dirty_folio(k: Kernel, page: Page): boolean {
    const mapping = k.page_mapping(page)
    if (page.flags.testAndSet('PG_dirty')) return false
    if (mapping !== null) k.__set_page_dirty(page, mapping)
    return true
  },

  /** filemap_fdatawrite_wbc. Context: task. @returns 0 or an error */
  filemap_fdatawrite_wbc(k: Kernel, mapping: AddressSpace, wbc: WritebackControl): void {
    if (!k.mapping_tagged(mapping, 'PAGECACHE_TAG_DIRTY')) return
    k[hostOf(mapping).ops.writepages](mapping, wbc)
  },

  /** filemap_fdatawait_range: waits for what is under writeback, with a reference and without the page lock. */
  filemap_fdatawait_range(k: Kernel, mapping: AddressSpace, start: number, end: number): void {
    for (const index of k.pages_of_range(mapping, start, end)) {
      const page = k.find_get_page_tag(mapping, index, 'PAGECACHE_TAG_WRITEBACK')
      if (page === null) continue
      k.wait_on_page_writeback(page)
      k.put_page(page)
    }
  },

  /** filemap_write_and_wait_range, from `start` to before `end`. Context: task; sleeps. */
  filemap_write_and_wait_words(k: Kernel, mapping: AddressSpace, start = 0, end = LLONG_MAX): void {
    if (end <= start || !mapping.slots.some((slot) => slot.get() !== null)) return
    k.filemap_fdatawrite_wbc(mapping, ['WB_SYNC_ALL', start, end])
    k.filemap_fdatawait_range(mapping, start, end)
  },

  /** filemap_range_needs_writeback: whether a page of the range is dirty, under writeback or locked. */
  filemap_range_needs_writeback(k: Kernel, mapping: AddressSpace, start: number, end: number): boolean {
    return k.pages_of_range(mapping, start, end).some((index) => {
      const page = slotOf(mapping, index).get()
      return page !== null && (PageDirty(page) || PageWriteback(page) || page.flags.test('PG_locked'))
    })
  },

  /** kiocb_write_and_wait: before a direct read. */
  kiocb_write_and_wait(k: Kernel, mapping: AddressSpace, pos: number, count: number): void {
    k.filemap_write_and_wait_words(mapping, pos, pos + count)
  },

  /** kiocb_invalidate_pages, filemap_invalidate_pages: before a direct write. @returns 0, or -EBUSY if a page stayed */
  kiocb_invalidate_pages(k: Kernel, mapping: AddressSpace, pos: number, count: number): number {
    k.filemap_write_and_wait_words(mapping, pos, pos + count)
    return k.invalidate_range2(mapping, pos, pos + count) ? 0 : EBUSY
  },

  /** kiocb_invalidate_post_direct_write: after it; what has become cached meanwhile is stale. What is dirty stays, and the next fsync(2) says so. */
  kiocb_invalidate_post_direct_write(k: Kernel, mapping: AddressSpace, pos: number, count: number): void {
    // dio_warn_stale_pagecache
    if (!k.invalidate_range2(mapping, pos, pos + count)) hostOf(mapping).wb_err.set(true)
  },

  /** file_check_and_advance_wb_err: an error is told once to every open file; all calls are made on one. @returns 0 or -EIO */
  file_check_and_advance_wb_err(_k: Kernel, mapping: AddressSpace): number {
    const { wb_err } = hostOf(mapping)
    if (!wb_err.get()) return 0
    wb_err.set(false)
    return EIO
  },

  /** invalidate_inode_pages2_range of the pages that a range touches. @returns false for -EBUSY */
  invalidate_range2(k: Kernel, mapping: AddressSpace, start: number, end: number): boolean {
    let all = true
    let did_range_unmap = false
    const pages = k.pages_of_range(mapping, start, end)
    for (const index of pages) {
      const page = k.find_get_page(mapping, index)
      if (page === null) continue
      if (!did_range_unmap && page.mapcount.get() > 0) {
        k.unmap_mapping_pages(mapping, index, (pages.at(-1) ?? index) - index + 1, false)
        did_range_unmap = true
      }
      k.lock_page(page)
      if (page.mapping.get() === mapping) {
        k.wait_on_page_writeback(page)
        if (page.mapcount.get() > 0) k.unmap_mapping_pages(mapping, index, 1, false)
        if (!k.invalidate_complete_folio2(mapping, page)) all = false
      }
      k.unlock_page(page)
      k.put_page(page)
    }
    return all
  },

  /** invalidate_complete_folio2 (mm/truncate.c). Context: page locked, not mapped. References of others do not keep it. */
  invalidate_complete_folio2(k: Kernel, mapping: AddressSpace, page: Page): boolean {
    if (!k[hostOf(mapping).ops.release_folio](page)) return false
    mapping.i_pages.lockIrqsave()
    if (PageDirty(page)) {
      mapping.i_pages.unlockIrqrestore()
      return false
    }
    k.__delete_from_page_cache(page, mapping)
    mapping.i_pages.unlockIrqrestore()
    k.put_page(page)
    return true
  },

  /**
   * generic_perform_write, iomap_write_iter within one page: copy_folio_from_iter_atomic. Context: page locked; the source was faulted in
   * before, and is not faulted in here. @returns how many words could be copied
   */
  copy_folio_from_iter_atomic(k: Kernel, page: Page, offset: number, words: number, from: UserBuffer, done: number): number {
    for (let w = 0; w < words; w++) {
      const value = isUserWords(from) ? k.cpu_load(from[0], ...k.user_word(from, done + w)) : (contentOf(from)[done + w] ?? '')
      if (value === null) return w
      wordOf(page.words, offset + w).set(value)
    }
    return words
  },

  /** copy_folio_to_iter. May fault. @returns what was copied */
  copy_folio_to_iter(k: Kernel, page: Page, offset: number, words: number, to: UserBuffer, done: number): readonly string[] {
    const copied: string[] = []
    for (let w = 0; w < words; w++) {
      const value = wordOf(page.words, offset + w).get()
      if (isUserWords(to) && !k.user_store(to[0], ...k.user_word(to, done + w), value)) break
      copied.push(value)
    }
    return copied
  },
}

export const filemapFolioInlines = {
  /** Indices of the pages that a range of words touches, as far as the file can have pages. */
  pages_of_range(k: Kernel, mapping: AddressSpace, start: number, end: number): readonly number[] {
    const first = Math.floor(start / k.config.words)
    const last = Math.min(Math.ceil(end / k.config.words), mapping.slots.length)
    return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i)
  },

  /** Page and word of an area that a word of a buffer is. */
  user_word(k: Kernel, [, first]: readonly [unknown, first: number, words: number], word: number): [page: number, word: number] {
    return [Math.floor((first + word) / k.config.words), (first + word) % k.config.words]
  },

  /** The look-up of filemap_fault with FGP_CREAT and FGP_FOR_MMAP: a new page comes unlocked, and not up to date. @returns null without memory */
  fault_create_folio(k: Kernel, mapping: AddressSpace, index: number): Page | null {
    const page = k.grab_cache_page_write_begin(mapping, index)
    if (page !== null) k.unlock_page(page)
    return page
  },

  /** What a buffered write does when direct I/O can not: nothing is left of the error. */
  is_enotblk(_k: Kernel, error: number): boolean {
    return error === ENOTBLK
  },
}
