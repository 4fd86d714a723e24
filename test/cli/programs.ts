/** Programs of users, as text: written to a folder and checked as `FILE.ts`. */

const counterProgram = (name: string, tasks: number, times: number, body: string): string => `
import { program } from 'heddle/engine'
export default program('${name}', (world) => {
  const counter = world.cell('counter', 0)
  const lock = world.spinlock('lock')
  const addOne = world.fn('add_one', () => {
    ${body}
  })
  for (let task = 0; task < ${tasks}; task++) {
    world.task('task' + task, () => {
      for (let i = 0; i < ${times}; i++) addOne()
    })
  }
  world.finally(() => world.assert(counter.get() === ${tasks * times}, 'an update was lost'))
})
`

/** Two tasks, an update lost with two context switches. */
export const LOST_UPDATE = counterProgram('lost-update', 2, 1, 'counter.set(counter.get() + 1)')

/** The same under a lock. */
export const LOCKED = counterProgram('locked', 2, 1, 'lock.lock(); counter.set(counter.get() + 1); lock.unlock()')

/** More than is searched on the main thread, without a failure. */
export const LARGE = counterProgram('large', 4, 3, 'counter.set(counter.get() + 1)').replace(/world\.finally.*/, '')

/** A few thousand states, one failure. */
export const MIDDLING_RACE = counterProgram('middling-race', 3, 2, 'counter.set(counter.get() + 1)')

/** More than anybody waits for. */
export const ENDLESS = counterProgram('endless', 8, 8, 'counter.set(counter.get() + 1)').replace(/world\.finally.*/, '')

export const SYNTAX_ERROR = `import { program } from 'heddle/engine'

export default program('broken', (world) => {
  const = 1
})
`

export const WRONG_IMPORT = `import { program } from 'heddle'
export default program('a', () => {})
`

export const NO_DEFAULT = `export const a = 1
`

export const THROWS_AT_LOAD = `import { program } from 'heddle/engine'
const table: number[] = []
if (table.length === 0) {
  throw new RangeError('the table is empty')
}
export default program('a', () => {})
`

export const THROWS_IN_TASK = `import { program } from 'heddle/engine'
export default program('a', (world) => {
  const cell = world.cell('cell', 0)
  world.task('A', () => {
    cell.get()
    throw new RangeError('no such thing')
  })
})
`

export const NOT_DETERMINISTIC = `import { program } from 'heddle/engine'
let calls = 0
export default program('a', (world) => {
  const x = world.cell('x', 0)
  const y = world.cell('y', 0)
  for (const name of ['A', 'B']) {
    world.task(name, () => {
      if (calls++ % 2 === 0) x.get()
      else y.get()
      x.set(1)
      y.set(1)
    })
  }
})
`
