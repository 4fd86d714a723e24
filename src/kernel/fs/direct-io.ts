/**
 * fs/direct-io.c, v4.15: how ext4 read and wrote with O_DIRECT then. A page's way from get_user_pages to the bio, on which it
 * has a second and a third reference for moments, is left out: it has one all the time.
 */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Bio, Dio, IovIter, Page } from '../include/linux/mm-types.js'
import { dioOf, readOf } from '../block/fops.js'

export const directIo = {
  /**
   * do_blockdev_direct_IO of a read, without DIO_LOCKING (the caller has the inode's lock). Context: task.
   * @returns whether all was read, or queued
   */
  do_blockdev_direct_IO(k: Kernel, file: AddressSpace, block: number, iter: IovIter, sync: boolean): boolean {
    const dio = k.current_dio()
    const [, , nr_pages] = iter
    k.dio_init(dio, 1)
    const pages = k.dio_refill_pages(iter)
    for (let i = 0; i < pages.length; i += k.config.bioMaxPages) {
      const part = pages.slice(i, i + k.config.bioMaxPages)
      k.dio_bio_submit(readOf(file, block + i, part, sync ? 'dio_bio_end_io' : 'dio_bio_end_aio', [dio]), i === 0)
    }
    const done = pages.length === nr_pages
    if (sync || !done) k.dio_await_completion(dio)
    // Nobody else knows of the dio of a synchronous read any more: what drop_refcount does to it is no step.
    if (sync) return done
    // dio_complete: of a read that has completed already, the event is sent from here.
    if (k.drop_refcount(dio) && done) k.ki_complete(dio)
    return done
  },

  /** dio_refill_pages: DIO_PAGES (64) at a time in the kernel, all at once here. Context: task. */
  dio_refill_pages(k: Kernel, iter: IovIter): readonly Page[] {
    return k.iov_iter_get_pages(iter, 0, iter[2])
  },

  /** dio_bio_submit. Context: task. Only asynchronous reads dirty their pages before. Until the first bio is submitted the dio is the task's own. */
  dio_bio_submit(k: Kernel, bio: Bio, first: boolean): void {
    const dio = dioOf(bio)
    if (first) {
      k.dio_init(dio, 2)
    } else {
      dio.bio_lock.lockIrqsave()
      dio.ref.inc()
      dio.bio_lock.unlockIrqrestore()
    }
    if (isAsync(bio)) k.bio_set_pages_dirty(bio)
    else k.blkdev_simple_before_submit(bio)
    k.submit_bio(bio)
  },

  /** dio_await_completion: completes bios in the order in which the device has. Context: task. */
  dio_await_completion(k: Kernel, dio: Dio): void {
    for (;;) {
      const bio = k.dio_await_one(dio)
      if (bio === null) return
      k.dio_bio_complete(bio)
    }
  },

  /** dio_await_one. Context: task. @returns a completed bio; null if there is none, and none in flight */
  dio_await_one(k: Kernel, dio: Dio): Bio | null {
    dio.bio_lock.lockIrqsave()
    const in_flight = dio.ref.get() > 1
    if (in_flight && dio.bio_list.isEmpty()) {
      dio.bio_lock.unlockIrqrestore()
      // A completion adds to the list and wakes under the lock: none is missed.
      k.world.until(() => !dio.bio_list.isEmpty() || dio.ref.get() === 1, 'the device')
      dio.bio_lock.lockIrqsave()
    }
    const bio = dio.bio_list.shift() ?? null
    dio.bio_lock.unlockIrqrestore()
    return bio
  },

  /**
   * dio_bio_complete. Context: task that waited, or completion interrupt of an asynchronous read. A synchronous read dirties
   * its pages only here.
   */
  dio_bio_complete(k: Kernel, bio: Bio): void {
    if (isAsync(bio)) {
      k.bio_check_pages_dirty(bio)
      return
    }
    for (const page of bio[2]) {
      if (!k.PageCompound(page)) k.set_page_dirty_lock(page)
      k.bio_release_page(page)
    }
  },

  /** dio_bio_end_io. Context: completion interrupt. Leaves the bio to the task that waits. */
  dio_bio_end_io(_k: Kernel, bio: Bio): void {
    const dio = dioOf(bio)
    dio.bio_lock.lockIrqsave()
    dio.bio_list.unshift(bio)
    dio.ref.dec()
    dio.bio_lock.unlockIrqrestore()
  },

  /** dio_bio_end_aio. Context: completion interrupt. The pages are looked at and put before the user is told. */
  dio_bio_end_aio(k: Kernel, bio: Bio): void {
    k.dio_bio_complete(bio)
    if (k.drop_refcount(dioOf(bio))) k.ki_complete(dioOf(bio))
  },

  /** drop_refcount. Context: any. @returns whether it was the last */
  drop_refcount(_k: Kernel, dio: Dio): boolean {
    dio.bio_lock.lockIrqsave()
    const remaining = dio.ref.decReturn()
    dio.bio_lock.unlockIrqrestore()
    return remaining === 0
  },
}

/** What tasks and interrupts do with the state of a direct I/O, whichever code drives it. */
export const directIoInlines = {
  /** The dio of the running task, on its stack or allocated by it. */
  current_dio(k: Kernel): Dio {
    return k.dio_of(k.world.currentTask())
  },

  /** Sleeps until the completion has taken the waiter away: blk_io_schedule in a loop. */
  dio_wait(k: Kernel, dio: Dio): void {
    k.world.until(() => !dio.waiter.get(), 'the device')
  },

  /**
   * Where an asynchronous read could get only some of its pages: the kernel tells the user so by the completion event, the model
   * by what the submitting call returns, after that event.
   */
  dio_wait_for_event(k: Kernel, dio: Dio): void {
    k.world.until(() => dio.completed.get(), 'the device')
  },

  /**
   * Takes the waiter away and wakes it: the last access to the dio. Context: completion interrupt. The barrier is that of
   * wake_up_process; what the device has stored is there before it interrupts.
   */
  dio_wake(_k: Kernel, dio: Dio): void {
    dio.waiter.set(false, 'release')
  },

  /** iocb->ki_complete, aio_complete: there is an event for io_getevents(2). (Of a synchronous read nobody asks for it.) */
  ki_complete(_k: Kernel, dio: Dio): void {
    dio.completed.set(true, 'release')
  },
}

/** What a task does with a dio that nobody else knows of yet: no step. */
export const dioObservations = {
  /** Allocates it: with `ref` references, and its task to be woken. */
  dio_init(_k: Kernel, dio: Dio, ref: number): void {
    dio.ref.set(ref)
    dio.waiter.set(true)
    dio.completed.set(false)
  },
}

function isAsync(bio: Bio): boolean {
  return bio[1] === 'dio_bio_end_aio'
}
