import { questionOf } from '../../../src/diagram/search/question-of.js'
import { search, type Found } from '../../../src/diagram/search/search.js'
import { NameMatcher } from '../../../src/diagram/names.js'
import { readDiagram } from '../../../src/diagram/read.js'
import { runToEnd } from '../../../src/engine/explore.js'
import { program, type Program } from '../../../src/engine/index.js'
import type { World } from '../../../src/engine/world.js'

/** Asks a small program the question of a diagram; `functions` are those of the program. */
export function ask(subject: Program, functions: readonly string[], text: string): Found {
  const { question } = questionOf(readDiagram(text), new NameMatcher({ functions }))
  return runToEnd(search(subject, question))
}

/** Two tasks, each of which calls one function that reads a counter and writes it. */
export const LOST_UPDATE = program('lost update', (world) => {
  const counter = world.cell('counter', 0)
  const { load, store, increment } = world.functions({
    load: () => counter.get(),
    store: (value: number) => counter.set(value),
    increment: () => store(load() + 1),
  })
  world.task('A', () => increment())
  world.task('B', () => increment())
})

/** As `LOST_UPDATE`, under a lock that `increment` holds from beginning to end. */
export const LOCKED_UPDATE = lockedUpdate(true)
/** The lock is there, and only the tests take it. */
export const UNLOCKED_UPDATE = lockedUpdate(false)

function lockedUpdate(isLocked: boolean): Program {
  return program('update', (world: World) => {
    const counter = world.cell('counter', 0)
    const lock = world.spinlock('lock')
    const { load, store, increment } = world.functions({
      load: () => counter.get(),
      store: (value: number) => counter.set(value),
      increment: () => {
        if (isLocked) lock.lock()
        store(load() + 1)
        if (isLocked) lock.unlock()
      },
    })
    world.task('A', () => increment())
    world.task('B', () => increment())
  })
}
