/** fs/ext4/inode.c, fs/buffer.c, fs/ext4/readpage.c, v6.18, of blocks as large as a page: reading, and writing into the page cache. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Bio, Page } from '../../include/linux/mm-types.js'
import type { Buffer } from '../../include/linux/extent-map.js'
import { PageDirty, PageWriteback } from '../../include/linux/page-flags.js'
import { EFAULT, EIO, hostOf, isUserWords, type UserBuffer } from '../../include/linux/host.js'
import { PageUptodate } from '../../mm/filemap-folio.js'
import { dioOf } from '../../block/fops.js'

const isUptodate = (buffer: Buffer): boolean => typeof buffer !== 'string' && buffer[2] === 'uptodate'

export const ext4FolioBuffers = {
  /**
   * ext4_read_folio: ext4_mpage_readpages, or block_read_full_folio where the folio has a buffer already. Beyond the end of the file, and
   * where there are no data, nothing is read. Context: page locked; unlocked when it is up to date.
   */
  ext4_read_folio(k: Kernel, file: AddressSpace, page: Page): void {
    const block = page.index.get()
    const beyond = block * k.config.words >= hostOf(file).i_size.get()
    const before = k.folio_buffer(page)
    if (before !== null && isUptodate(before)) {
      k.folio_end_read(page)
      return
    }
    const mapped = beyond ? 'unmapped' : k.ext4_get_block(file, block)
    if (typeof mapped === 'string') {
      k.folio_zero_range(page, 0, k.config.words)
      k.folio_end_read(page)
      return
    }
    if (before !== null) page.buffers.set([mapped])
    k.submit_bio(['READ', 'folio_end_read_bio', [page], file, block, null, undefined, [[page, 0, mapped[1], 0, k.config.words]]])
  },

  /** ext4_read_bh_lock of a buffer whose folio stays as it is: read, and waited for. Context: page locked. @returns 0 or -EIO */
  ext4_read_bh_lock(k: Kernel, file: AddressSpace, page: Page, block: number): number {
    const dio = k.current_dio()
    k.dio_init(dio, 1)
    k.submit_bio(['READ', 'end_buffer_read_sync', [], file, page.index.get(), [dio], undefined, [[page, 0, block, 0, k.config.words]]])
    k.dio_wait(dio)
    return 0
  },

  /** end_buffer_read_sync. Context: completion interrupt. */
  end_buffer_read_sync(k: Kernel, bio: Bio): void {
    k.dio_wake(dioOf(bio))
  },

  /**
   * ext4_block_write_begin: prepares words `from` to before `to` of a folio for being written. Context: page locked.
   * @returns 0 or -EIO
   */
  ext4_block_write_begin(k: Kernel, file: AddressSpace, page: Page, from: number, to: number): number {
    const { words } = k.config
    const block = page.index.get()
    let buffer = k.folio_create_buffer(page)
    let isNew = false
    if (buffer === 'unmapped') {
      buffer = k.ext4_da_map_blocks(file, block)
      isNew = buffer === 'delay' || buffer[0] === 'unwritten'
      page.buffers.set([buffer])
    }
    if (PageUptodate(page) || isUptodate(buffer)) return 0
    if (isNew) {
      k.folio_zero_range(page, 0, from)
      k.folio_zero_range(page, to, words - to)
    } else if (typeof buffer !== 'string' && buffer[0] === 'mapped' && (from > 0 || to < words)) {
      return k.ext4_read_bh_lock(file, page, buffer[1])
    }
    return 0
  },

  /** ext4_da_write_begin. Context: task, inode locked. @returns the page, locked and referenced; an error */
  ext4_da_write_begin(k: Kernel, file: AddressSpace, pos: number, len: number): Page | number {
    const page = k.grab_cache_page_write_begin(file, Math.floor(pos / k.config.words))
    if (page === null) return EIO
    k.wait_for_stable_page(page)
    const from = pos % k.config.words
    const error = k.ext4_block_write_begin(file, page, from, from + len)
    if (error === 0) return page
    k.unlock_page(page)
    k.put_page(page)
    return error
  },

  /**
   * ext4_da_write_end, ext4_da_do_write_end. Context: inode and page locked. The size on disk follows at once only if the block has data
   * already. What lies between the old end of the file and the write is zeroed.
   */
  ext4_da_write_end(k: Kernel, file: AddressSpace, page: Page, pos: number, copied: number): void {
    const { i_size } = hostOf(file)
    const old_size = i_size.get()
    const new_size = pos + copied
    const buffer = k.folio_buffer(page)
    k.block_commit_write(page)
    if (new_size > old_size) i_size.set(new_size)
    if (buffer !== null && buffer !== 'unmapped' && buffer !== 'delay' && buffer[0] === 'mapped') k.ext4_update_i_disksize(file, new_size)
    k.unlock_page(page)
    k.put_page(page)
    // pagecache_isize_extended does nothing where blocks are as large as pages.
    if (old_size < pos) k.ext4_zero_partial_blocks(file, old_size, pos)
  },

  /** block_commit_write: the only buffer is up to date, so the folio is. Context: page locked. */
  block_commit_write(k: Kernel, page: Page): void {
    page.flags.set('PG_uptodate')
    k.filemap_dirty_folio(page)
  },

  /** generic_perform_write. Context: task, inode locked. @returns words written, or an error */
  generic_perform_write_iter(k: Kernel, file: AddressSpace, pos: number, count: number, from: UserBuffer): number {
    let done = 0
    while (done < count) {
      const at = pos + done
      const offset = at % k.config.words
      const len = Math.min(k.config.words - offset, count - done)
      if (!k.fault_in_iov_iter_readable(from, done, len)) return done > 0 ? done : EFAULT
      const page = k.ext4_da_write_begin(file, at, len)
      if (typeof page === 'number') return done > 0 ? done : page
      const copied = k.copy_folio_from_iter_atomic(page, offset, len, from, done)
      k.ext4_da_write_end(file, page, at, copied)
      done += copied
    }
    return done
  },

  /**
   * ext4_block_zero_page_range: zeroes words of one block in the page cache, unless the block has no data. The folio is made if it is not
   * cached, and only its buffer becomes up to date.
   */
  ext4_block_zero_page_range(k: Kernel, file: AddressSpace, from: number, length: number): void {
    const { words } = k.config
    const offset = from % words
    const page = k.grab_cache_page_write_begin(file, Math.floor(from / words))
    if (page === null) return
    let buffer = k.folio_create_buffer(page)
    if (buffer === 'unmapped') {
      buffer = k.ext4_get_block(file, page.index.get())
      page.buffers.set([buffer])
    }
    if (buffer !== 'unmapped') {
      if (!PageUptodate(page) && !isUptodate(buffer) && buffer !== 'delay') {
        k.ext4_read_bh_lock(file, page, buffer[1])
        page.buffers.set([[buffer[0], buffer[1], 'uptodate']])
      }
      k.folio_zero_range(page, offset, Math.min(length, words - offset))
      k.filemap_dirty_folio(page)
      k.ext4_jbd2_inode_add_write(file, from, from + Math.min(length, words - offset))
    }
    k.unlock_page(page)
    k.put_page(page)
  },

  /** ext4_zero_partial_blocks: what of words `start` to before `end` is not whole blocks. */
  ext4_zero_partial_blocks(k: Kernel, file: AddressSpace, start: number, end: number): void {
    const { words } = k.config
    const first = Math.floor(start / words)
    const last = Math.floor((end - 1) / words)
    if (first === last && (start % words !== 0 || end % words !== 0)) {
      k.ext4_block_zero_page_range(file, start, end - start)
      return
    }
    if (start % words !== 0) k.ext4_block_zero_page_range(file, start, words)
    if (end % words !== 0) k.ext4_block_zero_page_range(file, last * words, end - last * words)
  },

  /** ext4_block_truncate_page: from a word to the end of its block. */
  ext4_block_truncate_page(k: Kernel, file: AddressSpace, from: number): void {
    k.ext4_block_zero_page_range(file, from, k.config.words - (from % k.config.words))
  },

  /** ext4_release_folio, try_to_free_buffers. Context: page locked. @returns false if it is busy: dirty or under writeback */
  ext4_release_folio(k: Kernel, page: Page): boolean {
    if (k.folio_buffer(page) === null) return true
    if (PageWriteback(page) || PageDirty(page)) return false
    k.detach_buffer(page)
    return true
  },

  /** ext4_invalidate_folio, block_invalidate_folio: of a part nothing goes, for it has no whole buffer. Context: page locked. */
  ext4_invalidate_folio(k: Kernel, page: Page, _offset: number, length: number): void {
    if (length === k.config.words && k.folio_buffer(page) !== null) k.detach_buffer(page)
  },
}

export const ext4FolioBufferInlines = {
  /** folio_buffers: the only one. */
  folio_buffer(_k: Kernel, page: Page): Buffer | null {
    return page.buffers.get()?.[0] ?? null
  },

  /** create_empty_buffers, if the folio has none: a reference more. Context: page locked. */
  folio_create_buffer(k: Kernel, page: Page): Buffer {
    const before = k.folio_buffer(page)
    if (before !== null) return before
    k.get_page(page)
    page.buffers.set(['unmapped'])
    return 'unmapped'
  },

  /** folio_detach_private, and the reference that went with it. */
  detach_buffer(k: Kernel, page: Page): void {
    page.buffers.set(null)
    k.put_page(page)
  },

  /** fault_in_iov_iter_readable: user code's load in the kernel's place. */
  fault_in_iov_iter_readable(k: Kernel, from: UserBuffer, done: number, words: number): boolean {
    return !isUserWords(from) || [0, words - 1].every((w) => k.user_load(from[0], ...k.user_word(from, done + w)) !== null)
  },
}
