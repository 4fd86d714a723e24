/** fs/iomap/direct-io.c, v5.10-rc5: reads with O_DIRECT of file systems that use iomap. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Bio, IovIter } from '../../include/linux/mm-types.js'
import { dioOf, hasFlag, readOf } from '../../block/fops.js'

export const iomapDirectIo = {
  /**
   * iomap_dio_rw, __iomap_dio_rw of a read. Context: task, inode locked for reading. The task holds a reference of its own to
   * the dio while it submits.
   * @returns whether all was read, or queued
   */
  iomap_dio_rw(k: Kernel, file: AddressSpace, block: number, iter: IovIter, sync: boolean): boolean {
    const dio = k.current_dio()
    const [, , nr_pages] = iter
    k.filemap_write_and_wait_range(file)
    k.dio_init(dio, 1)
    let done = 0
    while (done < nr_pages) {
      const submitted = k.iomap_dio_bio_actor(file, block, iter, done, sync)
      if (submitted === 0) break
      done += submitted
    }
    const finished = done === nr_pages
    const last = dio.ref.decAndTest()
    if (sync) {
      if (!last) k.dio_wait(dio)
    } else if (last) {
      k.ki_complete(dio)
    } else if (!finished) {
      k.dio_wait_for_event(dio)
    }
    return finished
  },

  /**
   * iomap_dio_bio_actor: one bio, and iomap_dio_submit_bio. Context: task. Pages are dirtied before they are submitted.
   * @returns how many pages it has; 0 for an error
   */
  iomap_dio_bio_actor(k: Kernel, file: AddressSpace, block: number, iter: IovIter, from: number, sync: boolean): number {
    const dio = k.current_dio()
    const pages = k.bio_iov_iter_get_pages(iter, from, Math.min(k.config.bioMaxPages, iter[2] - from))
    if (pages.length === 0) return 0
    const bio = readOf(file, block + from, pages, 'iomap_dio_bio_end_io', sync ? [dio, 'is_sync'] : [dio])
    k.bio_set_pages_dirty(bio)
    // Until the first bio is submitted the dio is the task's own.
    if (from === 0) k.dio_init(dio, 2)
    else dio.ref.inc()
    k.submit_bio(bio)
    return pages.length
  },

  /** iomap_dio_bio_end_io. Context: completion interrupt. The user is woken, or told, before the pages are looked at and put. */
  iomap_dio_bio_end_io(k: Kernel, bio: Bio): void {
    const dio = dioOf(bio)
    if (dio.ref.decAndTest()) {
      if (hasFlag(bio, 'is_sync')) k.dio_wake(dio)
      else k.ki_complete(dio)
    }
    k.bio_check_pages_dirty(bio)
  },
}

export const iomapDirectIoInlines = {}
