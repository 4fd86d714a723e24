/**
 * The schedule of the conformance tests, as a patch: the device completes bios in the order in which they were submitted, and workers do
 * theirs after that, when the task that makes the calls waits, or when it is between two of them.
 */
import { patch, type Kernel, type Patch } from '../../kernel/kernel.js'

export interface InOrder {
  readonly patch: Patch
  /** The same schedule as long as a condition holds; after that everything happens when it happens. */
  onlyIf(holds: () => boolean): Patch
  /** Lets the device and the workers do everything that is left. */
  settle(): void
}

export function inOrder(): InOrder {
  const pending: (() => void)[] = []

  const runUntil = (isDone: () => boolean): void => {
    while (!isDone()) {
      const next = pending.shift()
      if (next === undefined) throw new Error('the model waits for something that nobody will do')
      next()
    }
  }

  const onlyIf = (holds: () => boolean): Patch =>
    patch('everything in order', {
      submit_bio(k, base, bio) {
        if (holds()) pending.push(() => complete(k, bio))
        else base(bio)
      },

      queue_work(k, base, bio) {
        if (holds()) pending.push(() => k.process_one_work(bio))
        else base(bio)
      },

      wait_on_page_bit_common(k, base, page, bit, behavior, killable) {
        if (!holds()) return base(page, bit, behavior, killable)
        if (behavior === 'DROP') k.put_page(page)
        runUntil(() => !page.flags.test(bit))
        if (behavior === 'EXCLUSIVE') page.flags.set(bit)
        return true
      },

      dio_wait(_k, base, dio) {
        if (holds()) runUntil(() => !dio.waiter.get())
        else base(dio)
      },
    })
  return { patch: onlyIf(() => true), onlyIf, settle: () => runUntil(() => pending.length === 0) }
}

function complete(k: Kernel, bio: Parameters<Kernel['dma_transfer']>[0]): void {
  k.dma_transfer(bio)
  k.bio_endio(bio)
}
