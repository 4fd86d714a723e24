/**
 * The little language of the soundness tests: random programs are made in it, a reference interprets it, a compiler
 * turns it into programs of the engine.
 *
 * Every task has INTS integer locals (`r0` …, 0 at first) and POINTERS pointer locals (`p0` …, null at first).
 * Truth values are 1 and 0; `undefined` (an empty list) is -1.
 */

export const INTS = 3
export const POINTERS = 2

export type ObjectDecl =
  | { readonly type: 'cell'; readonly name: string; readonly init: number }
  | { readonly type: 'flags'; readonly name: string; readonly bits: readonly string[]; readonly init: number }
  | { readonly type: 'counter'; readonly name: string; readonly init: number }
  | { readonly type: 'list'; readonly name: string; readonly init: readonly number[] }
  | { readonly type: 'spinlock' | 'mutex' | 'rwsem' | 'queue'; readonly name: string }
  /** A pointer that tasks share. `init`: the name of a struct, or null. */
  | { readonly type: 'ref'; readonly name: string; readonly init: string | null }
  /** One field, a cell `v`. */
  | { readonly type: 'struct'; readonly name: string; readonly init: number }
  /** `size` objects with one field, a cell `v`. */
  | { readonly type: 'pool'; readonly name: string; readonly size: number; readonly generations: boolean }

export type Expr = number | { readonly local: number; readonly plus: number }

/** A test of locals. */
export type Test =
  | { readonly local: number; readonly cmp: '===' | '!==' | '<'; readonly value: number }
  | { readonly pointer: number; readonly isNull: boolean }

/** A condition on shared objects, evaluated in one go. */
export type Cond =
  | { readonly k: 'cell' | 'counter'; readonly obj: number; readonly eq: number }
  | { readonly k: 'flag'; readonly obj: number; readonly bit: number; readonly set: boolean }
  | { readonly k: 'list'; readonly obj: number; readonly empty: boolean }
  | { readonly k: 'null'; readonly obj: number; readonly isNull: boolean }
  | { readonly k: 'and' | 'or'; readonly a: Cond; readonly b: Cond }

/** How a critical section is entered; a `try…` that fails skips the body. */
export type LockMode = 'lock' | 'irqsave' | 'trylock' | 'read' | 'write' | 'tryRead' | 'tryWrite'

export type PointerOp =
  | { readonly op: 'alloc'; readonly pool: number; readonly dst: number }
  /** Nothing if the pointer is null or points to a struct. */
  | { readonly op: 'free'; readonly pool: number; readonly p: number }
  | { readonly op: 'load'; readonly ref: number; readonly dst: number }
  | { readonly op: 'store'; readonly ref: number; readonly p: number | null }
  /** Result in the integer local `dst`. */
  | { readonly op: 'compareExchange'; readonly ref: number; readonly expect: number | null; readonly p: number | null; readonly dst: number }
  | { readonly op: 'get'; readonly p: number; readonly dst: number }
  | { readonly op: 'set'; readonly p: number; readonly value: Expr }

export type Stmt =
  /**
   * An operation with integer arguments and at most an integer result, by the name it has in the engine. Flags take bit
   * numbers or words. `lock`, `downRead` and `downWrite` take a lock that is never given back.
   */
  | { readonly k: 'op'; readonly obj: number; readonly op: string; readonly args: readonly Expr[]; readonly dst: number | null }
  | { readonly k: 'pointer'; readonly op: PointerOp }
  | { readonly k: 'let'; readonly dst: number; readonly value: Expr }
  | { readonly k: 'if'; readonly test: Test; readonly then: readonly Stmt[]; readonly else: readonly Stmt[] }
  /** A remembered function of all locals, called `times` times in a row. */
  | { readonly k: 'call'; readonly fn: string; readonly times: number; readonly body: readonly Stmt[] }
  /** Runs the body until the test is true; locals go back to what they were before an iteration that does not end it. */
  | { readonly k: 'repeat'; readonly body: readonly Stmt[]; readonly until: Test }
  | { readonly k: 'locked'; readonly lock: number; readonly mode: LockMode; readonly body: readonly Stmt[] }
  | { readonly k: 'until'; readonly cond: Cond; readonly lostIf: Cond | null; readonly what: string }
  | { readonly k: 'wait'; readonly queue: number; readonly cond: Cond; readonly what: string }
  /** Sleeps in a queue without looking. */
  | { readonly k: 'doze'; readonly queue: number; readonly lostIf: Cond | null; readonly what: string }
  | { readonly k: 'choose'; readonly n: number; readonly dst: number }
  | { readonly k: 'assert'; readonly test: Test; readonly message: string }
  | { readonly k: 'warn'; readonly test: Test; readonly message: string }
  | { readonly k: 'fail'; readonly message: string }
  /** Starts a task that is not started at first; its `r0` is the argument. */
  | { readonly k: 'start'; readonly task: number; readonly arg: Expr }
  | { readonly k: 'join'; readonly task: number }
  | { readonly k: 'sleep'; readonly what: string }
  | { readonly k: 'yield'; readonly label: string }
  /** The task gets on: no step. */
  | { readonly k: 'progress' }

export interface TaskDecl {
  readonly name: string
  readonly context: 'task' | 'irq'
  readonly start: boolean
  readonly body: readonly Stmt[]
}

export interface Ast {
  readonly objects: readonly ObjectDecl[]
  readonly tasks: readonly TaskDecl[]
  /** Asserted when every task has finished. */
  readonly finally: { readonly cond: Cond; readonly message: string } | null
  /** Whether cycles without progress are failures. */
  readonly livelocks: boolean
  /** Whether the compiled program keeps its locals in task-private memory; it makes no difference to what it does. */
  readonly own: boolean
}

/** Whether a task may come back to where it was: in `repeat`, or by going back to sleep. */
export function hasLoops(ast: Ast): boolean {
  const loops = (s: Stmt): boolean => {
    switch (s.k) {
      case 'repeat':
      case 'wait':
        return true
      case 'if':
        return s.then.some(loops) || s.else.some(loops)
      case 'call':
      case 'locked':
        return s.body.some(loops)
      default:
        return false
    }
  }
  return ast.tasks.some((task) => task.body.some(loops))
}
