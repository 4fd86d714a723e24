/** fs/iomap/direct-io.c, v6.18: reads and writes with O_DIRECT of ext4 and XFS, word by word. Synchronous: the task waits for its bios. */
import type { Kernel } from '../../kernel.js'
import { ZERO, type AddressSpace, type Dio, type Page, type Vma } from '../../include/linux/mm-types.js'
import { EAGAIN, EFAULT, EINVAL, EIO, ENOTBLK, contentOf, hostOf, isMisaligned, isUserWords } from '../../include/linux/host.js'
import type { Iomap, ReadResult, Segment, UserBuffer, UserWords } from '../../include/linux/host.js'
import { pteOf, pte_page, pte_present } from '../../include/linux/pgtable.js'
import { untilDone } from '../../lib/debug.js'
import { FOLL_PIN, FOLL_WRITE } from '../../mm/gup.js'
import { isFaultError } from '../../mm/memory.js'

/** In words. */
const ONE_BYTE = 1 / 512

/** struct iomap_dio, as far as it does not change: the task's dio, and what is transferred between which words and which buffer. */
interface Transfer {
  readonly file: AddressSpace
  readonly dio: Dio
  readonly pos: number
  readonly buffer: UserBuffer
  readonly write: boolean
}

/** What iomap_dio_bio_iter made of one mapping: how far it got, and an error if it did not get anywhere. */
type Step = readonly [words: number, error: number, data: readonly string[]]

export const iomapDirectWrite = {
  /**
   * __iomap_dio_rw, iomap_dio_complete. Context: task, inode locked. For a write the page cache is written back and dropped first, and
   * dropped again when it is done. @param overwriteOnly IOMAP_DIO_OVERWRITE_ONLY
   */
  __iomap_dio_rw(k: Kernel, file: AddressSpace, pos: number, count: number, buffer: UserBuffer, write: boolean, overwriteOnly: boolean): ReadResult {
    const { i_size, ops } = hostOf(file)
    const size = i_size.get()
    const end = pos + count
    if (count === 0) return [0, []]
    if (!write) {
      if (pos >= size) return [0, []]
      k.kiocb_write_and_wait(file, pos, count)
    } else {
      if (overwriteOnly && (pos >= size || end > size)) return [EAGAIN, []]
      if (k.kiocb_invalidate_pages(file, pos, count) !== 0) return [ENOTBLK, []]
    }
    const dio = k.current_dio()
    // The task's own reference, until it has submitted everything.
    k.dio_init(dio, 1)
    let at = pos
    let error = 0
    let unwritten = false
    const data: string[] = []
    while (at < end) {
      const map = k[ops.iomap_begin](file, at, end, write, overwriteOnly)
      // What a bio has failed with is seen when the next is to be made.
      if (error !== 0) break
      if (typeof map === 'number') {
        error = map
        break
      }
      const [words, failed, read] = k.iomap_dio_iter({ file, dio, pos, buffer, write }, map, at, end)
      if (write && map[0] === 'UNWRITTEN') unwritten = true
      data.push(...read)
      at += words
      error = failed
      if (words === 0) break
    }
    if (!dio.ref.decAndTest()) k.dio_wait(dio)
    const done = at - pos
    if (error !== 0) {
      if (write) k[ops.dio_end_io](file, pos, 0, unwritten)
      return [error, []]
    }
    if (!write) return readUpTo(Math.min(done, size - pos), data)
    const failed = k[ops.dio_end_io](file, pos, done, unwritten)
    if (done > 0) k.kiocb_invalidate_post_direct_write(file, pos, done)
    return [failed === 0 ? done : failed, []]
  },

  /** iomap_dio_iter, iomap_dio_hole_iter: zeros are copied without I/O. Buffer and mapping are those of one round. */
  iomap_dio_iter(k: Kernel, transfer: Transfer, map: Iomap, at: number, end: number): Step {
    const { pos, buffer, write } = transfer
    const words = Math.min(end, map[2] * k.config.words) - at
    if (map[0] === 'MAPPED' || (map[0] === 'UNWRITTEN' && write)) return k.iomap_dio_bio_iter(transfer, map, at, at + words)
    if (map[0] === 'DELALLOC' || write) return [0, EIO, []]
    if (!isUserWords(buffer)) return [words, 0, Array.from({ length: Math.ceil(words) }, () => ZERO)]
    let zeroed = 0
    while (zeroed < words && k.user_store(buffer[0], ...k.user_word(buffer, at - pos + zeroed), ZERO)) zeroed++
    return zeroed === 0 ? [0, EFAULT, []] : [zeroed, 0, []]
  },

  /**
   * iomap_dio_bio_iter, bio_iov_iter_get_pages: one bio a page of the buffer. Of a block that has no data, or is new, the rest is zeroed,
   * and so is the rest of the block in which the file now ends.
   */
  iomap_dio_bio_iter(k: Kernel, transfer: Transfer, map: Iomap, at: number, end: number): Step {
    const { file, dio, pos, buffer, write } = transfer
    if (!Number.isInteger(at) || !Number.isInteger(end)) return [0, EINVAL, []]
    // bio_split_io_at: how memory is aligned is looked at only in bios of several segments, here pages.
    if (!isUserWords(buffer) && k.splits_a_word(at - pos + (isMisaligned(buffer) ? ONE_BYTE : 0), end - at)) return [end - at, EINVAL, []]
    const zeroout = write && (map[0] === 'UNWRITTEN' || map[4])
    if (zeroout) k.iomap_dio_zero(file, dio, map, at - (at % k.config.words), at)
    const [words, data] = isUserWords(buffer)
      ? [k.iomap_dio_submit_user(transfer, buffer, map, at, end), []]
      : [end - at, k.iomap_dio_submit_words(transfer, map, at, end)]
    const next = at + words
    if ((zeroout || (write && next >= hostOf(file).i_size.get())) && next % k.config.words !== 0) {
      k.iomap_dio_zero(file, dio, map, next, Math.ceil(next / k.config.words) * k.config.words)
    }
    return words === 0 ? [0, EFAULT, []] : [words, 0, data]
  },

  /** The loop of iomap_dio_bio_iter over pages of a mapping: pinned, one after the other, until one can not be had. @returns words submitted */
  iomap_dio_submit_user(k: Kernel, { file, dio, pos, write }: Transfer, buffer: UserWords, map: Iomap, at: number, end: number): number {
    let done = 0
    while (at + done < end) {
      const [page, word] = k.user_word(buffer, at - pos + done)
      const words = Math.min(k.config.words - word, end - at - done)
      const pinned = k.pin_user_page(buffer[0], page, !write)
      if (pinned === null) break
      k.iomap_dio_submit_bio(file, dio, segmentsOf(k, map, at + done, words, pinned === 'zero' ? null : pinned, word), write)
      done += words
    }
    return done
  },

  /**
   * pin_user_pages_fast of one page. To be read from, memory that was never stored to is the zero page, which needs no pin.
   * @returns null if it can not be had
   */
  pin_user_page(k: Kernel, vma: Vma, page: number, write: boolean): Page | 'zero' | null {
    const address = vma.start + page
    if (write) return k.get_user_pages_fast(vma.mm, address, 1, FOLL_PIN | FOLL_WRITE)[0] ?? null
    return untilDone(k, () => {
      const pte = pteOf(vma.mm, address).get()
      if (pte_present(pte) && pte_page(pte) === null) return 'zero'
      if (pte_present(pte)) return k.get_user_pages_fast(vma.mm, address, 1, FOLL_PIN)[0] ?? null
      return isFaultError(k.do_user_addr_fault(vma, address, false)) ? null : undefined
    })
  },

  /** The same of a buffer that is nobody else's, which is as long as the device takes: one step. @returns what was read */
  iomap_dio_submit_words(k: Kernel, { file, pos, buffer, write }: Transfer, map: Iomap, at: number, end: number): readonly string[] {
    const content = write ? contentOf(buffer).slice(at - pos, end - pos) : null
    return k.dma_words(file, segmentsOf(k, map, at, end - at, null, 0), content)
  },

  /** iomap_dio_submit_bio: pages that are read into are dirty before that. */
  iomap_dio_submit_bio(k: Kernel, file: AddressSpace, dio: Dio, segments: readonly Segment[], write: boolean): void {
    const pages = [...new Set(segments.map(([page]) => page).filter((page): page is Page => page !== null))]
    const bio = [write ? 'WRITE' : 'READ', 'iomap_dio_bio_end_io', pages, file, 0, [dio, 'is_sync'], undefined, segments] as const
    if (!write) k.bio_set_pages_dirty(bio)
    dio.ref.inc()
    k.submit_bio(bio)
  },

  /** iomap_dio_zero: words of a block are written with zeros. */
  iomap_dio_zero(k: Kernel, file: AddressSpace, dio: Dio, map: Iomap, start: number, end: number): void {
    if (end <= start) return
    k.iomap_dio_submit_bio(file, dio, segmentsOf(k, map, start, end - start, null, 0), true)
  },
}

export const iomapDirectWriteInlines = {
  /** Whether memory that begins inside a word goes on in another page, so that a word lies in both. */
  splits_a_word(k: Kernel, from: number, words: number): boolean {
    return !Number.isInteger(from) && Math.floor(from / k.config.words) !== Math.floor((from + words) / k.config.words)
  },
}

function readUpTo(words: number, data: readonly string[]): ReadResult {
  return [words, data.slice(0, Math.ceil(words))]
}

/** Words of a file from `at` on, as parts of blocks; and of a page, or of none. */
function segmentsOf(k: Kernel, [, first, , addr]: Iomap, at: number, words: number, page: Page | null, word: number): readonly Segment[] {
  const segments: Segment[] = []
  for (let done = 0; done < words; ) {
    const blockWord = (at + done) % k.config.words
    const part = Math.min(k.config.words - blockWord, words - done)
    segments.push([page, word + done, (addr ?? 0) + Math.floor((at + done) / k.config.words) - first, blockWord, part])
    done += part
  }
  return segments
}
