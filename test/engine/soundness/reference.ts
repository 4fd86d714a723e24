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
import { INTS, type Ast, type Stmt } from './ast.js'
import type { Instruction } from './flatten.js'
import {
  DEAD, DONE, LOCALS, LOCALS_WIDTH, PC, RUNNING, SAVED, STATUS, TASK_WIDTH, isOfPool, Layout, type RefFailure,
} from './reference-layout.js'
import { canEnter, enter, leave } from './reference-locks.js'
import { NULL, holds, joinList, operate, splitList, type Slots } from './reference-objects.js'
import { performPointer } from './reference-pointers.js'

/** A state and the failures noticed on the way to it. */
export interface Arrival {
  readonly state: Slots
  readonly failures: readonly RefFailure[]
  /** Whether a task got on. */
  readonly progress: boolean
}

/** An arrival on the way to where its task stops. */
interface Journey {
  readonly state: Slots
  readonly failures: RefFailure[]
  progress: boolean
}

/** The program of an AST as a transition system. */
export class Reference {
  readonly layout: Layout

  constructor(private readonly ast: Ast) {
    this.layout = new Layout(ast)
  }

  get tasks(): number {
    return this.ast.tasks.length
  }

  /** Every state in which the program may begin: several if a task chooses at once. */
  initial(): Arrival[] {
    let arrivals: Arrival[] = [{ state: this.layout.initialState, failures: [], progress: false }]
    this.ast.tasks.forEach((task, t) => {
      if (task.start) arrivals = this.settle(arrivals, t)
    })
    return arrivals
  }

  /** Whether `t` has an operation that can happen now. */
  canStep(s: Slots, t: number): boolean {
    const base = t * TASK_WIDTH
    if (s[base + STATUS] !== RUNNING) return false
    const c = this.layout.code[t]?.[s[base + PC] as number]
    if (c === undefined) return true
    switch (c.i) {
      case 'enter':
        return canEnter(this.layout, s, t, c.lock, c.mode)
      case 'granted':
        return !splitList(s[this.layout.slot(c.lock) + 1]).some((one) => one >> 1 === t)
      case 'asleep':
        return !splitList(s[this.layout.slot(c.queue)]).includes(t)
      case 'do':
        if (c.stmt.k === 'until') return holds(s, this.layout.at, c.stmt.cond)
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
    const c = this.layout.code[t]?.[pc]
    if (c === undefined) {
      state[base + STATUS] = DONE
      return [{ state, failures, progress: false }]
    }
    state[base + PC] = pc + 1
    const started = this.perform(state, t, c, failures)
    let arrivals: Arrival[] = [{ state, failures, progress: false }]
    if (started >= 0) arrivals = this.settle(arrivals, started)
    if (state[base + STATUS] === RUNNING) arrivals = this.settle(arrivals, t)
    return arrivals
  }

  /** Lets task `t` run its own code up to its next operation in every arrival. */
  private settle(arrivals: readonly Arrival[], t: number): Arrival[] {
    const settled: Arrival[] = []
    const open: Journey[] = arrivals.map(({ state, failures, progress }) => ({ state: [...state], failures: [...failures], progress }))
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const branches = this.runLocally(next, t)
      if (branches === undefined) settled.push(next)
      else for (const state of branches) open.push({ ...next, state, failures: [...next.failures] })
    }
    return settled
  }

  /** Undefined when `t` has come to an operation or its end; else the states that a choice leads to. */
  private runLocally(journey: Journey, t: number): Slots[] | undefined {
    const { state: s, failures } = journey
    const base = t * TASK_WIDTH
    for (;;) {
      if (s[base + STATUS] !== RUNNING) return undefined
      const pc = s[base + PC] as number
      const c = this.layout.code[t]?.[pc]
      if (c === undefined) {
        if (!this.layout.joined[t]) s[base + STATUS] = DONE
        return undefined
      }
      s[base + PC] = pc + 1
      switch (c.i) {
        case 'branch':
          if (!this.layout.isTrue(s, base, c.test)) s[base + PC] = c.otherwise
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
          if (stmt.k === 'progress') {
            journey.progress = true
            continue
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
        s[base + LOCALS + stmt.dst] = this.layout.valueOf(s, base, stmt.value)
        return true
      case 'assert':
        if (!this.layout.isTrue(s, base, stmt.test)) die('assertion', stmt.message)
        return true
      case 'warn':
        if (!this.layout.isTrue(s, base, stmt.test)) failures.push({ kind: 'warn-on', where, message: stmt.message })
        return true
      case 'fail':
        die('bug-on', stmt.message)
        return true
      case 'sleep':
        this.layout.noteIfAtomic(s, t, stmt.what, where, failures)
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

  /** Performs one step of `t`; the number of a task that it started, or -1. */
  private perform(s: Slots, t: number, c: Instruction, failures: RefFailure[]): number {
    const base = t * TASK_WIDTH
    switch (c.i) {
      case 'enter':
        enter(this.layout, s, t, c, failures)
        return -1
      case 'leave':
        leave(this.layout, s, t, c.lock, c.mode)
        return -1
      case 'read':
        if (!holds(s, this.layout.at, c.cond)) s[base + PC] = c.otherwise
        return -1
      case 'enqueue':
        s[this.layout.slot(c.queue)] = joinList([...splitList(s[this.layout.slot(c.queue)]), t])
        return -1
      case 'dequeue': {
        const queue = splitList(s[this.layout.slot(c.queue)])
        const place = queue.indexOf(t)
        s[this.layout.slot(c.queue)] = joinList(queue.filter((_, i) => i !== place))
        return -1
      }
      case 'asleep':
        this.layout.noteIfAtomic(s, t, 'a conditional wait', c.where, failures)
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
        if (this.layout.object(stmt.obj).type === 'queue') {
          const queue = splitList(s[this.layout.slot(stmt.obj)])
          s[this.layout.slot(stmt.obj)] = stmt.op === 'wake' ? joinList(queue.slice(1)) : ''
          return -1
        }
        const args = stmt.args.map((e) => this.layout.valueOf(s, base, e))
        const underflow = (): number => failures.push({ kind: 'refcount', where, message: `${this.layout.nameOf(stmt.obj)} fell below zero` })
        const result = operate(s, this.layout.object(stmt.obj), this.layout.slot(stmt.obj), stmt.op, args, underflow)
        if (stmt.dst !== null) s[base + LOCALS + stmt.dst] = result
        return -1
      }
      case 'pointer':
        performPointer(this.layout, s, base, stmt.op, where, failures)
        return -1
      case 'until':
      case 'join':
        this.layout.noteIfAtomic(s, t, 'a conditional wait', where, failures)
        return -1
      case 'start': {
        const other = stmt.task * TASK_WIDTH
        s[other + STATUS] = RUNNING
        s[other + LOCALS] = this.layout.valueOf(s, base, stmt.arg)
        return stmt.task
      }
      default:
        return -1
    }
  }
}
