import { program, type Program } from 'heddle/engine'

/** W1: `tasks` tasks add one to x, `times` times each, by a read and a write. Nothing is asserted: the states are counted. */
export function lostUpdate(tasks: number, times: number): Program {
  return program(`lost-update(${tasks},${times})`, (world) => {
    const x = world.cell('x', 0)
    const update = world.fn('update', () => {
      const seen = x.get()
      x.set(seen + 1)
    })
    for (let t = 0; t < tasks; t++) {
      world.task(`updater ${t}`, () => {
        for (let i = 0; i < times; i++) update()
      })
    }
  })
}
