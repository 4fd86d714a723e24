import { program, type Program } from 'heddle/engine'

/**
 * A writer changes two cells that belong together; readers look at both. The lock serves in order: behind a writer that
 * waits, new readers wait too. `nested`: a reader takes the lock again while it has it.
 */
function readersWriters(name: string, nested: boolean): Program {
  return program(name, (world) => {
    const lock = world.rwsem('lock')
    const low = world.cell('low', 0)
    const high = world.cell('high', 0)

    const { read, write } = world.functions({
      read: () => {
        lock.downRead()
        const first = low.get()
        if (nested) lock.downRead()
        const second = high.get()
        if (nested) lock.upRead()
        lock.upRead()
        world.assert(first === second, 'a reader saw half of a change')
      },
      write: () => {
        lock.downWrite()
        low.set(low.get() + 1)
        high.set(high.get() + 1)
        lock.upWrite()
      },
    })

    world.task('reader', () => read())
    world.task('writer', () => write())
    if (!nested) world.task('another reader', () => read())
  })
}

/** Holds. */
export default readersWriters('readers and a writer', false)

/** Deadlock: the writer queues between the two reads of one reader, and each waits for the other. */
export const nested = readersWriters('a reader that locks twice', true)
