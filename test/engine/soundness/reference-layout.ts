/** Where the reference keeps what: the slots of tasks and of shared objects in its states, and their names. */
import { INTS, POINTERS, type Ast, type Expr, type LockMode, type ObjectDecl, type Test } from './ast.js'
import { flatten, type Instruction } from './flatten.js'
import { NULL, initialSlots, joinList, splitList, type Slots } from './reference-objects.js'

export const IDLE = 0
export const RUNNING = 1
export const DONE = 2
export const DEAD = 3

export const STATUS = 0
export const PC = 1
export const LOCALS = 2
export const LOCALS_WIDTH = INTS + POINTERS
export const SAVED = LOCALS + LOCALS_WIDTH
export const TASK_WIDTH = SAVED + LOCALS_WIDTH

export interface RefFailure {
  readonly kind: string
  readonly where: string
  readonly message: string
}

export class Layout {
  readonly code: readonly (readonly Instruction[])[]
  /** First slot of each object. */
  readonly at: readonly number[]
  /** Whether some task waits for the end of a task. */
  readonly joined: readonly boolean[]
  readonly initialState: Slots

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

  slot(object: number): number {
    return this.at[object] as number
  }

  object(index: number): ObjectDecl {
    return this.ast.objects[index] as ObjectDecl
  }

  nameOf(index: number): string {
    return this.object(index).name
  }

  taskName(t: number): string {
    return this.ast.tasks[t]?.name ?? `task ${t}`
  }

  isIrq(t: number): boolean {
    return this.ast.tasks[t]?.context === 'irq'
  }

  isTrue(s: Slots, base: number, test: Test): boolean {
    if ('pointer' in test) return (s[base + LOCALS + INTS + test.pointer] === NULL) === test.isNull
    const value = s[base + LOCALS + test.local] as number
    return test.cmp === '===' ? value === test.value : test.cmp === '!==' ? value !== test.value : value < test.value
  }

  valueOf(s: Slots, base: number, e: Expr): number {
    return typeof e === 'number' ? e : (s[base + LOCALS + e.local] as number) + e.plus
  }

  noteIfAtomic(s: Slots, t: number, what: string, where: string, failures: RefFailure[]): void {
    if (this.isIrq(t)) failures.push({ kind: 'sleep-in-atomic', where, message: `${what} in interrupt context` })
    else if (this.ast.objects.some((o, i) => o.type === 'spinlock' && s[this.slot(i)] === t + 1)) {
      failures.push({ kind: 'sleep-in-atomic', where, message: `${what} under a spinlock` })
    }
  }

  poolObject(pointer: string): { name: string; place: number; incarnation: number } {
    const [pool = 0, index = 0, incarnation = 0] = pointer.split(':').map(Number)
    const o = this.object(pool)
    if (o.type !== 'pool') throw new RangeError('no pool')
    return { name: o.size === 1 ? o.name : `${o.name}${index}`, place: this.slot(pool) + 3 * index, incarnation }
  }

  rwHolders(s: Slots, lock: number): number[] {
    return splitList(s[this.slot(lock)])
  }
}

function taskSlots(status: number): Slots {
  const locals = [...Array<number>(INTS).fill(0), ...Array<string>(POINTERS).fill(NULL)]
  return [status, 0, ...locals, ...locals]
}

/** Whether a pointer points to an object of a pool (`pool:index:incarnation`), and not to a struct. */
export function isOfPool(pointer: string): boolean {
  return pointer.includes(':')
}

/** A task's hold on a semaphore: twice its number, and one more if it writes. */
export function claim(task: number, mode: LockMode): number {
  return 2 * task + (mode === 'write' || mode === 'tryWrite' ? 1 : 0)
}

export function isCompatible(holders: readonly number[], wanted: number): boolean {
  return wanted % 2 === 1 ? holders.length === 0 : holders.every((holder) => holder % 2 === 0)
}

export function sortedClaims(claims: readonly number[]): string {
  return joinList([...claims].sort((x, y) => x - y))
}
