import type { LocalState } from './local-state.js'
import type { Machine } from './machine.js'
import type { Operation } from './operation.js'
import type { CallListener } from './runner.js'

/** A call or a return between two operations of a task, in the order in which they happen. */
export type CallEvent =
  | { readonly type: 'call'; readonly fn: string; readonly args: readonly string[]; readonly depth: number }
  | { readonly type: 'return'; readonly fn: string; readonly value: unknown; readonly depth: number }

/** One step, as a watcher sees it: the operation of `task` in the local state `local`, and what was called after it. */
export interface WatchedStep {
  readonly task: number
  readonly local: LocalState
  readonly op: Operation
  /** Code of the operation's result. */
  readonly code: number
  /** By task: calls and returns after the operation, up to the next one; also of a task that it has started. */
  readonly calls: ReadonlyMap<number, readonly CallEvent[]>
  /** Position in the undo log before the step. */
  readonly mark: number
}

/** Watches an exploration. What it remembers is part of the state: a small integer and its two content hashes. */
export interface Watcher {
  /** @param calls of each task, before its first operation */
  start(machine: Machine, calls: readonly (readonly CallEvent[])[]): number
  /** What is remembered after a step; may note failures. */
  step(machine: Machine, remembered: number, step: WatchedStep): number
  laneA(remembered: number): number
  laneB(remembered: number): number
}

const NONE = -2

/** Lets a watcher watch a machine: knows the calls that come with each transition, having collected them the first time. */
export class Watching implements CallListener {
  private readonly known = new Map<LocalState, Map<number, readonly CallEvent[]>>()
  private collected: CallEvent[] = []
  private slot = -1
  private calls = new Map<number, readonly CallEvent[]>()

  constructor(
    private readonly machine: Machine,
    private readonly watcher: Watcher,
  ) {}

  get remembered(): number {
    return this.machine.state.get(this.slot)
  }

  /** Set-up is over: what was called so far comes before the first step. */
  seal(): void {
    const { machine, watcher } = this
    this.slot = machine.state.addContent()
    this.remember(watcher.start(machine, machine.tasks.map((_task, task) => this.calls.get(task) ?? [])))
    this.calls = new Map()
  }

  /** A task starts with the log `log`. @returns where it stops, if it had to be run for that */
  begin(task: number, log: LocalState): LocalState | undefined {
    return this.learn(task, log, NONE, log)
  }

  /** `local` was answered with `code`, which makes for the log `log`. @returns where the task stops, if it had to be run */
  follow(task: number, local: LocalState, code: number, log: LocalState): LocalState | undefined {
    return this.learn(task, local, code, log)
  }

  stepped(task: number, local: LocalState, op: Operation, code: number, mark: number): void {
    const { machine, calls } = this
    this.calls = new Map()
    this.remember(this.watcher.step(machine, this.remembered, { task, local, op, code, calls, mark }))
  }

  call(depth: number, fn: string, args: readonly unknown[]): void {
    const { machine } = this
    const said = args.map((argument) => (typeof argument === 'function' ? 'function' : machine.formatValue(argument)))
    this.collected.push({ type: 'call', fn, args: said, depth })
  }

  return(depth: number, fn: string, value: unknown): void {
    this.collected.push({ type: 'return', fn, value, depth })
  }

  private learn(task: number, local: LocalState, code: number, log: LocalState): LocalState | undefined {
    let byCode = this.known.get(local)
    if (byCode === undefined) this.known.set(local, (byCode = new Map<number, readonly CallEvent[]>()))
    let calls = byCode.get(code)
    let stop: LocalState | undefined
    if (calls === undefined) {
      stop = this.collect(task, log)
      byCode.set(code, (calls = this.collected))
    }
    const before = this.calls.get(task)
    this.calls.set(task, before === undefined ? calls : [...before, ...calls])
    return stop
  }

  private collect(task: number, log: LocalState): LocalState {
    const { runner } = this.machine
    const outer = runner.listener
    this.collected = []
    runner.listener = this
    try {
      return runner.advance(task, log)
    } finally {
      runner.listener = outer
    }
  }

  private remember(remembered: number): void {
    const { watcher } = this
    this.machine.state.setContent(this.slot, remembered, watcher.laneA(remembered), watcher.laneB(remembered))
  }
}
