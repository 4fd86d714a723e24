import { program } from 'heddle/engine'

/** Two tasks add one to a counter by a read and a write: one of the updates may be lost. */
export default program('lost update', (world) => {
  const counter = world.cell('counter', 0)
  const increment = world.fn('increment', () => {
    const seen = counter.get()
    counter.set(seen + 1)
  })
  world.task('A', () => increment())
  world.task('B', () => increment())
  world.finally(() => world.assert(counter.get() === 2, 'an update was lost'))
})
