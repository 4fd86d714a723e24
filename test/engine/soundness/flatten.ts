/** Bodies of the little language as straight lists of instructions with jumps, for the reference. */
import type { Cond, LockMode, Stmt, Test } from './ast.js'

type Simple = Exclude<Stmt, { readonly k: 'if' | 'call' | 'repeat' | 'locked' | 'wait' | 'doze' }>

export type Instruction =
  /** `where`: innermost function, or the task's name. */
  | { readonly i: 'do'; readonly stmt: Simple; readonly where: string }
  /** Takes a lock, or goes to `otherwise` if trying fails. */
  | { readonly i: 'enter'; readonly lock: number; readonly mode: LockMode; readonly where: string; otherwise: number }
  /** Waits for a semaphore in whose queue the task is. */
  | { readonly i: 'granted'; readonly lock: number; readonly mode: LockMode; readonly where: string }
  | { readonly i: 'leave'; readonly lock: number; readonly mode: LockMode; readonly where: string }
  /** One step that reads one object; goes to `otherwise` if the condition is not met. */
  | { readonly i: 'read'; readonly cond: Cond; readonly where: string; otherwise: number }
  | { readonly i: 'enqueue' | 'dequeue'; readonly queue: number; readonly where: string }
  /** Waits until woken. If `lostIf` holds and nobody wakes the task, the wake-up was lost. */
  | { readonly i: 'asleep'; readonly queue: number; readonly lostIf: Cond | null; readonly what: string; readonly where: string }
  /** Goes to `otherwise` unless the test is true. */
  | { readonly i: 'branch'; readonly test: Test; otherwise: number }
  | { readonly i: 'jump'; to: number }
  /** Keeps a copy of the locals. */
  | { readonly i: 'save' }
  /** Takes the locals back from the copy. */
  | { readonly i: 'restore' }

class Flattener {
  readonly code: Instruction[] = []

  block(body: readonly Stmt[], where: string): void {
    for (const s of body) this.statement(s, where)
  }

  private statement(s: Stmt, where: string): void {
    const { code } = this
    switch (s.k) {
      case 'if': {
        const branch = this.add({ i: 'branch', test: s.test, otherwise: 0 })
        this.block(s.then, where)
        const skip = this.add({ i: 'jump', to: 0 })
        branch.otherwise = code.length
        this.block(s.else, where)
        skip.to = code.length
        return
      }
      case 'call':
        for (let n = 0; n < s.times; n++) this.block(s.body, s.fn)
        return
      case 'repeat': {
        this.add({ i: 'save' })
        const head = code.length
        this.block(s.body, where)
        const branch = this.add({ i: 'branch', test: s.until, otherwise: 0 })
        const out = this.add({ i: 'jump', to: 0 })
        branch.otherwise = code.length
        this.add({ i: 'restore' })
        this.add({ i: 'jump', to: head })
        out.to = code.length
        return
      }
      case 'locked': {
        const { lock, mode } = s
        const enter = this.add({ i: 'enter', lock, mode, where, otherwise: 0 })
        if (mode === 'read' || mode === 'write') this.add({ i: 'granted', lock, mode, where })
        this.block(s.body, where)
        this.add({ i: 'leave', lock, mode, where })
        enter.otherwise = code.length
        return
      }
      case 'wait':
        this.wait(s.queue, s.cond, s.what)
        return
      case 'doze':
        this.add({ i: 'enqueue', queue: s.queue, where })
        this.add({ i: 'asleep', queue: s.queue, lostIf: s.lostIf, what: s.what, where })
        return
      case 'op':
        this.operation(s, where)
        return
      default:
        this.add({ i: 'do', stmt: s, where })
    }
  }

  /** Locks that are never given back are taken like others. */
  private operation(s: Extract<Stmt, { k: 'op' }>, where: string): void {
    switch (s.op) {
      case 'lock':
        this.add({ i: 'enter', lock: s.obj, mode: 'lock', where, otherwise: 0 })
        return
      case 'downRead':
      case 'downWrite': {
        const mode = s.op === 'downRead' ? 'read' : 'write'
        this.add({ i: 'enter', lock: s.obj, mode, where, otherwise: 0 })
        this.add({ i: 'granted', lock: s.obj, mode, where })
        return
      }
      default:
        this.add({ i: 'do', stmt: s, where })
    }
  }

  private wait(queue: number, cond: Cond, what: string): void {
    const where = 'wait_event'
    const head = this.code.length
    this.add({ i: 'enqueue', queue, where })
    const unmet = this.condition(cond, where)
    this.add({ i: 'dequeue', queue, where })
    const out = this.add({ i: 'jump', to: 0 })
    for (const read of unmet) read.otherwise = this.code.length
    this.add({ i: 'asleep', queue, lostIf: cond, what, where })
    this.add({ i: 'jump', to: head })
    out.to = this.code.length
  }

  /** Evaluates a condition one read after the other; the reads whose `otherwise` is where it turned out false. */
  private condition(c: Cond, where: string): { otherwise: number }[] {
    if (c.k === 'and') return [...this.condition(c.a, where), ...this.condition(c.b, where)]
    if (c.k === 'or') {
      const first = this.condition(c.a, where)
      const met = this.add({ i: 'jump', to: 0 })
      for (const read of first) read.otherwise = this.code.length
      const second = this.condition(c.b, where)
      met.to = this.code.length
      return second
    }
    return [this.add({ i: 'read', cond: c, where, otherwise: 0 })]
  }

  private add<T extends Instruction>(instruction: T): T {
    this.code.push(instruction)
    return instruction
  }
}

/** `where`: name of the task, which is where failures outside any function are. */
export function flatten(body: readonly Stmt[], where: string): readonly Instruction[] {
  const flattener = new Flattener()
  flattener.block(body, where)
  return flattener.code
}
