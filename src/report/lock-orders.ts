/** In which orders locks were taken, and which of these orders could make a deadlock. */
import type { LockOrder } from '../engine/result.js'
import { filled } from './paragraph.js'

const WIDTH = 76

/** A section of the report; empty if no lock was taken while another was held. */
export function lockOrdersText(orders: readonly LockOrder[]): string {
  if (orders.length === 0) return ''
  const taken = new Map<string, string[]>()
  for (const order of orders) taken.set(order.held, [...(taken.get(order.held) ?? []), order.taken])
  const lines = [...taken].map(([held, after]) => filled(`  ${held} > ${after.join(', ')}`, WIDTH, 4))
  const cycles = cyclesIn(orders).map((cycle) => filled(`  ${cycle}`, WIDTH, 4))
  const verdict = cycles.length === 0 ? ['  no cycle: they can be put in one order'] : ['  in a cycle, so that other programs may deadlock:', ...cycles]
  return ['locks taken while others were held (held > taken):', ...lines, ...verdict].join('\n')
}

/** Pairs of locks that are taken in both orders, directly or by way of others; each told once. */
function cyclesIn(orders: readonly LockOrder[]): readonly string[] {
  const told: string[] = []
  const seen = new Set<string>()
  for (const order of orders) {
    if (order.held === order.taken) continue
    const back = pathBetween(orders, order.taken, order.held)
    if (back === undefined) continue
    const cycle = [order, ...back]
    const key = cycle.map(({ held }) => held).sort().join()
    if (seen.has(key)) continue
    seen.add(key)
    told.push(cycle.map(({ held, taken, where, task }) => `${held} > ${taken} (${task}${where === '' ? '' : ` in ${where}`})`).join('; '))
  }
  return told
}

/** The shortest way from one lock to another along the orders. */
function pathBetween(orders: readonly LockOrder[], from: string, to: string): readonly LockOrder[] | undefined {
  const paths = new Map<string, readonly LockOrder[]>([[from, []]])
  for (const [lock, path] of paths) {
    if (lock === to) return path
    for (const order of orders) if (order.held === lock && !paths.has(order.taken)) paths.set(order.taken, [...path, order])
  }
  return undefined
}
