/**
 * A second opinion on what programs of the little language do: an interpreter over plain arrays that shares no code with
 * the engine, and a search of every interleaving with a visited set of whole states.
 *
 * What it takes for granted:
 * - A step is one operation on a shared object and the task's own code up to its next one. A task runs up to its first
 *   operation when it is started. `choose`, `warn`, `mightSleep` and private memory are no steps.
 * - A failed assertion, a null dereference and the like end their task, whose last operation has taken effect. The others
 *   go on. Other failures (a use after free, an underflow, a sleep in atomic context, a warning) end nothing.
 * - A task that others wait for (`join`) takes one more step to say that it has ended.
 * - A semaphore serves in order: a task that must wait joins a queue in one step and goes on in another, once granted.
 * - A wait queue's `wait` enqueues, reads what its condition reads one by one, and leaves the queue or sleeps until it is
 *   not in the queue any more; a wake-up takes the first one out, or all at once.
 * - Nothing is judged in a state in which a task is dead. A final state is one in which every task that was started has
 *   ended well. If none can go on and some wait, that is a deadlock, or a lost wake-up if the wait says so.
 */
import { INTS, POINTERS, type Ast, type Expr, type LockMode, type ObjectDecl, type PointerOp, type Stmt, type Test } from './ast.js'
import { flatten, type Instruction } from './flatten.js'
import { NULL, holds, initialSlots, joinList, operate, splitList, type Slots } from './reference-objects.js'

const IDLE = 0
const RUNNING = 1
const DONE = 2
const DEAD = 3

const STATUS = 0
const PC = 1
const LOCALS = 2
const LOCALS_WIDTH = INTS + POINTERS
const SAVED = LOCALS + LOCALS_WIDTH
const TASK_WIDTH = SAVED + LOCALS_WIDTH

export interface RefFailure {
  readonly kind: string
  readonly where: string
  readonly message: string
}

/** A state and the failures noticed on the way to it. */
export interface Arrival {
  readonly state: Slots
  readonly failures: readonly RefFailure[]
}

interface Wait {
  readonly task: number
  readonly where: string
  readonly text: string
  readonly holders: readonly number[]
  readonly lost: boolean
}

/** The program of an AST as a transition system. */
export class Reference {
  private readonly code: readonly (readonly Instruction[])[]
  /** First slot of each object. */
  private readonly at: readonly number[]
  private readonly joined: readonly boolean[]
  private readonly initialState: Slots

  constructor(readonly ast: Ast) {
    this.code = ast.tasks.map((task) => flatten(task.body, task.name))
    this.joined = ast.tasks.map((_task, t) => this.code.some((code) => code.some((c) => c.i === 'do' && c.stmt.k === 'join' && c.stmt.task === t)))
    const state: Slots = ast.tasks.flatMap((task) => taskSlots(task.start ? RUNNING : IDLE))
    const at: number[] = []
    for (const o of ast.objects) {
      at.push(state.length)
      state.push(...initialSlots(o))
    }
    this.at = at
    this.initialState = state
  }

  get tasks(): number {
    return this.ast.tasks.length
  }

  /** Every state in which the program may begin: several if a task chooses at once. */
  initial(): Arrival[] {
    let arrivals: Arrival[] = [{ state: this.initialState, failures: [] }]
    this.ast.tasks.forEach((task, t) => {
      if (task.start) arrivals = this.settle(arrivals, t)
    })
    return arrivals
  }

  /** Whether `t` has an operation that can happen now. */
  canStep(s: Slots, t: number): boolean {
    const base = t * TASK_WIDTH
    if (s[base + STATUS] !== RUNNING) return false
    const c = this.code[t]?.[s[base + PC] as number]
    if (c === undefined) return true
    switch (c.i) {
      case 'enter':
        return this.canEnter(s, t, c.lock, c.mode)
      case 'granted':
        return !splitList(s[this.slot(c.lock) + 1]).some((one) => one >> 1 === t)
      case 'asleep':
        return !splitList(s[this.slot(c.queue)]).includes(t)
      case 'do':
        if (c.stmt.k === 'until') return holds(s, this.at, c.stmt.cond)
        if (c.stmt.k === 'join') return s[c.stmt.task * TASK_WIDTH + STATUS] === DONE
        return true
      default:
        return true
    }
  }

  /** The states after a step of `t`, which can step. */
  step(before: Slots, t: number): Arrival[] {
    const state = [...before]
    const failures: RefFailure[] = []
    const base = t * TASK_WIDTH
    const pc = state[base + PC] as number
    const c = this.code[t]?.[pc]
    if (c === undefined) {
      state[base + STATUS] = DONE
      return [{ state, failures }]
    }
    state[base + PC] = pc + 1
    const started = this.perform(state, t, c, failures)
    let arrivals = started >= 0 ? this.settle([{ state, failures }], started) : [{ state, failures }]
    if (state[base + STATUS] === RUNNING) arrivals = this.settle(arrivals, t)
    return arrivals
  }

  /** Whether every task that was started has ended well. */
  isFinal(s: Slots): boolean {
    return this.ast.tasks.every((_task, t) => s[t * TASK_WIDTH] === DONE || s[t * TASK_WIDTH] === IDLE)
  }

  isAnyDead(s: Slots): boolean {
    return this.ast.tasks.some((_task, t) => s[t * TASK_WIDTH] === DEAD)
  }

  /** The failures that a state in which nobody can go on stands for. */
  judge(s: Slots): RefFailure[] {
    if (this.isAnyDead(s)) return []
    if (this.isFinal(s)) {
      const last = this.ast.finally
      return last === null || holds(s, this.at, last.cond) ? [] : [{ kind: 'assertion', where: 'finally', message: last.message }]
    }
    return this.stuck(s)
  }

  /** Every shared object and its value in words. */
  describe(s: Slots): string {
    return this.ast.objects.flatMap((o, i) => this.describeObject(s, o, this.slot(i))).sort().join(' ')
  }

  private stuck(s: Slots): RefFailure[] {
    const waiting = this.ast.tasks.flatMap((_task, t) => (s[t * TASK_WIDTH] === RUNNING ? [this.waitOf(s, t)] : []))
    const lost = waiting.filter((wait) => wait.lost)
    if (lost.length > 0) {
      return lost.map(({ task, where, text }) => {
        const message = `${this.taskName(task)} sleeps for ever although what it waits for has happened: ${text}`
        return { kind: 'lost-wakeup', where, message }
      })
    }
    const shown = cycleOf(waiting) ?? waiting
    const message = shown.map(({ task, text }) => `${this.taskName(task)} waits for ${text}`).join('; ')
    return [{ kind: 'deadlock', where: shown[0]?.where ?? '', message }]
  }

  /** What a task that cannot go on waits for. */
  private waitOf(s: Slots, t: number): Wait {
    const c = this.code[t]?.[s[t * TASK_WIDTH + PC] as number]
    const wait = { task: t, where: c !== undefined && 'where' in c ? c.where : '', holders: [], lost: this.isLost(s, t) }
    if (c?.i === 'enter') {
      const holder = (s[this.slot(c.lock)] as number) - 1
      return { ...wait, holders: [holder], text: `${this.nameOf(c.lock)} held by ${this.taskName(holder)}` }
    }
    if (c?.i === 'granted') {
      const queue = splitList(s[this.slot(c.lock) + 1])
      const ahead = queue.slice(0, queue.findIndex((one) => one >> 1 === t))
      const holders = this.rwHolders(s, c.lock)
      const behind = ahead.length === 0 ? '' : `, behind ${this.sayClaims(ahead)}`
      const text = `${this.nameOf(c.lock)} held by ${this.sayClaims(holders)}${behind}`
      return { ...wait, holders: [...holders, ...ahead].map((one) => one >> 1), text }
    }
    if (c?.i === 'asleep') return { ...wait, text: c.what }
    if (c?.i === 'do' && c.stmt.k === 'until') return { ...wait, text: c.stmt.what }
    if (c?.i === 'do' && c.stmt.k === 'join') return { ...wait, text: `${this.taskName(c.stmt.task)} to end` }
    throw new RangeError(`task ${t} does not wait`)
  }

  private taskName(t: number): string {
    return this.ast.tasks[t]?.name ?? `task ${t}`
  }

  private isLost(s: Slots, t: number): boolean {
    const c = this.code[t]?.[s[t * TASK_WIDTH + PC] as number]
    if (c?.i === 'asleep') return c.lostIf !== null && holds(s, this.at, c.lostIf)
    return c?.i === 'do' && c.stmt.k === 'until' && c.stmt.lostIf !== null && holds(s, this.at, c.stmt.lostIf)
  }

  private describeObject(s: Slots, o: ObjectDecl, at: number): string[] {
    const held = (owner: number | string | undefined): string => (owner === 0 ? 'free' : `held by ${this.taskName(Number(owner) - 1)}`)
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
        return [`${o.name}=[${splitList(s[at]).map((t) => this.taskName(t)).join(', ')}]`]
      case 'spinlock':
      case 'mutex':
        return [`${o.name}=${held(s[at])}`]
      case 'rwsem':
        return [`${o.name}=${this.sayClaims(splitList(s[at])) || 'free'}`, `${o.name} queue=${this.sayClaims(splitList(s[at + 1])) || 'empty'}`]
      case 'ref': {
        const pointer = s[at] as string
        return [`${o.name}=${isOfPool(pointer) ? this.poolObject(pointer).name : pointer.replace('struct ', '')}`]
      }
      case 'pool':
        return Array.from({ length: o.size }, (_, i) => {
          const name = o.size === 1 ? o.name : `${o.name}${i}`
          return [`${name}=${s[at + 3 * i + 1] === 1 ? 'allocated' : 'free'}`, `${name}.v=${s[at + 3 * i + 2]}`]
        }).flat()
    }
  }

  private sayClaims(claims: readonly number[]): string {
    return claims.map((one) => `${this.taskName(one >> 1)} (${one % 2 === 1 ? 'write' : 'read'})`).join(', ')
  }

  private slot(object: number): number {
    return this.at[object] as number
  }

  private object(index: number): ObjectDecl {
    return this.ast.objects[index] as ObjectDecl
  }

  private nameOf(index: number): string {
    return this.object(index).name
  }

  /** Lets task `t` run its own code up to its next operation in every arrival. */
  private settle(arrivals: readonly Arrival[], t: number): Arrival[] {
    const settled: Arrival[] = []
    const open = arrivals.map(({ state, failures }) => ({ state: [...state], failures: [...failures] }))
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const branches = this.runLocally(next.state, t, next.failures)
      if (branches === undefined) settled.push(next)
      else for (const state of branches) open.push({ state, failures: [...next.failures] })
    }
    return settled
  }

  /** Undefined when `t` has come to an operation or its end; else the states that a choice leads to. */
  private runLocally(s: Slots, t: number, failures: RefFailure[]): Slots[] | undefined {
    const base = t * TASK_WIDTH
    for (;;) {
      if (s[base + STATUS] !== RUNNING) return undefined
      const pc = s[base + PC] as number
      const c = this.code[t]?.[pc]
      if (c === undefined) {
        if (!this.joined[t]) s[base + STATUS] = DONE
        return undefined
      }
      s[base + PC] = pc + 1
      switch (c.i) {
        case 'branch':
          if (!this.isTrue(s, base, c.test)) s[base + PC] = c.otherwise
          continue
        case 'jump':
          s[base + PC] = c.to
          continue
        case 'save':
          for (let i = 0; i < LOCALS_WIDTH; i++) s[base + SAVED + i] = s[base + LOCALS + i] as number | string
          continue
        case 'restore':
          for (let i = 0; i < LOCALS_WIDTH; i++) s[base + LOCALS + i] = s[base + SAVED + i] as number | string
          continue
        case 'do': {
          const { stmt, where } = c
          if (stmt.k === 'choose') {
            return Array.from({ length: stmt.n }, (_, value) => {
              const branch = [...s]
              branch[base + LOCALS + stmt.dst] = value
              return branch
            })
          }
          if (this.isLocal(s, t, stmt, where, failures)) continue
          break
        }
        default:
      }
      s[base + PC] = pc
      return undefined
    }
  }

  /** Performs a statement that is no step; false if it is one. */
  private isLocal(s: Slots, t: number, stmt: Stmt, where: string, failures: RefFailure[]): boolean {
    const base = t * TASK_WIDTH
    const die = (kind: string, message: string): void => {
      failures.push({ kind, where, message })
      s[base + STATUS] = DEAD
    }
    switch (stmt.k) {
      case 'let':
        s[base + LOCALS + stmt.dst] = this.valueOf(s, base, stmt.value)
        return true
      case 'assert':
        if (!this.isTrue(s, base, stmt.test)) die('assertion', stmt.message)
        return true
      case 'warn':
        if (!this.isTrue(s, base, stmt.test)) failures.push({ kind: 'warn-on', where, message: stmt.message })
        return true
      case 'fail':
        die('bug-on', stmt.message)
        return true
      case 'sleep':
        this.noteIfAtomic(s, t, stmt.what, where, failures)
        return true
      case 'pointer': {
        const { op } = stmt
        if (op.op === 'free') return !isOfPool(s[base + LOCALS + INTS + op.p] as string)
        if ((op.op !== 'get' && op.op !== 'set') || s[base + LOCALS + INTS + op.p] !== NULL) return false
        die('null-dereference', `cannot read properties of null (reading 'v')`)
        return true
      }
      default:
        return false
    }
  }

  private isTrue(s: Slots, base: number, test: Test): boolean {
    if ('pointer' in test) return (s[base + LOCALS + INTS + test.pointer] === NULL) === test.isNull
    const value = s[base + LOCALS + test.local] as number
    return test.cmp === '===' ? value === test.value : test.cmp === '!==' ? value !== test.value : value < test.value
  }

  private valueOf(s: Slots, base: number, e: Expr): number {
    return typeof e === 'number' ? e : (s[base + LOCALS + e.local] as number) + e.plus
  }

  private noteIfAtomic(s: Slots, t: number, what: string, where: string, failures: RefFailure[]): void {
    if (this.isIrq(t)) failures.push({ kind: 'sleep-in-atomic', where, message: `${what} in interrupt context` })
    else if (this.ast.objects.some((o, i) => o.type === 'spinlock' && s[this.slot(i)] === t + 1)) {
      failures.push({ kind: 'sleep-in-atomic', where, message: `${what} under a spinlock` })
    }
  }

  private isIrq(t: number): boolean {
    return this.ast.tasks[t]?.context === 'irq'
  }

  /** Performs one step of `t`; the number of a task that it started, or -1. */
  private perform(s: Slots, t: number, c: Instruction, failures: RefFailure[]): number {
    const base = t * TASK_WIDTH
    switch (c.i) {
      case 'enter':
        this.enter(s, t, c, failures)
        return -1
      case 'leave':
        this.leave(s, t, c.lock, c.mode)
        return -1
      case 'read':
        if (!holds(s, this.at, c.cond)) s[base + PC] = c.otherwise
        return -1
      case 'enqueue':
        s[this.slot(c.queue)] = joinList([...splitList(s[this.slot(c.queue)]), t])
        return -1
      case 'dequeue': {
        const queue = splitList(s[this.slot(c.queue)])
        const place = queue.indexOf(t)
        s[this.slot(c.queue)] = joinList(queue.filter((_, i) => i !== place))
        return -1
      }
      case 'asleep':
        this.noteIfAtomic(s, t, 'a conditional wait', c.where, failures)
        return -1
      case 'do':
        return this.performStatement(s, t, c.stmt, c.where, failures)
      default:
        return -1
    }
  }

  private performStatement(s: Slots, t: number, stmt: Stmt, where: string, failures: RefFailure[]): number {
    const base = t * TASK_WIDTH
    switch (stmt.k) {
      case 'op': {
        if (this.object(stmt.obj).type === 'queue') {
          const queue = splitList(s[this.slot(stmt.obj)])
          s[this.slot(stmt.obj)] = stmt.op === 'wake' ? joinList(queue.slice(1)) : ''
          return -1
        }
        const args = stmt.args.map((e) => this.valueOf(s, base, e))
        const underflow = (): number => failures.push({ kind: 'refcount', where, message: `${this.nameOf(stmt.obj)} fell below zero` })
        const result = operate(s, this.object(stmt.obj), this.slot(stmt.obj), stmt.op, args, underflow)
        if (stmt.dst !== null) s[base + LOCALS + stmt.dst] = result
        return -1
      }
      case 'pointer':
        this.performPointer(s, base, stmt.op, where, failures)
        return -1
      case 'until':
      case 'join':
        this.noteIfAtomic(s, t, 'a conditional wait', where, failures)
        return -1
      case 'start': {
        const other = stmt.task * TASK_WIDTH
        s[other + STATUS] = RUNNING
        s[other + LOCALS] = this.valueOf(s, base, stmt.arg)
        return stmt.task
      }
      default:
        return -1
    }
  }

  private performPointer(s: Slots, base: number, op: PointerOp, where: string, failures: RefFailure[]): void {
    const pointer = (p: number | null): string => (p === null ? NULL : (s[base + LOCALS + INTS + p] as string))
    switch (op.op) {
      case 'alloc':
        s[base + LOCALS + INTS + op.dst] = this.alloc(s, op.pool)
        return
      case 'free':
        this.free(s, pointer(op.p), where, failures)
        return
      case 'load':
        s[base + LOCALS + INTS + op.dst] = s[this.slot(op.ref)] as string
        return
      case 'store':
        s[this.slot(op.ref)] = pointer(op.p)
        return
      case 'compareExchange': {
        const met = s[this.slot(op.ref)] === pointer(op.expect)
        if (met) s[this.slot(op.ref)] = pointer(op.p)
        s[base + LOCALS + op.dst] = met ? 1 : 0
        return
      }
      case 'get':
        s[base + LOCALS + op.dst] = s[this.field(s, pointer(op.p), where, failures)] as number
        return
      case 'set':
        s[this.field(s, pointer(op.p), where, failures)] = this.valueOf(s, base, op.value)
        return
    }
  }

  /** A pointer to an object of a pool is `pool:index:incarnation`; incarnations are odd while the object lives. */
  private alloc(s: Slots, pool: number): string {
    const o = this.object(pool)
    if (o.type !== 'pool') throw new RangeError('no pool')
    for (let index = 0; index < o.size; index++) {
      const place = this.slot(pool) + 3 * index
      if (s[place + 1] === 1) continue
      s[place + 1] = 1
      s[place] = o.generations ? (s[place] as number) + 1 : 0
      return `${pool}:${index}:${s[place]}`
    }
    return NULL
  }

  private free(s: Slots, pointer: string, where: string, failures: RefFailure[]): void {
    const { name, place, incarnation } = this.poolObject(pointer)
    if (s[place + 1] === 1 && s[place] === incarnation) s[place + 1] = 0
    else failures.push({ kind: 'use-after-free', where, message: `${name} is freed twice` })
  }

  private poolObject(pointer: string): { name: string; place: number; incarnation: number } {
    const [pool = 0, index = 0, incarnation = 0] = pointer.split(':').map(Number)
    const o = this.object(pool)
    if (o.type !== 'pool') throw new RangeError('no pool')
    return { name: o.size === 1 ? o.name : `${o.name}${index}`, place: this.slot(pool) + 3 * index, incarnation }
  }

  /** Slot of the field that a pointer points to. */
  private field(s: Slots, pointer: string, where: string, failures: RefFailure[]): number {
    if (!isOfPool(pointer)) return this.slot(this.ast.objects.findIndex((o) => o.name === pointer.slice(7)))
    const { name, place, incarnation } = this.poolObject(pointer)
    if (s[place + 1] !== 1) failures.push({ kind: 'use-after-free', where, message: `${name} was freed` })
    else if (s[place] !== incarnation) failures.push({ kind: 'use-after-free', where, message: `${name} was freed and allocated again` })
    return place + 2
  }

  private canEnter(s: Slots, t: number, lock: number, mode: LockMode): boolean {
    if (mode === 'read' || mode === 'write' || mode.startsWith('try')) return true
    return s[this.slot(lock)] === 0 || this.interruptsHolder(s, t, lock)
  }

  /** Whether `t` is an interrupt that finds a spinlock held by a task that has interrupts on. */
  private interruptsHolder(s: Slots, t: number, lock: number): boolean {
    const at = this.slot(lock)
    const owner = (s[at] as number) - 1
    return this.object(lock).type === 'spinlock' && this.isIrq(t) && owner >= 0 && !this.isIrq(owner) && s[at + 1] === 0
  }

  private enter(s: Slots, t: number, c: Extract<Instruction, { i: 'enter' }>, failures: RefFailure[]): void {
    const { lock, mode, where } = c
    const at = this.slot(lock)
    const type = this.object(lock).type
    if (type === 'rwsem') {
      this.down(s, t, c, failures)
      return
    }
    if (s[at] !== 0) {
      if (mode === 'trylock') s[t * TASK_WIDTH + PC] = c.otherwise
      else {
        s[t * TASK_WIDTH + STATUS] = DEAD
        const message = `${this.nameOf(lock)} is held with interrupts on: an interrupt on the holder's CPU waits for it for ever`
        failures.push({ kind: 'deadlock', where, message })
      }
      return
    }
    if (type === 'mutex' && mode === 'lock') this.noteIfAtomic(s, t, 'mutex_lock', where, failures)
    s[at] = t + 1
    if (type === 'spinlock') s[at + 1] = mode === 'irqsave' ? 1 : 0
  }

  private down(s: Slots, t: number, c: Extract<Instruction, { i: 'enter' }>, failures: RefFailure[]): void {
    const { lock, mode, where } = c
    const at = this.slot(lock)
    const trying = mode === 'tryRead' || mode === 'tryWrite'
    if (!trying) this.noteIfAtomic(s, t, mode === 'read' ? 'down_read' : 'down_write', where, failures)
    const holders = this.rwHolders(s, lock)
    const mine = claim(t, mode)
    if (s[at + 1] === '' && isCompatible(holders, mine)) {
      s[at] = sortedClaims([...holders, mine])
      // nothing to wait for
      if (!trying) s[t * TASK_WIDTH + PC] = (s[t * TASK_WIDTH + PC] as number) + 1
    } else if (trying) s[t * TASK_WIDTH + PC] = c.otherwise
    else s[at + 1] = joinList([...splitList(s[at + 1]), mine])
  }

  private leave(s: Slots, t: number, lock: number, mode: LockMode): void {
    const at = this.slot(lock)
    if (this.object(lock).type !== 'rwsem') {
      s[at] = 0
      if (this.object(lock).type === 'spinlock') s[at + 1] = 0
      return
    }
    const holders = this.rwHolders(s, lock)
    holders.splice(holders.indexOf(claim(t, mode)), 1)
    const queue = splitList(s[at + 1])
    for (let next = queue[0]; next !== undefined && isCompatible(holders, next); next = queue[0]) {
      holders.push(next)
      queue.shift()
    }
    s[at] = sortedClaims(holders)
    s[at + 1] = joinList(queue)
  }

  private rwHolders(s: Slots, lock: number): number[] {
    return splitList(s[this.slot(lock)])
  }
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

function taskSlots(status: number): Slots {
  const locals = [...Array<number>(INTS).fill(0), ...Array<string>(POINTERS).fill(NULL)]
  return [status, 0, ...locals, ...locals]
}

/** Whether a pointer points to an object of a pool (`pool:index:incarnation`), and not to a struct. */
function isOfPool(pointer: string): boolean {
  return pointer.includes(':')
}

/** A task's hold on a semaphore: twice its number, and one more if it writes. */
function claim(task: number, mode: LockMode): number {
  return 2 * task + (mode === 'write' || mode === 'tryWrite' ? 1 : 0)
}

function isCompatible(holders: readonly number[], wanted: number): boolean {
  return wanted % 2 === 1 ? holders.length === 0 : holders.every((holder) => holder % 2 === 0)
}

function sortedClaims(claims: readonly number[]): string {
  return joinList([...claims].sort((x, y) => x - y))
}
