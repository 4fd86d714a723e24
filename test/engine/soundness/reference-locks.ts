/** Locks as the reference understands them. */
import type { Instruction } from './flatten.js'
import type { LockMode } from './ast.js'
import { DEAD, PC, STATUS, TASK_WIDTH, claim, isCompatible, sortedClaims, type Layout, type RefFailure } from './reference-layout.js'
import { joinList, splitList, type Slots } from './reference-objects.js'

export function canEnter(layout: Layout, s: Slots, t: number, lock: number, mode: LockMode): boolean {
  if (mode === 'read' || mode === 'write' || mode.startsWith('try')) return true
  return s[layout.slot(lock)] === 0 || interruptsHolder(layout, s, t, lock)
}

/** Whether `t` is an interrupt that finds a spinlock held by a task that has interrupts on. */
function interruptsHolder(layout: Layout, s: Slots, t: number, lock: number): boolean {
  const at = layout.slot(lock)
  const owner = (s[at] as number) - 1
  return layout.object(lock).type === 'spinlock' && layout.isIrq(t) && owner >= 0 && !layout.isIrq(owner) && s[at + 1] === 0
}

export function enter(layout: Layout, s: Slots, t: number, c: Extract<Instruction, { i: 'enter' }>, failures: RefFailure[]): void {
  const { lock, mode, where } = c
  const at = layout.slot(lock)
  const type = layout.object(lock).type
  if (type === 'rwsem') {
    down(layout, s, t, c, failures)
    return
  }
  if (s[at] !== 0) {
    if (mode === 'trylock') s[t * TASK_WIDTH + PC] = c.otherwise
    else {
      s[t * TASK_WIDTH + STATUS] = DEAD
      const message = `${layout.nameOf(lock)} is held with interrupts on: an interrupt on the holder's CPU waits for it for ever`
      failures.push({ kind: 'deadlock', where, message })
    }
    return
  }
  if (type === 'mutex' && mode === 'lock') layout.noteIfAtomic(s, t, 'mutex_lock', where, failures)
  s[at] = t + 1
  if (type === 'spinlock') s[at + 1] = mode === 'irqsave' ? 1 : 0
}

function down(layout: Layout, s: Slots, t: number, c: Extract<Instruction, { i: 'enter' }>, failures: RefFailure[]): void {
  const { lock, mode, where } = c
  const at = layout.slot(lock)
  const trying = mode === 'tryRead' || mode === 'tryWrite'
  if (!trying) layout.noteIfAtomic(s, t, mode === 'read' ? 'down_read' : 'down_write', where, failures)
  const holders = layout.rwHolders(s, lock)
  const mine = claim(t, mode)
  if (s[at + 1] === '' && isCompatible(holders, mine)) {
    s[at] = sortedClaims([...holders, mine])
    // nothing to wait for
    if (!trying) s[t * TASK_WIDTH + PC] = (s[t * TASK_WIDTH + PC] as number) + 1
  } else if (trying) s[t * TASK_WIDTH + PC] = c.otherwise
  else s[at + 1] = joinList([...splitList(s[at + 1]), mine])
}

export function leave(layout: Layout, s: Slots, t: number, lock: number, mode: LockMode): void {
  const at = layout.slot(lock)
  if (layout.object(lock).type !== 'rwsem') {
    s[at] = 0
    if (layout.object(lock).type === 'spinlock') s[at + 1] = 0
    return
  }
  const holders = layout.rwHolders(s, lock)
  holders.splice(holders.indexOf(claim(t, mode)), 1)
  const queue = splitList(s[at + 1])
  for (let next = queue[0]; next !== undefined && isCompatible(holders, next); next = queue[0]) {
    holders.push(next)
    queue.shift()
  }
  s[at] = sortedClaims(holders)
  s[at + 1] = joinList(queue)
}
