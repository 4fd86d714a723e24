/** What the reference says about states in which nobody can go on. */
import type { ObjectDecl } from './ast.js'
import { DEAD, DONE, IDLE, PC, RUNNING, TASK_WIDTH, isOfPool, type Layout, type RefFailure } from './reference-layout.js'
import { holds, splitList, type Slots } from './reference-objects.js'

interface Wait {
  readonly task: number
  readonly where: string
  readonly text: string
  readonly holders: readonly number[]
  readonly lost: boolean
}

/** Whether every task that was started has ended well. */
export function isFinal(layout: Layout, s: Slots): boolean {
  return layout.ast.tasks.every((_task, t) => s[t * TASK_WIDTH] === DONE || s[t * TASK_WIDTH] === IDLE)
}

function isAnyDead(layout: Layout, s: Slots): boolean {
  return layout.ast.tasks.some((_task, t) => s[t * TASK_WIDTH] === DEAD)
}

/** The failures that a state in which nobody can go on stands for. */
export function judge(layout: Layout, s: Slots): RefFailure[] {
  if (isAnyDead(layout, s)) return []
  if (isFinal(layout, s)) {
    const last = layout.ast.finally
    return last === null || holds(s, layout.at, last.cond) ? [] : [{ kind: 'assertion', where: 'finally', message: last.message }]
  }
  return stuck(layout, s)
}

/** Every shared object and its value in words. */
export function describeState(layout: Layout, s: Slots): string {
  return layout.ast.objects.flatMap((o, i) => describeObject(layout, s, o, layout.slot(i))).sort().join(' ')
}

function stuck(layout: Layout, s: Slots): RefFailure[] {
  const waiting = layout.ast.tasks.flatMap((_task, t) => (s[t * TASK_WIDTH] === RUNNING ? [waitOf(layout, s, t)] : []))
  const lost = waiting.filter((wait) => wait.lost)
  if (lost.length > 0) {
    return lost.map(({ task, where, text }) => {
      const message = `${layout.taskName(task)} sleeps for ever although what it waits for has happened: ${text}`
      return { kind: 'lost-wakeup', where, message }
    })
  }
  const shown = cycleOf(waiting) ?? waiting
  const message = shown.map(({ task, text }) => `${layout.taskName(task)} waits for ${text}`).join('; ')
  return [{ kind: 'deadlock', where: shown[0]?.where ?? '', message }]
}

/** What a task that cannot go on waits for. */
function waitOf(layout: Layout, s: Slots, t: number): Wait {
  const c = layout.code[t]?.[s[t * TASK_WIDTH + PC] as number]
  const wait = { task: t, where: c !== undefined && 'where' in c ? c.where : '', holders: [], lost: isLost(layout, s, t) }
  if (c?.i === 'enter') {
    const holder = (s[layout.slot(c.lock)] as number) - 1
    return { ...wait, holders: [holder], text: `${layout.nameOf(c.lock)} held by ${layout.taskName(holder)}` }
  }
  if (c?.i === 'granted') {
    const queue = splitList(s[layout.slot(c.lock) + 1])
    const ahead = queue.slice(0, queue.findIndex((one) => one >> 1 === t))
    const holders = layout.rwHolders(s, c.lock)
    const behind = ahead.length === 0 ? '' : `, behind ${sayClaims(layout, ahead)}`
    const text = `${layout.nameOf(c.lock)} held by ${sayClaims(layout, holders)}${behind}`
    return { ...wait, holders: [...holders, ...ahead].map((one) => one >> 1), text }
  }
  if (c?.i === 'asleep') return { ...wait, text: c.what }
  if (c?.i === 'do' && c.stmt.k === 'until') return { ...wait, text: c.stmt.what }
  if (c?.i === 'do' && c.stmt.k === 'join') return { ...wait, text: `${layout.taskName(c.stmt.task)} to end` }
  throw new RangeError(`task ${t} does not wait`)
}

function isLost(layout: Layout, s: Slots, t: number): boolean {
  const c = layout.code[t]?.[s[t * TASK_WIDTH + PC] as number]
  if (c?.i === 'asleep') return c.lostIf !== null && holds(s, layout.at, c.lostIf)
  return c?.i === 'do' && c.stmt.k === 'until' && c.stmt.lostIf !== null && holds(s, layout.at, c.stmt.lostIf)
}

function describeObject(layout: Layout, s: Slots, o: ObjectDecl, at: number): string[] {
  const held = (owner: number | string | undefined): string => (owner === 0 ? 'free' : `held by ${layout.taskName(Number(owner) - 1)}`)
  switch (o.type) {
    case 'cell':
    case 'counter':
      return [`${o.name}=${s[at]}`]
    case 'struct':
      return [`${o.name}.v=${s[at]}`]
    case 'flags':
      return o.bits.map((bit, i) => `${o.name}.${bit}=${((s[at] as number) >> i) & 1}`)
    case 'list':
      return [`${o.name}=[${splitList(s[at]).join(', ')}]`]
    case 'queue':
      return [`${o.name}=[${splitList(s[at]).map((t) => layout.taskName(t)).join(', ')}]`]
    case 'spinlock':
    case 'mutex':
      return [`${o.name}=${held(s[at])}`]
    case 'rwsem':
      return [`${o.name}=${sayClaims(layout, splitList(s[at])) || 'free'}`, `${o.name} queue=${sayClaims(layout, splitList(s[at + 1])) || 'empty'}`]
    case 'ref': {
      const pointer = s[at] as string
      return [`${o.name}=${isOfPool(pointer) ? layout.poolObject(pointer).name : pointer.replace('struct ', '')}`]
    }
    case 'pool':
      return Array.from({ length: o.size }, (_, i) => {
        const name = o.size === 1 ? o.name : `${o.name}${i}`
        return [`${name}=${s[at + 3 * i + 1] === 1 ? 'allocated' : 'free'}`, `${name}.v=${s[at + 3 * i + 2]}`]
      }).flat()
  }
}

function sayClaims(layout: Layout, claims: readonly number[]): string {
  return claims.map((one) => `${layout.taskName(one >> 1)} (${one % 2 === 1 ? 'write' : 'read'})`).join(', ')
}

/** Tasks that wait for each other in a circle, from the first one that does; looked for depth first, last holder first. */
function cycleOf(waiting: readonly Wait[]): readonly Wait[] | undefined {
  const search = (start: Wait, path: readonly Wait[], tried: Set<number>): readonly Wait[] | undefined => {
    const last = path[path.length - 1] as Wait
    if (last.holders.includes(start.task)) return path
    const next = last.holders.flatMap((holder) => (tried.has(holder) ? [] : waiting.filter((one) => one.task === holder)))
    for (const one of next) tried.add(one.task)
    for (const one of next.reverse()) {
      const found = search(start, [...path, one], tried)
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const start of waiting) {
    const found = search(start, [start], new Set())
    if (found !== undefined) return found
  }
  return undefined
}
