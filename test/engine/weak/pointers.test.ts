/** Address dependencies: a load through a pointer comes after the load of the pointer, if it points into a pool. */
import { explore, program, type Cell, type World } from 'heddle/engine'
import { expect, test } from 'vitest'

/** Runs a writer and a reader; what the reader has found, over all runs. */
function found(setup: (world: World) => { readonly write: () => void; readonly read: () => string }): readonly string[] {
  const seen = new Set<string>()
  const result = explore(
    program(
      'pointers',
      (world) => {
        const { write, read } = setup(world)
        const report = world.cell('report', '')
        world.task('writer', write)
        world.task('reader', () => {
          report.set(read())
        })
      },
      { memory: 'weak' },
    ),
    { onFinalState: (describe) => seen.add(describe().report ?? '') },
  )
  expect(result.verdict).toBe('holds')
  return [...seen].sort()
}

interface Node {
  readonly data: Cell<number>
}

/** MP+onceassign+derefonce of tools/memory-model: Never. `publish` is the order of the store of the pointer. */
function publication(publish: 'release' | 'relaxed') {
  return (world: World) => {
    const nodes = world.pool<Node>('node', 1, (make) => ({ data: make.cell('data', 0) }))
    const node = nodes.alloc()
    const pointer = world.ref<Node>('pointer')
    return {
      write: () => {
        node?.data.set(1)
        pointer.set(node, publish)
      },
      read: () => {
        const target = pointer.get()
        return target === null ? 'nothing' : `data ${target.data.get()}`
      },
    }
  }
}

test('who finds an object through a pointer finds what was in it when it was published', () => {
  expect(found(publication('release'))).toEqual(['data 1', 'nothing'])
})

test('the publication has to be a release', () => {
  expect(found(publication('relaxed'))).toEqual(['data 0', 'data 1', 'nothing'])
})

test('what is not part of the object may still be old', () => {
  const outcomes = found((world) => {
    const nodes = world.pool<Node>('node', 1, (make) => ({ data: make.cell('data', 0) }))
    const node = nodes.alloc()
    const pointer = world.ref<Node>('pointer')
    const other = world.cell('other', 0)
    return {
      write: () => {
        other.set(1)
        pointer.set(node, 'release')
      },
      read: () => (pointer.get() === null ? 'nothing' : `other ${other.get()}`),
    }
  })
  expect(outcomes).toEqual(['nothing', 'other 0', 'other 1'])
})
