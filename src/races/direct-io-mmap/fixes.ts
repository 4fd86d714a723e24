/** What was merged about asynchronous direct writes; the other fixes are those of hole-punch-fault. */
import { patch, type Patch } from '../../kernel/kernel.js'

/**
 * 332391a9935d, 5e25c269e1f0 (2017): what has been cached meanwhile is dropped when the write is done, before the user is told, by a worker
 * if anything is cached; not only when it has been submitted.
 */
const invalidateAtCompletion = patch('invalidate-at-completion', {
  /** What is left to a worker anyhow, because its blocks have no data yet, is not deferred twice. */
  dio_complete(k, base, request, words) {
    const [op, file, , , , , unwritten] = request
    if (op === 'WRITE' && !unwritten && k.world.inIrq() && k.nrpages(file) > 0) k.aio_worker.start(request)
    else base(request, words)
  },

  dio_work(k, base, request) {
    if (request[6]) base(request)
    // dio_aio_complete_work
    else k.dio_complete(request, [])
  },

  dio_before_event(k, _base, request) {
    const [op, file, index] = request
    if (op === 'WRITE' && !k.world.inIrq() && k.nrpages(file) > 0) k.invalidate_inode_pages2_range(file, index, index + 1)
  },
})

export const patches: readonly Patch[] = [invalidateAtCompletion]
