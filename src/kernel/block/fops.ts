/** fs/block_dev.c, v5.10-rc5 (block/fops.c since v5.16): reads from a raw block device with O_DIRECT. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Bio, BioEndIo, Dio, DioFlag, IovIter } from '../include/linux/mm-types.js'

export const blockFops = {
  /** blkdev_read_iter, generic_file_read_iter: what is dirty in the page cache is written first. @returns whether all was read, or queued */
  blkdev_read_iter(k: Kernel, file: AddressSpace, block: number, iter: IovIter, sync: boolean): boolean {
    k.filemap_write_and_wait_range(file)
    return k.blkdev_direct_IO(file, block, iter, sync)
  },

  /** blkdev_direct_IO: one bio on the stack if the read is synchronous and fits. */
  blkdev_direct_IO(k: Kernel, file: AddressSpace, block: number, iter: IovIter, sync: boolean): boolean {
    const [, , pages] = iter
    if (sync && pages <= k.config.bioMaxPages) return k.__blkdev_direct_IO_simple(file, block, iter)
    return k.__blkdev_direct_IO(file, block, iter, sync)
  },

  /**
   * __blkdev_direct_IO_simple. Context: task. The pages are neither locked nor dirty from here until the device is done; then
   * they are dirtied, put, and only then the user goes on.
   */
  __blkdev_direct_IO_simple(k: Kernel, file: AddressSpace, block: number, iter: IovIter): boolean {
    const dio = k.current_dio()
    const [, , nr_pages] = iter
    const pages = k.bio_iov_iter_get_pages(iter, 0, nr_pages)
    // Nothing to be had is an error, and less than all a short read.
    if (pages.length === 0) return false
    const bio = readOf(file, block, pages, 'blkdev_bio_end_io_simple', [dio])
    k.blkdev_simple_before_submit(bio)
    k.dio_init(dio, 1)
    k.submit_bio(bio)
    k.dio_wait(dio)
    k.bio_release_pages(bio, true)
    return pages.length === nr_pages
  },

  /** blkdev_bio_end_io_simple. Context: completion interrupt. */
  blkdev_bio_end_io_simple(k: Kernel, bio: Bio): void {
    k.dio_wake(dioOf(bio))
  },

  /**
   * __blkdev_direct_IO: bios of bioMaxPages pages each. Context: task. Pages are dirtied before they are submitted. The dio,
   * which is part of the first bio, is counted if there are several.
   */
  __blkdev_direct_IO(k: Kernel, file: AddressSpace, block: number, iter: IovIter, sync: boolean): boolean {
    const dio = k.current_dio()
    const [, , nr_pages] = iter
    k.dio_init(dio, 1)
    let done = 0
    while (done < nr_pages) {
      const pages = k.bio_iov_iter_get_pages(iter, done, Math.min(k.config.bioMaxPages, nr_pages - done))
      const multi_bio = done > 0 || (pages.length > 0 && pages.length < nr_pages)
      const flags: DioFlag[] = [...(sync ? (['is_sync'] as const) : []), ...(multi_bio ? (['multi_bio'] as const) : [])]
      const bio = readOf(file, block + done, pages, 'blkdev_bio_end_io', [dio, ...flags])
      if (pages.length === 0) {
        // An error: the bio is ended without having been submitted.
        k.bio_endio(bio)
        break
      }
      k.bio_set_pages_dirty(bio)
      if (done + pages.length < nr_pages) {
        if (done === 0) k.dio_init(dio, 2)
        else dio.ref.inc()
      }
      k.submit_bio(bio)
      done += pages.length
    }
    if (sync) k.dio_wait(dio)
    else if (done < nr_pages) k.dio_wait_for_event(dio)
    return done === nr_pages
  },

  /**
   * blkdev_bio_end_io. Context: completion interrupt. The user is woken, or told by an event, before the pages are looked at
   * and put.
   */
  blkdev_bio_end_io(k: Kernel, bio: Bio): void {
    const dio = dioOf(bio)
    if (!hasFlag(bio, 'multi_bio') || dio.ref.decAndTest()) {
      if (hasFlag(bio, 'is_sync')) k.dio_wake(dio)
      else k.ki_complete(dio)
    }
    k.bio_check_pages_dirty(bio)
  },

  /**
   * __blkdev_direct_IO_async, since v5.16: an asynchronous read in one bio. Context: task. As the read with several bios, but
   * nothing is counted.
   */
  __blkdev_direct_IO_async(k: Kernel, file: AddressSpace, block: number, iter: IovIter): boolean {
    const dio = k.current_dio()
    const [, , nr_pages] = iter
    const pages = k.bio_iov_iter_get_pages(iter, 0, nr_pages)
    if (pages.length === 0) return false
    const bio = readOf(file, block, pages, 'blkdev_bio_end_io_async', [dio])
    k.bio_set_pages_dirty(bio)
    k.dio_init(dio, 1)
    k.submit_bio(bio)
    if (pages.length < nr_pages) k.dio_wait_for_event(dio)
    return pages.length === nr_pages
  },

  /** blkdev_bio_end_io_async, since v5.16. Context: completion interrupt. The user is told first. */
  blkdev_bio_end_io_async(k: Kernel, bio: Bio): void {
    k.ki_complete(dioOf(bio))
    k.bio_check_pages_dirty(bio)
  },
}

export const blockFopsInlines = {
  /** The place in __blkdev_direct_IO_simple, and where fs/direct-io.c reads synchronously, before submission: nothing is done about the pages. */
  blkdev_simple_before_submit(_k: Kernel, _bio: Bio): void {
    return
  },
}

/** A bio that reads blocks of `file` from `block` on into pages. */
export function readOf(file: AddressSpace, block: number, pages: Bio[2], end_io: BioEndIo, owner: NonNullable<Bio[5]>): Bio {
  return ['READ', end_io, pages, file, block, owner]
}

/** bi_private of a bio of direct I/O. */
export function dioOf(bio: Bio): Dio {
  const owner = bio[5]
  if (owner === null) throw new TypeError('Cannot read properties of null (the bio is not one of direct I/O)')
  return owner[0]
}

export function hasFlag(bio: Bio, flag: DioFlag): boolean {
  return bio[5]?.includes(flag) === true
}
