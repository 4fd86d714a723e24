/** Traces written by hand for the tests of the reports, a line for each event. */
import type { Change, Failure, Trace, TraceEvent, TraceStep } from '../../src/engine/result.js'

/** What one task does next: `call('f', ['page0'])`, `ret()`, `set('page0.flags', 'PG_locked', 0, 1)`, `get(…)`. */
export class TraceBuilder {
  private readonly events: TraceEvent[] = []
  private readonly stacks = new Map<number, string[]>()
  private task = -1
  private steps = 0
  private switches = 0
  private reason: TraceStep['switch']

  constructor(
    private readonly program: string,
    private readonly tasks: Trace['tasks'],
    /** Objects that are allocated and freed: every access to them depends on that. */
    private readonly pool: readonly string[] = [],
  ) {}

  /** From here on this task runs; `text` says why the one before does not. */
  run(name: string, reason: 'preempted' | 'blocked' | 'finished' | 'failed' = 'preempted', text = ''): this {
    const task = this.tasks.findIndex((known) => known.name === name)
    if (task < 0) throw new RangeError(`no task ${name}`)
    if (this.task >= 0) {
      this.switches++
      this.reason = { reason, text }
    }
    this.task = task
    return this
  }

  call(fn: string, ...args: string[]): this {
    this.events.push({ type: 'call', task: this.task, depth: this.stack.length, fn, args })
    this.stack.push(fn)
    return this
  }

  ret(value = ''): this {
    const fn = this.stack.pop()
    if (fn === undefined) throw new RangeError('return without call')
    this.events.push({ type: 'return', task: this.task, depth: this.stack.length, fn, value })
    return this
  }

  /** Reads a part of an object. */
  get(object: string, part: string, value: string): this {
    return this.step('get', object, part, value, [])
  }

  /** Changes a part of an object. */
  set(object: string, part: string, before: string, after: string, op = 'set'): this {
    return this.step(op, object, part, '', [{ object, part, before, after }])
  }

  /** Test and clear, test and set: reads and changes. */
  swap(op: string, object: string, part: string, before: string, after: string): this {
    return this.step(op, object, part, before, before === after ? [] : [{ object, part, before, after }], true)
  }

  /** Steps of no interest to other tasks. */
  local(count: number): this {
    for (let at = 0; at < count; at++) this.get(`local ${this.task}`, `word ${at}`, '0')
    return this
  }

  failing(failure: Failure): this {
    const last = this.events.pop()
    if (last?.type !== 'step') throw new RangeError('only a step can fail')
    this.events.push({ ...last, failures: [failure] })
    return this
  }

  build(failure: Failure | null, waiting: Trace['waiting'] = []): Trace {
    return {
      program: this.program,
      schedule: 'h1:0a1b2c3d',
      tasks: this.tasks,
      events: this.events,
      steps: this.steps,
      contextSwitches: this.switches,
      failure,
      stack: [...this.stack].reverse(),
      waiting,
    }
  }

  private get stack(): string[] {
    const known = this.stacks.get(this.task)
    if (known !== undefined) return known
    const fresh: string[] = []
    this.stacks.set(this.task, fresh)
    return fresh
  }

  private step(op: string, object: string, detail: string, result: string, changes: Change[], reads = false): this {
    const location = this.pool.includes(detail) ? detail : part(object, detail)
    const owner = object.split('.', 1)[0] ?? ''
    const alive = this.pool.includes(owner) ? [owner] : []
    const changing = changes.length > 0
    const step: TraceStep = {
      type: 'step',
      task: this.task,
      depth: this.stack.length,
      index: this.steps++,
      op,
      object,
      detail: detail === object ? '' : detail,
      result,
      changes,
      reads: reads || !changing ? [location, ...alive] : alive,
      writes: reads || changing ? [location] : [],
      failures: [],
      ...(this.reason === undefined ? {} : { switch: this.reason }),
    }
    this.reason = undefined
    this.events.push(step)
    return this
  }
}

function part(object: string, name: string): string {
  return object === name ? object : `${object}.${name}`
}
