/** Random programs of the little language, weighted so that most end and every kind of failure is common. */
import { INTS, POINTERS, type Ast, type Cond, type Expr, type LockMode, type ObjectDecl, type PointerOp, type Stmt, type TaskDecl, type Test } from './ast.js'
import { Prng } from './prng.js'

type Kind = ObjectDecl['type']
type Weights = readonly (readonly [number, StatementKind])[]
type StatementKind =
  | 'cell' | 'flags' | 'counter' | 'list' | 'locked' | 'leak' | 'until' | 'wait' | 'wake' | 'pointer' | 'choose'
  | 'satisfy' | 'if' | 'call' | 'repeat' | 'assert' | 'warn' | 'fail' | 'sleep' | 'yield' | 'progress' | 'join' | 'let'

interface Theme {
  readonly objects: readonly Kind[]
  readonly statements: Weights
  readonly dynamic: boolean
  readonly irq: boolean
}

const COMMON: Weights = [[4, 'if'], [4, 'call'], [1, 'assert'], [1, 'choose'], [1, 'let']]

const THEMES = {
  memory: {
    objects: ['cell', 'cell', 'flags', 'counter', 'list'],
    statements: [[8, 'cell'], [10, 'flags'], [10, 'counter'], [8, 'list'], [2, 'warn'], [2, 'yield'], ...COMMON],
    dynamic: false, irq: false,
  },
  counters: {
    objects: ['counter', 'counter', 'flags'],
    statements: [[16, 'counter'], [6, 'flags'], ...COMMON],
    dynamic: false, irq: false,
  },
  locks: {
    objects: ['spinlock', 'spinlock', 'mutex', 'mutex', 'cell'],
    statements: [[16, 'locked'], [10, 'cell'], [2, 'leak'], [2, 'sleep'], ...COMMON],
    dynamic: false, irq: false,
  },
  rwsem: {
    objects: ['rwsem', 'rwsem', 'cell'],
    statements: [[16, 'locked'], [10, 'cell'], [2, 'leak'], ...COMMON],
    dynamic: false, irq: false,
  },
  waits: {
    objects: ['flags', 'counter', 'queue', 'cell'],
    statements: [[6, 'until'], [8, 'wait'], [8, 'wake'], [10, 'flags'], [6, 'cell'], [2, 'counter'], [6, 'satisfy'], ...COMMON],
    dynamic: false, irq: false,
  },
  pointers: {
    objects: ['pool', 'ref', 'struct', 'ref'],
    statements: [[28, 'pointer'], [2, 'cell'], ...COMMON],
    dynamic: false, irq: false,
  },
  tasks: {
    objects: ['cell', 'counter', 'flags', 'mutex'],
    statements: [[6, 'join'], [6, 'cell'], [6, 'counter'], [6, 'flags'], [2, 'until'], [2, 'satisfy'], [2, 'locked'], ...COMMON],
    dynamic: true, irq: false,
  },
  irq: {
    objects: ['spinlock', 'flags', 'counter', 'mutex'],
    statements: [[12, 'locked'], [6, 'flags'], [6, 'counter'], [2, 'sleep'], [2, 'wake'], ...COMMON],
    dynamic: false, irq: true,
  },
  spins: {
    objects: ['flags', 'cell', 'spinlock'],
    statements: [[8, 'repeat'], [2, 'progress'], [8, 'flags'], [8, 'cell'], [2, 'locked'], ...COMMON],
    dynamic: false, irq: false,
  },
  mixed: {
    objects: ['cell', 'flags', 'counter', 'list', 'spinlock', 'mutex', 'rwsem', 'queue', 'pool', 'ref', 'struct'],
    statements: [
      [4, 'cell'], [4, 'flags'], [4, 'counter'], [2, 'list'], [6, 'locked'], [2, 'until'], [2, 'wait'], [2, 'wake'],
      [6, 'pointer'], [2, 'repeat'], [2, 'join'], [2, 'warn'], [2, 'fail'], [2, 'sleep'], ...COMMON,
    ],
    dynamic: true, irq: true,
  },
} as const satisfies Record<string, Theme>

export type ThemeName = keyof typeof THEMES
export const THEME_NAMES = Object.keys(THEMES) as readonly ThemeName[]

const BITS = ['a', 'b', 'c'] as const

const LOCK_MODES: Partial<Record<Kind, readonly (readonly [number, LockMode])[]>> = {
  spinlock: [[4, 'lock'], [2, 'irqsave'], [1, 'trylock']],
  mutex: [[4, 'lock'], [1, 'trylock']],
  rwsem: [[4, 'read'], [4, 'write'], [1, 'tryRead'], [1, 'tryWrite']],
}

class Generator {
  private readonly objects: ObjectDecl[] = []
  private readonly conds: Cond[] = []
  private names = 0
  private irq = false
  private locks = 0

  constructor(
    private readonly random: Prng,
    private readonly theme: Theme,
  ) {}

  program(): Ast {
    this.declare()
    const count = this.random.weighted([[5, 2], [4, 3], [1, 4]])
    const steps = count === 2 ? 6 : count === 3 ? 4 : 3
    const dynamic = this.theme.dynamic ? this.random.below(count) : 0
    const tasks: TaskDecl[] = []
    for (let t = 0; t < count; t++) {
      this.irq = this.theme.irq && t > 0 && this.random.chance(60)
      const start = t < count - dynamic
      const body = [...this.prelude(t), ...this.block(1 + this.random.below(steps), 0, count)]
      tasks.push({ name: `T${t}`, context: this.irq ? 'irq' : 'task', start, body })
    }
    for (let t = count - dynamic; t < count; t++) this.placeStart(tasks, t)
    return {
      objects: this.objects,
      tasks,
      finally: this.random.chance(25) ? { cond: this.cond(), message: 'final' } : null,
      livelocks: this.objects.some((o) => o.type === 'queue') || this.theme === THEMES.spins ? this.random.chance(60) : false,
      own: this.random.chance(30),
    }
  }

  /** Often, the first task publishes a pointer and the others begin with reading it. */
  private prelude(t: number): Stmt[] {
    const pool = this.object('pool')
    const ref = this.object('ref')
    if (pool < 0 || ref < 0 || this.random.chance(40)) return []
    if (t > 0) return [{ k: 'pointer', op: { op: 'load', ref, dst: 0 } }]
    return [{ k: 'pointer', op: { op: 'alloc', pool, dst: 0 } }, { k: 'pointer', op: { op: 'store', ref, p: 0 } }]
  }

  /** Somebody among the tasks before `t` starts it. */
  private placeStart(tasks: TaskDecl[], t: number): void {
    const by = this.random.below(t)
    const task = tasks[by]
    if (task === undefined) return
    const body = [...task.body]
    const start: Stmt = { k: 'start', task: t, arg: this.expr() }
    body.splice(this.random.below(body.length + 1), 0, this.random.chance(20) ? { k: 'if', test: this.test(), then: [start], else: [] } : start)
    tasks[by] = { ...task, body }
  }

  private declare(): void {
    const wanted = this.theme.objects
    const kept = wanted.length > 5 ? wanted.filter(() => this.random.chance(60)) : wanted
    for (const type of kept) this.declareOne(type)
    if (!this.objects.some((o) => o.type === 'cell' || o.type === 'flags' || o.type === 'counter')) this.declareOne('cell')
  }

  private declareOne(type: Kind): void {
    const n = this.objects.filter((o) => o.type === type).length
    const name = `${type === 'counter' ? 'n' : type}${n}`
    switch (type) {
      case 'cell':
      case 'struct':
      case 'counter':
        this.objects.push({ type, name, init: this.random.below(3) })
        return
      case 'flags':
        this.objects.push({ type, name, bits: BITS, init: this.random.below(8) & this.random.below(8) })
        return
      case 'list':
        this.objects.push({ type, name, init: this.random.chance(50) ? [] : [this.random.below(2)] })
        return
      case 'ref': {
        const struct = this.objects.find((o) => o.type === 'struct')
        this.objects.push({ type, name, init: struct !== undefined && this.random.chance(50) ? struct.name : null })
        return
      }
      case 'pool':
        this.objects.push({ type, name, size: 1 + this.random.below(2), generations: this.random.chance(30) })
        return
      default:
        this.objects.push({ type, name })
    }
  }

  /** Number of a random object of one of these kinds, or -1. */
  private object(...kinds: readonly Kind[]): number {
    const found = this.objects.flatMap((o, i) => (kinds.includes(o.type) ? [i] : []))
    return found.length === 0 ? -1 : this.random.pick(found)
  }

  private block(size: number, depth: number, tasks: number): Stmt[] {
    const body: Stmt[] = []
    for (let tries = 0; body.length < size && tries < 4 * size; tries++) {
      const kind = this.random.weighted(this.theme.statements)
      const s = this.statement(kind, depth, tasks)
      if (s !== null) body.push(s)
    }
    return body
  }

  private statement(kind: StatementKind, depth: number, tasks: number): Stmt | null {
    switch (kind) {
      case 'cell':
      case 'flags':
      case 'counter':
      case 'list':
        return this.operation(kind)
      case 'locked':
        return this.locked(depth, tasks)
      case 'leak':
        return this.leak()
      case 'until': {
        if (this.irq && !this.random.chance(10)) return null
        const cond = this.cond()
        return { k: 'until', cond, lostIf: this.random.chance(40) ? null : this.cond(), what: this.fresh('u') }
      }
      case 'wait': {
        const queue = this.object('queue')
        if (queue < 0 || (this.irq && !this.random.chance(10))) return null
        if (this.random.chance(25)) return { k: 'doze', queue, lostIf: this.random.chance(30) ? null : this.cond(), what: this.fresh('d') }
        return { k: 'wait', queue, cond: this.cond(), what: this.fresh('w') }
      }
      case 'wake': {
        const queue = this.object('queue')
        return queue < 0 ? null : { k: 'op', obj: queue, op: this.random.pick(['wake', 'wakeAll']), args: [], dst: null }
      }
      case 'satisfy':
        return this.satisfy()
      case 'pointer':
        return this.pointer()
      case 'choose':
        return { k: 'choose', n: 2 + this.random.below(2), dst: this.int() }
      case 'let':
        return { k: 'let', dst: this.int(), value: this.expr() }
      case 'if':
        if (depth > 1) return null
        return {
          k: 'if',
          test: this.test(),
          then: this.block(1, depth + 1, tasks),
          else: this.random.chance(30) ? this.block(1, depth + 1, tasks) : [],
        }
      case 'call':
        if (depth > 1) return null
        return {
          k: 'call',
          fn: this.fresh('f'),
          times: this.random.chance(30) ? 2 : 1,
          body: this.block(1 + this.random.below(2), depth + 1, tasks),
        }
      case 'repeat':
        return this.repeat()
      case 'assert':
      case 'warn':
        return { k: kind, test: this.test(), message: this.fresh('m') }
      case 'fail':
        return this.random.chance(30) ? { k: 'fail', message: this.fresh('m') } : null
      case 'sleep':
        return { k: 'sleep', what: this.fresh('s') }
      case 'progress':
        return { k: 'progress' }
      case 'yield':
        return { k: 'yield', label: this.fresh('y') }
      case 'join':
        return this.irq ? null : { k: 'join', task: this.random.below(tasks) }
    }
  }

  private operation(kind: 'cell' | 'flags' | 'counter' | 'list'): Stmt | null {
    const obj = this.object(kind)
    if (obj < 0) return null
    const dst = this.int()
    const value = (): Expr => this.expr()
    const op = (name: string, args: readonly Expr[], result: boolean): Stmt => ({ k: 'op', obj, op: name, args, dst: result ? dst : null })
    const make: Record<typeof kind, readonly (readonly [number, () => Stmt])[]> = {
      cell: [
        [4, () => op('get', [], true)],
        [4, () => op('set', [value()], false)],
        [1, () => op('swap', [value()], true)],
        [2, () => op('compareExchange', [value(), value()], true)],
      ],
      flags: [
        [3, () => op('test', [this.bit()], true)],
        [3, () => op('set', [this.bit()], false)],
        [3, () => op('clear', [this.bit()], false)],
        [2, () => op('testAndSet', [this.bit()], true)],
        [2, () => op('testAndClear', [this.bit()], true)],
        [1, () => op('clearAndTest', [this.bit(), this.bit()], true)],
        [1, () => op('get', [], true)],
        [1, () => op('assign', [this.random.below(8)], false)],
        [1, () => op('compareExchange', [this.random.below(8), this.random.below(8)], true)],
      ],
      counter: [
        [2, () => op('get', [], true)],
        [3, () => op('inc', [], false)],
        [3, () => op('dec', [], false)],
        [2, () => op('add', [this.random.below(4) - 1], false)],
        [1, () => op('incReturn', [], true)],
        [1, () => op('decReturn', [], true)],
        [3, () => op('decAndTest', [], true)],
        [2, () => op('incUnlessZero', [], true)],
        [1, () => op('compareExchange', [this.random.below(3), this.random.below(3)], true)],
        [1, () => op('set', [this.random.below(3)], false)],
      ],
      list: [
        [3, () => op('push', [value()], false)],
        [1, () => op('unshift', [value()], false)],
        [3, () => op('shift', [], true)],
        [1, () => op('remove', [value()], true)],
        [1, () => op('insertBefore', [value(), value()], false)],
        [1, () => op('clear', [], false)],
        [1, () => op('next', [value()], true)],
        [1, () => op('first', [], true)],
        [1, () => op('has', [value()], true)],
        [1, () => op('isEmpty', [], true)],
        [1, () => op('length', [], true)],
      ],
    }
    return this.random.weighted(make[kind])()
  }

  private locked(depth: number, tasks: number): Stmt | null {
    if (depth > 2 || this.locks > 1) return null
    const lock = this.irq && !this.random.chance(10) ? this.object('spinlock') : this.object('spinlock', 'mutex', 'rwsem')
    const decl = this.objects[lock]
    const modes = decl === undefined ? undefined : LOCK_MODES[decl.type]
    if (modes === undefined) return null
    this.locks++
    const body = this.block(1 + this.random.below(2), depth + 1, tasks)
    this.locks--
    return { k: 'locked', lock, mode: this.random.weighted(modes), body }
  }

  /** A lock that is never given back. */
  private leak(): Stmt | null {
    const lock = this.object('spinlock', 'mutex', 'rwsem')
    const decl = this.objects[lock]
    if (decl === undefined || !this.random.chance(30)) return null
    const op = decl.type === 'rwsem' ? this.random.pick(['downRead', 'downWrite']) : 'lock'
    return { k: 'op', obj: lock, op, args: [], dst: null }
  }

  /** A loop that waits by trying; its body does not make the state space infinite. */
  private repeat(): Stmt | null {
    const obj = this.object('flags', 'cell')
    const decl = this.objects[obj]
    if (decl === undefined) return null
    const dst = this.int()
    const flags = decl.type === 'flags'
    const op = flags ? this.random.pick(['test', 'testAndSet', 'testAndClear']) : this.random.pick(['get', 'swap', 'compareExchange'])
    const args = flags ? [this.bit()] : op === 'get' ? [] : op === 'swap' ? [this.random.below(3)] : [this.random.below(3), this.random.below(3)]
    const body: Stmt[] = [{ k: 'op', obj, op, args, dst }]
    if (this.random.chance(20)) {
      const other = this.object('flags')
      if (other >= 0) body.unshift({ k: 'op', obj: other, op: this.random.pick(['set', 'clear']), args: [this.bit()], dst: null })
    }
    if (this.random.chance(20)) body.push({ k: 'choose', n: 2, dst: (dst + 1) % INTS })
    if (this.random.chance(20)) body.push({ k: 'if', test: this.test(), then: [{ k: 'progress' }], else: [] })
    return { k: 'repeat', body, until: { local: dst, cmp: '===', value: flags || op === 'compareExchange' ? this.random.below(2) : this.random.below(3) } }
  }

  private pointer(): Stmt | null {
    const pool = this.object('pool')
    const ref = this.object('ref')
    const p = this.random.chance(70) ? 0 : this.random.below(POINTERS)
    const options: (readonly [number, PointerOp])[] = [
      [4, { op: 'get', p, dst: this.int() }],
      [2, { op: 'set', p, value: this.expr() }],
    ]
    if (pool >= 0) options.push([2, { op: 'alloc', pool, dst: p }], [5, { op: 'free', pool, p }])
    if (ref >= 0) {
      options.push(
        [4, { op: 'load', ref, dst: p }],
        [3, { op: 'store', ref, p: this.random.chance(80) ? p : null }],
        [2, { op: 'compareExchange', ref, expect: this.pointerOrNull(), p: this.pointerOrNull(), dst: this.int() }],
      )
    }
    const op = this.random.weighted(options)
    const s: Stmt = { k: 'pointer', op }
    const guarded = (op.op === 'get' || op.op === 'set') && this.random.chance(70)
    return guarded ? { k: 'if', test: { pointer: p, isNull: false }, then: [s], else: [] } : s
  }

  private pointerOrNull(): number | null {
    return this.random.chance(60) ? this.random.below(POINTERS) : null
  }

  private cond(): Cond {
    const cond = this.randomCond(0)
    this.conds.push(cond)
    return cond
  }

  /** Makes a condition true that some task waits for. */
  private satisfy(): Stmt | null {
    if (this.conds.length === 0) return null
    const cond = this.random.pick(this.conds)
    switch (cond.k) {
      case 'cell':
      case 'counter':
        return { k: 'op', obj: cond.obj, op: 'set', args: [cond.eq], dst: null }
      case 'flag':
        return { k: 'op', obj: cond.obj, op: cond.set ? 'set' : 'clear', args: [cond.bit], dst: null }
      default:
        return null
    }
  }

  private randomCond(depth: number): Cond {
    if (depth === 0 && this.random.chance(15)) return { k: this.random.pick(['and', 'or'] as const), a: this.randomCond(1), b: this.randomCond(1) }
    const obj = this.object('cell', 'counter', 'flags', 'list', 'ref')
    const decl = this.objects[obj]
    switch (decl?.type) {
      case 'flags':
        return { k: 'flag', obj, bit: this.bit(), set: this.random.chance(50) }
      case 'list':
        return { k: 'list', obj, empty: this.random.chance(50) }
      case 'ref':
        return { k: 'null', obj, isNull: this.random.chance(50) }
      case 'counter':
        return { k: 'counter', obj, eq: this.random.below(3) }
      default:
        return { k: 'cell', obj, eq: this.random.below(3) }
    }
  }

  private test(): Test {
    if (this.objects.some((o) => o.type === 'ref' || o.type === 'pool') && this.random.chance(40)) {
      return { pointer: this.random.below(POINTERS), isNull: this.random.chance(50) }
    }
    return { local: this.int(), cmp: this.random.pick(['===', '!==', '<'] as const), value: this.random.below(3) }
  }

  private expr(): Expr {
    return this.random.chance(70) ? this.random.below(3) : { local: this.int(), plus: this.random.below(2) }
  }

  /** The first locals are the most used, so that results meet tests. */
  private int(): number {
    return this.random.below(1 + this.random.below(INTS))
  }

  private bit(): number {
    return this.random.below(BITS.length)
  }

  private fresh(prefix: string): string {
    return `${prefix}${this.names++}`
  }
}

/** The program of a seed; themes take turns. */
export function generate(seed: number): Ast {
  const theme = THEME_NAMES[seed % THEME_NAMES.length]
  if (theme === undefined) throw new RangeError('a seed is a natural number')
  return new Generator(new Prng(seed), THEMES[theme]).program()
}
