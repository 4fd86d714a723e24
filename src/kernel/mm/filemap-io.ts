/**
 * mm/filemap.c and mm/readahead.c of v3.4, of files with extent maps: faults, read(2), write(2), readahead and direct writes. The
 * task that submits a transfer also stands for the device: it does nothing else until the transfer, which may be at any moment
 * after.
 */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Mm, Page, SyncMode, Vma } from '../include/linux/mm-types.js'
import { blocksOf, inodeOf, isExt4, type Transfer } from '../fs/block-map.js'
import { wordOf } from '../block/blocks.js'
import { untilDone } from '../lib/debug.js'
import { pteOf, pte_page, pte_write } from '../include/linux/pgtable.js'
import { isFaultError } from './memory.js'

/** Where a user's buffer is: a page of an area. */
export type UserPage = readonly [vma: Vma, page: number]

export const filemapIo = {
  /**
   * page_cache_read, do_sync_mmap_readahead, __do_page_cache_readahead: inserts a page and asks its file system where its blocks
   * are. Context: task, whatever it holds.
   * @returns the page, locked and referenced, and the transfer that is to be waited for; null if somebody else was faster, or without memory
   */
  page_cache_read(k: Kernel, file: AddressSpace, index: number): readonly [page: Page, transfer: Transfer] | null {
    const page = k.memory.alloc()
    if (page === null) return null
    if (!k.add_to_page_cache_lru(page, file, index)) {
      k.put_page(page)
      return null
    }
    return [page, k.mpage_readpage(file, index)]
  },

  /** The transfer, and mpage_end_io: the page is up to date and unlocked. */
  mpage_bio(k: Kernel, file: AddressSpace, page: Page, transfer: Transfer): void {
    if (transfer.some((block) => block !== null)) k.dma_read(page, file, transfer)
    // SetPageUptodate and unlock_page at once: nobody has had the page while it was locked.
    page.flags.assign(page.flags.mask('PG_uptodate'))
    k.put_page(page)
  },

  /** force_page_cache_readahead: fadvise(POSIX_FADV_WILLNEED), madvise(MADV_WILLNEED). Context: task, without locks of the file. */
  force_page_cache_readahead(k: Kernel, file: AddressSpace, first: number, end: number): void {
    for (let index = first; index < end; index++) if (k.find_page(file, index) === null) k.read_page(file, index)
  },

  /**
   * do_generic_file_read of one page, with file_read_actor. Context: task, with the IOLOCK for reading on XFS, without locks on ext4.
   * @returns what was read, word by word; null beyond the end of the file, or for a signal
   */
  do_generic_file_read(k: Kernel, file: AddressSpace, index: number, to: UserPage | null): readonly string[] | null {
    const page = k.page_for_reading(file, index)
    if (page === null) return null
    const words = page.words.map((word) => word.get())
    const copied = to === null || words.every((value, w) => k.user_store(to[0], to[1], w, value))
    k.put_page(page)
    return copied ? words : null
  },

  /**
   * generic_perform_write of one page. Context: task, i_mutex or IOLOCK held for writing. The source is faulted in first, and copied
   * with faults disabled while the page is locked; if it has gone meanwhile, all is done again.
   * @returns false without memory, or for a signal
   */
  generic_perform_write(k: Kernel, file: AddressSpace, index: number, from: UserPage | string): boolean {
    return untilDone(k, () => {
      if (typeof from !== 'string' && !k.iov_iter_fault_in_readable(from)) return false
      return k.write_one_page(file, index, from)
    })
  },

  /** write_begin, the copy, write_end. @returns whether memory could be had; undefined if nothing could be copied */
  write_one_page(k: Kernel, file: AddressSpace, index: number, from: UserPage | string): boolean | undefined {
    const page = k.grab_cache_page_write_begin(file, index)
    if (page === null) return false
    k.__block_write_begin(file, page)
    const copied = page.words.every((word, w) => {
      const value = typeof from === 'string' ? from : k.cpu_load(from[0], from[1], w)
      if (value !== null) word.set(value)
      return value !== null
    })
    // block_write_end; a page that was not up to date and could not be written stays as it is: zero.
    page.flags.set('PG_uptodate')
    if (copied) k.set_page_dirty(page)
    k.unlock_page(page)
    k.put_page(page)
    return copied ? true : undefined
  },

  /** iov_iter_fault_in_readable: user code's load in the kernel's place. @returns false for a signal */
  iov_iter_fault_in_readable(k: Kernel, [vma, page]: UserPage): boolean {
    return untilDone(k, () => (k.cpu_load(vma, page, 0) !== null ? true : isFaultError(k.do_user_addr_fault(vma, vma.start + page, false)) ? false : undefined))
  },

  /** filemap_write_and_wait_range: what is dirty is written, what is being written is waited for. */
  filemap_write_and_wait_pages(k: Kernel, file: AddressSpace, first: number, end: number): void {
    k.__filemap_fdatawrite(file, first, end, 'WB_SYNC_ALL')
    for (let index = first; index < end; index++) {
      const page = k.find_get_page_tag(file, index, 'PAGECACHE_TAG_WRITEBACK')
      if (page === null) continue
      k.wait_on_page_writeback(page)
      k.put_page(page)
    }
  },

  /**
   * generic_file_direct_write: what is cached is written and dropped, then the device is written to, then what has been cached
   * meanwhile is dropped if it is clean; of an asynchronous write, as soon as it has been submitted. Context: i_mutex or IOLOCK held.
   * @param call who writes asynchronously; null for a write that is waited for
   * @returns false if a page could not be dropped before: nothing is written, the caller may go through the page cache instead
   */
  generic_file_direct_write(k: Kernel, file: AddressSpace, index: number, content: string, call: string | null): boolean {
    k.filemap_write_and_wait_pages(file, index, index + 1)
    if (!k.invalidate_inode_pages2_range(file, index, index + 1)) return false
    if (call === null) k.direct_IO_write(file, index, content)
    else k.dio_submit_write(file, index, content, call)
    k.invalidate_inode_pages2_range(file, index, index + 1)
    return true
  },

  /** The direct_IO of a write: get_blocks, then the device. The lock of the inode is held until it is done, so that i_dio_count says nothing. */
  direct_IO_write(k: Kernel, file: AddressSpace, index: number, content: string): void {
    for (const block of blocksOf(file, index)) {
      const [beneath, unwritten] = k.get_blocks_direct(file, block)
      if (beneath === null) continue
      k.dma_write_direct(file, beneath, content)
      if (unwritten) k.written_direct(file, block, beneath)
    }
  },

  /**
   * The direct_IO of a read up to where its blocks are known: get_user_pages of the buffer, get_blocks.
   * @returns the buffer, null for memory that nobody else knows of, and the blocks; null if the buffer can not be had
   */
  direct_IO_map_read(k: Kernel, file: AddressSpace, index: number, to: UserPage | null): readonly [buffer: Page | null, transfer: Transfer] | null {
    const buffer = to === null ? null : k.get_user_page(to)
    if (to !== null && buffer === null) return null
    return [buffer, blocksOf(file, index).map((block) => k.get_block_direct_read(file, block))]
  },

  /** The rest of it: the device. @returns what was read */
  direct_IO_read(k: Kernel, file: AddressSpace, buffer: Page | null, transfer: Transfer): readonly string[] {
    const read = k.dma_read_direct(file, transfer)
    if (buffer !== null) {
      read.forEach((value, w) => wordOf(buffer.words, w).set(value))
      k.set_page_dirty_lock(buffer)
      k.put_page(buffer)
    }
    return read
  },

  /**
   * get_user_pages_fast of a page that is written to, and get_user_pages, which faults it in until it is mapped for stores. These faults
   * may not be retried: the mmap_sem is held until the page is had, however often it takes.
   * @returns the page, referenced; null for a signal
   */
  get_user_page(k: Kernel, [{ mm, start }, page]: UserPage): Page | null {
    const address = start + page
    const found = k.get_mapped_page(mm, address)
    if (found !== null) return found
    mm.mmap_lock.downRead()
    const vma = k.find_vma(mm, address)
    const got =
      vma === undefined
        ? null
        : untilDone(k, () => k.get_mapped_page(mm, address) ?? (isFaultError(k.handle_mm_fault(vma, address, true, 'NO_RETRY')) ? null : undefined))
    mm.mmap_lock.upRead()
    return got
  },
}

export const filemapIoInlines = {
  /** Reads a page into the page cache and waits for it. */
  read_page(k: Kernel, file: AddressSpace, index: number): void {
    const reading = k.page_cache_read(file, index)
    if (reading !== null) k.mpage_bio(file, ...reading)
  },

  /**
   * What filemap_fault does about a page that is not cached: reads it, and finds it unlocked when the transfer is over already, or else
   * locked, and then gives up the mmap_sem of `mm`, if there is one, until it is over (lock_page_or_retry).
   * @returns false if the mmap_sem has been given up
   */
  fault_reads_page(k: Kernel, file: AddressSpace, index: number, mm: Mm | null): boolean {
    const reading = k.page_cache_read(file, index)
    if (reading === null) return true
    if (mm !== null) mm.mmap_lock.upRead()
    k.mpage_bio(file, ...reading)
    return mm === null
  },

  /** gup_pte_range, follow_page for a store. @returns the page that is mapped for stores, referenced; null if none is */
  get_mapped_page(k: Kernel, mm: Mm, address: number): Page | null {
    const pte = pteOf(mm, address).get()
    const page = pte_page(pte)
    if (page === null || !pte_write(pte)) return null
    k.get_page(page)
    return page
  },

  /** alloc_page_vma of a private copy. @returns null without memory */
  alloc_anonymous_page(k: Kernel): Page | null {
    const page = k.memory.alloc()
    if (page !== null) k.anonymous_page_prepare(page)
    return page
  },

  /** A look at the page cache without a reference. */
  find_page(_k: Kernel, file: AddressSpace, index: number): Page | null {
    return file.slots[index]?.get() ?? null
  },

  /** The page of do_generic_file_read, up to date and referenced; null beyond the end of the file. */
  page_for_reading(k: Kernel, file: AddressSpace, index: number): Page | null {
    return untilDone(k, () => {
      const page = k.find_get_page(file, index)
      if (page === null) {
        k.read_page(file, index)
        return undefined
      }
      if (!page.flags.test('PG_uptodate')) {
        k.lock_page(page)
        k.unlock_page(page)
        k.put_page(page)
        return undefined
      }
      // The size is looked at when the page is up to date: truncate changes it first.
      if (index * inodeOf(file).blocks_per_page < k.i_size_read(file)) return page
      k.put_page(page)
      return null
    })
  },

  __filemap_fdatawrite(k: Kernel, file: AddressSpace, first: number, end: number, sync_mode: SyncMode): void {
    if (isExt4(file)) k.ext4_da_writepages(file, sync_mode, first, end)
    else k.generic_writepages(file, sync_mode, first, end)
  },
}
