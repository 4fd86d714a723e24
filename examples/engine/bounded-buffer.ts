import { program, type Program, type WaitQueue } from 'heddle/engine'

const ITEMS = 2

/**
 * A producer and a consumer share a buffer with room for one item, and sleep while it is full or empty.
 * `sleeping`: whether a task enqueues itself before it looks (as `wait` does) or only after it has looked.
 */
function boundedBuffer(name: string, sleeping: 'enqueue, then look' | 'look, then enqueue'): Program {
  return program(name, (world) => {
    const buffer = world.list<number>('buffer')
    const notFull = world.waitQueue('not_full')
    const notEmpty = world.waitQueue('not_empty')

    const waitFor = (queue: WaitQueue, what: string, isReady: () => boolean): void => {
      if (sleeping === 'enqueue, then look') {
        queue.wait(isReady, what)
        return
      }
      world.repeat(() => {
        if (isReady()) return true
        queue.sleep(what, isReady)
        return undefined
      })
    }
    const { put, take } = world.functions({
      put: (item: number) => {
        waitFor(notFull, 'room in the buffer', () => buffer.isEmpty())
        buffer.push(item)
        notEmpty.wake()
      },
      take: () => {
        waitFor(notEmpty, 'an item', () => !buffer.isEmpty())
        const item = buffer.shift()
        notFull.wake()
        return item
      },
    })

    world.task('producer', () => {
      for (let item = 0; item < ITEMS; item++) put(item)
    })
    world.task('consumer', () => {
      for (let item = 0; item < ITEMS; item++) world.assert(take() === item, 'items come out of order')
    })
  })
}

/** Lost wake-up: the other task wakes nobody between the look and the sleep. */
export default boundedBuffer('bounded buffer', 'look, then enqueue')

/** Holds. */
export const enqueuedFirst = boundedBuffer('bounded buffer, enqueued before the look', 'enqueue, then look')
