/** Programs of the little language as programs of the engine: plain closures over tracked objects. */
import { program, type Program, type TaskHandle, type World } from 'heddle/engine'
import type { Cell, Counter, Flags, List, Mutex, Own, Pool, Rwsem, Spinlock, WaitQueue } from 'heddle/engine'
import { INTS, POINTERS, type Ast, type Cond, type Expr, type LockMode, type ObjectDecl, type PointerOp, type Stmt, type Test } from './ast.js'

/** What pointers point to: a struct or an object of a pool. */
interface Target {
  readonly v: Cell<number>
}

type Compiled =
  | { readonly type: 'cell'; readonly it: Cell<number> }
  | { readonly type: 'flags'; readonly it: Flags; readonly bits: readonly string[] }
  | { readonly type: 'counter'; readonly it: Counter }
  | { readonly type: 'list'; readonly it: List<number> }
  | { readonly type: 'spinlock'; readonly it: Spinlock }
  | { readonly type: 'mutex'; readonly it: Mutex }
  | { readonly type: 'rwsem'; readonly it: Rwsem }
  | { readonly type: 'queue'; readonly it: WaitQueue }
  | { readonly type: 'ref'; readonly it: Cell<Target | null> }
  | { readonly type: 'struct'; readonly it: Target }
  | { readonly type: 'pool'; readonly it: Pool<Target> }

/** Locals of a task: plain variables of its function, or task-private memory. */
interface Locals {
  int(i: number): number
  setInt(i: number, value: number): void
  pointer(i: number): Target | null
  setPointer(i: number, value: Target | null): void
  /** The locals as values that a remembered function can take and return. */
  all(): LocalValues
  setAll(values: LocalValues): void
}

type LocalValues = readonly (number | Target | null)[]

class PlainLocals implements Locals {
  private values: (number | Target | null)[] = [...Array<number>(INTS).fill(0), ...Array<null>(POINTERS).fill(null)]

  int(i: number): number {
    return this.values[i] as number
  }

  setInt(i: number, value: number): void {
    this.values[i] = value
  }

  pointer(i: number): Target | null {
    return this.values[INTS + i] as Target | null
  }

  setPointer(i: number, value: Target | null): void {
    this.values[INTS + i] = value
  }

  all(): LocalValues {
    return [...this.values]
  }

  setAll(values: LocalValues): void {
    this.values = [...values]
  }
}

class OwnLocals implements Locals {
  private readonly ints: readonly Own<number>[]
  private readonly pointers: readonly Own<Target | null>[]

  constructor(world: World) {
    this.ints = Array.from({ length: INTS }, (_, i) => world.own(`r${i}`, 0))
    this.pointers = Array.from({ length: POINTERS }, (_, i) => world.own<Target | null>(`p${i}`, null))
  }

  int(i: number): number {
    return this.ints[i]!.get()
  }

  setInt(i: number, value: number): void {
    this.ints[i]!.set(value)
  }

  pointer(i: number): Target | null {
    return this.pointers[i]!.get()
  }

  setPointer(i: number, value: Target | null): void {
    this.pointers[i]!.set(value)
  }

  all(): LocalValues {
    return [...this.ints.map((own) => own.get()), ...this.pointers.map((own) => own.get())]
  }

  setAll(values: LocalValues): void {
    this.ints.forEach((own, i) => own.set(values[i] as number))
    this.pointers.forEach((own, i) => own.set(values[INTS + i] as Target | null))
  }
}

const truth = (value: boolean): number => (value ? 1 : 0)

class Compiler {
  private readonly objects: Compiled[] = []
  private readonly handles: TaskHandle[] = []

  constructor(
    private readonly ast: Ast,
    private readonly world: World,
  ) {}

  setUp(): void {
    if (this.ast.livelocks) this.world.findLivelocks()
    for (const o of this.ast.objects) this.objects.push(this.object(o))
    this.ast.tasks.forEach((task, t) => {
      const body = (arg?: number): void => {
        const locals = this.ast.own ? new OwnLocals(this.world) : new PlainLocals()
        if (arg !== undefined) locals.setInt(0, arg)
        this.block(task.body, locals)
      }
      const joinable = JSON.stringify(this.ast.tasks).includes(`"join","task":${t}}`)
      this.handles.push(this.world.task(task.name, body, { context: task.context, start: task.start, joinable }))
    })
    const last = this.ast.finally
    if (last !== null) this.world.finally(() => this.world.assert(this.cond(last.cond), last.message))
  }

  private object(o: ObjectDecl): Compiled {
    const w: World = this.world
    switch (o.type) {
      case 'cell':
        return { type: o.type, it: w.cell(o.name, o.init) }
      case 'flags':
        return { type: o.type, bits: o.bits, it: w.flags(o.name, o.bits, o.bits.filter((_, i) => (o.init >> i) & 1)) }
      case 'counter':
        return { type: o.type, it: w.counter(o.name, o.init) }
      case 'list':
        return { type: o.type, it: w.list(o.name, o.init) }
      case 'spinlock':
        return { type: o.type, it: w.spinlock(o.name) }
      case 'mutex':
        return { type: o.type, it: w.mutex(o.name) }
      case 'rwsem':
        return { type: o.type, it: w.rwsem(o.name) }
      case 'queue':
        return { type: o.type, it: w.waitQueue(o.name) }
      case 'ref':
        return { type: o.type, it: w.ref<Target>(o.name, this.struct(o.init)) }
      case 'struct':
        return { type: o.type, it: w.struct(o.name, { v: w.cell(`${o.name}.v`, o.init) }) }
      case 'pool':
        return {
          type: o.type,
          it: w.pool<Target>(o.name, o.size, (scoped) => ({ v: scoped.cell('v', 0) }), { generations: o.generations }),
        }
    }
  }

  /** The struct of that name, which may be declared later than the pointer to it. */
  private struct(name: string | null): Target | null {
    if (name === null) return null
    const at = this.ast.objects.findIndex((o) => o.name === name)
    const found = this.objects[at]
    if (found?.type !== 'struct') throw new RangeError(`${name} must be declared before the pointer to it`)
    return found.it
  }

  private get<T extends Compiled['type']>(index: number, type: T): Extract<Compiled, { type: T }> {
    const found = this.objects[index]
    if (found?.type !== type) throw new RangeError(`object ${index} is no ${type}`)
    return found as Extract<Compiled, { type: T }>
  }

  private block(body: readonly Stmt[], locals: Locals): void {
    for (const s of body) this.statement(s, locals)
  }

  private statement(s: Stmt, locals: Locals): void {
    const w: World = this.world
    switch (s.k) {
      case 'op': {
        const result = this.operation(s.obj, s.op, s.args.map((e) => evaluate(e, locals)))
        if (s.dst !== null) locals.setInt(s.dst, result)
        return
      }
      case 'pointer':
        this.pointer(s.op, locals)
        return
      case 'let':
        locals.setInt(s.dst, evaluate(s.value, locals))
        return
      case 'if':
        this.block(test(s.test, locals) ? s.then : s.else, locals)
        return
      case 'call':
        this.call(s.fn, s.times, s.body, locals)
        return
      case 'repeat':
        this.repeat(s.body, s.until, locals)
        return
      case 'locked':
        if (!this.enter(s.lock, s.mode)) return
        this.block(s.body, locals)
        this.leave(s.lock, s.mode)
        return
      case 'until': {
        const lostIf = s.lostIf
        if (lostIf === null) w.until(() => this.cond(s.cond), s.what)
        else w.until(() => this.cond(s.cond), s.what, { lostIf: () => this.cond(lostIf) })
        return
      }
      case 'wait':
        this.get(s.queue, 'queue').it.wait(() => this.cond(s.cond), s.what)
        return
      case 'doze': {
        const lostIf = s.lostIf
        this.get(s.queue, 'queue').it.sleep(s.what, lostIf === null ? undefined : () => this.cond(lostIf))
        return
      }
      case 'choose':
        locals.setInt(s.dst, w.choose(s.n))
        return
      case 'assert':
        w.assert(test(s.test, locals), s.message)
        return
      case 'warn':
        if (!test(s.test, locals)) w.warn('warn-on', s.message)
        return
      case 'fail':
        w.fail('bug-on', s.message)
      case 'start':
        this.handles[s.task]!.start(evaluate(s.arg, locals))
        return
      case 'join':
        this.handles[s.task]!.join()
        return
      case 'sleep':
        w.mightSleep(s.what)
        return
      case 'progress':
        w.progress()
        return
      case 'yield':
        w.yield(s.label)
        return
    }
  }

  private call(fn: string, times: number, body: readonly Stmt[], locals: Locals): void {
    if (this.ast.own) {
      const remembered = this.world.fn(fn, () => this.block(body, locals))
      for (let n = 0; n < times; n++) remembered()
      return
    }
    const remembered = this.world.fn(fn, (values: LocalValues): LocalValues => {
      const inner = new PlainLocals()
      inner.setAll(values)
      this.block(body, inner)
      return inner.all()
    })
    for (let n = 0; n < times; n++) locals.setAll(remembered(locals.all()))
  }

  private repeat(body: readonly Stmt[], until: Test, locals: Locals): void {
    const before = locals.all()
    const after = this.world.repeat((): LocalValues | undefined => {
      const inner = new PlainLocals()
      inner.setAll(before)
      this.block(body, inner)
      return test(until, inner) ? inner.all() : undefined
    })
    locals.setAll(after)
  }

  private operation(index: number, op: string, args: readonly number[]): number {
    const o = this.objects[index]
    const [a = 0, b = 0] = args
    switch (o?.type) {
      case 'cell':
        return cellOperation(o.it, op, a, b)
      case 'flags':
        return flagsOperation(o.it, (bit) => o.bits[bit] ?? '', op, a, b)
      case 'counter':
        return counterOperation(o.it, op, a, b)
      case 'list':
        return listOperation(o.it, op, a, b)
      case 'spinlock':
        return op === 'lock' ? run(() => o.it.lock()) : truth(o.it.isLocked())
      case 'mutex':
        return run(() => o.it.lock())
      case 'rwsem':
        return run(() => (op === 'downRead' ? o.it.downRead() : o.it.downWrite()))
      case 'queue':
        return run(() => (op === 'wake' ? o.it.wake() : o.it.wakeAll()))
      default:
        throw new RangeError(`object ${index} has no ${op}`)
    }
  }

  private pointer(op: PointerOp, locals: Locals): void {
    const at = (p: number | null): Target | null => (p === null ? null : locals.pointer(p))
    switch (op.op) {
      case 'alloc':
        locals.setPointer(op.dst, this.get(op.pool, 'pool').it.alloc())
        return
      case 'free': {
        const target = at(op.p)
        if (target !== null && !this.isStruct(target)) this.get(op.pool, 'pool').it.free(target)
        return
      }
      case 'load':
        locals.setPointer(op.dst, this.get(op.ref, 'ref').it.get())
        return
      case 'store':
        this.get(op.ref, 'ref').it.set(at(op.p))
        return
      case 'compareExchange':
        locals.setInt(op.dst, truth(this.get(op.ref, 'ref').it.compareExchange(at(op.expect), at(op.p))))
        return
      case 'get':
        locals.setInt(op.dst, (at(op.p) as Target).v.get())
        return
      case 'set':
        ;(at(op.p) as Target).v.set(evaluate(op.value, locals))
        return
    }
  }

  private isStruct(target: Target): boolean {
    return this.objects.some((o) => o.type === 'struct' && o.it === target)
  }

  private enter(index: number, mode: LockMode): boolean {
    const o = this.objects[index]
    if (o?.type === 'spinlock') {
      if (mode === 'trylock') return o.it.trylock()
      if (mode === 'irqsave') o.it.lockIrqsave()
      else o.it.lock()
    } else if (o?.type === 'mutex') {
      if (mode === 'trylock') return o.it.trylock()
      o.it.lock()
    } else if (o?.type === 'rwsem') {
      if (mode === 'tryRead') return o.it.tryDownRead()
      if (mode === 'tryWrite') return o.it.tryDownWrite()
      if (mode === 'read') o.it.downRead()
      else o.it.downWrite()
    }
    return true
  }

  private leave(index: number, mode: LockMode): void {
    const o = this.objects[index]
    if (o?.type === 'spinlock') {
      if (mode === 'irqsave') o.it.unlockIrqrestore()
      else o.it.unlock()
    } else if (o?.type === 'mutex') {
      o.it.unlock()
    } else if (o?.type === 'rwsem') {
      if (mode === 'read' || mode === 'tryRead') o.it.upRead()
      else o.it.upWrite()
    }
  }

  private cond(c: Cond): boolean {
    switch (c.k) {
      case 'cell':
        return this.get(c.obj, 'cell').it.get() === c.eq
      case 'counter':
        return this.get(c.obj, 'counter').it.get() === c.eq
      case 'flag': {
        const flags = this.get(c.obj, 'flags')
        return flags.it.test(flags.bits[c.bit] ?? '') === c.set
      }
      case 'list':
        return this.get(c.obj, 'list').it.isEmpty() === c.empty
      case 'null':
        return (this.get(c.obj, 'ref').it.get() === null) === c.isNull
      case 'and':
        return this.cond(c.a) && this.cond(c.b)
      case 'or':
        return this.cond(c.a) || this.cond(c.b)
    }
  }
}

function run(action: () => void): number {
  action()
  return 0
}

function evaluate(e: Expr, locals: Locals): number {
  return typeof e === 'number' ? e : locals.int(e.local) + e.plus
}

function test(t: Test, locals: Locals): boolean {
  if ('pointer' in t) return (locals.pointer(t.pointer) === null) === t.isNull
  const value = locals.int(t.local)
  return t.cmp === '===' ? value === t.value : t.cmp === '!==' ? value !== t.value : value < t.value
}

function cellOperation(cell: Cell<number>, op: string, a: number, b: number): number {
  switch (op) {
    case 'get':
      return cell.get()
    case 'set':
      return run(() => cell.set(a))
    case 'swap':
      return cell.swap(a)
    default:
      return truth(cell.compareExchange(a, b))
  }
}

function flagsOperation(flags: Flags, bit: (b: number) => string, op: string, a: number, b: number): number {
  switch (op) {
    case 'test':
      return truth(flags.test(bit(a)))
    case 'set':
      return run(() => flags.set(bit(a)))
    case 'clear':
      return run(() => flags.clear(bit(a)))
    case 'testAndSet':
      return truth(flags.testAndSet(bit(a)))
    case 'testAndClear':
      return truth(flags.testAndClear(bit(a)))
    case 'clearAndTest':
      return truth(flags.clearAndTest(bit(a), bit(b)))
    case 'get':
      return flags.get()
    case 'assign':
      return run(() => flags.assign(a))
    default:
      return truth(flags.compareExchange(a, b))
  }
}

function counterOperation(counter: Counter, op: string, a: number, b: number): number {
  switch (op) {
    case 'get':
      return counter.get()
    case 'inc':
      return run(() => counter.inc())
    case 'dec':
      return run(() => counter.dec())
    case 'add':
      return run(() => counter.add(a))
    case 'incReturn':
      return counter.incReturn()
    case 'decReturn':
      return counter.decReturn()
    case 'decAndTest':
      return truth(counter.decAndTest())
    case 'incUnlessZero':
      return truth(counter.incUnlessZero())
    case 'set':
      return run(() => counter.set(a))
    default:
      return truth(counter.compareExchange(a, b))
  }
}

function listOperation(list: List<number>, op: string, a: number, b: number): number {
  switch (op) {
    case 'push':
      return run(() => list.push(a))
    case 'unshift':
      return run(() => list.unshift(a))
    case 'shift':
      return list.shift() ?? -1
    case 'remove':
      return truth(list.remove(a))
    case 'insertBefore':
      return run(() => list.insertBefore(a, b))
    case 'clear':
      return run(() => list.clear())
    case 'next':
      return list.next(a) ?? -1
    case 'first':
      return list.first() ?? -1
    case 'has':
      return truth(list.has(a))
    case 'isEmpty':
      return truth(list.isEmpty())
    default:
      return list.length()
  }
}

/** The program of the engine that does what `ast` says. */
export function compile(ast: Ast, name: string): Program {
  return program(name, (world) => new Compiler(ast, world).setUp())
}
