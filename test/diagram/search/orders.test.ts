import { describe, expect, test } from 'vitest'
import { keptIn, permutations } from '../../../src/diagram/search/orders.js'

describe('orders near to the one that is there', () => {
  test('never are that one, nor the same twice', () => {
    const orders = permutations([0, 1, 0, 1, 0]).map((order) => order.join())
    expect(orders).not.toContain('0,1,2,3,4')
    expect(new Set(orders).size).toBe(orders.length)
  })

  test('those with fewer rows moved come first, and among them those in which every column keeps its order', () => {
    const columns = [0, 1, 0, 1]
    const moved = permutations(columns).map((order) => order.length - keptIn(order).length)
    expect(moved).toEqual([...moved].sort())
    const [first = []] = permutations(columns)
    for (const column of [0, 1]) {
      const own = first.filter((unit) => columns[unit] === column)
      expect(own).toEqual([...own].sort())
    }
  })

  test('every other way to interleave two columns of two is among them', () => {
    const known = new Set(permutations([0, 1, 0, 1]).map((order) => order.join()))
    for (const order of ['0,2,1,3', '1,0,2,3', '1,0,3,2', '1,3,0,2', '0,1,3,2']) expect(known).toContain(order)
  })

  test('nothing is moved across a row that stays', () => {
    for (const order of permutations([0, 1, null, 0, 1])) expect(order[2]).toBe(2)
  })
})
