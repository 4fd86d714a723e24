/**
 * Asynchronous direct I/O to files with extent maps, v3.4: fs/direct-io.c, and what ext4 (fs/ext4/inode.c, page-io.c) and XFS
 * (fs/xfs/xfs_aops.c) do when it completes. A request is to or from a page of memory that nobody else knows of.
 */
import type { Kernel } from '../kernel.js'
import { ZERO, type AddressSpace } from '../include/linux/mm-types.js'
import type { AioRequest } from '../include/linux/extent-map.js'
import { untilDone } from '../lib/debug.js'
import { blocksOf, inodeOf, isExt4, type Transfer } from './block-map.js'

export const dioCompletion = {
  /** do_blockdev_direct_IO of an asynchronous write, from i_dio_count on: get_blocks, then the device. Context: i_mutex or IOLOCK held; not given up here. */
  dio_submit_write(k: Kernel, file: AddressSpace, index: number, content: string, call: string): void {
    inodeOf(file).i_dio_count.inc()
    const found = blocksOf(file, index).map((block) => k.get_blocks_direct(file, block))
    const transfer = found.map(([beneath]) => beneath)
    const unwritten = found.some(([, fresh]) => fresh)
    k.aio_device.start(['WRITE', file, index, transfer, content, k.current_dio(), unwritten, call, []])
  },

  /** do_blockdev_direct_IO of an asynchronous read, once its blocks are known. Context: as dio_submit_write; counted already. */
  dio_submit_read(k: Kernel, file: AddressSpace, index: number, transfer: Transfer, begun: AioRequest[8]): void {
    k.aio_device.start(['READ', file, index, transfer, '', k.current_dio(), false, '', begun])
  },

  /** dio_bio_end_aio: the transfer, at any moment after submission, and the interrupt. Context: completion interrupt. */
  dio_bio_end_aio_pages(k: Kernel, request: AioRequest): void {
    const [op, file, , transfer, content] = request
    if (op === 'READ') {
      k.dio_complete(request, k.dma_read_direct(file, transfer))
      return
    }
    for (const block of transfer) if (block !== null) k.dma_write_direct(file, block, content)
    k.dio_complete(request, [])
  },

  /** dio_complete. Context: completion interrupt. The end_io of a file system tells the user; where there is none it is told here. */
  dio_complete(k: Kernel, request: AioRequest, words: readonly string[]): void {
    const [op, file] = request
    if (op === 'WRITE') {
      if (isExt4(file)) k.ext4_end_io_dio(request)
      else k.xfs_end_io_direct_write(request)
      return
    }
    k.aio_complete(request, words)
    k.inode_dio_done(file)
  },

  /** ext4_end_io_dio. Context: completion interrupt. Blocks without data are left to a worker; i_dio_count does not wait for it. */
  ext4_end_io_dio(k: Kernel, request: AioRequest): void {
    const [, file, , , , , unwritten] = request
    const { i_completed_io_lock, i_completed_io_list } = inodeOf(file)
    if (!unwritten) {
      k.aio_complete(request, [])
    } else {
      i_completed_io_lock.lockIrqsave()
      i_completed_io_list.push(request)
      i_completed_io_lock.unlockIrqrestore()
      // dio_unwritten_wq
      k.aio_worker.start(request)
    }
    k.inode_dio_done(file)
  },

  /** ext4_end_io_work. Context: worker. If it can not have i_mutex it is queued again; if somebody else has done the work it has nothing to do. */
  ext4_end_io_work(k: Kernel, request: AioRequest): void {
    const { i_rwsem } = request[1]
    const { i_completed_io_lock, i_completed_io_list } = inodeOf(request[1])
    const mine = untilDone(k, (): boolean | undefined => {
      i_completed_io_lock.lockIrqsave()
      const listed = i_completed_io_list.has(request)
      const locked = listed && i_rwsem.tryDownWrite()
      if (locked) i_completed_io_list.remove(request)
      i_completed_io_lock.unlockIrqrestore()
      return locked ? true : listed ? undefined : false
    })
    if (!mine) return
    k.ext4_end_io_nolock(request)
    i_rwsem.upWrite()
  },

  /** ext4_flush_completed_IO: whoever frees blocks does first what the worker has not done yet. Context: task. */
  ext4_flush_completed_IO(k: Kernel, file: AddressSpace): void {
    const { i_completed_io_lock, i_completed_io_list } = inodeOf(file)
    k.loop(() => {
      i_completed_io_lock.lockIrqsave()
      const request = i_completed_io_list.shift()
      i_completed_io_lock.unlockIrqrestore()
      if (request === undefined) return false
      k.ext4_end_io_nolock(request)
      return true
    })
  },

  /** ext4_end_io_nolock: then the user is told. */
  ext4_end_io_nolock(k: Kernel, request: AioRequest): void {
    const [, file, index] = request
    // ext4_convert_unwritten_extents
    for (const block of blocksOf(file, index)) {
      k.transaction_start(file)
      k.convert_unwritten_locked(file, block)
      k.transaction_stop(file)
    }
    k.aio_complete(request, [])
  },

  /** xfs_end_io_direct_write, xfs_finish_ioend. Context: completion interrupt. */
  xfs_end_io_direct_write(k: Kernel, request: AioRequest): void {
    // xfsconvertd
    if (request[6]) k.aio_worker.start(request)
    else k.xfs_destroy_ioend(request)
  },

  /** xfs_end_io, xfs_iomap_write_unwritten. Context: worker; takes no lock of I/O. */
  xfs_end_io(k: Kernel, request: AioRequest): void {
    const [, file, index] = request
    for (const block of blocksOf(file, index)) {
      k.transaction_start(file)
      k.convert_unwritten_locked(file, block)
      k.transaction_stop(file)
    }
    k.xfs_destroy_ioend(request)
  },

  /** xfs_destroy_ioend: the user is told, then i_dio_count goes down. Context: any. */
  xfs_destroy_ioend(k: Kernel, request: AioRequest): void {
    k.aio_complete(request, [])
    k.inode_dio_done(request[1])
  },
}

export const dioCompletionInlines = {
  inode_dio_done(_k: Kernel, file: AddressSpace): void {
    inodeOf(file).i_dio_count.dec()
  },

  /** aio_complete: an event for io_getevents(2). What was written can be relied on from here on. */
  aio_complete(k: Kernel, request: AioRequest, words: readonly string[]): void {
    k.dio_before_event(request)
    k.ki_complete(request[5])
    k.oracle_aio_ends(request, words)
  },

  /** The place before the user is told: nothing is done in v3.4. */
  dio_before_event(_k: Kernel, _request: AioRequest): void {
    return
  },

  /** What a worker does for a request. */
  dio_work(k: Kernel, request: AioRequest): void {
    if (isExt4(request[1])) k.ext4_end_io_work(request)
    else k.xfs_end_io(request)
  },

  /** What the device has in some blocks, one after the other; zeros where there is none. */
  dma_read_direct(k: Kernel, file: AddressSpace, transfer: Transfer): readonly string[] {
    const { disk, blocks_per_page } = inodeOf(file)
    return transfer.flatMap((block) => (block === null ? Array<string>(k.config.words / blocks_per_page).fill(ZERO) : k.words_of_block(disk, block)))
  },

  convert_unwritten_locked(k: Kernel, file: AddressSpace, block: number): void {
    const { ilock } = inodeOf(file)
    ilock.downWrite()
    k.convert_unwritten(file, block)
    ilock.upWrite()
  },
}
