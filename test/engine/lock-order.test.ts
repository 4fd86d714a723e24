/** The orders in which locks are taken are reported with every exploration. */
import { expect, test } from 'vitest'
import { explore, program } from 'heddle/engine'

const ordersOf = (tasks: readonly (readonly string[])[]): readonly string[] => {
  const subject = program('locks', (world) => {
    const locks = new Map(['a', 'b', 'c'].map((name) => [name, world.spinlock(`x.${name}`)]))
    tasks.forEach((order, i) =>
      world.task(`T${i}`, () => {
        for (const name of order)
          name.startsWith('-')
            ? locks.get(name.slice(1))?.unlock()
            : name.startsWith('?')
              ? locks.get(name.slice(1))?.trylock()
              : locks.get(name)?.lock()
      }),
    )
  })
  return explore(subject).lockOrders.map(({ held, taken, task }) => `${held} > ${taken} (${task})`)
}

test('a lock that is taken while another is held', () => {
  expect(ordersOf([['a', 'b', 'c', '-c', '-b', '-a']])).toEqual(['a > b (T0)', 'a > c (T0)', 'b > c (T0)'])
})

test('not one that was given up before, and none that is only tried', () => {
  expect(ordersOf([['a', '-a', 'b', '?c', '-c', '-b']])).toEqual([])
})

test('what was got by trying counts as held', () => {
  expect(ordersOf([['?a', 'b', '-b', '-a']])).toEqual(['a > b (T0)'])
})

test('also an order that makes a deadlock', () => {
  expect(
    ordersOf([
      ['a', 'b', '-b', '-a'],
      ['b', 'a', '-a', '-b'],
    ]),
  ).toEqual(['a > b (T0)', 'b > a (T1)'])
})

test('whatever else the program tells of: bits that serve as locks', () => {
  const subject = program('bits', (world) => {
    const lock = world.mutex('m')
    const page = world.flags('flags', ['PG_locked'])
    world.task('T', () => {
      world.noteLock('PG_locked', 'awaited')
      if (page.testAndSet('PG_locked')) return
      world.noteLock('PG_locked', 'taken')
      lock.lock()
      lock.unlock()
      world.noteLock('PG_locked', 'released')
      page.clear('PG_locked')
    })
  })
  expect(explore(subject).lockOrders.map(({ held, taken }) => `${held} > ${taken}`)).toEqual(['PG_locked > m'])
})
